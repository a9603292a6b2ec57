#include "source/conversations.h"

#include "base/err.h"
#include "base/mem.h"
#include "source/records.h"

#include <string.h>

#define IDLE_SHORT_US (60 * SECOND_US) /* as conversations of packets (flow/flow.c) */
#define IDLE_LONG_US (900 * SECOND_US)
#define PART_US (3600 * SECOND_US)
#define ACTIVE_LEAST_US (60 * SECOND_US)
#define ACTIVE_MOST_US (1860 * SECOND_US)
#define WAIT_US (60 * SECOND_US)  /* for a piece that comes later than it should */
#define TOUCH_US (5 * SECOND_US)  /* ages closer than this are not told apart */
#define SKEW_US (5 * SECOND_US)   /* between the clocks of two exporters */
#define REPEAT_US (2 * SECOND_US) /* flags of a whole conversation are told with each piece */

enum { SHORT, LONG }; /* age lists */
enum { OBSERVERS = 2, OPENER_UNKNOWN = 2, EXPIRED_AT_ONCE = 4, EXPIRED_IN_PASS = 4096 };
enum { FLAGS_KNOWN = 1, TWO_PARTS = 2, OPENER_SURE = 4 };

/* One direction as one observer saw it. */
struct seen {
    struct instant first, last;
    uint64_t packets, bytes;
    uint32_t observer; /* 0: nobody */
    uint32_t pad;
};

/* The smaller end is side 0. */
struct conversation {
    struct table_link link;
    struct address end[2];
    struct port port[2];
    uint8_t protocol, opener, bits;
    uint8_t flags[2];
    uint8_t pad[3];
    struct instant heard;
    uint64_t number;
    uint32_t sampling, icmp; /* the first one's type and code */
    struct seen seen[2][OBSERVERS];
};

/* A piece on its way: first its bucket, then its conversation is fetched into the cache, and only
 * then it is added. So the waits for memory, most of the cost otherwise, go on side by side. */
enum { SOON = 16 };
struct soon {
    struct piece piece;
    uint32_t hash;
    unsigned side;
};

struct finished {
    struct ends ends;
    uint64_t number;
    struct flow_record flow;
};

void conversations_init(struct conversations *c, size_t bytes, struct table_seed seed)
{
    *c = (struct conversations){.seed = seed, .now = {INSTANT_NONE_US}};
    c->active_us = ACTIVE_LEAST_US;
    c->soon = mem_new(SOON, sizeof *c->soon);
    table_init(&c->table, sizeof(struct conversation), bytes);
}

void conversations_free(struct conversations *c)
{
    if (c->table.entries)
        table_free(&c->table);
    mem_free(c->ready);
    mem_free(c->soon);
    *c = (struct conversations){0};
}

static inline struct conversation *at(const struct conversations *c, uint32_t index)
{
    return table_at(&c->table, index);
}

/* ---- what a conversation was */

static bool is_icmp(uint8_t protocol)
{
    return protocol == PROTOCOL_ICMP || protocol == PROTOCOL_ICMP6;
}

/* Two observers of one direction: at the same time they saw the same packets, the one more of them;
 * one after the other (the way changed) they saw different ones. */
static struct seen side_sum(const struct seen seen[OBSERVERS])
{
    const struct seen *a = &seen[0], *b = &seen[1];
    if (b->observer == 0)
        return *a;
    struct seen sum = a->packets >= b->packets ? *a : *b;
    bool apart = a->last.us + SKEW_US < b->first.us || b->last.us + SKEW_US < a->first.us;
    if (apart && !(a->packets == b->packets && a->bytes == b->bytes)) {
        sum.first = a->first.us < b->first.us ? a->first : b->first;
        sum.last = a->last.us > b->last.us ? a->last : b->last;
        sum.packets = a->packets + b->packets;
        sum.bytes = a->bytes + b->bytes;
    }
    return sum;
}

/* Whether side 0 opened, by the ports: as for packets whose beginning was missed (flow/flow.c). */
static bool ports_say_first(const struct conversation *v, bool first_spoke_first)
{
    uint16_t a = v->port[0].number, b = v->port[1].number;
    if (v->protocol == PROTOCOL_TCP)
        return a != b ? a > b : first_spoke_first;
    if ((a < 1024) != (b < 1024))
        return a >= 1024;
    return first_spoke_first;
}

