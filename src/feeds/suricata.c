/*
 * Suricata and Snort rules, as far as a rule is a listing: an address, or a list of them, in its
 * head and nothing said of the payload ("alert tcp $HOME_NET any -> [192.0.2.1,192.0.2.2] 443");
 * or one name or JA3 compared with one buffer ("dns.query; content:"bad.example"; nocase"). A rule
 * that asks for more is refused: to take a part of it would match what the rule does not. A rule
 * that is commented out is a remark.
 *
 * The class comes from the message's category and the class type. Lists of addresses carry the date
 * of their last change as the last listing and no first; what stands in a buffer has both.
 */
#include "feeds/feed.h"

enum { RULE_LIST = 256, RULE_PORTS = 16, RULE_OPTIONS = 64 };

static bool action_is(struct text line)
{
    static const char *const actions[] = {"alert ", "drop ", "reject ", "block "};
    for (unsigned i = 0; i < sizeof actions / sizeof *actions; i++)
        if (text_starts(line, actions[i]))
            return true;
    return false;
}

static bool suricata_is(const struct feed_file *file, struct text head)
{
    struct feed_lines lines = feed_lines_over(NULL, file->content);
    (void)head;
    while (feed_line_next(&lines))
        if (lines.line.at[0] != '#')
            return action_is(lines.line) && feed_holds(lines.line, "sid:");
    return false;
}

struct rule {
    struct text end, port;       /* of the outside: a list in brackets, or one */
    bool listed, inbound;        /* an outside end is listed; it is the rule's source */
    struct text message, family; /* options */
    bool control;                /* by its class type */
    struct text buffer, content; /* "dns.query" and what is compared with it */
    unsigned contents;
    bool more; /* asks for something that no listing holds */
    struct day created, updated;
};

/* A word of the rule's head. */
static struct text head_word(struct text *rest)
{
    uint32_t end = 0;
    *rest = feed_trim(*rest);
    while (end < rest->len && rest->at[end] != ' ')
        end++;
    struct text word = text_at(rest->at, end);
    *rest = text_at(rest->at + end, rest->len - end);
    return word;
}

static bool end_is_list(struct text end)
{
    return end.len && end.at[0] != '$' && end.at[0] != '!' && !text_is(end, "any");
}

/* "2021_05_12" behind `key`. */
static struct day rule_day(struct text text, const char *key)
{
    char day[10];
    const char *at = text.len ? memmem(text.at, text.len, key, strlen(key)) : NULL;
    if (at == NULL || (size_t)(text.at + text.len - at) < strlen(key) + sizeof day)
        return (struct day){DAY_NONE};
    memcpy(day, at + strlen(key), sizeof day);
    for (unsigned i = 0; i < sizeof day; i++)
        if (day[i] == '_')
            day[i] = '-';
    return feed_day(text_at(day, sizeof day));
}

static struct text rule_family(struct text metadata)
{
    static const char key[] = "malware_family ";
    const char *at = metadata.len ? memmem(metadata.at, metadata.len, key, sizeof key - 1) : NULL;
    if (at == NULL)
        return text_at(NULL, 0);
    struct text rest =
        text_at(at + sizeof key - 1, (size_t)(metadata.at + metadata.len - at) - (sizeof key - 1));
    const char *comma = memchr(rest.at, ',', rest.len);
    return feed_trim(text_at(rest.at, comma ? (size_t)(comma - rest.at) : rest.len));
}

static struct text unquoted(struct text value)
{
    if (value.len >= 2 && value.at[0] == '"' && value.at[value.len - 1] == '"')
        value = text_at(value.at + 1, value.len - 2);
    return value;
}

