/* HTTP, TLS and QUIC in an EVE log. Their events' addresses are the opener's first. */
#include "source/eve.h"

#include "source/fields.h"

#include "base/digits.h"

#include <stdio.h>

enum {
    HTTP_HOSTNAME,
    HTTP_PORT,
    HTTP_URL,
    HTTP_AGENT,
    HTTP_REFERER,
    HTTP_METHOD,
    HTTP_TYPE,
    HTTP_STATUS,
    HTTP_LENGTH,
    HTTP_HEADERS,
    HTTP_NAME,
    HTTP_VALUE,
    HTTP_MEMBERS
};
static const char *const http_names[HTTP_MEMBERS] = {
    [HTTP_HOSTNAME] = "hostname",
    [HTTP_PORT] = "http_port",
    [HTTP_URL] = "url",
    [HTTP_AGENT] = "http_user_agent",
    [HTTP_REFERER] = "http_refer",
    [HTTP_METHOD] = "http_method",
    [HTTP_TYPE] = "http_content_type",
    [HTTP_STATUS] = "status",
    [HTTP_LENGTH] = "length",
    [HTTP_HEADERS] = "request_headers",
    [HTTP_NAME] = "name",
    [HTTP_VALUE] = "value",
};

enum {
    TLS_SUBJECT,
    TLS_ISSUER,
    TLS_FINGERPRINT,
    TLS_SNI,
    TLS_VERSION,
    TLS_NOT_BEFORE,
    TLS_NOT_AFTER,
    TLS_JA3,
    TLS_JA3S,
    TLS_JA4,
    TLS_HASH,
    TLS_ALTERNATIVES,
    TLS_ALPNS,
    TLS_MEMBERS
};
static const char *const tls_names[TLS_MEMBERS] = {
    [TLS_SUBJECT] = "subject",
    [TLS_ISSUER] = "issuerdn",
    [TLS_FINGERPRINT] = "fingerprint",
    [TLS_SNI] = "sni",
    [TLS_VERSION] = "version",
    [TLS_NOT_BEFORE] = "notbefore",
    [TLS_NOT_AFTER] = "notafter",
    [TLS_JA3] = "ja3",
    [TLS_JA3S] = "ja3s",
    [TLS_JA4] = "ja4",
    [TLS_HASH] = "hash",
    [TLS_ALTERNATIVES] = "subjectaltname",
    [TLS_ALPNS] = "client_alpns",
};

void eve_web_names(struct eve *eve)
{
    json_names_make(&eve->http, http_names, HTTP_MEMBERS);
    json_names_make(&eve->tls, tls_names, TLS_MEMBERS);
}

/* ---- HTTP */

/* Only where Suricata is told to write headers. */
static void headers_read(const struct eve_event *event, struct json_value list,
                         struct http_record *http)
{
    struct json_each each = json_members(list);
    struct json_value header, v[HTTP_MEMBERS];
    int64_t len;
    while (json_next(&each, NULL, &header)) {
        if (!json_pick(header, &event->eve->http, v))
            continue;
        struct text name = json_text(v[HTTP_NAME]);
        if (text_is_nocase(name, "content-type"))
            http->content_type = eve_text(event, v[HTTP_VALUE]);
        else if (text_is_nocase(name, "cookie"))
            http->cookie = eve_text(event, v[HTTP_VALUE]);
        else if (text_is_nocase(name, "authorization"))
            http->authorization = eve_text(event, v[HTTP_VALUE]);
        else if (text_is_nocase(name, "content-length") && json_integer(v[HTTP_VALUE], &len))
            http->request_body = len;
    }
}

/* The Host field as it was sent: Suricata cuts the port off. */
static struct text host_of(const struct eve_event *event, const struct json_value *v)
{
    struct text host = eve_name(event, v[HTTP_HOSTNAME]);
    uint64_t port = eve_count(v[HTTP_PORT]);
    if (host.len == 0 || port == 0 || port > UINT16_MAX)
        return host;
    return arena_format(&event->entry->block->arena, "%.*s:%u", (int)host.len, host.at,
                        (unsigned)port);
}

enum log_line eve_http(struct eve_event *event)
{
    struct json_value v[HTTP_MEMBERS];
    if (!json_pick(event->member[EVE_HTTP], &event->eve->http, v)) {
        event->entry->wrong = "an http event without http";
        return LOG_DAMAGED;
    }
    eve_remember(event, "http");
    event->eve->seen |= EVE_SEEN_HTTP;
    struct http_record *http =
        block_http(event->entry->block, event->time, event->entry->number, &event->ends);
    http->method = eve_text(event, v[HTTP_METHOD]);
    http->target = eve_text(event, v[HTTP_URL]);
    http->host = host_of(event, v);
    http->user_agent = eve_text(event, v[HTTP_AGENT]);
    http->referer = eve_text(event, v[HTTP_REFERER]);
    http->has_host = http->host.len > 0;
    http->has_user_agent = http->user_agent.at != NULL;
    http->request_body = -1;
    http->body_unseen = true;
    http->response_type = eve_text(event, v[HTTP_TYPE]);
    uint64_t status = eve_count(v[HTTP_STATUS]);
    http->status = status < 1000 ? (int)status : 0;
    int64_t len;
    http->response_body = http->status && json_integer(v[HTTP_LENGTH], &len) && len >= 0 ? len : -1;
    headers_read(event, v[HTTP_HEADERS], http);
    return LOG_USED;
}

/* ---- TLS */

