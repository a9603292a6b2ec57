/*
 * Shadowserver's daily reports (CSV, RFC 4180, a header of column names; times in UTC): what its
 * sinkholes, honeypots and scanners saw of one's network. What a report is, its columns say, for
 * they differ; the file's name is not looked at.
 *
 *     report                      told by                         becomes an alert about
 *     event4_sinkhole[_http]      src_ip dst_ip infection         src_ip, which called a sinkhole
 *     event4_sinkhole_dns         src_ip infection query          src_ip, which asked for a name
 *     event4_honeypot_darknet     as a sinkhole, and count        src_ip, which scans
 *     compromised_website         ip http_host url category       the site at ip
 *     malware_url                 ip url host sha256              the site at ip
 *
 * (event6_ and microsoft_sinkhole alike.) Other reports, of open services and the like, say nothing
 * of control: their lines are ignored. A field that goes on in another line is counted as damage.
 * What each says of control stands in record/alert.list.
 *
 * Columns: https://www.shadowserver.org/what-we-do/network-reporting/
 */
#include "source/fields.h"
#include "source/log.h"

#include <string.h>

#define SHADOW_COLUMNS(X)                                                                          \
    X(TIME, "timestamp")                                                                           \
    X(SOURCE, "src_ip")                                                                            \
    X(SOURCE_PORT, "src_port")                                                                     \
    X(SINK, "dst_ip")                                                                              \
    X(SINK_PORT, "dst_port")                                                                       \
    X(PROTOCOL, "protocol")                                                                        \
    X(INFECTION, "infection")                                                                      \
    X(FAMILY, "family")                                                                            \
    X(TAG, "tag")                                                                                  \
    X(APPLICATION, "application")                                                                  \
    X(QUERY, "query")                                                                              \
    X(COUNT, "count")                                                                              \
    X(SEVERITY, "severity")                                                                        \
    X(ADDRESS, "ip")                                                                               \
    X(PORT, "port")                                                                                \
    X(HOST, "host")                                                                                \
    X(HTTP_HOST, "http_host")                                                                      \
    X(URL, "url")                                                                                  \
    X(HTTP_URL, "http_url")                                                                        \
    X(CATEGORY, "category")                                                                        \
    X(SHA256, "sha256")

enum column {
#define X(name, text) COLUMN_##name,
    SHADOW_COLUMNS(X)
#undef X
        COLUMNS
};

static const char *const column_names[COLUMNS] = {
#define X(name, text) text,
    SHADOW_COLUMNS(X)
#undef X
};

/* What a sinkhole's report has besides; with any other column it is a honeypot's. */
static const char sinkhole_columns[] =
    "src_asn src_geo src_region src_city src_hostname src_naics src_sector device_vendor "
    "device_type device_model device_version device_sector dst_asn dst_geo dst_region dst_city "
    "dst_hostname dst_naics dst_sector public_source version event_id http_agent forwarded_by "
    "ssl_cipher http_referer machine_name query_type";

enum { FIELDS = 96 };

enum report { REPORT_OTHER, SINKHOLE, SINKHOLE_DNS, DARKNET, WEBSITE, MALWARE_URL };

struct shadow {
    bool started;
    enum report report;
    unsigned fields;
    int8_t place[COLUMNS]; /* of a column among the fields; -1: not there */
};

static bool word_in(const char *words, struct text word)
{
    struct text rest = text_of(words);
    while (rest.len)
        if (text_same(text_word(&rest, ' '), word))
            return true;
    return false;
}

static bool column_is_known(struct text name)
{
    for (unsigned c = 0; c < COLUMNS; c++)
        if (text_is(name, column_names[c]))
            return true;
    return word_in(sinkhole_columns, name);
}

static enum report report_of(const struct shadow *s, bool only_known)
{
#define HAS(name) (s->place[COLUMN_##name] >= 0)
    if (HAS(SOURCE) && HAS(INFECTION) && HAS(QUERY) && !HAS(SINK))
        return SINKHOLE_DNS;
    if (HAS(SOURCE) && HAS(INFECTION) && HAS(SINK) && only_known)
        return HAS(COUNT) ? DARKNET : SINKHOLE;
    if (HAS(ADDRESS) && HAS(HTTP_HOST) && HAS(URL) && HAS(CATEGORY))
        return WEBSITE;
    if (HAS(ADDRESS) && HAS(URL) && HAS(HOST) && HAS(SHA256))
        return MALWARE_URL;
#undef HAS
    return REPORT_OTHER;
}

