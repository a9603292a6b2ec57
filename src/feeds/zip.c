/*
 * Zip archives (PKWARE APPNOTE 6.3), as abuse.ch packs its exports: found by the central directory
 * at the end (4.3.12), each entry stored or deflated. Neither split, encrypted nor zip64 archives
 * are read: an indicator list needs none of that. What an entry unpacks to must have the length and
 * CRC that the directory says. Bounded in entries and in bytes over the whole archive.
 */
#include "feeds/container.h"

#include "base/cursor.h"
#include "base/mem.h"

#define ZLIB_CONST
#include <zlib.h>

enum {
    ZIP_ENTRIES = 1 << 16,
    ZIP_END = 22, /* bytes of the end record without comment */
    ZIP_COMMENT = 65535,
    ZIP_SIGNATURE_ENTRY = 0x02014b50,
    ZIP_SIGNATURE_LOCAL = 0x04034b50,
};

struct zip_entry {
    uint16_t flags, method;
    uint32_t crc, packed, unpacked, local_at;
    struct text name;
};

/* Where the end record is; -1 = nowhere. */
static int64_t end_find(struct text archive)
{
    if (archive.len < ZIP_END)
        return -1;
    int64_t first = (int64_t)archive.len - ZIP_END - ZIP_COMMENT;
    for (int64_t at = (int64_t)archive.len - ZIP_END; at >= 0 && at >= first; at--)
        if (memcmp(archive.at + at, "PK\5\6", 4) == 0)
            return at;
    return -1;
}

static bool entry_read(struct cursor *c, struct zip_entry *ret)
{
    if (cursor_u32_le(c) != ZIP_SIGNATURE_ENTRY)
        return false;
    cursor_skip(c, 4); /* versions */
    ret->flags = cursor_u16_le(c);
    ret->method = cursor_u16_le(c);
    cursor_skip(c, 4); /* time */
    ret->crc = cursor_u32_le(c);
    ret->packed = cursor_u32_le(c);
    ret->unpacked = cursor_u32_le(c);
    uint16_t name = cursor_u16_le(c), extra = cursor_u16_le(c), comment = cursor_u16_le(c);
    cursor_skip(c, 8); /* disk, attributes */
    ret->local_at = cursor_u32_le(c);
    ret->name = text_at(cursor_take(c, name), name);
    cursor_skip(c, (size_t)extra + comment);
    return cursor_ok(c);
}

/* The entry's bytes as they lie; null when they do not. */
static struct text entry_bytes(struct text archive, const struct zip_entry *entry)
{
    struct cursor c = cursor_over(archive.at, archive.len);
    cursor_skip(&c, entry->local_at);
    uint32_t signature = cursor_u32_le(&c);
    cursor_skip(&c, 22);
    uint16_t name = cursor_u16_le(&c), extra = cursor_u16_le(&c);
    cursor_skip(&c, (size_t)name + extra);
    const uint8_t *at = cursor_take(&c, entry->packed);
    if (!cursor_ok(&c) || signature != ZIP_SIGNATURE_LOCAL)
        return text_at(NULL, 0);
    return text_at(at, entry->packed);
}

static bool entry_inflate(struct text packed, struct buf *out, uint32_t len)
{
    z_stream z = {.next_in = (const Bytef *)packed.at, .avail_in = packed.len};
    if (inflateInit2(&z, -15) != Z_OK)
        return false;
    buf_reserve(out, len);
    z.next_out = (Bytef *)out->at;
    z.avail_out = len;
    int state = inflate(&z, Z_FINISH);
    out->len = len - z.avail_out;
    (void)inflateEnd(&z);
    return state == Z_STREAM_END && out->len == len;
}

static const char *entry_hand_on(struct text archive, const struct zip_entry *entry,
                                 void (*member)(void *, struct text, struct text), void *context)
{
    struct buf unpacked = {0};
    struct text bytes = entry_bytes(archive, entry);
    const char *why = "a zip archive that is damaged";
    bool stored = entry->method == 0;
    if (bytes.at == NULL)
        return why;
    if (entry->flags & 1)
        return "a zip archive with a password: unpack it first";
    if (!stored && entry->method != 8)
        return "a zip archive packed in a way that is not read: unpack it first";
    if (!stored && !entry_inflate(bytes, &unpacked, entry->unpacked))
        goto out;
    if (!stored)
        bytes = text_at(unpacked.at, unpacked.len);
    if (bytes.len != entry->unpacked ||
        (uint32_t)crc32(0, (const Bytef *)bytes.at, bytes.len) != entry->crc)
        goto out;
    member(context, entry->name, bytes);
    why = NULL;
out:
    buf_free(&unpacked);
    return why;
}

const char *feed_zip_read(struct text archive, uint64_t most,
                          void (*member)(void *context, struct text name, struct text content),
                          void *context)
{
    int64_t end = end_find(archive);
    const char *why = NULL, *bad = NULL;
    uint64_t total = 0;
    if (end < 0)
        return "a zip archive that is cut";
    struct cursor c = cursor_over(archive.at + end, archive.len - (size_t)end);
    cursor_skip(&c, 10);
    uint16_t entries = cursor_u16_le(&c);
    cursor_skip(&c, 4); /* size of the directory */
    uint32_t at = cursor_u32_le(&c);
    c = cursor_over(archive.at, (size_t)end);
    cursor_skip(&c, at);
    for (unsigned n = 0; n < entries && n < ZIP_ENTRIES; n++) {
        struct zip_entry entry;
        if (!entry_read(&c, &entry))
            return "a zip archive that is damaged";
        total += entry.unpacked;
        if (total > most)
            return "a zip archive that unpacks to too much";
        if (entry.name.len && entry.name.at[entry.name.len - 1] == '/')
            continue; /* a folder */
        bad = entry_hand_on(archive, &entry, member, context);
        why = bad != NULL ? bad : why;
    }
    return why;
}
