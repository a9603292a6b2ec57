/*
 * A STIX pattern asks for observations: "[ipv4-addr:value = '192.0.2.1' AND
 * network-traffic:dst_port = 443] OR [domain-name:value = 'bad.example']". What muster keeps are
 * single listings, each of which means "this end, met, is it". So a pattern is brought into
 * alternatives (OR) of conditions (AND), and an alternative is a listing when its conditions are
 * one end or fingerprint, with its port perhaps. An alternative with more (an address AND the hash
 * of a file) is refused: a part of it would match what the pattern does not. Left out are only
 * conditions that every such end fulfils (the transport, what an address belongs to).
 *
 * Observations joined by AND or FOLLOWEDBY, and those with WITHIN, REPEATS or START, are refused.
 *
 * The parser is a recursive descent over tokens with named limits; alternatives at the top level
 * are handed on one by one, so a pattern may list thousands.
 */
#include "feeds/stix_pattern.h"

enum {
    STIX_DEPTH = 16,        /* of parentheses */
    STIX_ALTERNATIVES = 64, /* inside parentheses that are ANDed with something */
};

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_NUMBER, TOKEN_SIGN, TOKEN_BAD };

struct token {
    enum token_kind kind;
    struct text text; /* a string without its quotes, still escaped */
};

struct parser {
    struct text rest;
    struct token token; /* the one looked at */
    unsigned depth;
    bool broken; /* not a pattern */
};

/* One alternative: all that it asks for. */
struct asked {
    struct text item, port; /* null = not asked for */
    uint16_t kinds;
    bool refused;                 /* asks for what no listing says */
    enum indicator_reject reason; /* then */
};

struct alternatives {
    struct asked at[STIX_ALTERNATIVES];
    unsigned len;
};

/* ---- tokens --------------------------------------------------------------------------------- */

static bool word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == ':' || c == '.';
}

/* Length of 'text' with its quotes at the start; 0 when it does not end. */
static uint32_t string_len(struct text text)
{
    for (uint32_t i = 1; i < text.len; i++) {
        if (text.at[i] == '\\')
            i++;
        else if (text.at[i] == '\'')
            return i + 1;
    }
    return 0;
}

/* An object path: network-traffic:extensions.'http-request-ext'.x, protocols[*], refs[0].value */
static uint32_t path_len(struct text text)
{
    uint32_t i = 0;
    while (i < text.len) {
        uint32_t quoted = 0;
        if (word_char(text.at[i])) {
            i++;
        } else if (text.at[i] == '\'' && i && text.at[i - 1] == '.') {
            quoted = string_len(text_at(text.at + i, text.len - i));
            if (quoted == 0)
                break;
            i += quoted;
        } else if (text.at[i] == '[' && i && text.len - i >= 3 &&
                   memchr(text.at + i, ']', text.len - i) != NULL) {
            const char *close = memchr(text.at + i, ']', text.len - i);
            i = (uint32_t)(close - text.at) + 1;
        } else {
            break;
        }
    }
    return i;
}

static uint32_t sign_len(struct text text)
{
    static const char *const two[] = {"==", "!=", "<>", "<=", ">="};
    for (unsigned i = 0; i < sizeof two / sizeof *two; i++)
        if (text_starts(text, two[i]))
            return 2;
    return 1;
}

static struct token token_of(enum token_kind kind, struct text text)
{
    struct token token = {kind, text};
    return token;
}

static struct token token_read(struct text *rest)
{
    *rest = feed_trim(*rest);
    if (rest->len == 0)
        return token_of(TOKEN_END, *rest);
    struct text start = *rest;
    uint32_t len = 1;
    enum token_kind kind = TOKEN_SIGN;
    char c = start.at[0];
    bool sign_first = c == '-' && start.len > 1;
    if (c == '\'') {
        len = string_len(start);
        kind = len ? TOKEN_STRING : TOKEN_BAD;
        start = text_at(start.at + 1, len ? len - 2 : 0);
    } else if ((c >= '0' && c <= '9') || sign_first) {
        while (len < start.len && word_char(start.at[len]))
            len++;
        kind = TOKEN_NUMBER;
        start.len = len;
    } else if (word_char(c)) {
        len = path_len(start);
        kind = TOKEN_WORD;
        start.len = len;
    } else {
        len = sign_len(start);
        start.len = len;
    }
    uint32_t used = kind == TOKEN_BAD ? rest->len : len;
    *rest = text_at(rest->at + used, rest->len - used);
    return token_of(kind, start);
}

static void step(struct parser *p)
{
    p->token = token_read(&p->rest);
    p->broken = p->broken || p->token.kind == TOKEN_BAD;
}

static bool at_word(const struct parser *p, const char *word)
{
    return p->token.kind == TOKEN_WORD && text_is_nocase(p->token.text, word);
}

static bool at_sign(const struct parser *p, const char *sign)
{
    return p->token.kind == TOKEN_SIGN && text_is(p->token.text, sign);
}

