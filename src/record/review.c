#include "record/review.h"

#include "base/arena.h"
#include "base/file.h"
#include "base/mem.h"

#include <stdlib.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

enum { RULES_MAX = 1 << 20, LINE_MAX_BYTES = 1024, SHOWN = 80, LABELS = 128, MARK_MAX = 64 };

struct rule {
    struct text key; /* name or mark, lower case; null of a network */
    struct network network;
    struct text role, reason;
    struct text where; /* "office.allow:3" */
};

/* Sorted when first looked into: names by their text, networks with the longest prefix first. */
struct rules {
    struct rule *at;
    size_t len, room;
};

struct review {
    struct arena arena;
    struct rules name, mark, network;     /* of allow-lists */
    struct rules role_name, role_network; /* of roles files */
    size_t bad;
    struct text bad_first;
    uint64_t digest;
};

struct review *review_new(void)
{
    return mem_new(1, sizeof(struct review));
}

void review_free(struct review *r)
{
    if (r == NULL)
        return;
    mem_free(r->name.at);
    mem_free(r->mark.at);
    mem_free(r->network.at);
    mem_free(r->role_name.at);
    mem_free(r->role_network.at);
    arena_free(&r->arena);
    mem_free(r);
}

static int text_order(struct text a, struct text b)
{
    uint32_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.at, b.at, least) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_key(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;
    int order = text_order(a->key, b->key);
    return order ? order : text_order(a->where, b->where);
}

static int by_prefix(const void *left, const void *right)
{
    const struct rule *a = left, *b = right;
    if (a->network.prefix != b->network.prefix)
        return a->network.prefix > b->network.prefix ? -1 : 1;
    int order = address_compare(a->network.first, b->network.first);
    return order ? order : text_order(a->where, b->where);
}

static void rules_sort(struct rules *rules, int (*order)(const void *, const void *))
{
    if (rules->len)
        qsort(rules->at, rules->len, sizeof *rules->at, order);
}

static void rules_add(struct rules *rules, const struct rule *rule)
{
    if (rules->len == rules->room) {
        rules->room = rules->room ? rules->room * 2 : 64;
        rules->at = mem_resize(rules->at, rules->room, sizeof *rules->at);
    }
    rules->at[rules->len++] = *rule;
}

/* ---- reading */

/* Up to the first blank; *rest is what follows. */
static struct text word(struct text line, struct text *rest)
{
    uint32_t end = 0;
    while (end < line.len && (unsigned char)line.at[end] > ' ')
        end++;
    *rest = text_trim(text_at(line.at + end, line.len - end));
    return text_at(line.at, end);
}

static struct text lower(struct arena *arena, struct text t)
{
    struct text copy = arena_text(arena, t);
    char *at = (char *)(uintptr_t)copy.at;
    for (uint32_t i = 0; i < copy.len; i++)
        at[i] = ascii_lower(at[i]);
    return copy;
}

