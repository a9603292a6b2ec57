/*
 * Indicators, looked up: a conversation's end is asked for in tens of nanoseconds among millions of
 * listings, and a program that starts has them at once.
 *
 * The file (indicators_format.h has its structs; feeds/compile.c writes it) is mapped and used as
 * it lies:
 *
 *     header   magic, version, sizes, where everything stands; protected by a digest of its own
 *     table    one for each kind of indicator: entries, buckets, filter
 *     ranges   CIDR ranges sorted by first address, each naming the one around it
 *     pool     the texts: items as listed, families, names
 *
 * A table is a hash directory without empty slots: entries lie bucket after bucket, four on
 * average, and `buckets` says where each starts. Before it stands a filter of 16 bits an entry, two
 * of them set in one 64-bit word: 49 of 50 look-ups of what is not listed, nearly all, end there,
 * in a megabyte that stays in the cache. An entry whose 32-bit tag agrees is compared by its text,
 * so that a collision of hashes cannot lie. Several listings of one item (families, dates) are
 * neighbours in their bucket.
 *
 * Ranges never overlap in part (they are CIDR): the innermost one at or before an address is found
 * by bisection, the others that hold it by following parents. One bit for each IPv4 /16 tells that
 * no range touches it.
 *
 * The body is not read at open, that would cost what mapping saves: offsets of sections are checked
 * then, and everything that a look-up meets (bucket bounds, texts, classes) when it is met. A
 * damaged body can lose or misname a listing, never read outside the map.
 *
 * Order: indicators_new -> indicators_open for each set -> look-ups from any thread ->
 * indicators_free.
 */
#include "record/indicators.h"

#include "base/file.h"
#include "base/mem.h"
#include "record/indicators_format.h"

#include <sys/mman.h>

enum {
    SETS = 64,
    BUCKET_SCAN = 4096, /* entries looked at in one bucket */
    RANGE_CHAIN = 256,  /* ranges around one address */
    NAME_LABELS = 128,  /* RFC 1035 2.3.4: 255 octets, hence at most 127 labels */
    URL_KEY = INDICATOR_ITEM_LEN,
    RANGED = INT32_MIN, /* bit of a reference: it is one of the ranges */
};

struct table {
    const struct indicator_entry *entry;
    const uint32_t *bucket;
    const uint64_t *filter;
    uint64_t entries, buckets, filter_words;
};

struct set {
    struct file_map map;
    const struct indicator_header *header;
    struct table table[INDICATOR_KINDS];
    const struct indicator_entry *ranged;
    const struct indicator_range *range;
    const uint64_t *top16;
    const char *pool;
    struct text name; /* "maltrail@1f3c5a77" */
};

struct indicators {
    unsigned sets;
    struct set set[SETS];
};

/* One look-up under way. */
struct look {
    const struct indicator_window *window;
    struct day day;
    struct indicator *ret;
    unsigned len;
    bool warnings; /* asks for what warning lists say, and for nothing else */
};

const char *const indicator_kind_text[INDICATOR_KINDS] = {
    [INDICATOR_ADDRESS] = "address",
    [INDICATOR_ADDRESS_PORT] = "address:port",
    [INDICATOR_NAME] = "name",
    [INDICATOR_URL] = "URL",
    [INDICATOR_CERTIFICATE] = "certificate",
    [INDICATOR_JA3] = "JA3",
    [INDICATOR_JA4] = "JA4",
    [INDICATOR_FILE] = "file",
};

const char *const indicator_reject_text[INDICATOR_REJECTS] = {
    [REJECT_NOT_UNDERSTOOD] = "lines not understood",
    [REJECT_PATTERN] = "patterns and conditions that no look-up answers",
    [REJECT_RESERVED] = "private or reserved addresses",
    [REJECT_SUFFIX] = "public suffixes and single labels",
    [REJECT_PORTS] = "addresses with two ports",
    [REJECT_SCHEME] = "URLs of a scheme that is not watched",
    [REJECT_LINE] = "lines longer than any indicator",
    [REJECT_KIND] = "kinds that traffic does not show, such as hashes of files",
    [REJECT_REVOKED] = "taken back, or not meant for detection",
    [REJECT_SAME] = "further listings of one item",
    [REJECT_FULL] = "listings beyond the most a set holds",
    [REJECT_FILE] = "files of no known format, damaged or too large",
};

