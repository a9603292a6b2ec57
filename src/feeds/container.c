/*
 * Unwraps gzip (RFC 1952), Zstandard (RFC 8878), ustar archives (POSIX.1 pax, "ustar interchange
 * format") and zip archives (zip.c) down to the feed files inside. A list may be trails.tar.zst or
 * list.csv.gz, and a member of an archive may be compressed once more; an archive of archives is
 * refused. Bounded in bytes and members, so that a small file that unpacks to a huge one is an
 * error and not an outage.
 */
#include "feeds/container.h"

#include "base/cursor.h"
#include "base/mem.h"
#include "feeds/members.h"

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

enum {
    UNPACKED_BYTES = 1 << 30,
    UNPACK_STEP = 1 << 22,
    TAR_BLOCK = 512,
    TAR_MEMBERS = 1 << 20,
    TAR_NAME = 512,
};

static bool is_gzip(struct text t)
{
    return t.len > 18 && memcmp(t.at, "\x1f\x8b\x08", 3) == 0;
}

static bool is_zstd(struct text t)
{
    return t.len > 8 && memcmp(t.at, "\x28\xb5\x2f\xfd", 4) == 0;
}

static bool is_tar(struct text t)
{
    return t.len >= TAR_BLOCK && memcmp(t.at + 257, "ustar", 5) == 0;
}

static bool is_zip(struct text t)
{
    return t.len > 22 && memcmp(t.at, "PK\3\4", 4) == 0;
}

/* Room for the next step; false when the whole would be too large. */
static bool unpack_room(struct buf *out)
{
    if (out->len >= UNPACKED_BYTES)
        return false;
    buf_reserve(out, UNPACK_STEP);
    return true;
}

static bool gzip_unpack(struct text packed, struct buf *out)
{
    z_stream z = {.next_in = (const Bytef *)packed.at, .avail_in = packed.len};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return false;
    int state = Z_OK;
    while (state == Z_OK && unpack_room(out)) {
        z.next_out = (Bytef *)out->at + out->len;
        z.avail_out = UNPACK_STEP;
        state = inflate(&z, Z_NO_FLUSH);
        out->len += UNPACK_STEP - z.avail_out;
        if (state == Z_STREAM_END && z.avail_in > 18) /* several members may follow each other */
            state = inflateReset(&z);
    }
    (void)inflateEnd(&z);
    return state == Z_STREAM_END;
}

static bool zstd_unpack(struct text packed, struct buf *out)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    if (z == NULL)
        return false;
    ZSTD_inBuffer in = {packed.at, packed.len, 0};
    size_t state = 1;
    bool more = true;
    while (more && unpack_room(out)) {
        ZSTD_outBuffer step = {out->at + out->len, UNPACK_STEP, 0};
        state = ZSTD_decompressStream(z, &step, &in);
        out->len += step.pos;
        more = !ZSTD_isError(state) && (in.pos < in.size || step.pos == step.size);
    }
    (void)ZSTD_freeDStream(z);
    return !more && state == 0;
}

/* Octal digits, blanks around them; or base 256 when the first bit is set (GNU). */
static uint64_t tar_number(const uint8_t *field, unsigned len)
{
    uint64_t number = 0;
    if (field[0] & 0x80) {
        for (unsigned i = len - 8; i < len; i++)
            number = number << 8 | field[i];
        return number;
    }
    for (unsigned i = 0; i < len; i++)
        if (field[i] >= '0' && field[i] <= '7')
            number = number << 3 | (uint64_t)(field[i] - '0');
    return number;
}

static uint32_t field_len(const uint8_t *field, uint32_t most)
{
    const uint8_t *end = memchr(field, '\0', most);
    return end ? (uint32_t)(end - field) : most;
}

/* "prefix/name" of a header block. */
static struct text tar_name(const uint8_t *block, char out[TAR_NAME])
{
    uint32_t prefix = field_len(block + 345, 155), name = field_len(block, 100), len = 0;
    if (memcmp(block + 257, "ustar\0", 6) == 0 && prefix) { /* GNU's own format has none */
        memcpy(out, block + 345, prefix);
        out[prefix] = '/';
        len = prefix + 1;
    }
    memcpy(out + len, block, name);
    return text_at(out, len + name);
}

static void damaged(struct feed_sink *sink, struct text path, const char *how)
{
    feed_sink_file(sink, path);
    feed_damaged(sink, how);
}

/* Whether the content is an archive or compressed in a way that is not read, and which. */
static const char *not_opened(struct text content)
{
    if (is_tar(content) || is_zip(content))
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
    bool gzip = is_gzip(content), zstd = is_zstd(content);
    if (!gzip && !zstd) {
        plain_read(sink, path, content);
        return;
    }
    if (!(gzip ? gzip_unpack(content, &unpacked) : zstd_unpack(content, &unpacked)))
        damaged(sink, path, "compressed data that is damaged or too large");
    plain_read(sink, path, text_at(unpacked.at, unpacked.len));
    buf_free(&unpacked);
}

static bool tar_list(struct members *members, struct text archive)
{
    struct cursor c = cursor_over(archive.at, archive.len);
    struct text long_name = {NULL, 0};
    char short_name[TAR_NAME];
    for (unsigned n = 0; n < TAR_MEMBERS && cursor_left(&c) >= TAR_BLOCK; n++) {
        const uint8_t *block = cursor_take(&c, TAR_BLOCK);
        if (block == NULL || block[0] == '\0')
            return block != NULL; /* zero blocks end an archive */
        if (memcmp(block + 257, "ustar", 5) != 0)
            return false;
        uint64_t size = tar_number(block + 124, 12);
        if (size > cursor_left(&c))
            return false;
        const uint8_t *content = cursor_take(&c, (size_t)size);
        uint64_t padding = (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
        cursor_skip(&c, padding < cursor_left(&c) ? (size_t)padding : cursor_left(&c));
        uint8_t type = block[156];
        if (type == 'L') { /* GNU: the next member's name, with its NUL */
            long_name = text_at(content, size < TAR_NAME ? field_len(content, (uint32_t)size) : 0);
            continue;
        }
        struct text name = long_name.len ? long_name : tar_name(block, short_name);
        if (type == '0' || type == '\0')
            members_add(members, name, text_at(content, (size_t)size));
        if (type != 'x' && type != 'g')
            long_name.len = 0;
    }
    return cursor_left(&c) < TAR_BLOCK;
}

/* True when the archive is whole; what comes before the damage is read anyway. */
static bool tar_read(struct feed_sink *sink, struct text archive)
{
    struct members members = {.at = NULL};
    bool whole = tar_list(&members, archive);
    members_read(&members, sink, member_read);
    members_free(&members);
    return whole;
}

void feed_container_read(struct feed_sink *sink, struct text path, struct text content)
{
    struct buf unpacked = {0};
    bool gzip = is_gzip(content), zstd = is_zstd(content), whole = true;
    if (gzip || zstd) {
        whole = gzip ? gzip_unpack(content, &unpacked) : zstd_unpack(content, &unpacked);
        content = text_at(unpacked.at, unpacked.len);
    }
    if (!whole)
        damaged(sink, path, "compressed data that is damaged or too large");
    if (is_tar(content)) {
        if (!tar_read(sink, content) && whole)
            damaged(sink, path, "a tar archive that is damaged");
    } else if (is_zip(content)) {
        const char *why = feed_zip_read(content, member_read, sink);
        if (why != NULL)
            damaged(sink, path, why);
    } else if (whole || content.len) {
        plain_read(sink, path, content);
    }
    buf_free(&unpacked);
}