/* Whether the line is the header of a report, of whatever kind. */
static bool header_read(struct text line, struct shadow *ret)
{
    struct text field[FIELDS];
    struct shadow s = {.started = true};
    if (!fields_cut_quoted(line, ',', field, FIELDS, &s.fields))
        return false;
    bool only_known = true, network = false;
    for (unsigned i = 0; i < s.fields; i++) {
        only_known &= column_is_known(field[i]);
        network |= text_is(field[i], "asn") || text_is(field[i], "src_asn");
    }
    for (unsigned c = 0; c < COLUMNS; c++)
        s.place[c] = (int8_t)fields_find(field, s.fields, column_names[c]);
    if (!network || s.place[COLUMN_TIME] < 0 ||
        (s.place[COLUMN_SOURCE] < 0 && s.place[COLUMN_ADDRESS] < 0))
        return false;
    s.report = report_of(&s, only_known);
    *ret = s;
    return true;
}

static bool shadow_knows(const uint8_t *start, size_t len)
{
    struct text rest = text_at(start, len), line;
    struct shadow s;
    return text_line(&rest, &line) && header_read(line, &s);
}

/* A line's field; null when it is not there or empty. "" within quotes stands for a quote. */
static struct text field_of(const struct shadow *s, const struct text *field, enum column column,
                            struct block *block)
{
    struct text t = s->place[column] >= 0 ? field[s->place[column]] : text_of(NULL);
    if (t.len == 0)
        return text_of(NULL);
    if (memchr(t.at, '"', t.len) == NULL)
        return t;
    char *to = arena_new(&block->arena, t.len);
    uint32_t len = 0;
    for (uint32_t i = 0; i < t.len; i++) {
        to[len++] = t.at[i];
        if (t.at[i] == '"' && i + 1 < t.len && t.at[i + 1] == '"')
            i++;
    }
    return text_at(to, len);
}

#define FIELD(name) field_of(s, field, COLUMN_##name, block)

/* "andromeda" of the columns that may name it; null: none does. */
static struct text family_of(const struct shadow *s, const struct text *field, struct block *block)
{
    struct text infection = FIELD(INFECTION), family = FIELD(FAMILY);
    return infection.len ? infection : family;
}

static struct text joined(struct block *block, struct text a, const char *between, struct text b)
{
    if (a.len == 0 || b.len == 0)
        return a.len ? a : b;
    return arena_format(&block->arena, "%.*s%s%.*s", (int)a.len, a.at, between, (int)b.len, b.at);
}

/* Resolvers write names with capitals here and there, to tell answers apart. */
static struct text lowered(struct block *block, struct text name)
{
    if (name.len == 0)
        return text_of(NULL);
    char *to = arena_new(&block->arena, name.len);
    for (uint32_t i = 0; i < name.len; i++)
        to[i] = ascii_lower(name.at[i]);
    return text_at(to, name.len);
}

/* Host name and path: "http://a.example:81/x?y" to "a.example:81/x". */
static struct text site_of(const struct shadow *s, const struct text *field, struct block *block)
{
    struct text url = FIELD(URL), host = s->report == WEBSITE ? FIELD(HTTP_HOST) : FIELD(HOST);
    const char *scheme = url.len > 3 ? memmem(url.at, url.len, "://", 3) : NULL;
    if (scheme) {
        url = text_at(scheme + 3, url.len - (uint32_t)(scheme + 3 - url.at));
        host = text_of(NULL);
    }
    const char *query = url.len ? memchr(url.at, '?', url.len) : NULL;
    if (query)
        url.len = (uint32_t)(query - url.at);
    bool slash = host.len && url.len && url.at[0] != '/';
    return joined(block, host, slash ? "/" : "", url);
}

/* The port in "192.0.2.1:50008/x"; 0: none. */
static struct port site_port(struct text site)
{
    struct text rest = site, authority = text_word(&rest, '/');
    struct port port = {0};
    const char *colon = authority.len ? memrchr(authority.at, ':', authority.len) : NULL;
    if (colon)
        (void)field_port(text_at(colon + 1, (size_t)(authority.at + authority.len - colon - 1)),
                         &port);
    return port;
}

