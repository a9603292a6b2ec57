#include "app.h"

#include "app_http.h"
#include "app_identity.h"
#include "app_mail.h"
#include "app_quic.h"
#include "app_talk.h"
#include "wire/app.h"

#include <string.h>

enum {
    APP_NEW,
    APP_TLS,
    APP_HTTP,
    APP_DNS,
    APP_TALK,
    APP_KERBEROS,
    APP_IDENTITY,
    APP_QUIC,
    APP_SSH,
    APP_TUNNEL,
    APP_OTHER
};
enum { LOOK_BYTES = 24, LOOK_DATAGRAMS = 3 };
enum { TLS_SIDE_OPEN, TLS_SIDE_DONE };

void app_emit(struct app *app, const struct flow *flow, enum record_kind kind, const void *what)
{
    struct record r = {
        .kind = kind, .time = app->now, .number = app->number, .ends = flow_ends(flow)};
    if (r.number == 0)
        r.number = flow->number;
    if (kind == RECORD_DNS)
        r.dns = what;
    else if (kind == RECORD_TLS)
        r.tls = what;
    else if (kind == RECORD_IDENTITY)
        r.identity = what;
    else if (kind == RECORD_HTTP)
        r.http = what;
    else if (kind == RECORD_FILE)
        r.file = what;
    else
        r.talk = what;
    app->emit(app->context, &r);
}

static void stop(struct app *app, struct flow *flow, unsigned dir)
{
    flow->stream[dir].state = STREAM_DONE;
    buffers_drop(app->buffers, flow_content(flow, dir));
}

/* ---- TLS: both directions' starts are kept until both are whole, then told as one record */

static void tls_emit(struct app *app, struct flow *flow)
{
    struct tls_record record = {0};
    bool any = false;
    for (unsigned dir = OUT; dir <= IN; dir++) {
        uint32_t len;
        if (*flow_content(flow, dir) == 0)
            continue;
        const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &len);
        enum tls_side side = tls_recognise(at, len);
        if (side == TLS_CLIENT)
            any |= tls_parse_client(at, len, &app->client, &record) == PARSE_DONE;
    }
    uint16_t offered = record.version;
    for (unsigned dir = OUT; dir <= IN; dir++) {
        uint32_t len;
        if (*flow_content(flow, dir) == 0)
            continue;
        const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &len);
        if (tls_recognise(at, len) == TLS_SERVER)
            any |= tls_parse_server(at, len, &app->server, &record) == PARSE_DONE;
    }
    if (!record.server)
        record.version = offered;
    /* Through a proxy the far end is known by name alone: without one, what is odd about the
     * handshake would be laid to the proxy. */
    bool proxied = flow->app && strcmp(flow->app, "http") == 0;
    if (any && !(proxied && record.server_name.len == 0))
        app_emit(app, flow, RECORD_TLS, &record);
    for (unsigned dir = OUT; dir <= IN; dir++) {
        flow->stream[dir].phase = TLS_SIDE_DONE;
        stop(app, flow, dir);
    }
}

static void tls_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                     size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    uint32_t have;
    enum parse parse = PARSE_BAD;
    if (buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, len)) {
        const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &have);
        enum tls_side side = tls_recognise(at, have);
        if (side == TLS_CLIENT)
            parse = tls_parse_client(at, have, &app->client, NULL);
        else if (side == TLS_SERVER)
            parse = tls_parse_server(at, have, &app->server, NULL);
        else if (have < 6)
            parse = PARSE_MORE;
    }
    if (parse == PARSE_MORE)
        return;
    struct flow_stream *s = &flow->stream[dir];
    s->state = STREAM_DONE;
    s->phase = TLS_SIDE_DONE;
    if (parse == PARSE_BAD) {
        app->skips->count[SKIP_tls_damaged]++;
        stop(app, flow, dir);
    }
    if (flow->stream[!dir].phase == TLS_SIDE_DONE)
        tls_emit(app, flow);
}

/* ---- DNS over TCP: messages behind two bytes of length (RFC 1035 4.2.2) */

static void dns_message(struct app *app, struct flow *flow, const uint8_t *bytes, size_t len)
{
    struct dns_record record = {0};
    app->dns.used = 0;
    if (dns_parse(bytes, len, &app->dns, &record))
        app_emit(app, flow, RECORD_DNS, &record);
    else
        app->skips->count[SKIP_dns_damaged]++;
}

static bool dns_framed(struct app *app, const uint8_t *at, size_t len)
{
    struct dns_record record = {0};
    app->dns.used = 0;
    size_t want = len >= 2 ? (size_t)at[0] << 8 | at[1] : 0;
    return want >= 12 && len >= 2 + want && dns_parse(at + 2, want, &app->dns, &record);
}