/* The time tells who spoke first where one clock saw both. */
static unsigned opener_guess(const struct conversation *v, const struct seen sum[2])
{
    if (sum[0].observer == 0 || sum[1].observer == 0) {
        unsigned only = sum[0].observer == 0;
        bool syn_only = v->protocol == PROTOCOL_TCP && (v->bits & FLAGS_KNOWN) &&
                        (v->flags[only] & (TCP_SYN | TCP_ACK)) == TCP_SYN;
        if (syn_only)
            return only;
        return ports_say_first(v, only == 0) ? 0 : 1;
    }
    bool clock = sum[0].observer >> OBSERVER_SIDE_BITS == sum[1].observer >> OBSERVER_SIDE_BITS &&
                 sum[0].first.us != sum[1].first.us;
    bool first = sum[0].first.us < sum[1].first.us;
    if (v->protocol == PROTOCOL_TCP) {
        bool begun = (v->flags[0] & v->flags[1] & TCP_SYN) && v->sampling <= 1;
        return clock && begun ? !first : !ports_say_first(v, first);
    }
    if (!clock) /* the higher port is the one that was made up for the occasion */
        first = v->port[0].number > v->port[1].number;
    return is_icmp(v->protocol) ? !first : !ports_say_first(v, first);
}

/* At least so much of the bytes was payload, if any was. TCP options vary: without a PSH flag, what
 * they may be at most is taken off to see whether there was any. */
static uint64_t payload_of(const struct conversation *v, unsigned side, const struct seen *sum)
{
    uint64_t ip = address_is_v4(v->end[0]) ? 20 : 40;
    bool tcp = v->protocol == PROTOCOL_TCP;
    uint64_t head = sum->packets * (ip + (tcp ? 20 : 8));
    uint64_t most = head + (tcp ? sum->packets * 12 + 8 : 0);
    bool pushed = tcp && (v->bits & FLAGS_KNOWN) && (v->flags[side] & TCP_PSH);
    if (sum->bytes <= most && !pushed)
        return 0;
    return sum->bytes > head ? sum->bytes - head : 1;
}

/* At most two of four letters each: `history` has room. */
static void tcp_history(struct flow_record *f, uint8_t out, uint8_t in)
{
    static const uint8_t flag[] = {TCP_SYN, TCP_PSH, TCP_FIN, TCP_RST};
    static const char letter[] = "SDFR", other[] = "hdfr";
    char *to = f->history;
    _Static_assert(sizeof f->history > 2 * sizeof flag, "and a NUL");
    for (unsigned i = 0; i < sizeof flag; i++)
        if (out & flag[i])
            *to++ = letter[i];
    for (unsigned i = 0; i < sizeof flag; i++)
        if (in & flag[i])
            *to++ = other[i];
}

static void tcp_state(const struct conversation *v, struct flow_record *f)
{
    uint8_t out = v->flags[v->opener], in = v->flags[1 - v->opener];
    bool both = f->packets_out && f->packets_in;
    if (v->bits & FLAGS_KNOWN) {
        f->established = both && (((out & in & TCP_SYN) && (out & TCP_ACK)) ||
                                  (f->payload_out && f->payload_in));
        f->begun = (out | in) & TCP_SYN;
        f->refused = (in & TCP_RST) && !(in & (TCP_SYN | TCP_PSH)) && f->payload_in == 0;
        tcp_history(f, out, in);
    } else {
        f->established = f->packets_out > 1 && f->packets_in > 1;
        f->begun = true;
    }
    f->answered =
        (f->payload_out && f->payload_in) || (f->established && (f->payload_out || f->payload_in));
}

/* Puts what was seen since the last part among the finished, and forgets its counts. */
static void part_finish(struct conversations *c, struct conversation *v)
{
    struct seen sum[2] = {side_sum(v->seen[0]), side_sum(v->seen[1])};
    if (v->opener == OPENER_UNKNOWN)
        v->opener = (uint8_t)opener_guess(v, sum);
    if (c->ready_len == c->ready_room) {
        c->ready_room = c->ready_room ? 2 * c->ready_room : 1024;
        c->ready = mem_resize(c->ready, c->ready_room, sizeof *c->ready);
    }
    struct finished *done = &c->ready[c->ready_len++];
    unsigned out = v->opener, in = 1 - out;
    *done = (struct finished){.number = v->number,
                              .ends = {.host = v->end[out],
                                       .outside = v->end[in],
                                       .host_port = v->port[out],
                                       .outside_port = v->port[in],
                                       .protocol = v->protocol}};
    struct flow_record *f = &done->flow;
    const struct seen *one = sum[0].observer ? &sum[0] : &sum[1];
    const struct seen *other = sum[1].observer ? &sum[1] : &sum[0];
    f->first = one->first.us < other->first.us ? one->first : other->first;
    f->last = one->last.us > other->last.us ? one->last : other->last;
    f->packets_out = sum[out].packets;
    f->packets_in = sum[in].packets;
    f->bytes_out = sum[out].bytes;
    f->bytes_in = sum[in].bytes;
    f->payload_out = payload_of(v, out, &sum[out]);
    f->payload_in = payload_of(v, in, &sum[in]);
    f->cut = v->bits & TWO_PARTS;
    if (v->protocol == PROTOCOL_TCP) {
        tcp_state(v, f);
    } else {
        f->answered = f->established = f->packets_out && f->packets_in;
        f->begun = true;
    }
    f->begun = f->begun && v->sampling <= 1; /* of what was sampled nobody knows the beginning */
    v->bits |= TWO_PARTS;
    memset(v->seen, 0, sizeof v->seen);
}

