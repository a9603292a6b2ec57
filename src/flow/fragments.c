#include "flow/fragments.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

enum {
    LIST_V4,
    LIST_V6,
    PACKET_MAX = 65535, /* bytes behind the IP header */
    PIECE_BYTES = 1524, /* a fragment of 1,500 bytes fits; longer ones take several */
    PIECES_LEAST = 64,
    TABLE_SHARE = 8, /* one part in so many is for the table */
};

/* Some bytes of a packet, in a list by offset. */
struct piece {
    uint32_t next;
    uint16_t offset, len;
    uint16_t captured; /* <= len */
    uint8_t bytes[PIECE_BYTES + 2];
};

/* A packet in parts. */
struct parts {
    struct table_link link;
    struct address source, target;
    uint32_t id;
    uint8_t key_protocol; /* of IPv6 not part of the key: 0 */
    uint8_t protocol;     /* the first fragment's */
    bool dead;            /* overlapped or overfull: what still comes is dropped */
    bool end_known;
    uint32_t end;           /* bytes of the whole packet, once the last fragment came */
    uint32_t have;          /* bytes of it that are here */
    uint32_t first, last;   /* pieces */
    uint32_t pieces;        /* how many */
    uint32_t packets;       /* fragments, repeated ones too */
    uint32_t ip_bytes;      /* of them */
    struct instant arrived; /* the first one */
};

static struct piece *piece_at(const struct fragments *f, uint32_t index)
{
    return (struct piece *)(void *)(f->room + (size_t)index * sizeof(struct piece));
}

static struct parts *parts_at(const struct fragments *f, uint32_t index)
{
    return table_at(&f->table, index);
}

static uint32_t piece_end(const struct piece *p)
{
    return (uint32_t)p->offset + p->len;
}

static size_t room_bytes(const struct fragments *f)
{
    return ((size_t)f->pieces + 1) * sizeof(struct piece);
}

void fragments_init(struct fragments *f, size_t bytes, struct table_seed seed)
{
    *f = (struct fragments){.seed = seed};
    size_t pieces = (bytes - bytes / TABLE_SHARE) / sizeof(struct piece);
    if (pieces < PIECES_LEAST)
        pieces = PIECES_LEAST;
    f->pieces = pieces > UINT32_MAX / 4 ? UINT32_MAX / 4 : (uint32_t)pieces;
    f->free = f->pieces;
    f->room = mem_map(room_bytes(f));
    table_init(&f->table, sizeof(struct parts), bytes / TABLE_SHARE);
}

void fragments_free(struct fragments *f)
{
    if (f->room == NULL)
        return;
    mem_unmap(f->room, room_bytes(f));
    table_free(&f->table);
    *f = (struct fragments){.fresh = 0};
}

void fragments_reset(struct fragments *f, struct skips *skips)
{
    for (uint32_t i = table_each(&f->table, 0); i; i = table_each(&f->table, i))
        skips->count[SKIP_fragment] += parts_at(f, i)->packets;
    table_reset(&f->table);
    if (f->fresh)
        mem_map_reset(f->room, room_bytes(f));
    f->fresh = f->free_head = 0;
    f->free = f->pieces;
}

/* ---- pieces and packets come and go */

static uint32_t piece_new(struct fragments *f)
{
    muster_assert(f->free > 0);
    f->free--;
    uint32_t index = f->free_head;
    if (index)
        f->free_head = piece_at(f, index)->next;
    else
        index = ++f->fresh;
    return index;
}

/* Gives back the pieces; the packet stays. */
static void parts_empty(struct fragments *f, struct parts *p)
{
    if (p->pieces) {
        piece_at(f, p->last)->next = f->free_head;
        f->free_head = p->first;
        f->free += p->pieces;
    }
    p->first = p->last = p->pieces = p->have = 0;
}

static void parts_remove(struct fragments *f, uint32_t index)
{
    parts_empty(f, parts_at(f, index));
    table_remove(&f->table, index);
}

/* Everything that came is counted under `why`, and so is what still comes (parts_of). */
static void parts_kill(struct fragments *f, struct parts *p, enum skip why, struct skips *skips)
{
    parts_empty(f, p);
    skips->count[why] += p->packets;
    p->packets = 0;
    p->dead = true;
}

