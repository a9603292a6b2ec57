/*
 * Access logs as JSON, an object a line. nginx and httpd write what members their configuration
 * names, so there is no one spelling: the table below holds the names in use, and of several the
 * first that is there counts. Caddy puts what was asked into a member `request` that is an object.
 */
#include "source/weblog.h"

#include "base/json.h"
#include "base/mem.h"
#include "source/lines.h"

#include <stdio.h>

enum column {
    TIME,
    CLIENT,
    REQUEST,
    METHOD,
    TARGET,
    QUERY,
    STATUS,
    BYTES,
    REFERER,
    AGENT,
    SITE,
    PORT,
    COLUMNS
};

#define WEBLOG_NAMES(X)                                                                            \
    X(TIME, "time_iso8601")                                                                        \
    X(TIME, "@timestamp")                                                                          \
    X(TIME, "timestamp")                                                                           \
    X(TIME, "time_local")                                                                          \
    X(TIME, "time")                                                                                \
    X(TIME, "ts")                                                                                  \
    X(TIME, "msec")                                                                                \
    X(CLIENT, "remote_addr")                                                                       \
    X(CLIENT, "remote_ip")                                                                         \
    X(CLIENT, "remoteIP")                                                                          \
    X(CLIENT, "remote_host")                                                                       \
    X(CLIENT, "client_ip")                                                                         \
    X(CLIENT, "clientip")                                                                          \
    X(CLIENT, "clientIp")                                                                          \
    X(CLIENT, "client")                                                                            \
    X(REQUEST, "request")                                                                          \
    X(REQUEST, "request_line")                                                                     \
    X(METHOD, "request_method")                                                                    \
    X(METHOD, "method")                                                                            \
    X(METHOD, "verb")                                                                              \
    X(TARGET, "request_uri")                                                                       \
    X(TARGET, "uri")                                                                               \
    X(TARGET, "url")                                                                               \
    X(TARGET, "path")                                                                              \
    X(QUERY, "query_string")                                                                       \
    X(QUERY, "query")                                                                              \
    X(QUERY, "args")                                                                               \
    X(STATUS, "status")                                                                            \
    X(STATUS, "status_code")                                                                       \
    X(STATUS, "response")                                                                          \
    X(BYTES, "body_bytes_sent")                                                                    \
    X(BYTES, "bytes_sent")                                                                         \
    X(BYTES, "bytes")                                                                              \
    X(BYTES, "size")                                                                               \
    X(REFERER, "http_referer")                                                                     \
    X(REFERER, "referer")                                                                          \
    X(REFERER, "referrer")                                                                         \
    X(AGENT, "http_user_agent")                                                                    \
    X(AGENT, "user_agent")                                                                         \
    X(AGENT, "userAgent")                                                                          \
    X(AGENT, "agent")                                                                              \
    X(SITE, "http_host")                                                                           \
    X(SITE, "host")                                                                                \
    X(SITE, "server_name")                                                                         \
    X(SITE, "vhost")                                                                               \
    X(PORT, "server_port")

static const char *const names[] = {
#define X(column, name) name,
    WEBLOG_NAMES(X)
#undef X
};
static const uint8_t column_of[] = {
#define X(column, name) column,
    WEBLOG_NAMES(X)
#undef X
};
enum { NAMES = sizeof names / sizeof names[0], NUMBER_TEXT = 24 };

struct json_lines {
    struct json *reader;
    struct json_names names;
    char number[COLUMNS][NUMBER_TEXT]; /* numbers as the text form has them */
    char *target;                      /* LINE_BYTES_MAX + 1: path and query put together */
};

static struct json_lines *lines_new(void)
{
    struct json_lines *lines = mem_new(1, sizeof *lines);
    lines->reader = json_reader_new(LINE_BYTES_MAX);
    muster_assert(lines->reader != NULL);
    json_names_make(&lines->names, names, NAMES);
    lines->target = mem_new(LINE_BYTES_MAX + 1, 1);
    return lines;
}

void weblog_free(void *state)
{
    struct weblog *log = state;
    if (log->json == NULL)
        return;
    json_free(log->json->reader);
    mem_free(log->json->target);
    mem_free(log->json);
    log->json = NULL;
}