static bool is_empty(const struct conversation *v)
{
    return v->seen[0][0].observer == 0 && v->seen[1][0].observer == 0;
}

static void conversation_finish(struct conversations *c, uint32_t index)
{
    struct conversation *v = at(c, index);
    if (!is_empty(v))
        part_finish(c, v);
    table_remove(&c->table, index);
}

/* ---- pieces */

/* The side of the piece's source; the smaller end is side 0. */
static inline unsigned side_of(const struct piece *p)
{
    if (p->source.low != p->target.low)
        return p->source.low > p->target.low;
    if (p->source.high != p->target.high)
        return p->source.high > p->target.high;
    return !is_icmp(p->protocol) && p->source_port.number > p->target_port.number;
}

static inline uint32_t hash_of(const struct conversations *c, const struct piece *p, unsigned side)
{
    uint32_t ports = 0;
    if (!is_icmp(p->protocol))
        ports = side ? (uint32_t)p->target_port.number << 16 | p->source_port.number
                     : (uint32_t)p->source_port.number << 16 | p->target_port.number;
    const struct address *a = side ? &p->target : &p->source, *b = side ? &p->source : &p->target;
    const uint64_t key[] = {a->high, a->low, b->high, b->low, (uint64_t)ports << 8 | p->protocol};
    return table_hash(c->seed, key, 5);
}

static uint32_t find(const struct conversations *c, const struct piece *p, unsigned side,
                     uint32_t hash)
{
    bool icmp = is_icmp(p->protocol);
    for (uint32_t i = table_first(&c->table, hash); i; i = table_next(&c->table, i)) {
        const struct conversation *v = at(c, i);
        if (v->link.hash == hash && v->protocol == p->protocol &&
            address_same(v->end[side], p->source) && address_same(v->end[1 - side], p->target) &&
            (icmp || (v->port[side].number == p->source_port.number &&
                      v->port[1 - side].number == p->target_port.number)))
            return i;
    }
    return 0;
}

struct span {
    struct instant first, last;
};

static struct span span_of(const struct conversation *v)
{
    struct span s = {{INT64_MAX}, {INT64_MIN}};
    for (unsigned i = 0; i < 2 * OBSERVERS; i++) {
        const struct seen *seen = &v->seen[i / OBSERVERS][i % OBSERVERS];
        if (seen->observer == 0)
            continue;
        s.first.us = seen->first.us < s.first.us ? seen->first.us : s.first.us;
        s.last.us = seen->last.us > s.last.us ? seen->last.us : s.last.us;
    }
    return s;
}

static bool is_closed(const struct conversation *v)
{
    return (v->bits & FLAGS_KNOWN) &&
           ((v->flags[0] & v->flags[1] & TCP_FIN) || ((v->flags[0] | v->flags[1]) & TCP_RST));
}

enum belongs { IT_BELONGS, IT_FOLLOWS, IT_PRECEDES };

/* Whether a piece is of the conversation that its ends had, of the next, or of one before. */
static enum belongs belongs(const struct conversation *v, const struct piece *p, unsigned side)
{
    if (is_empty(v))
        return IT_BELONGS;
    bool tcp = v->protocol == PROTOCOL_TCP;
    struct span s = span_of(v);
    int64_t idle_us = tcp ? IDLE_LONG_US : IDLE_SHORT_US;
    if (p->first.us - s.last.us > idle_us)
        return IT_FOLLOWS;
    if (s.first.us - p->last.us > idle_us)
        return IT_PRECEDES;
    if (!tcp || !p->flags_known || !(p->tcp_flags & v->flags[side] & TCP_SYN))
        return IT_BELONGS;
    /* Both begin. Another observer's clock may be off; a first packet that nobody answers is said
     * again; and some tell the flags of the whole conversation with each piece. */
    bool same_clock = false;
    for (unsigned i = 0; i < OBSERVERS; i++)
        same_clock |= v->seen[side][i].observer == p->observer;
    bool unanswered = !((p->tcp_flags | v->flags[0] | v->flags[1]) & (TCP_ACK | TCP_RST));
    int64_t least_us = !same_clock ? SKEW_US : is_closed(v) ? 0 : REPEAT_US;
    if (unanswered)
        least_us = IDLE_SHORT_US;
    if (p->first.us - s.last.us > least_us)
        return IT_FOLLOWS;
    return s.first.us - p->last.us > least_us ? IT_PRECEDES : IT_BELONGS;
}