/* "23:e0:b1:...", 20 bytes. */
static bool sha1_read(struct text text, uint8_t out[20])
{
    if (text.len != 20 * 3 - 1)
        return false;
    for (size_t i = 0; i < 20; i++) {
        int high = hex_digit(text.at[3 * i]), low = hex_digit(text.at[3 * i + 1]);
        if (high < 0 || low < 0 || (i < 19 && text.at[3 * i + 2] != ':'))
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static uint16_t version_of(struct text text)
{
    static const struct {
        const char *name;
        uint16_t version;
    } versions[] = {{"TLS 1.3", 0x0304}, {"TLS 1.2", 0x0303}, {"TLS 1.1", 0x0302},
                    {"TLSv1", 0x0301},   {"TLS 1.0", 0x0301}, {"SSLv3", 0x0300},
                    {"SSLv2", 0x0002}};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (text_starts(text, versions[i].name)) /* "TLS 1.3 draft-28" */
            return versions[i].version;
    return 0;
}

static struct text head(struct text text, uint32_t len)
{
    return text.len > len ? text_at(text.at, len) : text;
}

/* The common name of "C=US, O=a, CN=b.example"; null when there is none. */
static struct text common_name(struct text subject)
{
    static const char mark[] = "CN=";
    struct text found = {0};
    for (uint32_t i = 0; subject.at && i + sizeof mark - 1 <= subject.len; i++) {
        if (memcmp(subject.at + i, mark, sizeof mark - 1) != 0 ||
            (i > 0 && subject.at[i - 1] != ' ' && subject.at[i - 1] != ','))
            continue;
        struct text rest = text_at(subject.at + i + 3, subject.len - i - 3);
        found = text_word(&rest, ',');
    }
    return found;
}

static void certificate_read(const struct eve_event *event, const struct json_value *v,
                             struct tls_record *tls)
{
    struct certificate *c = &tls->certificate;
    struct text subject = eve_text(event, v[TLS_SUBJECT]), issuer = eve_text(event, v[TLS_ISSUER]);
    struct json_each alternatives = json_members(v[TLS_ALTERNATIVES]);
    struct json_value first;
    bool printed = sha1_read(json_text(v[TLS_FINGERPRINT]), c->sha1);
    c->not_before.us = c->not_after.us = INSTANT_NONE_US;
    if (!printed && subject.at == NULL)
        return;
    tls->certificate_seen = true;
    event->eve->seen |= EVE_SEEN_CERTIFICATE;
    c->self_signed = subject.at && issuer.at && text_same(subject, issuer);
    c->subject_name = common_name(subject);
    if (json_next(&alternatives, NULL, &first))
        c->subject_name = eve_text(event, first);
    /* its alternative names are not told */
    c->name_unknown = c->subject_name.at == NULL;
    c->subject = head(subject, UINT8_MAX);
    c->issuer = head(issuer, UINT8_MAX);
    if (!eve_time(v[TLS_NOT_BEFORE], &c->not_before) || !eve_time(v[TLS_NOT_AFTER], &c->not_after))
        c->not_before.us = c->not_after.us = INSTANT_NONE_US;
}

/* A fingerprint as it is, or as {"hash": ...}. */
static void print_read(const struct eve_event *event, struct json_value value, char *out,
                       size_t room)
{
    struct json_value v[TLS_MEMBERS];
    if (json_pick(value, &event->eve->tls, v))
        value = v[TLS_HASH];
    struct text text = json_text(value);
    if (text.len == 0 || text.len >= room)
        return;
    for (uint32_t i = 0; i < text.len; i++)
        out[i] = ascii_lower(text.at[i]);
    out[text.len] = '\0';
}

static struct tls_record *hello_read(struct eve_event *event, const struct json_value *v)
{
    struct tls_record *tls =
        block_tls(event->entry->block, event->time, event->entry->number, &event->ends);
    struct json_each alpns = json_members(v[TLS_ALPNS]);
    struct json_value first;
    tls->client = true;
    tls->server_name = eve_name(event, v[TLS_SNI]);
    if (json_next(&alpns, NULL, &first))
        tls->alpn = eve_text(event, first);
    print_read(event, v[TLS_JA3], tls->ja3, sizeof tls->ja3);
    print_read(event, v[TLS_JA3S], tls->ja3s, sizeof tls->ja3s);
    print_read(event, v[TLS_JA4], tls->ja4, sizeof tls->ja4);
    return tls;
}

enum log_line eve_tls(struct eve_event *event)
{
    struct json_value v[TLS_MEMBERS];
    if (!json_pick(event->member[EVE_TLS], &event->eve->tls, v)) {
        event->entry->wrong = "a tls event without tls";
        return LOG_DAMAGED;
    }
    eve_remember(event, "tls");
    event->eve->seen |= EVE_SEEN_TLS;
    struct tls_record *tls = hello_read(event, v);
    tls->version = version_of(json_text(v[TLS_VERSION]));
    tls->server = tls->version != 0; /* "UNDETERMINED" without the server's hello */
    certificate_read(event, v, tls);
    return LOG_USED;
}

/* The server's side of QUIC is encrypted: that it answered, the flow tells. */
enum log_line eve_quic(struct eve_event *event)
{
    struct json_value v[TLS_MEMBERS];
    if (!json_pick(event->member[EVE_QUIC], &event->eve->tls, v)) {
        event->entry->wrong = "a quic event without quic";
        return LOG_DAMAGED;
    }
    eve_remember(event, "quic");
    if (json_text(v[TLS_SNI]).len == 0)
        return LOG_IGNORED;
    event->eve->seen |= EVE_SEEN_TLS;
    struct tls_record *tls = hello_read(event, v);
    tls->version = 0x0304; /* RFC 9001 4.2: 1.3 or later */
    return LOG_USED;
}
