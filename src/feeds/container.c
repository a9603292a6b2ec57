/*
 * Unwraps what unpack.c and zip.c know down to the feed files inside. A list may be trails.tar.zst
 * or list.csv.gz, and a member of an archive may be compressed once more; an archive of archives is
 * refused.
 */
#include "feeds/container.h"

#include "base/mem.h"
#include "feeds/members.h"

#define UNPACKED_BYTES (UINT64_C(1) << 30)

static void damaged(struct feed_sink *sink, struct text path, const char *how)
{
    feed_sink_file(sink, path);
    feed_damaged(sink, how);
}

/* Whether the content is an archive or compressed in a way that is not read, and which. */
static const char *not_opened(struct text content)
{
    if (unpack_is_tar(content) || unpack_is_zip(content))
        return "an archive inside an archive";
    if (text_starts(content, "BZh") && content.len > 10)
        return "bzip2: unpack it first, or pack it with gzip or zstd";
    if (text_starts(content, "\xfd"
                             "7zXZ"))
        return "xz: unpack it first, or pack it with gzip or zstd";
    if (text_starts(content, "7z\xbc\xaf\x27\x1c") || text_starts(content, "Rar!"))
        return "7z or rar: unpack it first";
    return NULL;
}

static void plain_read(struct feed_sink *sink, struct text path, struct text content)
{
    struct feed_file file = {.path = path, .content = content};
    const char *why = content.len ? not_opened(content) : "it is empty";
    if (why != NULL)
        damaged(sink, path, why);
    else
        feed_sink_read(sink, &file);
}

/* A member of an archive: a feed file, perhaps compressed by itself. */
static void member_read(void *context, struct text path, struct text content)
{
    struct feed_sink *sink = context;
    struct buf unpacked = {0};
    bool gzip = unpack_is_gzip(content), zstd = unpack_is_zstd(content);
    if (!gzip && !zstd) {
        plain_read(sink, path, content);
        return;
    }
    if (!unpack(content, UNPACKED_BYTES, &unpacked))
        damaged(sink, path, "compressed data that is damaged or too large");
    plain_read(sink, path, text_at(unpacked.at, unpacked.len));
    buf_free(&unpacked);
}

static void member_note(void *context, struct text name, struct text content)
{
    members_add(context, name, content);
}

/* True when the archive is whole; what comes before the damage is read anyway. */
static bool tar_read(struct feed_sink *sink, struct text archive)
{
    struct members members = {.at = NULL};
    bool whole = unpack_tar(archive, member_note, &members);
    members_read(&members, sink, member_read);
    members_free(&members);
    return whole;
}

void feed_container_read(struct feed_sink *sink, struct text path, struct text content)
{
    struct buf unpacked = {0};
    bool gzip = unpack_is_gzip(content), zstd = unpack_is_zstd(content), whole = true;
    if (gzip || zstd) {
        whole = unpack(content, UNPACKED_BYTES, &unpacked);
        content = text_at(unpacked.at, unpacked.len);
    }
    if (!whole)
        damaged(sink, path, "compressed data that is damaged or too large");
    if (unpack_is_tar(content)) {
        if (!tar_read(sink, content) && whole)
            damaged(sink, path, "a tar archive that is damaged");
    } else if (unpack_is_zip(content)) {
        const char *why = feed_zip_read(content, UNPACKED_BYTES, member_read, sink);
        if (why != NULL)
            damaged(sink, path, why);
    } else if (whole || content.len) {
        plain_read(sink, path, content);
    }
    buf_free(&unpacked);
}
