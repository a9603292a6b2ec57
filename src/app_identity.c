#include "app_identity.h"

#include "base/base64.h"

#include "app_http.h"
#include "wire/kerberos.h"
#include "wire/ntlm.h"
#include "wire/ssh.h"

#include <stdio.h>

enum { STREAM_LOOK = 16384 }; /* bytes of each direction in which NTLM is looked for */
enum { AUTHORIZATION_MAX = 4096 };

static struct identity_ends ends_of(const struct app *app, const struct flow *f, unsigned dir)
{
    struct identity_ends out = {f->host, f->outside, f->host_port, f->outside_port, app->mac};
    struct identity_ends in = {f->outside, f->host, f->outside_port, f->host_port, app->mac};
    return dir == OUT ? out : in;
}

static void tell(struct app *app, const struct flow *flow, struct address about,
                 const struct identity_record *record)
{
    if (address_same(about, flow->host))
        app_emit(app, flow, RECORD_IDENTITY, record);
}

const char *app_identity_datagram(struct app *app, const struct flow *flow, unsigned dir,
                                  const uint8_t *bytes, size_t len)
{
    struct identity_ends ends = ends_of(app, flow, dir);
    struct identity_record record;
    struct address about;
    bool tells;
    const char *name =
        identity_of_datagram(&ends, bytes, len, &app->identity, &record, &about, &tells);
    if (tells)
        tell(app, flow, about, &record);
    return name;
}

bool app_identity_is_kerberos(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    size_t whole = cursor_u32(&c);
    return cursor_ok(&c) && whole < BUFFER_MAX && kerberos_recognise(c.at, cursor_left(&c), whole);
}

void app_identity_kerberos(struct app *app, const struct flow *flow, unsigned dir,
                           const uint8_t *message, size_t len)
{
    struct identity_ends ends = ends_of(app, flow, dir);
    struct identity_record record;
    struct address about;
    if (identity_of_kerberos(&ends, message, len, &app->identity, &record, &about))
        tell(app, flow, about, &record);
}

/* The messages in bytes that begin with one. Returns where one begins that is not whole; else len.
 */
static size_t ntlm_messages(struct app *app, const struct flow *flow, unsigned dir,
                            const uint8_t *bytes, size_t len)
{
    struct identity_ends ends = ends_of(app, flow, dir);
    size_t at = 0;
    for (const uint8_t *found; (found = ntlm_find(bytes + at, len - at)) != NULL; at++) {
        struct identity_record record;
        struct address about;
        at = (size_t)(found - bytes);
        enum parse parse =
            identity_of_ntlm(&ends, found, len - at, &app->identity, &record, &about);
        if (parse == PARSE_MORE)
            return at;
        if (parse == PARSE_DONE)
            tell(app, flow, about, &record);
    }
    return len;
}

void app_identity_stream(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                         size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    uint32_t *slot = &flow->slot[SLOT_CONTENT_OUT + dir];
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    s->body_seen += len;
    if (*slot) { /* a message had begun */
        uint32_t have;
        if (buffers_append(app->buffers, slot, owner, bytes, len)) {
            const uint8_t *at = buffers_at(app->buffers, *slot, &have);
            if (ntlm_messages(app, flow, dir, at, have) == 0 && have < NTLM_MAX)
                return;
        }
        buffers_drop(app->buffers, slot);
    } else {
        size_t from = ntlm_messages(app, flow, dir, bytes, len);
        if (from < len && buffers_append(app->buffers, slot, owner, bytes + from, len - from))
            return;
    }
    if (s->body_seen >= STREAM_LOOK)
        s->state = STREAM_DONE;
}

void app_identity_words(struct app *app, const struct flow *flow, unsigned dir, struct text words)
{
    if (words.len)
        (void)ntlm_messages(app, flow, dir, (const uint8_t *)words.at, words.len);
}

void app_identity_http(struct app *app, const struct flow *flow, unsigned dir, struct text field)
{
    uint8_t bytes[AUTHORIZATION_MAX];
    const char *scheme = text_starts(field, "NTLM ")        ? "NTLM "
                         : text_starts(field, "Negotiate ") ? "Negotiate "
                                                            : NULL;
    if (scheme == NULL)
        return;
    size_t skip = strlen(scheme);
    size_t len = base64_decode(text_at(field.at + skip, field.len - skip), bytes, sizeof bytes);
    (void)ntlm_messages(app, flow, dir, bytes, len);
}

static void ssh_tell(struct app *app, const struct flow *flow, struct text fingerprint)
{
    struct identity_record record = {.known_by = "ssh", .fingerprint = fingerprint};
    if (fingerprint.len)
        app_emit(app, flow, RECORD_IDENTITY, &record);
}

static enum parse ssh_read(const struct app *app, struct flow *flow, struct ssh_hello *hello)
{
    uint32_t have;
    const uint8_t *at = buffers_at(app->buffers, flow->slot[SLOT_CONTENT_OUT], &have);
    return ssh_parse(at, have, flow->host_opened, hello);
}

void app_identity_ssh(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                      size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT};
    struct ssh_hello hello;
    if (dir == OUT &&
        buffers_append(app->buffers, &flow->slot[SLOT_CONTENT_OUT], owner, bytes, len)) {
        if (ssh_read(app, flow, &hello) == PARSE_MORE)
            return;
        app_identity_ssh_end(app, index);
    }
    flow->stream[dir].state = STREAM_DONE;
}

void app_identity_ssh_end(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    struct ssh_hello hello;
    if (flow->slot[SLOT_CONTENT_OUT] == 0)
        return;
    (void)ssh_read(app, flow, &hello);
    struct printable_room *room = &app->identity.room;
    room->used = 0;
    struct cursor software = cursor_over(hello.software.at, hello.software.len);
    ssh_tell(app, flow, printable_utf8(room, software, PRINTABLE_NAME));
    char hassh[sizeof "hassh " + sizeof hello.hassh];
    (void)snprintf(hassh, sizeof hassh, "hassh %s", hello.hassh);
    ssh_tell(app, flow, text_of(hello.hassh[0] ? hassh : NULL));
    buffers_drop(app->buffers, &flow->slot[SLOT_CONTENT_OUT]);
}

void app_identity_rdp(struct app *app, const struct flow *flow, unsigned dir, struct text words)
{
    static const char cookie[] = "Cookie: mstshash=";
    const char *at = words.len ? memmem(words.at, words.len, cookie, sizeof cookie - 1) : NULL;
    if (at == NULL || dir != OUT)
        return;
    at += sizeof cookie - 1;
    size_t left = words.len - (size_t)(at - words.at);
    const char *end = memchr(at, '\r', left);
    if (end == NULL || end == at)
        return;
    struct printable_room *room = &app->identity.room;
    room->used = 0;
    struct identity_record record = {
        .known_by = "rdp",
        .user = printable_utf8(room, cursor_over(at, (size_t)(end - at)), PRINTABLE_NAME)};
    app_emit(app, flow, RECORD_IDENTITY, &record);
}