static void expire(struct fragments *f, struct instant now, struct skips *skips)
{
    static const int64_t most_us[TABLE_LISTS] = {
        [LIST_V4] = FRAGMENT_V4_SECONDS * SECOND_US, [LIST_V6] = FRAGMENT_V6_SECONDS * SECOND_US};
    for (unsigned list = 0; list < TABLE_LISTS; list++)
        for (uint32_t i; (i = table_oldest(&f->table, list)) != 0;) {
            if (now.us - parts_at(f, i)->arrived.us <= most_us[list])
                break;
            skips->count[SKIP_fragment] += parts_at(f, i)->packets;
            parts_remove(f, i);
        }
}

static uint32_t oldest(const struct fragments *f)
{
    uint32_t v4 = table_oldest(&f->table, LIST_V4), v6 = table_oldest(&f->table, LIST_V6);
    if (v4 == 0 || v6 == 0)
        return v4 | v6;
    return parts_at(f, v4)->arrived.us <= parts_at(f, v6)->arrived.us ? v4 : v6;
}

void fragments_drop(struct fragments *f, uint32_t index, struct skips *skips)
{
    skips->count[SKIP_fragment_evicted] += parts_at(f, index)->packets;
    parts_remove(f, index);
}

/* The packet that the fragment is of, made when there is none. */
static uint32_t parts_of(struct fragments *f, const struct frame *frame,
                         const struct fragment *part, struct skips *skips)
{
    bool v4 = address_is_v4(frame->source);
    uint8_t protocol = v4 ? frame->protocol : 0;
    const uint64_t key[] = {frame->source.high, frame->source.low, frame->target.high,
                            frame->target.low, (uint64_t)part->id << 8 | protocol};
    uint32_t hash = table_hash(f->seed, key, 5);
    for (uint32_t i = table_first(&f->table, hash); i; i = table_next(&f->table, i)) {
        const struct parts *p = parts_at(f, i);
        if (p->link.hash == hash && p->id == part->id && p->key_protocol == protocol &&
            address_same(p->source, frame->source) && address_same(p->target, frame->target))
            return i;
    }
    if (table_full(&f->table))
        fragments_drop(f, oldest(f), skips);
    uint32_t index = table_add(&f->table, hash, v4 ? LIST_V4 : LIST_V6);
    struct parts *p = parts_at(f, index);
    p->source = frame->source;
    p->target = frame->target;
    p->id = part->id;
    p->key_protocol = protocol;
    p->arrived = frame->time;
    return index;
}

/* ---- a fragment's place */

/* Whether the fragment is what the pieces from `i` on hold, to the byte. */
static bool repeats(const struct fragments *f, uint32_t i, const struct frame *frame,
                    uint32_t offset)
{
    uint32_t at = 0;
    for (; i && at < frame->payload_wire; i = piece_at(f, i)->next) {
        const struct piece *p = piece_at(f, i);
        if (p->offset != offset + at || p->len > frame->payload_wire - at)
            return false;
        uint32_t here = frame->payload_len > at ? frame->payload_len - at : 0;
        uint32_t common = here < p->captured ? here : p->captured;
        if (common && memcmp(p->bytes, frame->payload + at, common) != 0)
            return false;
        at += p->len;
    }
    return at == frame->payload_wire;
}

enum place { PLACE_FREE, PLACE_REPEATED, PLACE_TAKEN };

/* Finds the piece behind which the fragment goes (0 = in front). */
static enum place place_find(const struct fragments *f, const struct parts *p,
                             const struct frame *frame, uint32_t offset, uint32_t *ret_before)
{
    uint32_t before = 0, i = p->first;
    if (p->last && piece_end(piece_at(f, p->last)) <= offset) { /* in order, as nearly always */
        before = p->last;
        i = 0;
    }
    for (; i && piece_at(f, i)->offset < offset; i = piece_at(f, i)->next)
        before = i;
    *ret_before = before;
    if (before && piece_end(piece_at(f, before)) > offset)
        return PLACE_TAKEN;
    if (i && piece_at(f, i)->offset < offset + frame->payload_wire)
        return repeats(f, i, frame, offset) ? PLACE_REPEATED : PLACE_TAKEN;
    return PLACE_FREE;
}