struct indicators *indicators_new(void)
{
    return mem_new(1, sizeof(struct indicators));
}

void indicators_free(struct indicators *all)
{
    if (all == NULL)
        return;
    for (unsigned i = 0; i < all->sets; i++)
        file_unmap(&all->set[i].map);
    mem_free(all);
}

/* The place of `count` things of `size` bytes, or NULL when they do not lie in the file. */
static const void *section(const struct file_map *map, uint64_t at, uint64_t count, size_t size)
{
    if (at % 8 != 0 || at > map->len || count > (map->len - at) / size)
        return NULL;
    return map->at + at;
}

static bool table_open(struct table *table, const struct indicator_table *lies,
                       const struct file_map *map)
{
    table->entries = lies->entries;
    table->buckets = lies->buckets;
    table->filter_words = lies->filter;
    if (lies->entries > INDICATOR_ENTRIES || lies->buckets > INDICATOR_ENTRIES ||
        lies->filter > INDICATOR_ENTRIES)
        return false;
    if (lies->entries && (!lies->buckets || !lies->filter))
        return false;
    table->entry = section(map, lies->entries_at, lies->entries, sizeof *table->entry);
    table->bucket = section(map, lies->buckets_at, lies->buckets + 1, sizeof *table->bucket);
    table->filter = section(map, lies->filter_at, lies->filter, sizeof *table->filter);
    return table->entry && table->bucket && table->filter;
}

static bool header_right(const struct file_map *map)
{
    const void *at = map->at;
    const struct indicator_header *header = at;
    if (map->len < sizeof *header || header->magic != INDICATOR_MAGIC ||
        header->version != INDICATOR_VERSION || header->header_bytes != sizeof *header ||
        header->file_bytes != map->len)
        return false;
    struct indicator_header copy = *header;
    copy.header_digest = 0;
    return XXH3_64bits(&copy, sizeof copy) == header->header_digest &&
           memchr(header->digest, '\0', 17) != NULL;
}

/* {uint16 len, bytes} of the pool; null when it is not there. */
static struct text pool_text(const struct set *set, uint32_t at)
{
    struct text none = {NULL, 0};
    uint16_t len;
    if (at == 0 || (uint64_t)at + sizeof len > set->header->pool)
        return none;
    memcpy(&len, set->pool + at, sizeof len);
    if ((uint64_t)at + sizeof len + len > set->header->pool)
        return none;
    return text_at(set->pool + at + sizeof len, len);
}

static bool set_open(struct set *set)
{
    const struct file_map *map = &set->map;
    if (!header_right(map))
        return false;
    const void *at = map->at;
    const struct indicator_header *header = at;
    set->header = header;
    for (unsigned kind = 0; kind < INDICATOR_KINDS; kind++)
        if (!table_open(&set->table[kind], &header->table[kind], map))
            return false;
    if (header->ranged > INDICATOR_ENTRIES)
        return false;
    set->ranged = section(map, header->ranged_at, header->ranged, sizeof *set->ranged);
    set->range = section(map, header->ranges_at, header->ranged, sizeof *set->range);
    set->top16 = section(map, header->top16_at, INDICATOR_TOP16 / 64, sizeof *set->top16);
    set->pool = section(map, header->pool_at, header->pool, 1);
    if (!set->ranged || !set->range || !set->top16 || !set->pool)
        return false;
    set->name = pool_text(set, header->set);
    return set->name.at != NULL;
}

bool indicators_open(struct indicators *all, const char *compiled_path, struct err *err)
{
    if (all->sets == SETS)
        return err_set(err, "more than %d indicator sets: give fewer --intel", SETS);
    struct set *set = &all->set[all->sets];
    *set = (struct set){0};
    if (!file_map(&set->map, compiled_path, err))
        return false;
    if (!set_open(set)) {
        file_unmap(&set->map);
        return err_set(err, "%s is no whole compiled indicator file of this version",
                       compiled_path);
    }
    /* Look-ups touch it here and there: reading ahead would only fetch what nobody asked for. */
    (void)madvise((void *)(uintptr_t)set->map.at, set->map.len, MADV_RANDOM);
    all->sets++;
    return true;
}