/* ---- what a comparison asks for ------------------------------------------------------------- */

static const uint16_t end_kinds =
    1u << INDICATOR_ADDRESS | 1u << INDICATOR_ADDRESS_PORT | 1u << INDICATOR_NAME;

static const struct {
    const char *path;
    uint16_t kinds; /* of the value; 0 = the port, or nothing at all */
    bool port;
} paths[] = {
    {"ipv4-addr:value", end_kinds, false},
    {"ipv6-addr:value", end_kinds, false},
    {"domain-name:value", end_kinds, false},
    {"url:value", end_kinds | 1u << INDICATOR_URL, false},
    {"network-traffic:dst_ref.value", end_kinds, false},
    {"network-traffic:src_ref.value", end_kinds, false},
    {"x509-certificate:hashes.'SHA-1'", 1u << INDICATOR_CERTIFICATE, false},
    {"x509-certificate:hashes.SHA1", 1u << INDICATOR_CERTIFICATE, false},
    {"x509-certificate:hashes.'SHA-256'", 1u << INDICATOR_CERTIFICATE, false},
    {"x509-certificate:hashes.SHA256", 1u << INDICATOR_CERTIFICATE, false},
    {"file:hashes.MD5", 1u << INDICATOR_FILE, false},
    {"file:hashes.'MD5'", 1u << INDICATOR_FILE, false},
    {"file:hashes.'SHA-1'", 1u << INDICATOR_FILE, false},
    {"file:hashes.SHA1", 1u << INDICATOR_FILE, false},
    {"file:hashes.'SHA-256'", 1u << INDICATOR_FILE, false},
    {"file:hashes.SHA256", 1u << INDICATOR_FILE, false},
    {"network-traffic:dst_port", 0, true},
    {"network-traffic:dst_ref.type", 0, false},
    {"network-traffic:src_ref.type", 0, false},
    {"network-traffic:protocols[*]", 0, false},
    {"network-traffic:protocols[0]", 0, false},
    {"network-traffic:protocols[1]", 0, false},
    {"network-traffic:protocols[2]", 0, false},
    {"domain-name:resolves_to_refs[*].value", 0, false},
    {"domain-name:resolves_to_refs[*].type", 0, false},
};

static struct asked refuse(enum indicator_reject reason)
{
    struct asked asked = {.refused = true, .reason = reason};
    return asked;
}

static struct asked asked_of(struct text path, bool equals, struct token value)
{
    if (!equals || (value.kind != TOKEN_STRING && value.kind != TOKEN_NUMBER))
        return refuse(REJECT_PATTERN);
    for (unsigned i = 0; i < sizeof paths / sizeof *paths; i++) {
        if (!text_is(path, paths[i].path))
            continue;
        struct asked asked = {.kinds = paths[i].kinds};
        if (paths[i].port)
            asked.port = value.text;
        else if (paths[i].kinds)
            asked.item = value.text;
        return asked;
    }
    return refuse(REJECT_KIND);
}

/* a AND b. */
static struct asked both(const struct asked *a, const struct asked *b)
{
    struct asked asked = *a;
    if (a->refused || b->refused || (a->item.at && b->item.at) || (a->port.at && b->port.at))
        return refuse(REJECT_PATTERN);
    if (asked.item.at == NULL) {
        asked.item = b->item;
        asked.kinds = b->kinds;
    }
    if (asked.port.at == NULL)
        asked.port = b->port;
    return asked;
}

static void alternatives_add(struct alternatives *to, struct asked asked)
{
    if (to->len < STIX_ALTERNATIVES)
        to->at[to->len++] = asked;
    else
        to->at[STIX_ALTERNATIVES - 1] = refuse(REJECT_PATTERN); /* said, not dropped */
}

/* ---- grammar -------------------------------------------------------------------------------- */

static void and_chain(struct parser *p, struct alternatives *ret);

static void values_in_list(struct parser *p, struct text path, struct alternatives *ret)
{
    step(p);
    if (!at_sign(p, "(")) {
        p->broken = true;
        return;
    }
    do {
        step(p);
        alternatives_add(ret, asked_of(path, true, p->token));
        step(p);
    } while (at_sign(p, ",") && !p->broken);
    p->broken = p->broken || !at_sign(p, ")");
    step(p);
}