/* A member's text; of a whole number its digits; null of anything else. */
static struct text value_text(struct json_lines *lines, enum column column, struct json_value value)
{
    int64_t n;
    struct text text = json_text(value);
    if (text.at || !json_integer(value, &n))
        return text;
    int used = snprintf(lines->number[column], NUMBER_TEXT, "%lld", (long long)n);
    return text_at(lines->number[column], used > 0 ? (size_t)used : 0);
}

/* Text in any of the forms of an access log, or seconds since 1970. */
static bool value_time(struct json_value value, struct instant *ret)
{
    double seconds;
    struct text text = json_text(value);
    if (text.at)
        return weblog_time(text, ret) || field_seconds(text, &ret->us);
    if (!json_real(value, &seconds) || !(seconds >= 0) || seconds > 1e11)
        return false;
    if (seconds > 1e10) /* milliseconds: as seconds that were in the year 2286 */
        seconds /= 1000;
    ret->us = (int64_t)(seconds * 1e6 + 0.5);
    return true;
}

/* Puts the object's members in their columns, as far as those are empty. */
static void columns_fill(struct json_lines *lines, struct json_value object,
                         struct text column[COLUMNS], struct weblog_line *w)
{
    struct json_value value[NAMES];
    if (!json_pick(object, &lines->names, value))
        return;
    for (unsigned i = 0; i < NAMES; i++) {
        enum column c = (enum column)column_of[i];
        if (c == TIME) {
            if (!instant_known(w->time) && !value_time(value[i], &w->time))
                w->time.us = INSTANT_NONE_US;
        } else if (column[c].at == NULL) {
            column[c] = value_text(lines, c, value[i]);
        }
        w->agent_told |= c == AGENT && json_type(value[i]) != JSON_NONE;
    }
}

/* Caddy's {"request": {..., "headers": {"User-Agent": ["..."]}}}. */
static void request_object(struct json_lines *lines, struct json_value request,
                           struct text column[COLUMNS], struct weblog_line *w)
{
    if (json_type(request) != JSON_OBJECT)
        return;
    columns_fill(lines, request, column, w);
    struct json_value headers = json_get(request, "headers"), first;
    w->agent_told |= json_type(headers) == JSON_OBJECT;
    struct json_each each = json_members(json_get(headers, "User-Agent"));
    if (column[AGENT].at == NULL && json_next(&each, NULL, &first))
        column[AGENT] = json_text(first);
    each = json_members(json_get(headers, "Referer"));
    if (column[REFERER].at == NULL && json_next(&each, NULL, &first))
        column[REFERER] = json_text(first);
}

/* The target with its query, which may stand apart. */
static struct text target_of(struct json_lines *lines, struct text target, struct text query)
{
    if (query.len && query.at[0] == '?')
        query = text_at(query.at + 1, query.len - 1);
    if (target.len == 0 || query.len == 0 || memchr(target.at, '?', target.len) ||
        target.len + query.len > LINE_BYTES_MAX - 1)
        return target;
    memcpy(lines->target, target.at, target.len);
    lines->target[target.len] = '?';
    memcpy(lines->target + target.len + 1, query.at, query.len);
    return text_at(lines->target, target.len + 1 + query.len);
}

bool weblog_json(struct weblog *log, struct text line, struct weblog_line *ret)
{
    const char *why;
    struct text column[COLUMNS] = {0};
    if (log->json == NULL)
        log->json = lines_new();
    struct json_lines *lines = log->json;
    if (!json_read(lines->reader, line, &why))
        return false;
    struct json_value root = json_root(lines->reader);
    columns_fill(lines, root, column, ret);
    request_object(lines, json_get(root, "request"), column, ret);
    ret->client = column[CLIENT];
    ret->request = column[REQUEST];
    ret->method = column[METHOD];
    ret->target = target_of(lines, column[TARGET], column[QUERY]);
    ret->status = column[STATUS];
    ret->bytes = column[BYTES];
    ret->referer = column[REFERER];
    ret->agent = column[AGENT];
    ret->site = column[SITE];
    ret->port = column[PORT];
    if (ret->request.len || ret->method.len == 0 || ret->target.len == 0)
        ret->method = ret->target = text_of(NULL); /* the whole line is worth more */
    return instant_known(ret->time) && ret->client.len && ret->status.len &&
           (ret->request.at || ret->method.len);
}