unsigned indicators_sets(const struct indicators *all)
{
    return all->sets;
}

void indicators_info(const struct indicators *all, unsigned index, struct indicator_set_info *ret)
{
    muster_assert(index < all->sets);
    const struct set *set = &all->set[index];
    const struct indicator_header *header = set->header;
    *ret = (struct indicator_set_info){.name = pool_text(set, header->name),
                                       .origin = pool_text(set, header->origin),
                                       .files = header->files,
                                       .newest = {header->newest}};
    memcpy(ret->digest, header->digest, sizeof ret->digest);
    for (unsigned i = 0; i < INDICATOR_KINDS; i++) {
        ret->by_kind[i] = header->by_kind[i];
        ret->indicators += header->by_kind[i];
    }
    for (unsigned i = 0; i < INDICATOR_REJECTS; i++) {
        ret->reject[i] = header->rejects[i];
        ret->reject_example[i] = pool_text(set, header->reject_example[i]);
        ret->rejected += header->rejects[i];
    }
    ret->listings = header->listings;
    ret->lines_used = header->lines_used;
    ret->lines_refused = header->lines_refused;
    ret->lines_remark = header->lines_remark;
    ret->lines = ret->lines_used + ret->lines_refused + ret->lines_remark;
}

static struct text entry_item(const struct set *set, const struct indicator_entry *entry)
{
    if ((uint64_t)entry->item + entry->item_len > set->header->pool)
        return text_at(NULL, 0);
    return text_at(set->pool + entry->item, entry->item_len);
}

static struct day day_stored(uint16_t number)
{
    struct day day = {number ? number : DAY_NONE};
    return day;
}

static void entry_show(const struct indicators *all, const struct set *set, unsigned kind,
                       uint32_t reference, const struct indicator_entry *entry,
                       struct indicator *ret)
{
    *ret = (struct indicator){
        .kind = (uint8_t)kind,
        .class = entry->class < CLASSES ? entry->class : CLASS_SUSPICIOUS,
        .confidence = entry->confidence,
        .port_listed = kind == INDICATOR_ADDRESS_PORT,
        .first_listed = day_stored(entry->first),
        .last_listed = day_stored(entry->last),
        .item = entry_item(set, entry),
        .family = pool_text(set, entry->family),
        .set = set->name,
        .set_index = (uint8_t)(set - all->set),
        .reference = reference,
    };
}

bool indicators_get(const struct indicators *all, uint8_t set_index, uint8_t kind,
                    uint32_t reference, struct indicator *ret)
{
    if (set_index >= all->sets || kind >= INDICATOR_KINDS)
        return false;
    const struct set *set = &all->set[set_index];
    uint32_t index = reference & ~(uint32_t)RANGED;
    bool ranged = index != reference;
    if (index >= (ranged ? set->header->ranged : set->table[kind].entries))
        return false;
    entry_show(all, set, kind, reference,
               ranged ? &set->ranged[index] : &set->table[kind].entry[index], ret);
    return true;
}

static bool entry_holds(const struct indicator_entry *entry, const struct look *look)
{
    const struct indicator_window *window = look->window;
    int day = look->day.number;
    if ((entry->class >= CLASS_WARN_SHARED) != look->warnings)
        return false;
    if (entry->first && window->known_by.number != DAY_NONE &&
        entry->first > window->known_by.number)
        return false;
    if (day == DAY_NONE)
        return true;
    return (!entry->first || day >= entry->first - window->before_days) &&
           (!entry->last || day <= entry->last + window->after_days);
}