static void dns_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                     size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    if (!buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, len)) {
        app->skips->count[SKIP_dns_damaged]++;
        stop(app, flow, dir);
        return;
    }
    uint32_t have, used = 0;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &have);
    while (have - used >= 2) {
        uint32_t want = (uint32_t)at[used] << 8 | at[used + 1];
        if (have - used - 2 < want)
            break;
        dns_message(app, flow, at + used + 2, want);
        used += 2 + want;
    }
    buffers_remove(app->buffers, *flow_content(flow, dir), 0, used);
}

/* ---- Kerberos over TCP: messages behind four bytes of length (RFC 4120 7.2.2) */

static void kerberos_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                          size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    uint32_t have, used = 0;
    if (!buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, len)) {
        stop(app, flow, dir);
        return;
    }
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &have);
    while (have - used >= 4) {
        uint32_t want = (uint32_t)at[used] << 24 | (uint32_t)at[used + 1] << 16 |
                        (uint32_t)at[used + 2] << 8 | at[used + 3];
        if (have - used - 4 < want)
            break;
        app_identity_kerberos(app, flow, dir, at + used + 4, want);
        used += 4 + want;
    }
    buffers_remove(app->buffers, *flow_content(flow, dir), 0, used);
}

/* ---- what a proxy was asked to pass on: TLS is read as such, all else is left alone */

void app_tunnel(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    flow->app_state = APP_TUNNEL;
    for (unsigned dir = OUT; dir <= IN; dir++) {
        buffers_drop(app->buffers, flow_content(flow, dir));
        flow->stream[dir].state = STREAM_OPEN;
        flow->stream[dir].phase = TLS_SIDE_OPEN;
    }
}

static void tunnel_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                        size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    if (tls_recognise(bytes, len) != TLS_NEITHER) {
        flow->app_state = APP_TLS;
        tls_data(app, index, dir, bytes, len);
        return;
    }
    flow->app_state = APP_OTHER;
    stop(app, flow, OUT);
    stop(app, flow, IN);
}

/* ---- telling protocols apart */

static void route(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    switch (flows_at(app->flows, index)->app_state) {
    case APP_TLS:
        tls_data(app, index, dir, bytes, len);
        break;
    case APP_HTTP:
        http_data(app, index, dir, bytes, len);
        break;
    case APP_DNS:
        dns_data(app, index, dir, bytes, len);
        break;
    case APP_TALK:
        talk_data(app, index, dir, bytes, len);
        break;
    case APP_KERBEROS:
        kerberos_data(app, index, dir, bytes, len);
        break;
    case APP_TUNNEL:
        tunnel_data(app, index, dir, bytes, len);
        break;
    case APP_SSH:
        app_identity_ssh(app, index, dir, bytes, len);
        break;
    default:
        app_identity_stream(app, index, dir, bytes, len);
    }
}

static uint8_t tell(struct app *app, const struct flow *flow, unsigned dir, const uint8_t *at,
                    size_t len, const char **name)
{
    bool opener = flow->host_opened == (dir == OUT);
    *name = NULL;
    if (tls_recognise(at, len) != TLS_NEITHER) {
        *name = "tls";
        return APP_TLS;
    }
    enum parse request = http_recognise_request(at, len);
    enum parse response = http_recognise_response(at, len);
    if (request == PARSE_DONE || response == PARSE_DONE) {
        *name = "http";
        return APP_HTTP;
    }
    *name = app_recognise_stream(at, len, opener);
    if (*name)
        return talk_wanted(*name) ? APP_TALK : strcmp(*name, "ssh") == 0 ? APP_SSH : APP_OTHER;
    if (app_identity_is_kerberos(at, len)) {
        *name = "kerberos";
        return APP_KERBEROS;
    }
    if (dns_framed(app, at, len)) {
        *name = "dns";
        return APP_DNS;
    }
    bool may_be = request == PARSE_MORE || response == PARSE_MORE || len < LOOK_BYTES;
    return may_be && len < (size_t)4 * LOOK_BYTES ? APP_NEW : APP_TALK;
}

/* Hands the bytes kept while the protocol was not known to its parser. */
static void replay(struct app *app, uint32_t index, unsigned dir)
{
    struct flow *flow = flows_at(app->flows, index);
    uint8_t copy[4 * LOOK_BYTES + 2048];
    uint32_t len;
    if (*flow_content(flow, dir) == 0)
        return;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &len);
    if (len > sizeof copy)
        len = sizeof copy;
    memcpy(copy, at, len);
    buffers_drop(app->buffers, flow_content(flow, dir));
    route(app, index, dir, copy, len);
}