static void place_fill(struct fragments *f, struct parts *p, const struct frame *frame,
                       uint32_t offset, uint32_t before)
{
    for (uint32_t at = 0; at < frame->payload_wire;) {
        uint32_t len = frame->payload_wire - at, index = piece_new(f);
        uint32_t here = frame->payload_len > at ? frame->payload_len - at : 0;
        struct piece *piece = piece_at(f, index);
        if (len > PIECE_BYTES)
            len = PIECE_BYTES;
        piece->offset = (uint16_t)(offset + at);
        piece->len = (uint16_t)len;
        piece->captured = (uint16_t)(here < len ? here : len);
        if (piece->captured)
            memcpy(piece->bytes, frame->payload + at, piece->captured);
        uint32_t *link = before ? &piece_at(f, before)->next : &p->first;
        piece->next = *link;
        *link = index;
        if (piece->next == 0)
            p->last = index;
        p->pieces++;
        before = index;
        at += len;
    }
    p->have += frame->payload_wire;
}

/* Whether the fragment can be one of this packet. Sets the packet's end by the last one. */
static bool end_fits(const struct fragments *f, struct parts *p, uint32_t end, bool more)
{
    if (p->end_known)
        return more ? end < p->end : end == p->end;
    if (more)
        return true;
    p->end_known = true;
    p->end = end;
    return p->last == 0 || piece_end(piece_at(f, p->last)) <= end;
}

/* Room for a fragment of this packet; false when there is none but its own. */
static bool room_make(struct fragments *f, uint32_t index, uint32_t need, struct skips *skips)
{
    while (f->free < need) {
        uint32_t victim = oldest(f);
        if (victim == index) /* the next oldest would do, but this one takes most of the room */
            return false;
        fragments_drop(f, victim, skips);
    }
    return true;
}

uint32_t fragments_add(struct fragments *f, const struct frame *frame, const struct fragment *part,
                       struct skips *skips)
{
    uint32_t offset = part->offset, len = frame->payload_wire, end = offset + len;
    expire(f, frame->time, skips);
    if (len == 0 || end > PACKET_MAX || (part->more && len % 8 != 0)) {
        skips->count[SKIP_header_damaged]++;
        return 0;
    }
    uint32_t index = parts_of(f, frame, part, skips), before;
    struct parts *p = parts_at(f, index);
    if (p->dead) {
        skips->count[SKIP_fragment_overlap]++;
        return 0;
    }
    p->packets++;
    p->ip_bytes += frame->ip_bytes;
    if (offset == 0)
        p->protocol = frame->protocol;
    enum place place = place_find(f, p, frame, offset, &before);
    if (place == PLACE_TAKEN || !end_fits(f, p, end, part->more)) {
        parts_kill(f, p, SKIP_fragment_overlap, skips);
        return 0;
    }
    if (place == PLACE_REPEATED)
        return 0;
    uint32_t need = (len + PIECE_BYTES - 1) / PIECE_BYTES;
    if (p->pieces + need > FRAGMENT_PARTS_MAX || !room_make(f, index, need, skips)) {
        fragments_drop(f, index, skips);
        return 0;
    }
    place_fill(f, p, frame, offset, before);
    return p->end_known && p->have == p->end ? index : 0;
}

uint32_t fragments_len(const struct fragments *f, uint32_t whole)
{
    return parts_at(f, whole)->end;
}

void fragments_take(struct fragments *f, uint32_t whole, uint8_t *to, struct frame *ret)
{
    const struct parts *p = parts_at(f, whole);
    uint32_t known = 0;
    bool hole = false;
    for (uint32_t i = p->first; i; i = piece_at(f, i)->next) {
        const struct piece *piece = piece_at(f, i);
        if (piece->captured && !hole)
            memcpy(to + piece->offset, piece->bytes, piece->captured);
        known += hole ? 0 : piece->captured;
        hole |= piece->captured < piece->len;
    }
    ret->payload = to;
    ret->payload_len = known;
    ret->payload_wire = p->end;
    ret->ip_bytes = p->ip_bytes;
    ret->packets_more = p->packets - 1;
    ret->protocol = p->protocol;
    parts_remove(f, whole);
}