/* Options that ask for nothing more than the list or the one content does. */
static bool option_harmless(struct text key, struct text value)
{
    static const char *const harmless[] = {
        "msg",   "flow",     "nocase",    "fast_pattern", "reference", "classtype", "sid",
        "rev",   "metadata", "threshold", "bsize",        "endswith",  "isdataat",  "target",
        "flags", "priority", "gid",       "depth",        "startswith"};
    if (text_is(key, "flowbits"))
        return text_starts(value, "set,");
    for (unsigned i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (text_is(key, harmless[i]))
            return true;
    return false;
}

static const struct {
    const char *name;
    uint8_t kind;
} buffers[] = {
    {"dns.query", INDICATOR_NAME}, {"dns_query", INDICATOR_NAME}, {"tls.sni", INDICATOR_NAME},
    {"tls_sni", INDICATOR_NAME},   {"http.host", INDICATOR_NAME}, {"ja3.hash", INDICATOR_JA3},
    {"ja3_hash", INDICATOR_JA3},
};

static bool is_buffer(struct text key)
{
    for (unsigned i = 0; i < sizeof buffers / sizeof *buffers; i++)
        if (text_is(key, buffers[i].name))
            return true;
    return false;
}

static void rule_option(struct rule *rule, struct text key, struct text value)
{
    if (text_is(key, "msg"))
        rule->message = unquoted(value);
    else if (text_is(key, "classtype"))
        rule->control = text_is(value, "command-and-control") || text_is(value, "trojan-activity");
    else if (text_is(key, "metadata")) {
        rule->family = rule_family(value);
        rule->created = rule_day(value, "created_at ");
        rule->updated = rule_day(value, "updated_at ");
    }
    if (text_is(key, "content")) {
        rule->contents++;
        rule->content = unquoted(value);
        rule->more = rule->more || rule->buffer.len == 0 || value.len == 0 || value.at[0] != '"' ||
                     memchr(value.at, '|', value.len) != NULL;
    } else if (is_buffer(key)) {
        rule->more = rule->more || rule->buffer.len != 0;
        rule->buffer = key;
    } else if (!option_harmless(key, value)) {
        rule->more = true;
    }
}

/* "key:value; key; ..." with quoted values; a backslash takes the next character along. */
static void rule_options(struct rule *rule, struct text text)
{
    uint32_t at = 0;
    for (unsigned n = 0; at < text.len && n < RULE_OPTIONS; n++) {
        uint32_t start = at, colon = 0;
        bool quoted = false;
        for (; at < text.len && (quoted || text.at[at] != ';'); at++) {
            if (text.at[at] == '\\')
                at += at + 1 < text.len;
            else if (text.at[at] == '"')
                quoted = !quoted;
            else if (text.at[at] == ':' && colon == 0)
                colon = at;
        }
        uint32_t stop = colon ? colon : at;
        struct text key = feed_trim(text_at(text.at + start, stop - start));
        struct text value = {NULL, 0};
        if (colon)
            value = feed_trim(text_at(text.at + colon + 1, at - colon - 1));
        if (key.len && !text_is(key, ")"))
            rule_option(rule, key, value);
        at++;
    }
    rule->more = rule->more || at < text.len;
}

static bool rule_parse(struct text line, struct rule *rule)
{
    *rule = (struct rule){.created = {DAY_NONE}, .updated = {DAY_NONE}};
    const char *open = memchr(line.at, '(', line.len);
    if (open == NULL)
        return false;
    struct text head = text_at(line.at, (size_t)(open - line.at));
    struct text options = text_at(open + 1, line.len - head.len - 1);
    (void)head_word(&head); /* action */
    (void)head_word(&head); /* protocol */
    struct text source = head_word(&head), source_port = head_word(&head);
    struct text way = head_word(&head), target = head_word(&head), port = head_word(&head);
    if (!(text_is(way, "->") || text_is(way, "<>")) || port.len == 0 || feed_trim(head).len)
        return false;
    rule->inbound = end_is_list(source);
    rule->listed = rule->inbound || end_is_list(target);
    rule->end = rule->inbound ? source : target;
    rule->port = rule->inbound ? source_port : port;
    /* Two lists; or a name that an outside end asks a home server for. */
    rule->more = rule->inbound ? end_is_list(target) : text_is(source, "$EXTERNAL_NET");
    rule_options(rule, options);
    return true;
}

static uint8_t rule_class(const struct rule *rule)
{
    static const struct {
        const char *category;
        uint8_t class;
    } classes[] = {
        {" CNC ", CLASS_CONTROL},    {" CnC ", CLASS_CONTROL},  {" DROP ", CLASS_NETWORK},
        {" TOR ", CLASS_SUSPICIOUS}, {" CINS ", CLASS_SCANNER}, {" COMPROMISED ", CLASS_SCANNER},
    };
    for (unsigned i = 0; i < sizeof classes / sizeof *classes; i++)
        if (feed_holds(rule->message, classes[i].category))
            return classes[i].class;
    if (rule->inbound)
        return CLASS_SCANNER;
    return rule->control ? CLASS_CONTROL : CLASS_MALICIOUS;
}

/* The next element of "[a,b]" or of "a"; false at the end. */
static bool list_next(struct text *list, struct text *ret)
{
    if (list->len && list->at[0] == '[')
        *list = text_at(list->at + 1, list->len - 1);
    if (list->len == 0 || list->at[0] == ']')
        return false;
    uint32_t end = 0;
    while (end < list->len && list->at[end] != ',' && list->at[end] != ']')
        end++;
    *ret = feed_trim(text_at(list->at, end));
    uint32_t used = end + (end < list->len && list->at[end] == ',');
    *list = text_at(list->at + used, list->len - used);
    return true;
}

/* Each end with each port. */
static void ends_add(struct feed_sink *sink, const struct rule *rule, struct text line)
{
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = rule_class(rule);
    listing.kinds = FEED_KINDS_END;
    listing.family = rule->family;
    listing.last = rule->updated;
    struct text ends = rule->end, end, port;
    unsigned len = 0;
    if (!end_is_list(rule->port) && !text_is(rule->port, "any")) {
        feed_reject(sink, REJECT_PATTERN, line);
        return;
    }
    while (list_next(&ends, &end)) {
        struct text ports = text_is(rule->port, "any") ? text_of("") : rule->port;
        bool any = ports.len == 0;
        for (unsigned n = 0; n < RULE_PORTS && (any || list_next(&ports, &port)); n++) {
            char item[128];
            struct text joined = feed_end_join(end, any ? text_of("") : port, item, sizeof item);
            if (joined.len && len++ < RULE_LIST)
                feed_item(sink, &listing, joined);
            else
                feed_reject(sink, REJECT_NOT_UNDERSTOOD, line);
            if (any)
                break;
        }
        if (ports.len && ports.at[0] != ']')
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, ports);
    }
}

