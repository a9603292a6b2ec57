#include "source/export_parse.h"

#include "base/mem.h"
#include "source/input.h"

#include <stdio.h>
#include <string.h>

enum { DOMAINS_BYTES = 1 << 20 };

/* One table per truth: what the protocols are called, and who reads them. */
static const struct {
    const char *name;
    void (*read)(struct export_job *job);
} protocols[EXPORT_PROTOCOLS] = {
    [EXPORT_NETFLOW1] = {"netflow-v1", netflow5_read},
    [EXPORT_NETFLOW5] = {"netflow-v5", netflow5_read},
    [EXPORT_NETFLOW7] = {"netflow-v7", netflow5_read},
    [EXPORT_NETFLOW9] = {"netflow-v9", netflow9_read},
    [EXPORT_IPFIX] = {"ipfix", ipfix_read},
    [EXPORT_SFLOW5] = {"sflow-v5", sflow_read},
};

enum export_protocol export_look(const uint8_t *at, size_t len, bool whole, size_t *ret_len)
{
    enum export_protocol p = EXPORT_NONE;
    size_t used = 0;
    if (len < 4)
        return EXPORT_NONE;
    switch (field_u16(at)) {
    case 0:
        p = EXPORT_SFLOW5;
        used = sflow_len(at, len, whole);
        break;
    case 1:
    case 5:
    case 7:
        p = at[1] == 1 ? EXPORT_NETFLOW1 : at[1] == 5 ? EXPORT_NETFLOW5 : EXPORT_NETFLOW7;
        used = netflow5_len(at, len, whole);
        break;
    case 9:
        p = EXPORT_NETFLOW9;
        used = netflow9_len(at, len, whole);
        break;
    case 10:
        p = EXPORT_IPFIX;
        used = ipfix_len(at, len, whole);
        break;
    default:
        break;
    }
    *ret_len = used;
    return used ? p : EXPORT_NONE;
}

void exports_init(struct exports *e, struct source *source, size_t bytes, struct table_seed seed)
{
    *e = (struct exports){.source = source, .seed = seed};
    conversations_init(&e->conversations, bytes ? bytes : CONVERSATIONS_BYTES, seed);
    table_init(&e->domains, sizeof(struct export_domain), DOMAINS_BYTES);
}

void exports_free(struct exports *e)
{
    if (e->source == NULL)
        return;
    export_wait_free(e);
    conversations_free(&e->conversations);
    table_free(&e->domains);
    if (e->templates.entries)
        table_free(&e->templates);
    *e = (struct exports){0};
}

/* ---- counting */

void export_used(struct export_job *job)
{
    struct source *s = job->exports->source;
    s->units++;
    s->used++;
}

void export_ignored(struct export_job *job, uint64_t records)
{
    struct source *s = job->exports->source;
    s->units += records;
    s->skips.count[SKIP_line_ignored] += records;
}

void export_remark(struct export_job *job, uint64_t records)
{
    struct source *s = job->exports->source;
    s->units += records;
    s->remarks += records;
}

void export_damaged(struct export_job *job, const uint8_t *at, const char *what)
{
    struct source *s = job->exports->source;
    s->units++;
    source_damaged(s, SKIP_line_damaged, job->datagram->offset + (uint64_t)(at - job->datagram->at),
                   "%s", what);
}

/* ---- whose it is */

void export_domain_find(struct export_job *job, uint32_t id)
{
    struct exports *e = job->exports;
    struct address a = job->datagram->exporter;
    const uint64_t key[] = {a.high, a.low, (uint64_t)job->protocol << 32 | id};
    uint32_t hash = table_hash(e->seed, key, 3), i = table_first(&e->domains, hash);
    for (; i; i = table_next(&e->domains, i)) {
        struct export_domain *d = table_at(&e->domains, i);
        if (d->id == id && d->protocol == job->protocol && address_same(d->exporter, a))
            break;
    }
    if (i == 0) {
        if (table_full(&e->domains))
            table_remove(&e->domains, table_oldest(&e->domains, 0));
        i = table_add(&e->domains, hash, 0);
        struct export_domain *d = table_at(&e->domains, i);
        d->exporter = a;
        d->id = id;
        d->protocol = (uint8_t)job->protocol;
        d->serial = ++e->serial;
    }
    table_touch(&e->domains, i, 0);
    job->domain = table_at(&e->domains, i);
}

/* ---- what came of it */

static bool time_possible(struct instant t)
{
    return t.us > 0 && t.us < INT64_C(4102444800) * SECOND_US; /* 2100 */
}

