#include "app_identity.h"

#include "base/base64.h"

#include "app_http.h"
#include "wire/kerberos.h"
#include "wire/ntlm.h"

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
