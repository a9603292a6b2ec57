/*
 * Collects listings from any number of feed files: normalised items into one pool of text, families
 * deduplicated, what cannot be used counted with its first example. build.c makes the file of it.
 *
 * Bounded: INDICATOR_ENTRIES listings, 4 GiB of text; what is beyond is counted, not kept.
 */
#include "feeds/compile.h"

#include "base/mem.h"

#include <inttypes.h>

struct feed_sink *feed_sink_new(void)
{
    struct feed_sink *sink = mem_new(1, sizeof *sink);
    sink->family = mem_new(FEED_FAMILIES, sizeof *sink->family);
    sink->newest = DAY_NONE;
    buf_add(&sink->pool, "\0\0\0\0\0\0\0", 8); /* offset 0 stands for none */
    return sink;
}

void feed_sink_free(struct feed_sink *sink)
{
    if (sink == NULL)
        return;
    for (unsigned i = 0; i < INDICATOR_KINDS; i++)
        mem_free(sink->table[i].at);
    mem_free(sink->ranged.at);
    mem_free(sink->network);
    mem_free(sink->family);
    buf_free(&sink->pool);
    mem_free(sink);
}

/* Counts the record that was being read: one outcome each. */
static void record_settle(struct feed_sink *sink)
{
    if (sink->number == 0)
        return;
    if (!sink->taken && !sink->refused && !sink->remarked)
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, text_of("nothing in it that can be used"));
    sink->records[sink->taken ? FEED_USED : sink->refused ? FEED_REFUSED : FEED_REMARK]++;
    sink->number = 0;
}

void feed_record(struct feed_sink *sink, const char *unit, uint64_t number)
{
    record_settle(sink);
    sink->unit = unit;
    sink->number = number;
    sink->taken = sink->refused = sink->remarked = false;
}

void feed_remark(struct feed_sink *sink)
{
    sink->remarked = true;
}

void feed_damaged(struct feed_sink *sink, const char *how)
{
    sink->damaged = "it does not end as it should, or is not what its first bytes say";
    feed_reject(sink, REJECT_FILE, text_of(how));
}

void feed_sink_file(struct feed_sink *sink, struct text path)
{
    record_settle(sink);
    sink->path = path;
}

static bool pool_has_room(const struct feed_sink *sink, size_t bytes)
{
    return sink->pool.len + bytes < UINT32_MAX;
}

uint32_t feed_sink_text(struct feed_sink *sink, struct text text)
{
    uint16_t len = (uint16_t)text.len;
    if (text.at == NULL || text.len > UINT16_MAX || !pool_has_room(sink, sizeof len + len))
        return 0;
    uint32_t at = (uint32_t)sink->pool.len;
    buf_add(&sink->pool, &len, sizeof len);
    buf_add(&sink->pool, text.at, len);
    return at;
}

void feed_reject(struct feed_sink *sink, enum indicator_reject reason, struct text what)
{
    enum { SHOWN = 80 };
    sink->refused = true;
    if (sink->rejects[reason]++ != 0)
        return;
    struct buf example = {0};
    buf_printable(&example, sink->path);
    if (sink->number && strcmp(sink->unit, "line") == 0)
        buf_format(&example, ":%" PRIu64, sink->number);
    else if (sink->number)
        buf_format(&example, " %s %" PRIu64, sink->unit, sink->number);
    buf_string(&example, ": ");
    buf_printable(&example, text_at(what.at, what.len < SHOWN ? what.len : SHOWN));
    sink->reject_example[reason] =
        feed_sink_text(sink, text_at(example.at, example.len < 1000 ? example.len : 1000));
    buf_free(&example);
}

uint32_t feed_sink_family(struct feed_sink *sink, struct text name)
{
    char lower[FEED_FAMILY];
    if (name.at == NULL || name.len == 0)
        return 0;
    if (name.len > sizeof lower)
        name.len = sizeof lower;
    for (uint32_t i = 0; i < name.len; i++)
        lower[i] = ascii_lower(name.at[i]);
    uint64_t hash = indicator_hash(lower, name.len);
    for (unsigned step = 0; step < FEED_FAMILIES; step++) {
        uint32_t index = (uint32_t)((hash + step) % FEED_FAMILIES);
        struct family *slot = &sink->family[index];
        if (slot->at != 0 && slot->hash == hash)
            return index + 1;
        if (slot->at == 0) {
            if (sink->families >= FEED_FAMILIES / 4 * 3)
                return 0;
            slot->hash = hash;
            slot->at = feed_sink_text(sink, text_at(lower, name.len));
            sink->families += slot->at != 0;
            return slot->at ? index + 1 : 0;
        }
    }
    return 0;
}