void export_piece(struct export_job *job, struct piece *piece, unsigned side)
{
    struct exports *e = job->exports;
    if (piece->packets == 0 && piece->packets_back == 0 && !piece->two_way) {
        if (piece->bytes == 0) {
            export_ignored(job, 1);
            return;
        }
        piece->packets = 1; /* counts of bytes alone */
    }
    if (!time_possible(piece->first) || !time_possible(piece->last)) {
        export_damaged(job, job->datagram->at, "a flow's time is not possible");
        return;
    }
    if (piece->last.us < piece->first.us)
        piece->last = piece->first;
    muster_assert(job->domain != NULL);
    export_used(job);
    piece->observer = job->domain->serial << OBSERVER_SIDE_BITS | side;
    piece->number = e->source->units;
    piece->heard = instant_known(job->datagram->received) ? job->datagram->received : job->exported;
    if (piece->sampling > e->sampling_most)
        e->sampling_most = piece->sampling;
    conversations_add(&e->conversations, piece);
}

void export_packet(struct export_job *job, struct instant time, const uint8_t *at,
                   uint32_t captured, uint32_t length, uint16_t link, uint32_t sampling)
{
    struct exports *e = job->exports;
    struct block *block = job->block;
    if (!instant_known(time) || block->packets == BLOCK_PACKETS || captured > DATAGRAM_BYTES) {
        export_damaged(job, job->datagram->at,
                       instant_known(time) ? "more sampled packets in one datagram than are read"
                                           : "sampled packets, and nothing says when they were");
        return;
    }
    uint8_t *copy = arena_new(&block->arena, captured + 1);
    memcpy(copy, at, captured);
    export_used(job);
    block->packet[block->packets++] =
        (struct packet){.time = time,
                        .number = e->source->units,
                        .at = copy,
                        .captured = captured,
                        .length = length > captured ? length : captured,
                        .link = link};
    e->packets++;
    e->conversations.sampled |= sampling > 1;
    if (sampling > e->sampling_most)
        e->sampling_most = sampling;
}

bool exports_roomy(struct exports *e, struct block *block)
{
    return conversations_take(&e->conversations, block) &&
           block->packets + SAMPLES_MAX <= BLOCK_PACKETS;
}

/* A copy of one of the last: two collectors in one capture, or a mirrored port. Headers count their
 * datagrams, so that no two of an exporter are the same otherwise. */
static bool is_copy(struct exports *e, const struct datagram *d)
{
    uint64_t hash =
        table_mix(XXH3_64bits(d->at, d->len), table_mix(d->exporter.high, d->exporter.low));
    for (unsigned i = 0; i < EXPORT_RECENT; i++)
        if (e->recent[i] == hash)
            return true;
    e->recent[e->recent_at++ % EXPORT_RECENT] = hash;
    return false;
}

void exports_take(struct exports *e, const struct datagram *datagram, struct block *block)
{
    struct export_job job = {
        .exports = e, .block = block, .datagram = datagram, .exported = {INSTANT_NONE_US}};
    size_t len;
    muster_assert(datagram->len <= DATAGRAM_BYTES);
    job.protocol = export_look(datagram->at, datagram->len, true, &len);
    if (instant_known(datagram->received))
        conversations_pass(&e->conversations, datagram->received);
    if (job.protocol == EXPORT_NONE) {
        export_damaged(&job, datagram->at, "not a datagram of NetFlow, IPFIX or sFlow");
        return;
    }
    if (is_copy(e, datagram)) {
        export_ignored(&job, 1);
        return;
    }
    e->datagrams[job.protocol]++;
    protocols[job.protocol].read(&job);
}

/* Which protocols came: one has a name of its own. */
static void name_source(struct exports *e)
{
    const char *name = NULL;
    for (unsigned i = 0; i < EXPORT_PROTOCOLS; i++)
        if (e->datagrams[i])
            name = name ? "export" : protocols[i].name;
    e->source->precise = name;
}

/* What the source is told of when all its conversations have come out. */
static void source_over(struct exports *e)
{
    struct source *s = e->source;
    s->lacks |= conversations_lacking(&e->conversations);
    s->sampling = e->sampling_most;
    name_source(e);
    s->skips.count[SKIP_flow_evicted] += e->conversations.evicted;
    e->conversations.evicted = 0;
}

bool exports_cut(struct exports *e, struct block *block)
{
    if (!e->cut)
        conversations_cut(&e->conversations);
    e->cut = true;
    bool over = conversations_take(&e->conversations, block);
    if (over)
        source_over(e);
    return over;
}

void exports_go_on(struct exports *e, struct source *source)
{
    e->source = source;
    e->cut = false;
    memset(e->datagrams, 0, sizeof e->datagrams);
}

bool exports_finish(struct exports *e, struct block *block)
{
    export_wait_free(e);
    conversations_end(&e->conversations);
    bool over = conversations_take(&e->conversations, block);
    if (over)
        source_over(e);
    return over;
}
