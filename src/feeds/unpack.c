/*
 * gzip (RFC 1952), Zstandard (RFC 8878) and ustar archives (POSIX.1 pax, "ustar interchange
 * format"). Bounded in bytes and members, so that a small file that unpacks to a huge one is an
 * error and not an outage.
 */
#include "feeds/container.h"

#include "base/cursor.h"

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

enum {
    UNPACK_STEP = 1 << 22,
    TAR_BLOCK = 512,
    TAR_MEMBERS = 1 << 20,
    TAR_NAME = 512,
};

bool unpack_is_gzip(struct text t)
{
    return t.len > 18 && memcmp(t.at, "\x1f\x8b\x08", 3) == 0;
}

bool unpack_is_zstd(struct text t)
{
    return t.len > 8 && memcmp(t.at, "\x28\xb5\x2f\xfd", 4) == 0;
}

bool unpack_is_tar(struct text t)
{
    return t.len >= TAR_BLOCK && memcmp(t.at + 257, "ustar", 5) == 0;
}

bool unpack_is_zip(struct text t)
{
    return t.len > 22 && memcmp(t.at, "PK\3\4", 4) == 0;
}

/* Room for the next step; false when the whole would be too large. */
static bool unpack_room(struct buf *out, uint64_t most)
{
    if (out->len >= most)
        return false;
    buf_reserve(out, UNPACK_STEP);
    return true;
}

static bool gzip_unpack(struct text packed, uint64_t most, struct buf *out)
{
    z_stream z = {.next_in = (const Bytef *)packed.at, .avail_in = packed.len};
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return false;
    int state = Z_OK;
    while (state == Z_OK && unpack_room(out, most)) {
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

static bool zstd_unpack(struct text packed, uint64_t most, struct buf *out)
{
    ZSTD_DStream *z = ZSTD_createDStream();
    if (z == NULL)
        return false;
    ZSTD_inBuffer in = {packed.at, packed.len, 0};
    size_t state = 1;
    bool more = true;
    while (more && unpack_room(out, most)) {
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

/* What is before the damage was handed on. */
bool unpack_tar(struct text archive,
                void (*member)(void *context, struct text name, struct text content), void *context)
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
            member(context, name, text_at(content, (size_t)size));
        if (type != 'x' && type != 'g')
            long_name.len = 0;
    }
    return cursor_left(&c) < TAR_BLOCK;
}

bool unpack(struct text packed, uint64_t most, struct buf *out)
{
    return unpack_is_gzip(packed) ? gzip_unpack(packed, most, out) : zstd_unpack(packed, most, out);
}

/* "a.php" of a.php.gz */
static struct text unpacked_name(struct text name)
{
    static const char *const endings[] = {".gz", ".zst"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_ends(name, endings[i]))
            return text_at(name.at, name.len - strlen(endings[i]));
    return name;
}

bool unpack_is_packed(struct text t)
{
    return unpack_is_gzip(t) || unpack_is_zstd(t) || unpack_is_tar(t) || unpack_is_zip(t);
}

const char *unpack_each(struct text name, struct text packed, uint64_t most,
                        void (*member)(void *context, struct text name, struct text content),
                        void *context)
{
    struct buf unpacked = {0};
    const char *why = NULL;
    struct text content = packed;
    bool compressed = unpack_is_gzip(packed) || unpack_is_zstd(packed);
    if (compressed) {
        if (!unpack(packed, most, &unpacked))
            why = "compressed data that is damaged or too large";
        content = text_at(unpacked.at, unpacked.len);
    }
    if (unpack_is_tar(content)) {
        if (!unpack_tar(content, member, context))
            why = "a tar archive that is damaged";
    } else if (unpack_is_zip(content)) {
        why = feed_zip_read(content, most, member, context);
    } else if (compressed && content.len) {
        member(context, unpacked_name(name), content);
    }
    buf_free(&unpacked);
    return why;
}
