/*
 * STIX 2 bundles (OASIS, STIX 2.1): an array of objects, of which the indicators list something;
 * each object is a record. What an indicator asks for is its pattern (stix_pattern.c); its family
 * is the malware or tool that a relationship "indicates" from it; it holds from valid_from to
 * valid_until, or, without that, to the day it was last changed. Revoked ones are refused as such.
 */
#include "feeds/stix_pattern.h"

#include "base/mem.h"
#include "record/indicators_format.h"

#include <stdlib.h>

enum { STIX_LINKS = 1 << 20, STIX_WORDS = 64 };

static bool stix_is(const struct feed_file *file, struct text head)
{
    (void)file;
    return head.len && feed_trim(head).len && feed_trim(head).at[0] == '{' &&
           feed_holds(head, "\"bundle") &&
           (feed_holds(head, "\"type\"") || feed_holds(head, "\"bundle--"));
}

/* The other objects an indicator is joined with, sorted by key. */
struct link {
    uint64_t key;     /* hash of an indicator's id; or of a malware's */
    uint64_t target;  /* of a relationship: hash of the malware's id */
    struct text name; /* of a malware */
};

struct links {
    struct link *at;
    size_t len, room;
};

static void links_add(struct links *links, struct link link)
{
    if (links->len == STIX_LINKS)
        return;
    if (links->len == links->room) {
        links->room = links->room ? links->room * 2 : 256;
        links->at = mem_resize(links->at, links->room, sizeof *links->at);
    }
    links->at[links->len++] = link;
}

static int link_order(const void *left, const void *right)
{
    const struct link *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return a->target < b->target ? -1 : a->target > b->target;
}

static const struct link *links_find(const struct links *links, uint64_t key)
{
    size_t low = 0, high = links->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (links->at[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < links->len && links->at[low].key == key ? &links->at[low] : NULL;
}

static uint64_t id_hash(struct json_value id)
{
    struct text text = json_text(id);
    return indicator_hash(text.at ? text.at : "", text.len);
}

struct stix {
    struct feed_sink *sink;
    struct links indicates, malware;
};

static void link_note(struct stix *stix, struct json_value object)
{
    struct text type = json_text(json_get(object, "type"));
    if (text_is(type, "malware") || text_is(type, "tool")) {
        struct link link = {id_hash(json_get(object, "id")), 0,
                            json_text(json_get(object, "name"))};
        links_add(&stix->malware, link);
    } else if (text_is(type, "relationship") &&
               text_is(json_text(json_get(object, "relationship_type")), "indicates")) {
        struct link link = {id_hash(json_get(object, "source_ref")),
                            id_hash(json_get(object, "target_ref")),
                            {NULL, 0}};
        links_add(&stix->indicates, link);
    }
}

static struct text family_of(const struct stix *stix, struct json_value indicator)
{
    uint64_t key = id_hash(json_get(indicator, "id"));
    const struct link *link = links_find(&stix->indicates, key);
    for (; link != NULL && link->key == key; link++) {
        const struct link *malware = links_find(&stix->malware, link->target);
        if (malware != NULL && malware->name.len)
            return malware->name;
        if (link + 1 == stix->indicates.at + stix->indicates.len)
            break;
    }
    return text_at(NULL, 0);
}

static bool holds_word(struct json_value array, const char *word)
{
    struct json_each each = json_members(array);
    struct json_value element;
    for (unsigned n = 0; n < STIX_WORDS && json_next(&each, NULL, &element); n++)
        if (text_is(json_text(element), word))
            return true;
    return false;
}

static bool in_phase(struct json_value indicator, const char *phase)
{
    struct json_each each = json_members(json_get(indicator, "kill_chain_phases"));
    struct json_value element;
    for (unsigned n = 0; n < STIX_WORDS && json_next(&each, NULL, &element); n++)
        if (text_is(json_text(json_get(element, "phase_name")), phase))
            return true;
    return false;
}

static uint8_t class_of(struct json_value indicator)
{
    struct json_value types = json_get(indicator, "indicator_types");
    if (json_type(types) == JSON_NONE) /* STIX 2.0 */
        types = json_get(indicator, "labels");
    if (holds_word(types, "compromised"))
        return CLASS_COMPROMISED;
    if (in_phase(indicator, "command-and-control"))
        return CLASS_CONTROL;
    if (holds_word(types, "anomalous-activity") || holds_word(types, "anonymization"))
        return CLASS_SUSPICIOUS;
    if (in_phase(indicator, "delivery") || in_phase(indicator, "reconnaissance") ||
        in_phase(indicator, "exploitation") || in_phase(indicator, "initial-access"))
        return CLASS_MALICIOUS;
    return CLASS_CONTROL;
}

static void indicator_read(const struct stix *stix, struct json_value indicator)
{
    struct text pattern = json_text(json_get(indicator, "pattern"));
    struct text language = json_text(json_get(indicator, "pattern_type"));
    struct json_value types = json_get(indicator, "indicator_types");
    struct feed_listing listing = FEED_LISTING_NONE;
    int64_t confidence;
    if (pattern.at == NULL) {
        feed_reject(stix->sink, REJECT_NOT_UNDERSTOOD, text_of("an indicator without pattern"));
        return;
    }
    if (json_is_true(json_get(indicator, "revoked")) || holds_word(types, "benign")) {
        feed_reject(stix->sink, REJECT_REVOKED, pattern);
        return;
    }
    if (language.at && !text_is(language, "stix")) {
        feed_reject(stix->sink, REJECT_KIND, language);
        return;
    }
    listing.class = class_of(indicator);
    listing.family = family_of(stix, indicator);
    listing.first = feed_json_day(json_get(indicator, "valid_from"));
    listing.last = feed_json_day(json_get(indicator, "valid_until"));
    if (listing.last.number == DAY_NONE)
        listing.last = feed_json_day(json_get(indicator, "modified"));
    if (listing.last.number < listing.first.number)
        listing.last = listing.first;
    if (json_integer(json_get(indicator, "confidence"), &confidence) && confidence > 0 &&
        confidence <= 100)
        listing.confidence = (uint8_t)confidence;
    stix_pattern_read(stix->sink, &listing, pattern);
}

static void links_sort(struct links *links)
{
    if (links->len)
        qsort(links->at, links->len, sizeof *links->at, link_order);
}

static void stix_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct json *json = feed_json(sink, file);
    if (json == NULL)
        return;
    struct stix stix = {.sink = sink};
    struct json_value objects = json_get(json_root(json), "objects"), object;
    struct json_each each = json_members(objects);
    while (json_next(&each, NULL, &object))
        link_note(&stix, object);
    links_sort(&stix.indicates);
    links_sort(&stix.malware);
    each = json_members(objects);
    for (uint64_t n = 1; json_next(&each, NULL, &object); n++) {
        feed_record(sink, "object", n);
        if (text_is(json_text(json_get(object, "type")), "indicator"))
            indicator_read(&stix, object);
        else
            feed_remark(sink);
    }
    mem_free(stix.indicates.at);
    mem_free(stix.malware.at);
    json_free(json);
}

const struct feed_format feed_stix = {
    .name = "stix",
    .about = "STIX 2 bundles: indicators with their patterns (JSON)",
    .is = stix_is,
    .read = stix_read,
};