static void new_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                     size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    const uint8_t *at = bytes;
    size_t have = len;
    uint32_t kept = 0;
    bool buffered = *flow_content(flow, dir) != 0;
    if (buffered) {
        size_t more = len < 2048 ? len : 2048;
        if (buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, more)) {
            at = buffers_at(app->buffers, *flow_content(flow, dir), &kept);
            have = kept;
        }
    }
    flow->app_state = tell(app, flow, dir, at, have, &flow->app);
    if (flow->app_state == APP_NEW) {
        if (!buffered)
            (void)buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, len);
        return;
    }
    if (flow->app_state == APP_HTTP)
        http_start(flow);
    if (flow->app && strcmp(flow->app, "rdp") == 0)
        app_identity_rdp(app, flow, dir, text_at(at, have));
    replay(app, index, !dir);
    if (buffered) {
        replay(app, index, dir);
        if (len > 2048)
            route(app, index, dir, bytes + 2048, len - 2048);
    } else {
        route(app, index, dir, bytes, len);
    }
}

static void on_data(void *context, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct app *app = context;
    struct flow *flow = flows_at(app->flows, index);
    if (flow->stream[dir].state == STREAM_NEW)
        flow->stream[dir].state = STREAM_OPEN;
    if (flow->spoke_first == SPOKE_NOBODY)
        flow->spoke_first = dir == OUT ? SPOKE_HOST : SPOKE_OUTSIDE;
    if (flow->app_state == APP_NEW)
        new_data(app, index, dir, bytes, len);
    else
        route(app, index, dir, bytes, len);
}

static void on_gap(void *context, uint32_t index, unsigned dir, uint32_t len)
{
    struct app *app = context;
    struct flow *flow = flows_at(app->flows, index);
    if (flow->stream[dir].lost == len)
        app->skips->count[SKIP_stream_gap]++;
    if (flow->app_state == APP_HTTP)
        http_gap(app, index, dir, len);
    else if (flow->app_state == APP_TLS)
        flow->stream[dir].state = STREAM_DONE; /* what came before is told at the end */
    else if (flow->app_state == APP_TALK)
        talk_gap(app, index, dir);
    else if (flow->app_state == APP_DNS || flow->app_state == APP_KERBEROS ||
             flow->app_state == APP_SSH || flow->app_state == APP_TUNNEL)
        stop(app, flow, dir);
    else
        buffers_drop(app->buffers, flow_content(flow, dir));
}

void app_init(struct app *app, struct flows *flows, struct buffers *buffers, struct skips *skips,
              void (*emit)(void *context, const struct record *record), void *context)
{
    app->flows = flows;
    app->buffers = buffers;
    app->skips = skips;
    app->emit = emit;
    app->context = context;
    app->sink = (struct tcp_sink){.context = app, .data = on_data, .gap = on_gap};
}

void app_datagram(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    if (s->state == STREAM_DONE || len == 0)
        return;
    if (flow->app_state == APP_NEW && quic_recognise(bytes, len)) {
        flow->app_state = APP_QUIC;
        flow->app = "quic";
        quic_start(flow);
    }
    if (flow->app_state == APP_QUIC) {
        quic_datagram(app, index, dir, bytes, len);
        return;
    }
    const char *identity = app_identity_datagram(app, flow, dir, bytes, len);
    if (identity && flow->app_state != APP_DNS) {
        flow->app_state = APP_IDENTITY;
        flow->app = identity;
        return;
    }
    struct dns_record record = {0};
    app->dns.used = 0;
    if (dns_parse(bytes, len, &app->dns, &record)) {
        flow->app_state = APP_DNS;
        flow->app = "dns";
        app_emit(app, flow, RECORD_DNS, &record);
        return;
    }
    if (flow->app_state == APP_DNS)
        app->skips->count[SKIP_dns_damaged]++;
    else if (flow->app == NULL)
        flow->app = app_recognise_datagram(bytes, len);
    if (++s->phase >= LOOK_DATAGRAMS)
        s->state = STREAM_DONE;
}

void app_part(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    if (flow->app_state != APP_TALK)
        return;
    mail_stop(app, index);
    talk_tell(app, index);
    flow->app_state = APP_OTHER;
}

void app_finish(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    if (flow->app_state == APP_NEW && flow->protocol == PROTOCOL_TCP)
        flow->app_state = APP_TALK; /* too little was said to tell what it is */
    app_part(app, index);
    if (flow->app_state == APP_TLS && (*flow_content(flow, OUT) || *flow_content(flow, IN)))
        tls_emit(app, flow);
    if (flow->app_state == APP_QUIC)
        quic_finish(app, index);
    if (flow->app_state == APP_SSH)
        app_identity_ssh_end(app, index);
    if (flow->app_state == APP_HTTP)
        http_finish(app, index);
    for (unsigned slot = 0; slot < SLOTS; slot++)
        buffers_drop(app->buffers, &flow->slot[slot]);
}