static void content_add(struct feed_sink *sink, const struct rule *rule)
{
    struct feed_listing listing = FEED_LISTING_NONE;
    listing.class = rule_class(rule);
    listing.family = rule->family;
    listing.first = rule->created;
    listing.last = rule->updated;
    for (unsigned i = 0; i < sizeof buffers / sizeof *buffers; i++)
        if (text_is(rule->buffer, buffers[i].name))
            listing.kinds = (uint16_t)(1u << buffers[i].kind);
    feed_item(sink, &listing, rule->content);
}

static void suricata_read(struct feed_sink *sink, const struct feed_file *file)
{
    struct feed_lines lines = feed_lines_over(sink, file->content);
    while (feed_line_next(&lines)) {
        struct rule rule;
        if (lines.line.at[0] == '#')
            feed_remark(sink);
        else if (!action_is(lines.line) || !rule_parse(lines.line, &rule))
            feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
        else if (rule.listed && !rule.more && rule.contents == 0 && rule.buffer.len == 0)
            ends_add(sink, &rule, lines.line);
        else if (!rule.listed && !rule.more && rule.contents == 1)
            content_add(sink, &rule);
        else
            feed_reject(sink, REJECT_PATTERN, lines.line);
    }
}

const struct feed_format feed_suricata = {
    .name = "suricata",
    .about = "Suricata and Snort rules that list addresses, or one name or JA3",
    .is = suricata_is,
    .read = suricata_read,
};
