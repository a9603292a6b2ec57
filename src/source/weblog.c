/*
 * Access logs of web servers (nginx, Apache httpd, Caddy and what writes like them): one request a
 * line, as text or as JSON. Each becomes an HTTP record: the client opened, the server answered.
 *
 * Text is the Common Log Format, whose last two fields make it "combined", and which may begin with
 * the site's name ("vhost_combined"):
 *
 *     [SITE[:PORT] ]CLIENT IDENT USER [10/Oct/2000:13:55:36 -0700] "GET /x HTTP/1.0" 200 2326
 *         [ "REFERER" "USER AGENT"[ more, not looked at]]
 *
 * Inside quotes \" \\ \n \t and \xNN stand for bytes (httpd's mod_log_config, ngx_http_log_module).
 * "-" stands for nothing. JSON is in weblog_json.c.
 *
 * The log does not hold the server's own address: --server tells it (way.c puts it in). A client
 * named by X-Forwarded-For is not looked at, for anyone can write that field. What is no request (a
 * TLS hello on a plain port, a connection that said nothing) is ignored; so is a client without an
 * address of its own (loopback, a local socket).
 */
#include "source/weblog.h"

#include "base/digits.h"

#include <string.h>

enum { USER_WORDS = 8, STATUS_MAX = 999 };

/* Whether `text` begins like "10/Oct/2000:13:55:36 -0700", and where it ends. */
static bool time_common(struct text text, struct instant *ret, uint32_t *ret_len)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    static const char shape[] = "00/Aaa/0000:00:00:00 +0000";
    char iso[32];
    if (text.len < sizeof shape - 1)
        return false;
    for (uint32_t i = 0; i < sizeof shape - 1; i++) {
        char c = text.at[i], like = shape[i];
        bool good = like == '0'                  ? c >= '0' && c <= '9'
                    : like == '+'                ? c == '+' || c == '-'
                    : like == 'A' || like == 'a' ? (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
                                                 : c == like;
        if (!good)
            return false;
    }
    unsigned month = 0;
    while (month < 12 && memcmp(months + 3 * (size_t)month, text.at + 3, 3) != 0)
        month++;
    if (month++ == 12)
        return false;
    memcpy(iso, text.at + 7, 4);
    iso[4] = iso[7] = '-';
    iso[5] = (char)('0' + month / 10);
    iso[6] = (char)('0' + month % 10);
    memcpy(iso + 8, text.at, 2);
    iso[10] = 'T';
    memcpy(iso + 11, text.at + 12, 8);
    memcpy(iso + 19, text.at + 21, 5);
    *ret_len = sizeof shape - 1;
    return weblog_time(text_at(iso, 24), ret);
}

bool weblog_time(struct text text, struct instant *ret)
{
    uint32_t len = 0;
    if (time_common(text, ret, &len) && len == text.len)
        return true;
    if (text.len < 20 || text.at[4] != '-')
        return false;
    /* RFC 3339 with its zone: "+02:00", "+0200" or "Z"; without one UTC. */
    uint32_t zone = 19;
    while (zone < text.len && text.at[zone] != '+' && text.at[zone] != '-')
        zone++;
    if (!instant_parse(text_at(text.at, zone), ret))
        return false;
    if (zone == text.len)
        return true;
    char digit[4];
    unsigned digits = 0;
    for (uint32_t i = zone + 1; i < text.len; i++) {
        if (text.at[i] == ':' && digits == 2)
            continue;
        if (digits == 4 || text.at[i] < '0' || text.at[i] > '9')
            return false;
        digit[digits++] = (char)(text.at[i] - '0');
    }
    if (digits != 4)
        return false;
    int64_t minutes = (digit[0] * 10 + digit[1]) * 60 + digit[2] * 10 + digit[3];
    ret->us -= (text.at[zone] == '-' ? -minutes : minutes) * 60 * SECOND_US;
    return true;
}

/* The bytes that a quoted field stands for; itself when nothing is escaped. */
static struct text unescape(struct block *block, struct text quoted)
{
    if (quoted.len == 0 || memchr(quoted.at, '\\', quoted.len) == NULL)
        return quoted;
    char *to = arena_new(&block->arena, quoted.len);
    uint32_t len = 0;
    for (uint32_t i = 0; i < quoted.len; i++) {
        char c = quoted.at[i];
        if (c != '\\' || i + 1 == quoted.len) {
            to[len++] = c;
            continue;
        }
        c = quoted.at[++i];
        int high = i + 2 < quoted.len ? hex_digit(quoted.at[i + 1]) : -1;
        int low = i + 2 < quoted.len ? hex_digit(quoted.at[i + 2]) : -1;
        if (c == 'x' && high >= 0 && low >= 0) {
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == 'n' || c == 't' || c == 'r') {
            c = c == 'n' ? '\n' : c == 't' ? '\t' : '\r';
        }
        to[len++] = c;
    }
    return text_at(to, len);
}