/* Higher = says more. Classes first, then what names the end more exactly, then dates. */
static unsigned indicator_rank(const struct indicator *i)
{
    static const uint8_t by_class[] = {
        [CLASS_SINKHOLE] = 5,     [CLASS_CONTROL] = 4,      [CLASS_MALICIOUS] = 3,
        [CLASS_SUSPICIOUS] = 2,   [CLASS_NETWORK] = 1,      [CLASS_SCANNER] = 0,
        [CLASS_COMPROMISED] = 3,  [CLASS_WARN_SHARED] = 3,  [CLASS_WARN_SINKHOLE] = 6,
        [CLASS_WARN_SCANNER] = 5, [CLASS_WARN_PARKING] = 4, [CLASS_WARN_POPULAR] = 0};
    bool dated = i->first_listed.number != DAY_NONE && i->last_listed.number != DAY_NONE;
    return (unsigned)by_class[i->class] << 20 | (unsigned)dated << 19 |
           (unsigned)i->port_listed << 18 | (unsigned)i->confidence << 10 |
           (i->item.len < 1023 ? i->item.len : 1023);
}

/* Keeps the strongest INDICATOR_HITS, strongest first; of equals the earlier stays ahead. */
static void look_add(struct look *look, const struct indicator *hit)
{
    unsigned rank = indicator_rank(hit), at = look->len;
    while (at > 0 && indicator_rank(&look->ret[at - 1]) < rank)
        at--;
    if (at == INDICATOR_HITS)
        return;
    unsigned last = look->len < INDICATOR_HITS ? look->len++ : INDICATOR_HITS - 1;
    memmove(&look->ret[at + 1], &look->ret[at], (last - at) * sizeof *hit);
    look->ret[at] = *hit;
}

static inline bool table_may_hold(const struct table *table, uint64_t hash)
{
    if (table->entries == 0)
        return false;
    uint64_t bits = indicator_filter_bits(hash);
    return (table->filter[indicator_slot(hash, table->filter_words)] & bits) == bits;
}

static void table_find(const struct indicators *all, const struct set *set, unsigned kind,
                       uint64_t hash, struct text key, struct look *look)
{
    const struct table *table = &set->table[kind];
    uint64_t bucket = indicator_slot(hash, table->buckets);
    uint64_t at = table->bucket[bucket], end = table->bucket[bucket + 1];
    if (end > table->entries)
        end = table->entries;
    if (end > at + BUCKET_SCAN)
        end = at + BUCKET_SCAN;
    for (; at < end; at++) {
        const struct indicator_entry *entry = &table->entry[at];
        if (entry->tag != (uint32_t)hash || !text_same(entry_item(set, entry), key) ||
            !entry_holds(entry, look))
            continue;
        struct indicator hit;
        entry_show(all, set, kind, (uint32_t)at, entry, &hit);
        look_add(look, &hit);
    }
}

static void find_text(const struct indicators *all, unsigned kind, struct text key,
                      struct look *look)
{
    uint64_t hash = indicator_hash(key.at, key.len);
    for (unsigned i = 0; i < all->sets; i++)
        if (table_may_hold(&all->set[i].table[kind], hash))
            table_find(all, &all->set[i], kind, hash, key, look);
}

