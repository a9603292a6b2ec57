/*
 * What is kept of a side: pieces of handshake as they came, each behind its place and length; the
 * client's start with the number that its keys follow from. Pieces are put in order only when new
 * ones came, so that the bytes of a hello are copied few times and nothing is kept of what has no
 * hello. A client whose hello is whole is still listened to: it may have to start over. All is
 * bounded: so many datagrams, Initials and pieces a side.
 *
 * Of a stream's fields, `waiting` counts the pieces, `phase` the datagrams, and `fin` says that
 * nothing more is needed of that side.
 */
#include "app_quic.h"

#include "app_http.h"
#include "wire/tls.h"

#include <string.h>

enum {
    DATAGRAMS_MAX = 12, /* of a side, in which its hello must come */
    INITIALS_MAX = 4,   /* of a datagram */
    PIECES_MAX = 512,   /* of a side */
    HANDSHAKE_MAX = 16384,
};

struct piece {
    uint16_t offset, len;
};

void quic_start(struct flow *flow)
{
    flow->requester = REQUESTER_UNKNOWN;
}

static bool is_client(const struct flow *flow, unsigned dir)
{
    return flow->requester == dir;
}

/* Puts the pieces in order into the scratch. Returns how many bytes are there without a hole. */
static size_t assemble(struct app *app, struct flow *flow, unsigned dir,
                       struct tls_scratch *scratch)
{
    uint32_t len;
    size_t have = 0;
    if (*flow_content(flow, dir) == 0)
        return 0;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &len);
    size_t start = is_client(flow, dir) ? sizeof(struct quic_id) : 0;
    for (bool more = true; more;) {
        struct piece piece;
        more = false;
        for (size_t i = start; i + sizeof piece <= len; i += sizeof piece + piece.len) {
            memcpy(&piece, at + i, sizeof piece);
            if (piece.offset > have || piece.offset + piece.len <= have)
                continue;
            memcpy(scratch->handshake + piece.offset, at + i + sizeof piece, piece.len);
            have = (size_t)piece.offset + piece.len;
            more = true;
        }
    }
    return have;
}

static enum parse parse_side(struct app *app, struct flow *flow, unsigned dir,
                             struct tls_record *ret)
{
    bool client = is_client(flow, dir);
    struct tls_scratch *scratch = client ? &app->client : &app->server;
    size_t have = assemble(app, flow, dir, scratch);
    return client ? tls_hello_client(scratch->handshake, have, 'q', scratch, ret)
                  : tls_hello_server(scratch->handshake, have, scratch, ret);
}

static void tell(struct app *app, struct flow *flow)
{
    struct tls_record record = {0};
    unsigned client = flow->requester;
    if (client != REQUESTER_UNKNOWN && parse_side(app, flow, client, &record) == PARSE_DONE) {
        (void)parse_side(app, flow, !client, &record);
        app_emit(app, flow, RECORD_TLS, &record);
    }
    for (unsigned dir = OUT; dir <= IN; dir++) {
        flow->stream[dir].state = STREAM_DONE;
        buffers_drop(app->buffers, flow_content(flow, dir));
    }
}

/* A client that was told to try again (Retry, another version) starts over with another number. */
static void start_over(struct app *app, uint32_t index, unsigned dir, const struct quic_id *id)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    buffers_drop(app->buffers, flow_content(flow, dir));
    flow->stream[dir].waiting = 0;
    flow->stream[dir].fin = false;
    flow->requester = (uint8_t)dir;
    (void)buffers_append(app->buffers, flow_content(flow, dir), owner, id, sizeof *id);
}

/* Opens an Initial with the keys known, or with those that a client's own would have. */
static size_t open_initial(struct app *app, uint32_t index, unsigned dir,
                           const struct quic_packet *packet, uint8_t plain[QUIC_PLAIN_MAX])
{
    struct flow *flow = flows_at(app->flows, index);
    unsigned client = flow->requester;
    uint32_t have;
    if (client != REQUESTER_UNKNOWN && *flow_content(flow, client)) {
        struct quic_id id;
        memcpy(&id, buffers_at(app->buffers, *flow_content(flow, client), &have), sizeof id);
        size_t len = quic_open(packet, &id, client == dir ? QUIC_CLIENT : QUIC_SERVER, plain);
        if (len > 0 || client != dir)
            return len;
    } else if (client == !dir) {
        return 0;
    }
    size_t len = quic_open(packet, &packet->to, QUIC_CLIENT, plain);
    if (len > 0)
        start_over(app, index, dir, &packet->to);
    return len;
}

/* Keeps the pieces of an opened packet; says whether there was one. */
static bool keep(struct app *app, uint32_t index, unsigned dir, const uint8_t *plain, size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    struct cursor frames = cursor_over(plain, len);
    struct quic_crypto crypto;
    bool any = false;
    while (flow->stream[dir].waiting < PIECES_MAX && quic_crypto_next(&frames, &crypto)) {
        uint8_t bytes[sizeof(struct piece) + QUIC_PLAIN_MAX];
        if (crypto.len == 0 || crypto.offset > HANDSHAKE_MAX)
            continue;
        if (is_client(flow, dir) && *flow_content(flow, dir) == 0)
            break; /* it was taken away, and with it what the keys follow from */
        struct piece piece = {(uint16_t)crypto.offset, (uint16_t)crypto.len};
        memcpy(bytes, &piece, sizeof piece);
        memcpy(bytes + sizeof piece, crypto.at, crypto.len);
        any |= buffers_append(app->buffers, flow_content(flow, dir), owner, bytes,
                              sizeof piece + crypto.len);
        flow->stream[dir].waiting++;
    }
    return any;
}

void quic_datagram(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    struct cursor datagram = cursor_over(bytes, len);
    struct quic_packet packet;
    bool news = false;
    for (int i = 0; i < INITIALS_MAX && quic_next(&datagram, &packet); i++) {
        uint8_t plain[QUIC_PLAIN_MAX];
        size_t opened = packet.initial ? open_initial(app, index, dir, &packet, plain) : 0;
        news |= opened > 0 && keep(app, index, dir, plain, opened);
    }
    enum parse parse = news ? parse_side(app, flow, dir, NULL) : PARSE_MORE;
    if (parse == PARSE_BAD)
        app->skips->count[SKIP_tls_damaged]++;
    s->phase++;
    s->fin |= parse != PARSE_MORE || s->phase == DATAGRAMS_MAX;
    if (s->fin && flow->stream[!dir].fin)
        tell(app, flow);
    else if (s->phase == DATAGRAMS_MAX)
        s->state = STREAM_DONE;
}

void quic_finish(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    if (*flow_content(flow, OUT) || *flow_content(flow, IN))
        tell(app, flow);
}
