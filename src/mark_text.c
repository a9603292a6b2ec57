#include "mark_text.h"

#include "base/err.h"

#include <stdio.h>

/* Bytes that a field may fill; what is longer is cut. */
enum { TARGET_MAX = 1024, FIELD_MAX = 512, BODY_MAX = 1024, MARGIN = 64 };

struct maker {
    char *at;
    size_t len;
};

_Static_assert(TARGET_MAX + 7 * (FIELD_MAX + MARGIN) + BODY_MAX <= MARK_TEXT_MAX, "room for all");

static void put(struct maker *m, struct text text, size_t most)
{
    size_t len = text.at ? text.len : 0;
    if (len > most)
        len = most;
    muster_assert(m->len + len <= MARK_TEXT_MAX);
    if (len)
        memcpy(m->at + m->len, text.at, len);
    m->len += len;
}

/* A line of its own; none when the source does not tell. A line's end inside the value would make
 * a second line of it. */
static void put_field(struct maker *m, const char *name, struct text value)
{
    if (value.at == NULL)
        return;
    put(m, text_of(name), FIELD_MAX);
    size_t from = m->len;
    put(m, value, FIELD_MAX);
    for (size_t i = from; i < m->len; i++)
        if (m->at[i] == '\n' || m->at[i] == '\r')
            m->at[i] = ' ';
    put(m, text_of("\n"), 1);
}

static void put_body(struct maker *m, struct text body)
{
    put(m, text_of("\n"), 1);
    put(m, body, BODY_MAX);
}

static void request(struct maker *m, const struct http_record *http)
{
    if (http->method.len == 0)
        return;
    put(m, http->method, MARGIN - 2);
    put(m, text_of(" "), 1);
    put(m, http->target, TARGET_MAX);
    put(m, text_of("\n"), 1);
    put_field(m, "Host: ", http->host);
    put_field(m, "User-Agent: ", http->user_agent);
    put_field(m, "Referer: ", http->referer);
    put_field(m, "Content-Type: ", http->content_type);
    put_field(m, "Cookie: ", http->cookie);
    put_body(m, http->body);
}

static void response(struct maker *m, const struct http_record *http)
{
    char status[16];
    if (http->status == 0)
        return;
    (void)snprintf(status, sizeof status, "%d\n", http->status);
    put(m, text_of(status), sizeof status);
    put_field(m, "Server: ", http->server);
    put_field(m, "Content-Type: ", http->response_type);
    put_body(m, http->response_start);
}

static void hello(struct maker *m, const struct tls_record *tls)
{
    const struct certificate *c = &tls->certificate;
    char days[32];
    put(m, text_of("\n"), 1); /* so that each line has one before it */
    put_field(m, "name: ", tls->server_name);
    put_field(m, "ja3: ", text_of(tls->ja3[0] ? tls->ja3 : NULL));
    put_field(m, "ja3s: ", text_of(tls->ja3s[0] ? tls->ja3s : NULL));
    put_field(m, "ja4: ", text_of(tls->ja4[0] ? tls->ja4 : NULL));
    if (!tls->certificate_seen)
        return;
    put_field(m, "subject: ", c->subject);
    put_field(m, "issuer: ", c->issuer);
    if (c->self_signed)
        put(m, text_of("self-signed\n"), MARGIN);
    if (instant_known(c->not_before) && instant_known(c->not_after)) {
        (void)snprintf(days, sizeof days, "days: %lld\n",
                       (long long)((c->not_after.us - c->not_before.us) / DAY_US));
        put(m, text_of(days), sizeof days);
    }
}

struct text mark_text(const struct record *record, enum mark_part part, char room[MARK_TEXT_MAX])
{
    struct maker m = {.at = room};
    bool talk = record->kind == RECORD_TALK;
    if (part == MARK_SENT)
        return talk ? record->talk->out : text_of(NULL);
    if (part == MARK_GOT)
        return talk ? record->talk->in : text_of(NULL);
    if (part == MARK_REQUEST && record->kind == RECORD_HTTP)
        request(&m, record->http);
    else if (part == MARK_RESPONSE && record->kind == RECORD_HTTP)
        response(&m, record->http);
    else if (part == MARK_TLS && record->kind == RECORD_TLS)
        hello(&m, record->tls);
    return text_at(room, m.len);
}