static void ranges_find(const struct indicators *all, const struct set *set, struct address address,
                        struct look *look)
{
    if (set->header->ranged == 0)
        return;
    if (address_is_v4(address)) {
        uint32_t top = address_v4_number(address) >> 16;
        if ((set->top16[top >> 6] >> (top & 63) & 1) == 0)
            return;
    }
    uint64_t low = 0, high = set->header->ranged; /* the answer's index + 1 is in [low, high] */
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct address first = {set->range[middle].high, set->range[middle].low};
        if (address_compare(first, address) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (unsigned steps = 0; low != 0 && low <= set->header->ranged && steps < RANGE_CHAIN;
         steps++) {
        const struct indicator_range *range = &set->range[low - 1];
        struct network network = {{range->high, range->low}, range->prefix};
        if (range->prefix <= 128 && network_holds(&network, address) &&
            range->entry < set->header->ranged && entry_holds(&set->ranged[range->entry], look)) {
            struct indicator hit;
            entry_show(all, set, INDICATOR_ADDRESS, range->entry | (uint32_t)RANGED,
                       &set->ranged[range->entry], &hit);
            look_add(look, &hit);
        }
        low = range->parent;
    }
}

static void address_find(const struct indicators *all, struct address address, struct port port,
                         struct look *look)
{
    struct port none = {0};
    uint64_t bare = indicator_hash_address(address, 0);
    uint64_t with = indicator_hash_address(address, port.number);
    for (unsigned i = 0; i < all->sets; i++) {
        const struct set *set = &all->set[i];
        char text[ADDRESS_TEXT + 8];
        if (port.number && table_may_hold(&set->table[INDICATOR_ADDRESS_PORT], with)) {
            size_t len = indicator_end_format(address, port, text);
            table_find(all, set, INDICATOR_ADDRESS_PORT, with, text_at(text, len), look);
        }
        if (table_may_hold(&set->table[INDICATOR_ADDRESS], bare)) {
            size_t len = indicator_end_format(address, none, text);
            table_find(all, set, INDICATOR_ADDRESS, bare, text_at(text, len), look);
        }
        ranges_find(all, set, address, look);
    }
}

unsigned indicators_address(const struct indicators *all, struct address address, struct port port,
                            struct day day, const struct indicator_window *window,
                            struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    address_find(all, address, port, &look);
    return look.len;
}

/* Where the labels of name start, the last first; returns how many. */
static unsigned name_labels(struct text name, uint16_t start[NAME_LABELS])
{
    unsigned labels = 0;
    for (uint32_t i = name.len; i > 0 && labels < NAME_LABELS; i--)
        if (name.at[i - 1] == '.')
            start[labels++] = (uint16_t)i;
    if (labels < NAME_LABELS)
        start[labels++] = 0;
    return labels;
}

static void name_find(const struct indicators *all, struct text name, struct look *look)
{
    uint16_t start[NAME_LABELS];
    if (name.at == NULL || name.len == 0 || name.len > UINT16_MAX)
        return;
    unsigned most = 0;
    for (unsigned i = 0; i < all->sets; i++)
        if (all->set[i].header->labels_most > most)
            most = all->set[i].header->labels_most;
    unsigned labels = name_labels(name, start);
    for (unsigned i = 1; i < labels && i < most; i++) /* a single label is never listed */
        find_text(all, INDICATOR_NAME, text_at(name.at + start[i], name.len - start[i]), look);
}

unsigned indicators_name(const struct indicators *all, struct text name, struct day day,
                         const struct indicator_window *window,
                         struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    name_find(all, name, &look);
    return look.len;
}

static const struct indicator_window no_window = {.known_by = {DAY_NONE}};

unsigned indicators_warnings_address(const struct indicators *all, struct address address,
                                     struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = &no_window, .day = {DAY_NONE}, .ret = ret, .warnings = true};
    struct port none = {0};
    address_find(all, address, none, &look);
    return look.len;
}

unsigned indicators_warnings_name(const struct indicators *all, struct text name,
                                  struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = &no_window, .day = {DAY_NONE}, .ret = ret, .warnings = true};
    name_find(all, name, &look);
    return look.len;
}

static void url_try(const struct indicators *all, struct text host, struct text path,
                    struct look *look)
{
    char key[URL_KEY];
    if (path.len == 0 || host.len + path.len > sizeof key)
        return;
    if (host.len == 0) {
        find_text(all, INDICATOR_URL, path, look);
        return;
    }
    memcpy(key, host.at, host.len);
    memcpy(key + host.len, path.at, path.len);
    find_text(all, INDICATOR_URL, text_at(key, host.len + path.len), look);
}

/* host/path as it stands and, when a folder is listed ("host/folder/"), what lies in it. */
static void url_try_host(const struct indicators *all, struct text host, struct text target,
                         struct text path, struct look *look)
{
    url_try(all, host, path, look);
    if (target.len != path.len)
        url_try(all, host, target, look);
    uint32_t folder = path.len;
    while (folder > 1 && path.at[folder - 1] != '/')
        folder--;
    if (folder > 1 && folder < path.len)
        url_try(all, host, text_at(path.at, folder), look);
}

/* Drops "http://host:port" of a target in absolute form (RFC 9112 3.2.2); the authority goes to
 * *host when the Host field was missing. */