/* PATH [NOT] OPERATOR VALUE; the parser stands at the path. */
static void comparison(struct parser *p, struct alternatives *ret)
{
    struct text path = p->token.text;
    bool negated = false;
    if (p->token.kind != TOKEN_WORD || memchr(path.at, ':', path.len) == NULL) {
        p->broken = true;
        return;
    }
    step(p);
    if (at_word(p, "NOT")) {
        negated = true;
        step(p);
    }
    if (at_word(p, "IN") && !negated) {
        values_in_list(p, path, ret);
        return;
    }
    bool list = at_word(p, "IN");
    bool equals = !negated && (at_sign(p, "=") || at_sign(p, "==") || at_word(p, "ISSUBSET"));
    bool known = p->token.kind == TOKEN_SIGN || p->token.kind == TOKEN_WORD;
    while (list && known && !at_sign(p, ")") && p->token.kind != TOKEN_END && !p->broken)
        step(p); /* NOT IN (...): over it */
    if (!list) {
        step(p);
        known = known && (p->token.kind == TOKEN_STRING || p->token.kind == TOKEN_NUMBER ||
                          p->token.kind == TOKEN_WORD); /* true, t'...' */
    }
    p->broken = p->broken || !known;
    alternatives_add(ret, asked_of(path, equals, p->token));
    step(p);
}

/* What stands in parentheses, all alternatives of it. */
static void group(struct parser *p, struct alternatives *ret)
{
    struct alternatives some;
    if (++p->depth > STIX_DEPTH) {
        p->broken = true;
        return;
    }
    do {
        step(p);
        some.len = 0;
        and_chain(p, &some);
        for (unsigned i = 0; i < some.len; i++)
            alternatives_add(ret, some.at[i]);
    } while (at_word(p, "OR") && !p->broken);
    p->broken = p->broken || !at_sign(p, ")");
    p->depth--;
    step(p);
}

/* Conditions joined by AND: every combination of their alternatives. */
static void and_chain(struct parser *p, struct alternatives *ret)
{
    for (bool first = true; !p->broken; first = false) {
        struct alternatives one = {.len = 0}, product = {.len = 0};
        bool negated = at_word(p, "NOT");
        if (negated || at_word(p, "EXISTS"))
            step(p);
        if (at_sign(p, "("))
            group(p, &one);
        else
            comparison(p, &one);
        for (unsigned i = 0; negated && i < one.len; i++)
            one.at[i] = refuse(REJECT_PATTERN);
        for (unsigned i = 0; !first && i < ret->len; i++)
            for (unsigned j = 0; j < one.len; j++)
                alternatives_add(&product, both(&ret->at[i], &one.at[j]));
        *ret = first ? one : product;
        if (!at_word(p, "AND"))
            return;
        step(p);
    }
}

/* ---- alternatives to listings --------------------------------------------------------------- */

/* \' and \\ back to one character, into `out`; null when it does not fit. */
static struct text unescape(struct text text, char *out, uint32_t room)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\\' && i + 1 < text.len)
            i++;
        if (len == room)
            return text_at(NULL, 0);
        out[len++] = text.at[i];
    }
    return text_at(out, len);
}

static void asked_take(struct feed_sink *sink, const struct feed_listing *of,
                       const struct asked *asked)
{
    struct feed_listing listing = *of;
    char plain[INDICATOR_ITEM_MAX], joined[INDICATOR_ITEM_MAX + 16];
    listing.kinds = asked->kinds;
    struct text item = unescape(asked->item, plain, sizeof plain);
    if (asked->refused || asked->item.at == NULL) {
        feed_reject(sink, asked->refused ? asked->reason : REJECT_KIND,
                    asked->item.at ? asked->item : text_of("no end or fingerprint alone"));
        return;
    }
    if (asked->port.at && (asked->kinds & (1u << INDICATOR_URL | 1u << INDICATOR_CERTIFICATE)))
        item.len = 0;
    else if (asked->port.at)
        item = feed_end_join(item, asked->port, joined, sizeof joined);
    if (item.len)
        feed_item(sink, &listing, feed_trim(item));
    else
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, asked->item);
}

/* Between the brackets of observations only OR and parentheses may stand. */
static bool observations_single(struct text pattern)
{
    struct parser p = {.rest = pattern};
    bool inside = false, any = false;
    for (step(&p); p.token.kind != TOKEN_END && !p.broken; step(&p)) {
        if (at_sign(&p, "[") || at_sign(&p, "]"))
            inside = at_sign(&p, "[");
        else if (!inside && !at_word(&p, "OR") && !at_sign(&p, "(") && !at_sign(&p, ")"))
            return false;
        any = true;
    }
    return any && !inside && !p.broken;
}

void stix_pattern_read(struct feed_sink *sink, const struct feed_listing *listing,
                       struct text pattern)
{
    struct parser p = {.rest = pattern};
    if (!observations_single(pattern)) {
        feed_reject(sink, REJECT_PATTERN, pattern);
        return;
    }
    for (step(&p); p.token.kind != TOKEN_END && !p.broken; step(&p)) {
        if (!at_sign(&p, "["))
            continue;
        do {
            struct alternatives found = {.len = 0};
            step(&p);
            and_chain(&p, &found);
            for (unsigned i = 0; i < found.len && !p.broken; i++)
                asked_take(sink, listing, &found.at[i]);
        } while (at_word(&p, "OR") && !p.broken);
        p.broken = p.broken || !at_sign(&p, "]");
    }
    if (p.broken)
        feed_reject(sink, REJECT_NOT_UNDERSTOOD, pattern);
}