static uint32_t family_of(struct feed_sink *sink, struct text name)
{
    if (name.at != sink->family_last.at || name.len != sink->family_last.len) {
        sink->family_last_at = feed_sink_family(sink, name);
        sink->family_last = name;
    }
    return sink->family_last_at;
}

static uint16_t day_store(struct day day)
{
    return day.number > 0 && day.number <= UINT16_MAX ? (uint16_t)day.number : 0;
}

static struct listing *listings_add(struct listings *listings)
{
    if (listings->len == listings->room) {
        listings->room = listings->room ? listings->room * 2 : 1024;
        listings->at = mem_resize(listings->at, listings->room, sizeof *listings->at);
    }
    return &listings->at[listings->len++];
}

/* A range of more than 16 addresses (an IPv6 /64) speaks of a network, not of a machine. */
static bool range_is_network(const struct feed_value *value)
{
    return value->network.prefix < (address_is_v4(value->address) ? 96 + 28 : 64);
}

static void sink_add(struct feed_sink *sink, const struct feed_listing *listing,
                     const struct feed_value *value)
{
    uint8_t class = listing->class;
    struct listings *listings = value->range ? &sink->ranged : &sink->table[value->kind];
    if (value->range && class == CLASS_CONTROL && range_is_network(value))
        class = CLASS_NETWORK;
    uint64_t hash = 0;
    if (value->range)
        hash = sink->ranged.len;
    else if (value->kind <= INDICATOR_ADDRESS_PORT)
        hash = indicator_hash_address(value->address, value->port.number);
    else
        hash = indicator_hash(value->text, value->len);
    if (value->range && sink->ranged.len == sink->networks_room) {
        sink->networks_room = sink->networks_room ? sink->networks_room * 2 : 1024;
        sink->network = mem_resize(sink->network, sink->networks_room, sizeof *sink->network);
    }
    if (value->range)
        sink->network[sink->ranged.len] = value->network;
    uint32_t family = family_of(sink, listing->family);
    if (family)
        sink->family[family - 1].size++;
    *listings_add(listings) = (struct listing){
        .hash = hash,
        .item = (uint32_t)sink->pool.len,
        .item_len = (uint16_t)value->len,
        .family = family,
        .first = day_store(listing->first),
        .last = day_store(listing->last),
        .class = class,
        .confidence = listing->confidence ? listing->confidence : value->confidence,
    };
    buf_add(&sink->pool, value->text, value->len);
    if (value->kind == INDICATOR_NAME && value->labels > sink->labels_most)
        sink->labels_most = value->labels;
    if (listing->last.number > sink->newest)
        sink->newest = listing->last.number;
    sink->taken = true;
    sink->total++;
}

void feed_item(struct feed_sink *sink, const struct feed_listing *listing, struct text item)
{
    struct feed_value value;
    enum indicator_reject reason;
    bool parsed = feed_value_parse(item, &value, &reason);
    bool digest = parsed && (value.kind == INDICATOR_JA3 || value.kind == INDICATOR_CERTIFICATE);
    if (digest && listing->kinds == 1u << INDICATOR_FILE)
        value.kind = INDICATOR_FILE;
    if (!parsed)
        feed_reject(sink, reason, item);
    else if (listing->kinds && !(listing->kinds >> value.kind & 1))
        feed_reject(sink, REJECT_KIND, item);
    else if (sink->total >= INDICATOR_ENTRIES || !pool_has_room(sink, value.len + 1024u))
        feed_reject(sink, REJECT_FULL, item);
    else
        sink_add(sink, listing, &value);
}

void feed_sink_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct text head = file->content;
    if (head.len > FEED_HEAD)
        head.len = FEED_HEAD;
    feed_sink_file(sink, file->path);
    sink->family_last = text_at(NULL, 0); /* the texts it was compared with may be gone */
    sink->family_last_at = 0;
    for (unsigned i = 0; i < feed_formats_len; i++) {
        if (!feed_formats[i]->is(file, head))
            continue;
        struct text stem = feed_stem(file->path);
        sink->files++;
        sink->format = sink->format ? sink->format : feed_formats[i]->name;
        sink->digest += XXH3_64bits_withSeed(file->content.at, file->content.len,
                                             indicator_hash(stem.at, stem.len));
        feed_formats[i]->read(sink, file);
        record_settle(sink);
        return;
    }
    feed_reject(sink, REJECT_FILE, text_of("no indicator format that is known"));
}

void feed_sink_tell(const struct feed_sink *sink, struct buf *out)
{
    const char *between = "";
    for (unsigned i = 0; i < INDICATOR_REJECTS; i++) {
        if (sink->rejects[i] == 0)
            continue;
        buf_format(out, "%s%" PRIu64 " %s", between, sink->rejects[i], indicator_reject_text[i]);
        between = ", ";
    }
}