/* Takes `"..."` off rest; the quoted bytes as they stand. */
static bool quoted_take(struct text *rest, struct text *ret)
{
    if (rest->len == 0 || rest->at[0] != '"')
        return false;
    const char *begin = rest->at + 1, *end = rest->at + rest->len, *at = begin;
    while ((at = memchr(at, '"', (size_t)(end - at))) != NULL) {
        const char *slash = at; /* an odd number of them before it: it is escaped */
        while (slash > begin && slash[-1] == '\\')
            slash--;
        if ((at - slash) % 2 == 0)
            break;
        at++;
    }
    if (at == NULL)
        return false;
    *ret = text_at(begin, (size_t)(at - begin));
    *rest = text_at(at + 1, (size_t)(end - at - 1));
    return true;
}

static bool skip_blank(struct text *rest)
{
    if (rest->len == 0 || rest->at[0] != ' ')
        return false;
    *rest = text_at(rest->at + 1, rest->len - 1);
    return true;
}

/* The line as far as its time: [SITE ]CLIENT IDENT USER [TIME]. */
static bool front_take(struct text *rest, struct weblog_line *w)
{
    w->client = text_word(rest, ' ');
    struct address address;
    if (!address_parse(w->client, &address) && !text_is(w->client, "unix:")) {
        struct text before = *rest, second = text_word(rest, ' ');
        if (address_parse(second, &address) || text_is(second, "unix:")) {
            w->site = text_is(w->client, "-") ? text_of(NULL) : w->client;
            w->client = second;
        } else {
            *rest = before;
        }
    }
    /* A user's name may hold blanks; nothing says which bracket begins the time but its look. */
    for (unsigned i = 0; i < USER_WORDS && rest->len; i++) {
        uint32_t len = 0;
        struct text after = text_at(rest->at + 1, rest->len - 1);
        if (rest->at[0] == '[') {
            const char *end = memchr(after.at, ']', after.len);
            struct text inside = text_at(after.at, end ? (size_t)(end - after.at) : 0);
            if (time_common(after, &w->time, &len) || weblog_time(inside, &w->time)) {
                len = len ? len : inside.len;
                *rest = text_at(after.at + len, after.len - len);
                return rest->len && rest->at[0] == ']';
            }
        }
        (void)text_word(rest, ' ');
    }
    return false;
}

/* Cuts a line of text into its fields; false: it is none of an access log. */
static bool text_read(struct text line, struct weblog_line *w)
{
    struct text rest = line, more;
    if (!front_take(&rest, w))
        return false;
    rest = text_at(rest.at + 1, rest.len - 1);
    if (!skip_blank(&rest) || !quoted_take(&rest, &w->request) || !skip_blank(&rest))
        return false;
    w->status = text_word(&rest, ' ');
    w->bytes = text_word(&rest, ' ');
    w->agent_told =
        quoted_take(&rest, &w->referer) && skip_blank(&rest) && quoted_take(&rest, &more);
    if (w->agent_told)
        w->agent = more;
    else
        w->referer = text_of(NULL);
    w->escaped = true;
    return w->bytes.len > 0;
}

/* "GET /x?y HTTP/1.1" into method and target; false: no request. HTTP/0.9 has no version. */
static bool request_cut(struct text request, struct http_record *http)
{
    struct text rest = request;
    http->method = text_word(&rest, ' ');
    if (http->method.len == 0 || http->method.len > 32)
        return false;
    for (uint32_t i = 0; i < http->method.len; i++) /* RFC 9110 9.1; all that are in use */
        if ((http->method.at[i] < 'A' || http->method.at[i] > 'Z') && http->method.at[i] != '-' &&
            http->method.at[i] != '_')
            return false;
    const char *last = rest.len ? memrchr(rest.at, ' ', rest.len) : NULL;
    http->target = rest;
    if (last && text_starts(text_at(last + 1, (size_t)(rest.at + rest.len - last - 1)), "HTTP/"))
        http->target.len = (uint32_t)(last - rest.at);
    return http->target.len > 0;
}