static void seen_add(struct conversations *c, struct seen seen[OBSERVERS], const struct piece *p,
                     uint64_t packets, uint64_t bytes)
{
    struct seen *s = &seen[0];
    while (s < seen + OBSERVERS && s->observer && s->observer != p->observer)
        s++;
    if (s != seen)
        c->repeated++;
    if (s == seen + OBSERVERS) /* a third one: two are enough */
        return;
    if (s->observer == 0) {
        *s = (struct seen){p->first, p->last, packets, bytes, p->observer, 0};
        return;
    }
    s->first.us = p->first.us < s->first.us ? p->first.us : s->first.us;
    s->last.us = p->last.us > s->last.us ? p->last.us : s->last.us;
    s->packets += packets;
    s->bytes += bytes;
}

static void conversation_add(struct conversations *c, struct conversation *v, const struct piece *p,
                             unsigned side)
{
    uint64_t scale = p->sampling > 1 ? p->sampling : 1;
    if (p->packets || p->bytes || !p->two_way)
        seen_add(c, v->seen[side], p, p->packets * scale, p->bytes * scale);
    if (p->two_way && (p->packets_back || p->bytes_back))
        seen_add(c, v->seen[1 - side], p, p->packets_back * scale, p->bytes_back * scale);
    else if (p->two_way && is_empty(v))
        seen_add(c, v->seen[side], p, 0, 0);
    if (p->sampling > v->sampling)
        v->sampling = p->sampling;
    if (p->flags_known) {
        v->bits |= FLAGS_KNOWN;
        v->flags[side] |= p->tcp_flags;
        v->flags[1 - side] |= p->two_way ? p->tcp_flags_back : 0;
    }
    if (p->opener_known && v->opener == OPENER_UNKNOWN) {
        v->opener = (uint8_t)side;
        v->bits |= OPENER_SURE;
    }
    /* An echo request, or a question of its kind (RFC 792, RFC 4443), opens. */
    unsigned type = p->target_port.number >> 8;
    if (v->opener == OPENER_UNKNOWN && is_icmp(p->protocol) &&
        (p->protocol == PROTOCOL_ICMP ? type == 8 || type == 13 : type == 128))
        v->opener = (uint8_t)side;
}

static uint32_t conversation_new(struct conversations *c, const struct piece *p, unsigned side,
                                 uint32_t hash)
{
    if (table_full(&c->table)) {
        uint32_t i = table_oldest(&c->table, SHORT), j = table_oldest(&c->table, LONG);
        bool second = i == 0 || (j && at(c, j)->heard.us < at(c, i)->heard.us);
        conversation_finish(c, second ? j : i);
        c->evicted++;
    }
    uint32_t index = table_add(&c->table, hash, SHORT);
    struct conversation *v = at(c, index);
    v->end[side] = p->source;
    v->end[1 - side] = p->target;
    if (!is_icmp(p->protocol)) {
        v->port[side] = p->source_port;
        v->port[1 - side] = p->target_port;
    }
    v->protocol = p->protocol;
    v->opener = OPENER_UNKNOWN;
    v->number = p->number;
    v->heard = c->now;
    return index;
}

/* How long after the last piece nothing more comes: it must have paused, the next piece may last as
 * long as the exporter lets one, and be late. */
static int64_t wait_us(const struct conversations *c, unsigned list)
{
    return (list == LONG ? IDLE_LONG_US : IDLE_SHORT_US) + c->active_us + WAIT_US;
}

static void expire(struct conversations *c, unsigned most)
{
    for (unsigned list = 0; list < TABLE_LISTS; list++) {
        int64_t before_us = c->now.us - wait_us(c, list);
        for (unsigned i = 0; i < most; i++) {
            uint32_t index = table_oldest(&c->table, list);
            if (index == 0 || at(c, index)->heard.us >= before_us)
                break;
            conversation_finish(c, index);
        }
    }
}