static struct text target_path(struct text target, struct text *host)
{
    if (!text_starts(target, "http://"))
        return target;
    uint32_t at = 7;
    while (at < target.len && target.at[at] != '/')
        at++;
    if (host->len == 0)
        *host = text_at(target.at + 7, at - 7);
    return text_at(target.at + at, target.len - at);
}

unsigned indicators_url(const struct indicators *all, struct text host, struct text target,
                        struct day day, const struct indicator_window *window,
                        struct indicator ret[INDICATOR_HITS])
{
    enum { HOST_SUFFIXES = 8 };
    struct look look = {.window = window, .day = day, .ret = ret};
    if (target.at == NULL || target.len == 0)
        return 0;
    target = target_path(target, &host);
    const char *mark = target.len ? memchr(target.at, '?', target.len) : NULL;
    struct text path = text_at(target.at, mark ? (size_t)(mark - target.at) : target.len);
    if (path.len == 0 || path.at[0] != '/')
        return 0;
    if (path.len > 1)
        url_try(all, text_at(NULL, 0), path, &look);
    if (target.len != path.len)
        url_try(all, text_at(NULL, 0), target, &look);
    if (host.at == NULL || host.len == 0)
        return look.len;
    url_try_host(all, host, target, path, &look); /* with the port, when one was sent */
    const char *colon = host.at[0] == '[' ? NULL : memchr(host.at, ':', host.len);
    if (colon != NULL) {
        host.len = (uint32_t)(colon - host.at);
        url_try_host(all, host, target, path, &look);
    }
    struct address address;
    if (address_parse(host, &address))
        return look.len;
    uint16_t start[NAME_LABELS];
    unsigned labels = host.len ? name_labels(host, start) : 0;
    for (unsigned i = 1; i + 1 < labels && i <= HOST_SUFFIXES; i++)
        url_try_host(all, text_at(host.at + start[i], host.len - start[i]), target, path, &look);
    return look.len;
}

static void find_digest(const struct indicators *all, const uint8_t *digest, unsigned len,
                        struct look *look)
{
    char hex[64];
    muster_assert(len <= sizeof hex / 2);
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        hex[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    find_text(all, INDICATOR_CERTIFICATE, text_at(hex, (size_t)len * 2), look);
}

unsigned indicators_certificate(const struct indicators *all, const uint8_t sha1[20],
                                struct day day, const struct indicator_window *window,
                                struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    find_digest(all, sha1, 20, &look);
    return look.len;
}

unsigned indicators_certificate_sha256(const struct indicators *all, const uint8_t sha256[32],
                                       struct day day, const struct indicator_window *window,
                                       struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    find_digest(all, sha256, 32, &look);
    return look.len;
}

bool indicators_have_files(const struct indicators *all)
{
    struct indicator_set_info info;
    for (unsigned i = 0; i < indicators_sets(all); i++) {
        indicators_info(all, i, &info);
        if (info.by_kind[INDICATOR_FILE])
            return true;
    }
    return false;
}

unsigned indicators_file(const struct indicators *all, struct text md5, struct text sha1,
                         struct text sha256, struct day day, const struct indicator_window *window,
                         struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    const struct text digest[] = {sha256, sha1, md5};
    for (size_t i = 0; i < sizeof digest / sizeof digest[0]; i++) {
        if (digest[i].len == 0)
            continue;
        find_text(all, INDICATOR_FILE, digest[i], &look);
        find_text(all, digest[i].len == 32 ? INDICATOR_JA3 : INDICATOR_CERTIFICATE, digest[i],
                  &look);
    }
    return look.len;
}

unsigned indicators_ja3(const struct indicators *all, const char *ja3, struct day day,
                        const struct indicator_window *window, struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    if (ja3[0] != '\0')
        find_text(all, INDICATOR_JA3, text_of(ja3), &look);
    return look.len;
}

unsigned indicators_ja4(const struct indicators *all, const char *ja4, struct day day,
                        const struct indicator_window *window, struct indicator ret[INDICATOR_HITS])
{
    struct look look = {.window = window, .day = day, .ret = ret};
    if (ja4[0] != '\0')
        find_text(all, INDICATOR_JA4, text_of(ja4), &look);
    return look.len;
}