static struct text lowered(struct block *block, struct text name)
{
    if (name.len == 0)
        return text_of(NULL);
    char *to = arena_new(&block->arena, name.len);
    for (uint32_t i = 0; i < name.len; i++)
        to[i] = ascii_lower(name.at[i]);
    return text_at(to, name.len);
}

/* The port behind a site's name; 0 when there is none. */
static struct port site_port(struct text site)
{
    struct port port = {0};
    const char *colon = site.len ? memrchr(site.at, ':', site.len) : NULL;
    if (colon)
        (void)field_port(text_at(colon + 1, (size_t)(site.at + site.len - colon - 1)), &port);
    return port;
}

static int64_t count_of(struct text text)
{
    uint64_t n;
    if (text_is(text, "-")) /* httpd's %b: no byte was sent */
        return 0;
    return field_u64(text, &n) && n <= INT64_MAX ? (int64_t)n : -1;
}

/* A text that a record keeps. */
static struct text kept(const struct weblog_line *w, struct log_entry *entry, struct text text)
{
    if (text.len == 0 || text_is(text, "-"))
        return text_of(NULL);
    struct arena *arena = &entry->block->arena;
    return w->escaped ? unescape(entry->block, text) : arena_text(arena, text);
}

/* What was cut out, as a record. */
static enum log_line record_make(const struct weblog_line *w, struct log_entry *entry)
{
    struct ends ends = {.protocol = PROTOCOL_TCP, .outside_port = site_port(w->site)};
    struct http_record cut = {0};
    uint64_t status = 0;
    if (text_is(w->client, "unix:"))
        return LOG_IGNORED;
    if (!address_parse(w->client, &ends.host)) {
        entry->wrong = "the client is no address (a name? then turn HostnameLookups off)";
        return LOG_DAMAGED;
    }
    if (!text_is(w->status, "-") && (!field_u64(w->status, &status) || status > STATUS_MAX)) {
        entry->wrong = "no status";
        return LOG_DAMAGED;
    }
    if (address_is_special(ends.host))
        return LOG_IGNORED;
    if (w->method.len) {
        cut.method = kept(w, entry, w->method);
        cut.target = kept(w, entry, w->target);
    }
    if (cut.target.len == 0 && !request_cut(kept(w, entry, w->request), &cut))
        return LOG_IGNORED;
    if (w->port.len)
        (void)field_port(w->port, &ends.outside_port);
    struct http_record *http = block_http(entry->block, w->time, entry->number, &ends);
    http->method = cut.method;
    http->target = cut.target;
    http->host = lowered(entry->block, w->site);
    http->referer = kept(w, entry, w->referer);
    http->user_agent = kept(w, entry, w->agent);
    /* What the log does not tell is not known to be missing. */
    http->has_host = true;
    http->has_user_agent = !w->agent_told || http->user_agent.len > 0;
    http->request_body = -1;
    http->body_unseen = true;
    http->status = (int)status;
    http->response_body = count_of(w->bytes);
    return LOG_USED;
}

static bool line_read(struct weblog *log, struct text line, struct weblog_line *w)
{
    *w = (struct weblog_line){.time = {INSTANT_NONE_US}};
    return line.at[0] == '{' ? weblog_json(log, line, w) : text_read(line, w);
}

static enum log_line weblog_line(void *state, struct log_entry *entry)
{
    struct weblog_line w;
    if (entry->line.at[0] == '#')
        return LOG_REMARK;
    if (!line_read(state, entry->line, &w)) {
        entry->wrong = "no line of an access log";
        return LOG_DAMAGED;
    }
    return record_make(&w, entry);
}

static bool weblog_knows(const uint8_t *start, size_t len)
{
    struct text rest = text_at(start, len), line;
    struct weblog log = {0};
    struct weblog_line w;
    bool known = false;
    while (!known && text_line(&rest, &line))
        if (line.len && line.at[0] != '#') {
            known = line_read(&log, line, &w);
            break;
        }
    weblog_free(&log);
    return known;
}

static const struct log_format format = {
    .state_bytes = sizeof(struct weblog),
    .lacks = LACK_BIT(names) | LACK_BIT(tls) | LACK_BIT(certificates) | LACK_BIT(content) |
             LACK_BIT(identity),
    .line = weblog_line,
    .free = weblog_free,
};

const struct source_kind source_weblog = {
    LOG_SOURCE,
    .name = "weblog",
    .about = "access logs of web servers (nginx, Apache; text or JSON)",
    .knows = weblog_knows,
    .log = &format,
    .at_server = true,
};
