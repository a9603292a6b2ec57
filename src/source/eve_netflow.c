/*
 * Netflow events of an EVE log: a flow in halves, an event for each direction. Both stand in the
 * log when the flow is over, that of who opened first. They are put together as an exporter's
 * (conversations.h), and only where the log has no flow events, which tell the same and more.
 */
#include "source/eve.h"

enum { NETFLOW_PACKETS, NETFLOW_BYTES, NETFLOW_START, NETFLOW_END, NETFLOW_FLAGS, NETFLOW_MEMBERS };
static const char *const netflow_names[NETFLOW_MEMBERS] = {
    [NETFLOW_PACKETS] = "pkts", [NETFLOW_BYTES] = "bytes",     [NETFLOW_START] = "start",
    [NETFLOW_END] = "end",      [NETFLOW_FLAGS] = "tcp_flags", /* of `tcp` beside it */
};

void eve_netflow_names(struct eve *eve)
{
    json_names_make(&eve->netflow, netflow_names, NETFLOW_MEMBERS);
}

void eve_netflow_drop(struct eve *eve)
{
    if (eve->pieced)
        conversations_free(&eve->pieces);
    eve->pieced = false;
}

static void pieces_begin(struct eve *eve, const struct source *source)
{
    size_t bytes = source->memory_bytes ? source->memory_bytes : CONVERSATIONS_BYTES;
    conversations_init(&eve->pieces, bytes, source->seed);
    eve->pieced = true;
}

/* The half's ends, counts and times; false: it is damaged. */
static bool piece_read(const struct eve_event *event, struct piece *ret)
{
    struct json_value v[NETFLOW_MEMBERS], tcp[NETFLOW_MEMBERS];
    const struct json_names *names = &event->eve->netflow;
    struct instant first, last;
    if (!json_pick(event->member[EVE_NETFLOW], names, v) || !eve_time(v[NETFLOW_START], &first))
        return false;
    if (!eve_time(v[NETFLOW_END], &last) || last.us < first.us)
        last = first;
    *ret = (struct piece){.source = event->ends.host,
                          .target = event->ends.outside,
                          .source_port = event->ends.host_port,
                          .target_port = event->ends.outside_port,
                          .protocol = event->ends.protocol,
                          .first = record_clock(event->entry->block, first.us),
                          .last = record_clock(event->entry->block, last.us),
                          .packets = eve_count(v[NETFLOW_PACKETS]),
                          .bytes = eve_count(v[NETFLOW_BYTES]),
                          .observer = 1 << OBSERVER_SIDE_BITS,
                          .number = event->entry->number,
                          .heard = event->time};
    uint64_t heads = ret->packets < UINT32_MAX ? ret->packets * EVE_FRAME_HEADER : 0;
    ret->bytes = ret->bytes > heads ? ret->bytes - heads : 0;
    ret->flags_known =
        json_pick(event->member[EVE_TCP], names, tcp) && json_type(tcp[NETFLOW_FLAGS]) == JSON_TEXT;
    if (ret->flags_known)
        ret->tcp_flags = (uint8_t)eve_tcp_flags(tcp[NETFLOW_FLAGS]);
    return true;
}

enum log_line eve_netflow(struct eve_event *event)
{
    struct eve *eve = event->eve;
    struct piece piece;
    if (eve->seen & EVE_SEEN_FLOW)
        return LOG_IGNORED;
    if (!piece_read(event, &piece)) {
        event->entry->wrong = "a netflow event without its start";
        return LOG_DAMAGED;
    }
    bool known = eve_known(event);
    if (!known) /* the first half */
        eve_remember(event, NULL);
    piece.opener_known =
        event->flow_id != 0 && (!known || address_same(event->ends.host, piece.source));
    if (!eve->pieced)
        pieces_begin(eve, event->entry->source);
    conversations_add(&eve->pieces, &piece);
    (void)conversations_take(&eve->pieces, event->entry->block);
    eve->seen |= EVE_SEEN_NETFLOW;
    return LOG_USED;
}

bool eve_netflow_finish(void *state, struct block *block)
{
    struct eve *eve = state;
    if (!eve->pieced)
        return true;
    conversations_end(&eve->pieces);
    return conversations_take(&eve->pieces, block);
}
