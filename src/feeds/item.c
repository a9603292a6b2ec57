/*
 * What kind of indicator a text is: lists mix addresses, ranges, names, URLs and fingerprints, and
 * write them in a dozen ways. Told by shape alone, in this order: fingerprint, URL path, address
 * with what may hang on it, name.
 *
 * What would match what it must not is refused here: reserved addresses, public suffixes
 * (publicsuffix.org), single labels, patterns. Documentation addresses (RFC 5737, RFC 3849) pass:
 * no real traffic has them, and examples and tests do.
 */
#include "feeds/feed.h"

#include "record/indicators_format.h"

#include <libpsl.h>
#include <stdio.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* ---- addresses ------------------------------------------------------------------------------ */

/* Networks that no outside machine has: IANA special-purpose registries (RFC 6890). */
static bool address_reserved(struct address a)
{
    static const struct {
        uint32_t first;
        uint8_t prefix;
    } v4[] = {{0, 8},           {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
              {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0a80000, 16},
              {0xc6120000, 15}, {0xe0000000, 4},  {0xf0000000, 4}};
    if (address_is_v4(a)) {
        uint32_t n = address_v4_number(a);
        for (unsigned i = 0; i < sizeof v4 / sizeof *v4; i++)
            if ((n ^ v4[i].first) >> (32 - v4[i].prefix) == 0)
                return true;
        return false;
    }
    bool nat64 = a.high == UINT64_C(0x0064ff9b00000000); /* 64:ff9b::/96, RFC 6052 */
    return a.high >> 61 != 1 && !nat64;                  /* global unicast is 2000::/3 */
}

static bool port_parse(struct text text, struct port *ret)
{
    unsigned number = 0;
    if (text.len < 1 || text.len > 5)
        return false;
    for (uint32_t i = 0; i < text.len; i++) {
        if (!is_digit(text.at[i]))
            return false;
        number = number * 10 + (unsigned)(text.at[i] - '0');
    }
    if (number == 0 || number > 65535)
        return false;
    ret->number = (uint16_t)number;
    return true;
}

/* ":443", or ":443:443" as some lists slip; "" is no port. */
static bool ports_parse(struct text text, struct port *ret, enum indicator_reject *reason)
{
    struct text first = text_at(text.at + 1, text.len - 1);
    const char *colon = memchr(first.at, ':', first.len);
    if (colon == NULL)
        return port_parse(first, ret);
    struct text second = text_at(colon + 1, (size_t)(first.at + first.len - colon) - 1);
    first.len = (uint32_t)(colon - first.at);
    struct port again = {0};
    if (port_parse(first, ret) && port_parse(second, &again) && again.number == ret->number)
        return true;
    *reason = REJECT_PORTS;
    return false;
}

/* A dotted quad, faster than inet_pton: a list may hold a million of them. */
static bool quad_parse(struct text text, struct address *ret)
{
    uint32_t number = 0, part = 0;
    unsigned parts = 0, digits = 0;
    if (text.len < 7 || text.len > 15)
        return false;
    for (uint32_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.at[i] : '.';
        if (is_digit(c) && digits < 3) {
            part = part * 10 + (uint32_t)(c - '0');
            digits++;
        } else if (c == '.' && digits && part < 256 && parts < 4) {
            number = number << 8 | part;
            part = digits = 0;
            parts++;
        } else {
            return false;
        }
    }
    if (parts != 4)
        return false;
    *ret = address_v4(number);
    return true;
}

static bool end_parse(struct text text, struct address *ret)
{
    return quad_parse(text, ret) || address_parse(text, ret);
}

static bool value_address(struct feed_value *ret, struct address address, struct port port,
                          enum indicator_reject *reason)
{
    *reason = REJECT_RESERVED;
    if (address_reserved(address))
        return false;
    ret->address = address;
    ret->port = port;
    ret->kind = port.number ? INDICATOR_ADDRESS_PORT : INDICATOR_ADDRESS;
    return true;
}

static bool value_range(struct text text, struct feed_value *ret, enum indicator_reject *reason)
{
    struct network network;
    if (!network_parse(text, &network))
        return false;
    *reason = REJECT_RESERVED;
    if (network.prefix < (address_is_v4(network.first) ? 96 + 8 : 16) ||
        address_reserved(network.first))
        return false;
    ret->kind = INDICATOR_ADDRESS;
    ret->address = network.first;
    ret->range = network.prefix < 128;
    ret->network = network;
    return true;
}

/* ---- names ---------------------------------------------------------------------------------- */

static bool name_letter(char c)
{
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

/* Lower-cases into ret and checks lengths (RFC 1035 2.3.4); *.x and .x stand for x. */
static bool name_shape(struct text text, struct feed_value *ret)
{
    if (text_starts(text, "*."))
        text = text_at(text.at + 2, text.len - 2);
    else if (text_starts(text, "."))
        text = text_at(text.at + 1, text.len - 1);
    if (text.len && text.at[text.len - 1] == '.')
        text.len--;
    if (text.len == 0 || text.len > 253)
        return false;
    unsigned labels = 1, label = 0;
    bool number = true; /* the label holds digits only */
    for (uint32_t i = 0; i < text.len; i++) {
        char c = ascii_lower(text.at[i]);
        ret->text[i] = c;
        if (c == '.') {
            if (label == 0)
                return false;
            labels++;
            label = 0;
            number = true;
        } else {
            if (!name_letter(c) || ++label > 63)
                return false;
            number = number && is_digit(c);
        }
    }
    if (label == 0 || number) /* no top-level domain is a number: a broken address */
        return false;
    ret->text[text.len] = '\0';
    ret->len = text.len;
    ret->labels = (uint8_t)labels;
    return true;
}

/* Whether everything under name belongs to many. Names with more labels than any rule of the
 * public suffix list has (5) are not asked for: that would cost most of the compile time. */
static bool name_public(const struct feed_value *name)
{
    return name->labels < 2 ||
           (name->labels <= 5 && psl_is_public_suffix(psl_builtin(), name->text));
}

static bool value_name(struct text text, struct feed_value *ret, enum indicator_reject *reason)
{
    if (!name_shape(text, ret))
        return false;
    *reason = REJECT_SUFFIX;
    if (name_public(ret))
        return false;
    ret->kind = INDICATOR_NAME;
    return true;
}

/* ---- URL paths ------------------------------------------------------------------------------ */

/* Words that stand in the paths of any web application: four bits each, however long. */
static bool path_word_common(struct text word)
{
    static const char *const common[] = {
        "admin",   "ajax",    "api",     "app",      "apps",     "asp",    "aspx",    "assets",
        "auth",    "bin",     "blog",    "cgi",      "check",    "client", "cmd",     "common",
        "config",  "connect", "content", "core",     "css",      "data",   "default", "dll",
        "doc",     "docs",    "down",    "download", "exe",      "file",   "files",   "forum",
        "gate",    "get",     "gif",     "gz",       "home",     "html",   "htm",     "image",
        "images",  "img",     "in",      "include",  "includes", "index",  "info",    "install",
        "jpg",     "jpeg",    "js",      "json",     "jsp",      "lib",    "load",    "loader",
        "log",     "login",   "logs",    "mail",     "main",     "media",  "modules", "new",
        "news",    "news",    "out",     "page",     "pages",    "panel",  "php",     "plugins",
        "png",     "post",    "pub",     "public",   "put",      "rar",    "script",  "scripts",
        "search",  "send",    "server",  "service",  "setup",    "sh",     "shop",    "site",
        "start",   "static",  "stats",   "status",   "sync",     "system", "task",    "tasks",
        "temp",    "test",    "theme",   "themes",   "tmp",      "tools",  "txt",     "update",
        "updates", "upload",  "uploads", "user",     "users",    "v1",     "v2",      "version",
        "view",    "web",     "wp",      "xml",      "zip"};
    char first = ascii_lower(word.at[0]);
    for (unsigned i = 0; i < sizeof common / sizeof *common; i++)
        if (common[i][0] == first && text_is_nocase(word, common[i]))
            return true;
    return false;
}

/* Bits that one word of a path tells: letters that may be read as a word two each and at most 14
 * (one word of a vocabulary of 16,000), digits 3.3, what mixes cases or digits 5. */
static double path_word_bits(struct text word)
{
    unsigned lower = 0, upper = 0, digits = 0, vowels = 0;
    if (path_word_common(word))
        return 4;
    for (uint32_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        digits += is_digit(c);
        upper += c >= 'A' && c <= 'Z';
        lower += c >= 'a' && c <= 'z';
        vowels += c != '\0' && strchr("aeiouyAEIOUY", c) != NULL;
    }
    if (digits == word.len)
        return 3.3 * word.len;
    bool mixed = digits || (upper > 1 && lower) || vowels * 6 < word.len;
    if (mixed)
        return 5.0 * word.len;
    double bits = 2.0 * word.len;
    return bits < 14 ? bits : 14;
}

/* How telling a path is without its host. A network asks for some 2^20 to 2^30 different URLs a
 * year: a path of fewer bits than that is met by chance. */
static uint8_t path_confidence(struct text path)
{
    double bits = 0;
    uint32_t start = 0;
    for (uint32_t i = 0; i <= path.len; i++) {
        bool inside = i < path.len && (is_digit(path.at[i]) || (ascii_lower(path.at[i]) >= 'a' &&
                                                                ascii_lower(path.at[i]) <= 'z'));
        if (inside)
            continue;
        if (i > start)
            bits += path_word_bits(text_at(path.at + start, i - start));
        if (i < path.len && path.at[i] != '/' && path.at[i] != '.')
            bits += 1;
        start = i + 1;
    }
    return bits >= 32 ? 80 : bits >= 22 ? 50 : 20;
}

static bool value_path(struct text host, struct text path, struct feed_value *ret)
{
    if (path.len < 2 || host.len + path.len > sizeof ret->text)
        return false;
    for (uint32_t i = 0; i < path.len; i++)
        if ((unsigned char)path.at[i] <= ' ' || path.at[i] == '\x7f')
            return false;
    for (uint32_t i = 0; i < host.len; i++)
        ret->text[i] = ascii_lower(host.at[i]);
    memcpy(ret->text + host.len, path.at, path.len);
    ret->len = host.len + path.len;
    ret->kind = INDICATOR_URL;
    ret->confidence = host.len ? 0 : path_confidence(path);
    return true;
}

/* ---- all together --------------------------------------------------------------------------- */

/* JA4 (FoxIO): t13d1516h2_8daaf6152771_b186095e22b6. */
static bool is_ja4(struct text t)
{
    if (t.len != 36 || t.at[10] != '_' || t.at[23] != '_' ||
        (t.at[0] != 't' && t.at[0] != 'q' && t.at[0] != 'd') || (t.at[3] != 'd' && t.at[3] != 'i'))
        return false;
    for (uint32_t i = 11; i < 36; i++)
        if (i != 23 && !is_hex(t.at[i]))
            return false;
    return true;
}

/* 32 hex digits are a JA3, 40 and 64 the SHA-1 and SHA-256 of a certificate. */
static bool value_fingerprint(struct text text, struct feed_value *ret)
{
    bool ja4 = is_ja4(text);
    if (!ja4 && text.len != 32 && text.len != 40 && text.len != 64)
        return false;
    for (uint32_t i = 0; i < text.len; i++) {
        if (!ja4 && !is_hex(text.at[i]))
            return false;
        ret->text[i] = ascii_lower(text.at[i]);
    }
    ret->len = text.len;
    ret->kind = ja4 ? INDICATOR_JA4 : text.len == 32 ? INDICATOR_JA3 : INDICATOR_CERTIFICATE;
    return true;
}

static bool looks_like_pattern(struct text text)
{
    static const char signs[] = "\\[](){}|*+^$";
    for (uint32_t i = 0; i < text.len; i++)
        if (memchr(signs, text.at[i], sizeof signs - 1) != NULL)
            return true;
    return false;
}

/* The host of a URL, or an item without a path: an address, with its port perhaps, or a name. */
static bool value_end(struct text text, struct feed_value *ret, enum indicator_reject *reason)
{
    struct address address;
    struct port port = {0};
    struct text head = text, tail = {NULL, 0};
    if (text.len && text.at[0] == '[') { /* [2001:db8::1]:443 */
        const char *close = memchr(text.at, ']', text.len);
        if (close == NULL)
            return false;
        head = text_at(text.at + 1, (size_t)(close - text.at) - 1);
        tail = text_at(close + 1, (size_t)(text.at + text.len - close) - 1);
        if (!address_parse(head, &address) || (tail.len && tail.at[0] != ':'))
            return false;
    } else {
        const char *colon = memchr(text.at, ':', text.len);
        if (colon == NULL && !(is_digit(text.at[0]) && end_parse(text, &address)))
            return value_name(text, ret, reason);
        if (colon != NULL && !address_parse(text, &address)) {
            head.len = (uint32_t)(colon - text.at);
            tail = text_at(colon, text.len - head.len);
            if (!end_parse(head, &address))
                return ports_parse(tail, &port, reason) && value_name(head, ret, reason);
        }
    }
    if (tail.len && !ports_parse(tail, &port, reason))
        return false;
    if (!value_address(ret, address, port, reason))
        return false;
    ret->len = (uint32_t)indicator_end_format(address, port, ret->text);
    return true;
}

/* host/path: the host must be one that could be listed alone, or a public suffix: what is hosted
 * at one path of a shared site is listed just so. */
static bool value_url(struct text host, struct text path, struct feed_value *ret,
                      enum indicator_reject *reason)
{
    struct feed_value end = {.kind = INDICATOR_NAME};
    enum indicator_reject why = REJECT_NOT_UNDERSTOOD;
    if (!value_end(host, &end, &why) && why != REJECT_SUFFIX) {
        *reason = why;
        return false;
    }
    if (text_ends(host, ":80"))
        host.len -= 3;
    return value_path(host, path, ret);
}

static void range_format(struct feed_value *ret)
{
    char first[ADDRESS_TEXT];
    unsigned prefix = ret->network.prefix - (address_is_v4(ret->address) ? 96u : 0u);
    int len =
        snprintf(ret->text, sizeof ret->text, "%s/%u", address_format(ret->address, first), prefix);
    ret->len = len > 0 ? (uint32_t)len : 0;
}

/* "192.0.2.0/33": a range that is none, not a page called 33. */
static bool prefix_broken(struct text host, struct text path)
{
    struct address address;
    for (uint32_t i = 1; i < path.len; i++)
        if (!is_digit(path.at[i]))
            return false;
    return path.len <= 4 && end_parse(host, &address);
}

bool feed_value_parse(struct text item, struct feed_value *ret, enum indicator_reject *reason)
{
    ret->range = false;
    ret->confidence = 0;
    ret->labels = 0;
    ret->port.number = 0;
    *reason = REJECT_NOT_UNDERSTOOD;
    if (item.len == 0 || item.len >= sizeof ret->text)
        return false;
    if (text_starts(item, "http://"))
        item = text_at(item.at + 7, item.len - 7);
    else if (text_starts(item, "https://"))
        item = text_at(item.at + 8, item.len - 8);
    else if (item.at[0] != '/' && memchr(item.at, ':', item.len) && feed_holds(item, "://")) {
        *reason = REJECT_SCHEME;
        return false;
    }
    if (item.len == 0)
        return false;
    if (item.at[0] == '/')
        return value_path(text_at(NULL, 0), item, ret);
    if (value_fingerprint(item, ret))
        return true;
    const char *slash = memchr(item.at, '/', item.len);
    struct text host = text_at(item.at, slash ? (size_t)(slash - item.at) : item.len);
    struct text path = text_at(slash, item.len - host.len);
    bool done = false;
    if (path.len < 2)
        done = host.len && value_end(host, ret, reason);
    else if (value_range(item, ret, reason))
        done = true;
    else if (*reason == REJECT_NOT_UNDERSTOOD && !prefix_broken(host, path))
        done = host.len && value_url(host, path, ret, reason);
    if (done && ret->range)
        range_format(ret);
    else if (done && ret->kind == INDICATOR_ADDRESS)
        ret->len = (uint32_t)indicator_end_format(ret->address, ret->port, ret->text);
    if (!done && *reason == REJECT_NOT_UNDERSTOOD && looks_like_pattern(host))
        *reason = REJECT_PATTERN;
    return done;
}