static bool is_hex(struct text t)
{
    for (uint32_t i = 0; i < t.len; i++) {
        char c = ascii_lower(t.at[i]);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

/* JA3 (32 digits), SHA-1 (40), SHA-256 (64), or JA4 (t13d1516h2_8daaf6152771_b186095e22b6). */
static bool is_mark(struct text t)
{
    bool ja4 = t.len == 36 && t.at[10] == '_' && t.at[23] == '_';
    return ja4 || ((t.len == 32 || t.len == 40 || t.len == 64) && is_hex(t));
}

/* A name of at least two labels (a single one would cover a whole top-level domain). */
static bool is_name(struct text t)
{
    bool dot = false;
    for (uint32_t i = 0; i < t.len; i++) {
        char c = ascii_lower(t.at[i]);
        if (c == '.')
            dot = i > 0 && i + 1 < t.len && t.at[i - 1] != '.';
        if (c == '.' ? i == 0 || t.at[i - 1] == '.'
                     : !((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'))
            return false;
    }
    return dot && t.len <= 253;
}

/* The end that a word names, into rule->key or rule->network. */
static bool end_parse(struct review *r, struct text item, struct rule *rule)
{
    if (network_parse(item, &rule->network)) {
        rule->key = text_at(NULL, 0);
        return true;
    }
    if (text_starts(item, "*."))
        item = text_at(item.at + 2, item.len - 2);
    else if (text_starts(item, "."))
        item = text_at(item.at + 1, item.len - 1);
    if (item.len && item.at[item.len - 1] == '.')
        item.len--;
    if (!is_name(item))
        return false;
    rule->key = lower(&r->arena, item);
    return true;
}

static bool allow_line(struct review *r, struct text line, struct rule *rule)
{
    struct text rest, item = word(line, &rest);
    if (rest.len)
        return false;
    if (is_mark(item)) {
        rule->key = lower(&r->arena, item);
        rules_add(&r->mark, rule);
        return true;
    }
    if (!end_parse(r, item, rule))
        return false;
    rules_add(rule->key.at ? &r->name : &r->network, rule);
    return true;
}

static const char *const role_names[] = {
    "client",    "server",      "resolver", "proxy",  "mail gateway", "NAT",  "lab",      "scanner",
    "dedicated", "compromised", "shared",   "tunnel", "relay",        "peer", "sinkhole", "unknown",
};

/* The role at the start of `text`; *rest is what follows. */
static const char *role_parse(struct text text, struct text *rest)
{
    for (unsigned i = 0; i < sizeof role_names / sizeof *role_names; i++) {
        size_t len = strlen(role_names[i]);
        if (text.len < len || (text.len > len && (unsigned char)text.at[len] > ' ') ||
            !text_is_nocase(text_at(text.at, len), role_names[i]))
            continue;
        *rest = text_trim(text_at(text.at + len, text.len - len));
        return role_names[i];
    }
    return NULL;
}

static bool role_line(struct review *r, struct text line, struct rule *rule)
{
    struct text rest, item = word(line, &rest);
    const char *role = role_parse(rest, &rest);
    if (role == NULL || !end_parse(r, item, rule))
        return false;
    rule->role = text_of(role);
    rule->reason = rest.len ? arena_text(&r->arena, rest) : text_at(NULL, 0);
    rules_add(rule->key.at ? &r->role_name : &r->role_network, rule);
    return true;
}

static void line_bad(struct review *r, struct text where, struct text line)
{
    if (r->bad++ != 0)
        return;
    if (line.len > SHOWN)
        line.len = SHOWN;
    r->bad_first =
        arena_format(&r->arena, "%.*s: %.*s", (int)where.len, where.at, (int)line.len, line.at);
}

static size_t rules_all(const struct review *r)
{
    return r->name.len + r->mark.len + r->network.len + r->role_name.len + r->role_network.len;
}

static void line_take(struct review *r, const char *name, size_t number, struct text line,
                      bool roles)
{
    struct rule rule = {.key = {NULL, 0}};
    rule.where = arena_format(&r->arena, "%s:%zu", name, number);
    r->digest += XXH3_64bits_withSeed(line.at, line.len, roles);
    if (rules_all(r) >= RULES_MAX || line.len > LINE_MAX_BYTES ||
        !(roles ? role_line : allow_line)(r, line, &rule))
        line_bad(r, rule.where, line);
}

void review_read(struct review *r, const char *name, struct text content, bool roles)
{
    size_t number = 0;
    for (uint32_t at = 0; at < content.len;) {
        const char *start = content.at + at;
        const char *stop = memchr(start, '\n', content.len - at);
        uint32_t len = stop ? (uint32_t)(stop - start) : content.len - at;
        at += len + (stop != NULL);
        number++;
        const char *hash = len ? memchr(start, '#', len) : NULL;
        struct text line = text_trim(text_at(start, hash ? (size_t)(hash - start) : len));
        if (line.len)
            line_take(r, name, number, line, roles);
    }
    rules_sort(&r->name, by_key);
    rules_sort(&r->mark, by_key);
    rules_sort(&r->network, by_prefix);
    rules_sort(&r->role_name, by_key);
    rules_sort(&r->role_network, by_prefix);
}

static bool file_read(struct review *r, const char *path, bool roles, struct err *err)
{
    struct file_map map;
    const char *slash = strrchr(path, '/');
    if (!file_map(&map, path, err))
        return false;
    bool done = map.len < UINT32_MAX || err_set(err, "%s is too large for a list of rules", path);
    if (done && map.len)
        review_read(r, slash ? slash + 1 : path, text_at(map.at, map.len), roles);
    file_unmap(&map);
    return done;
}

bool review_allow(struct review *review, const char *path, struct err *err)
{
    return file_read(review, path, false, err);
}

bool review_roles(struct review *review, const char *path, struct err *err)
{
    return file_read(review, path, true, err);
}

size_t review_rules(const struct review *r)
{
    return r == NULL ? 0 : rules_all(r);
}

size_t review_bad(const struct review *r, struct text *first)
{
    *first = r->bad_first;
    return r->bad;
}

uint64_t review_digest(const struct review *r)
{
    return r->digest;
}

/* ---- looking up */

static const struct rule *find_key(const struct rules *rules, struct text key)
{
    size_t low = 0, high = rules->len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (text_order(rules->at[middle].key, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < rules->len && text_same(rules->at[low].key, key) ? &rules->at[low] : NULL;
}

/* The longest rule that the name is or lies under. */
static const struct rule *find_name(const struct rules *rules, struct text name)
{
    char copy[256];
    if (rules->len == 0 || name.at == NULL || name.len == 0 || name.len >= sizeof copy)
        return NULL;
    for (uint32_t i = 0; i < name.len; i++)
        copy[i] = ascii_lower(name.at[i]);
    struct text rest = text_at(copy, name.len);
    for (unsigned labels = 0; labels < LABELS && rest.len; labels++) {
        const struct rule *found = find_key(rules, rest);
        if (found != NULL)
            return found;
        const char *dot = memchr(rest.at, '.', rest.len);
        if (dot == NULL)
            return NULL;
        uint32_t skip = (uint32_t)(dot - rest.at) + 1;
        rest = text_at(rest.at + skip, rest.len - skip);
    }
    return NULL;
}

static const struct rule *find_network(const struct rules *rules, struct text text)
{
    struct address address;
    if (rules->len == 0 || text.at == NULL || !address_parse(text, &address))
        return NULL;
    for (size_t i = 0; i < rules->len; i++)
        if (network_holds(&rules->at[i].network, address))
            return &rules->at[i];
    return NULL;
}

struct text review_allows_end(const struct review *r, struct text address, struct text name)
{
    const struct rule *rule = NULL;
    if (r != NULL)
        rule = find_name(&r->name, name);
    if (r != NULL && rule == NULL)
        rule = find_network(&r->network, address);
    return rule ? rule->where : text_at(NULL, 0);
}

struct text review_allows_mark(const struct review *r, struct text item)
{
    char copy[MARK_MAX];
    if (r == NULL || r->mark.len == 0 || item.at == NULL)
        return text_at(NULL, 0);
    const char *blank = memrchr(item.at, ' ', item.len);
    if (blank != NULL)
        item = text_at(blank + 1, (size_t)(item.at + item.len - blank) - 1);
    if (item.len == 0 || item.len > sizeof copy)
        return text_at(NULL, 0);
    for (uint32_t i = 0; i < item.len; i++)
        copy[i] = ascii_lower(item.at[i]);
    const struct rule *rule = find_key(&r->mark, text_at(copy, item.len));
    return rule ? rule->where : text_at(NULL, 0);
}

struct review_role review_role_of(const struct review *r, struct text address, struct text name)
{
    struct review_role ret = {.role = {NULL, 0}};
    const struct rule *rule = NULL;
    if (r != NULL)
        rule = find_name(&r->role_name, name);
    if (r != NULL && rule == NULL)
        rule = find_network(&r->role_network, address);
    if (rule != NULL)
        ret = (struct review_role){rule->role, rule->reason, rule->where};
    return ret;
}