/* What a piece tells of its exporter, whatever conversation it is of. */
static void learn(struct conversations *c, const struct piece *p)
{
    c->pieces++;
    c->sampled |= p->sampling > 1;
    if (!instant_known(c->now) || p->heard.us > c->now.us)
        c->now = p->heard;
    int64_t lasted_us = p->last.us - p->first.us;
    if (lasted_us > c->active_us)
        c->active_us = lasted_us < ACTIVE_MOST_US ? lasted_us : ACTIVE_MOST_US;
}

static void piece_add(struct conversations *c, const struct soon *soon)
{
    const struct piece *p = &soon->piece;
    unsigned side = soon->side;
    uint32_t hash = soon->hash, index = find(c, p, side, hash);
    learn(c, p);
    if (index) {
        struct conversation *v = at(c, index);
        enum belongs how = belongs(v, p, side);
        if (how == IT_FOLLOWS) {
            conversation_finish(c, index);
            index = 0;
        } else if (how == IT_PRECEDES) { /* its others came out already, or never come */
            index = conversation_new(c, p, side, hash);
            conversation_add(c, at(c, index), p, side);
            conversation_finish(c, index);
            return;
        }
    }
    if (index == 0)
        index = conversation_new(c, p, side, hash);
    struct conversation *v = at(c, index);
    if (!is_empty(v)) {
        struct span s = span_of(v);
        if (p->last.us - s.first.us >= PART_US ||
            instant_day(p->last).number > instant_day(s.last).number)
            part_finish(c, v);
    }
    conversation_add(c, v, p, side);
    unsigned list = v->protocol == PROTOCOL_TCP && !is_closed(v) ? LONG : SHORT;
    if (list != v->link.list || c->now.us - v->heard.us > TOUCH_US) {
        v->heard = c->now;
        table_touch(&c->table, index, list);
    }
    expire(c, EXPIRED_AT_ONCE);
}

/* Adds those that are on their way, but for the last `keep`. */
static void settle(struct conversations *c, unsigned keep)
{
    for (; c->soon_len > keep; c->soon_len--)
        piece_add(c, &c->soon[c->soon_from++ % SOON]);
}

void conversations_add(struct conversations *c, const struct piece *p)
{
    muster_assert(p->observer >> OBSERVER_SIDE_BITS && p->last.us >= p->first.us && !c->ended &&
                  !c->cutting);
    struct soon *to = &c->soon[(c->soon_from + c->soon_len++) % SOON];
    to->piece = *p;
    to->side = side_of(p);
    to->hash = hash_of(c, p, to->side);
    __builtin_prefetch(&c->table.bucket[to->hash & c->table.bucket_mask]);
    if (c->soon_len > SOON / 2) {
        const struct soon *half = &c->soon[(c->soon_from + c->soon_len - SOON / 2) % SOON];
        const char *v = table_at(&c->table, table_first(&c->table, half->hash));
        for (size_t line = 0; line < sizeof(struct conversation); line += 64)
            __builtin_prefetch(v + line);
    }
    settle(c, SOON - 1);
}

void conversations_pass(struct conversations *c, struct instant now)
{
    settle(c, 0);
    if (!instant_known(c->now) || now.us > c->now.us)
        c->now = now;
    expire(c, EXPIRED_IN_PASS);
}

static void cut_some(struct conversations *c)
{
    while (c->cutting && c->ready_len < BLOCK_RECORDS) {
        c->cut_at = table_each(&c->table, c->cut_at);
        c->cutting = c->cut_at != 0;
        if (c->cutting && !is_empty(at(c, c->cut_at)))
            part_finish(c, at(c, c->cut_at));
    }
}

bool conversations_take(struct conversations *c, struct block *block)
{
    settle(c, 0);
    for (;;) {
        for (; c->ready_first < c->ready_len; c->ready_first++) {
            if (!block_roomy(block))
                return false;
            const struct finished *done = &c->ready[c->ready_first];
            *block_flow(block, done->flow.last, done->number, &done->ends) = done->flow;
        }
        c->ready_first = c->ready_len = 0;
        if (c->cutting) {
            cut_some(c);
            continue;
        }
        if (!c->ended || c->table.used == 0)
            return true;
        uint32_t i = table_oldest(&c->table, SHORT), j = table_oldest(&c->table, LONG);
        conversation_finish(c, i == 0 || (j && at(c, j)->heard.us < at(c, i)->heard.us) ? j : i);
    }
}

void conversations_cut(struct conversations *c)
{
    c->cutting = true;
    c->cut_at = 0;
}

void conversations_end(struct conversations *c)
{
    c->ended = true;
}

unsigned conversations_lacking(const struct conversations *c)
{
    return c->sampled ? LACK_BIT(calls) | LACK_BIT(answers) : 0;
}