static uint8_t protocol_of(struct text name)
{
    return text_is_nocase(name, "udp") ? PROTOCOL_UDP : PROTOCOL_TCP;
}

static enum log_line alert_make(const struct shadow *s, const struct text *field,
                                struct log_entry *entry)
{
    static const char *const category[] = {
        [SINKHOLE] = "sinkhole",        [SINKHOLE_DNS] = "sinkhole_dns",
        [DARKNET] = "honeypot_darknet", [WEBSITE] = "compromised_website",
        [MALWARE_URL] = "malware_url",
    };
    struct block *block = entry->block;
    bool website = s->report == WEBSITE || s->report == MALWARE_URL;
    struct ends ends = {.protocol = protocol_of(FIELD(PROTOCOL))};
    struct instant time;
    uint64_t count = 1;
    if (!instant_parse(FIELD(TIME), &time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!address_parse(website ? FIELD(ADDRESS) : FIELD(SOURCE), &ends.host) ||
        (s->report == SINKHOLE && !address_parse(FIELD(SINK), &ends.outside))) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    if (s->report == DARKNET && !address_parse(FIELD(SINK), &ends.outside))
        ends.outside = (struct address){0};
    (void)field_port(website ? FIELD(PORT) : FIELD(SOURCE_PORT), &ends.host_port);
    if (!website)
        (void)field_port(FIELD(SINK_PORT), &ends.outside_port);
    struct text site = website ? site_of(s, field, block) : text_of(NULL);
    if (website && ends.host_port.number == 0)
        ends.host_port = site_port(site);
    struct text family = family_of(s, field, block), tag = FIELD(TAG);
    struct text what = family.len ? family : tag;
    struct text name = lowered(block, s->report == SINKHOLE_DNS ? FIELD(QUERY) : FIELD(HTTP_HOST));
    struct alert_record *a = block_alert(block, time, entry->number, &ends);
    a->by = "shadowserver";
    a->category = text_of(category[s->report]);
    a->signature = joined(block, joined(block, a->category, " ", what), ": ",
                          website ? FIELD(CATEGORY) : name);
    a->family = family.len || website ? family : tag;
    a->tags = tag;
    a->severity = FIELD(SEVERITY);
    a->sinkhole = s->report == SINKHOLE || s->report == SINKHOLE_DNS;
    a->answered = s->report == SINKHOLE;
    a->count = field_u64(FIELD(COUNT), &count) && count ? count : 1;
    a->site = site;
    if (s->report == SINKHOLE_DNS)
        a->name = name;
    a->proto = s->report == SINKHOLE_DNS ? text_of("dns") : FIELD(APPLICATION);
    if (text_is(a->proto, "dns") && a->name.len == 0)
        a->proto = text_of(NULL);
    if ((website && a->site.len == 0) || (s->report == SINKHOLE_DNS && name.len == 0)) {
        entry->wrong = "no name of what it is about";
        return LOG_DAMAGED;
    }
    return LOG_USED;
}

static enum log_line shadow_line(void *state, struct log_entry *entry)
{
    struct shadow *s = state;
    struct text field[FIELDS];
    unsigned len;
    if (!s->started) {
        entry->wrong = "no header of column names before it";
        return header_read(entry->line, s) ? LOG_REMARK : LOG_DAMAGED;
    }
    if (!fields_cut_quoted(entry->line, ',', field, FIELDS, &len) || len < s->fields) {
        entry->wrong = "fewer fields than the header names, or a quote that does not end";
        return LOG_DAMAGED;
    }
    if (text_is(field[0], "timestamp"))
        return LOG_REMARK; /* files put together bring their headers along */
    return s->report == REPORT_OTHER ? LOG_IGNORED : alert_make(s, field, entry);
}

static const struct log_format format = {
    .state_bytes = sizeof(struct shadow),
    .lacks = LACK_BIT(names) | LACK_BIT(web) | LACK_BIT(tls) | LACK_BIT(certificates) |
             LACK_BIT(content) | LACK_BIT(identity) | LACK_BIT(calls) | LACK_BIT(answers),
    .line = shadow_line,
};

const struct source_kind source_shadowserver = {
    LOG_SOURCE,
    .name = "shadowserver",
    .about = "Shadowserver's reports of sinkhole hits, scans and hacked sites (CSV)",
    .knows = shadow_knows,
    .log = &format,
};
