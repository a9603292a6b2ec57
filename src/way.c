#include "way.h"

#include "base/mem.h"
#include "base/queue.h"
#include "export_capture.h"
#include "findings.h"
#include "flow/fragments.h"
#include "table_source.h"
#include "wire/frame.h"
#include "with_alerts.h"

#include <stdio.h>
#include <xxhash.h>

enum { WORKERS_MAX = SHARDS, BATCHES = 24, IDENTITY_BYTES = 96, DAYS_MAX = 400 };
enum {
    TABLE_SHARE = 4,              /* DuckDB's, one part in so many of --memory */
    FRAGMENTS_SHARE = 64,         /* one part in so many of --memory */
    CONVERSATIONS_SHARE = 8,      /* the same, of sources that must put conversations together */
    DATAGRAM_BYTES_MAX = 6 << 20, /* put together in one batch */
};

/* A frame's or record's way to one shard. */
struct route {
    uint16_t index; /* of the frame or record in its block */
    uint8_t shard;
    uint8_t what; /* enum route_what */
};
enum route_what {
    ROUTE_IN,
    ROUTE_OUT,
    ROUTE_TELLS,  /* no conversation, see `about` */
    ROUTE_RECORD, /* a record whose opener is the shard's host */
    ROUTE_TURNED, /* a record whose other end is */
};

/* A block of packets, decoded, on its way to the workers. Sealed once it is queued. */
struct batch {
    struct block block;
    struct frame frame[BLOCK_PACKETS];
    struct route route[2 * (BLOCK_PACKETS + BLOCK_RECORDS)];
    uint32_t routes;
    struct address about[BLOCK_PACKETS]; /* of a frame that tells: whom it is about */
    int users;                           /* workers that still read it */
    struct arena datagrams;              /* bytes of packets that were put together of fragments */
    size_t datagram_bytes;
};

struct worker {
    struct way *way;
    unsigned number;
    pthread_t thread;
    struct queue queue; /* batches; NULL = the source has ended */
};

/* What the reader keeps of the source in hand. */
struct reader {
    struct coverage coverage;
    struct spill_about about;
    struct way_notes *notes;
    struct home_macs macs;
    XXH3_state_t *identity;
    int32_t day[DAYS_MAX];
    unsigned days;
    struct identity_scratch identity_scratch;
    struct fragment fragment; /* of the packet in hand */
};

struct way {
    struct way_setup setup;
    struct shard *shard[SHARDS];
    struct worker worker[WORKERS_MAX];
    unsigned workers; /* threads; 0 = the reader does it all */
    struct batch *batch[BATCHES];
    unsigned batches;
    struct queue idle, done;
    struct reader reader;
    struct fragments fragments;
    struct findings findings;
};

/* ---- workers */

/* A record's pair lies anywhere in a big table, and waiting for it would be most of the work: its
 * place is asked for some records ahead, first where the table says it is, then the pair. Only in
 * shards of this worker: another's table is not even to be read. */
static void look_ahead(const struct way *way, const struct batch *batch, uint32_t i,
                       unsigned number, unsigned of)
{
    enum { AHEAD = 6 };
    for (unsigned stage = 1; stage <= 2; stage++) {
        if (i + stage * AHEAD >= batch->routes)
            return;
        const struct route *r = &batch->route[i + stage * AHEAD];
        if (r->what >= ROUTE_RECORD && r->shard % of == number)
            shard_ahead(way->shard[r->shard], &batch->block.record[r->index],
                        r->what == ROUTE_TURNED, stage == 2);
    }
}

static void work(struct way *way, const struct batch *batch, unsigned number, unsigned of)
{
    for (uint32_t i = 0; i < batch->routes; i++) {
        const struct route *r = &batch->route[i];
        if (r->what >= ROUTE_RECORD)
            look_ahead(way, batch, i, number, of);
        if (r->shard % of != number)
            continue;
        struct shard *shard = way->shard[r->shard];
        if (r->what >= ROUTE_RECORD)
            shard_take(shard, &batch->block.record[r->index], r->what == ROUTE_TURNED);
        else if (r->what == ROUTE_TELLS)
            shard_tell(shard, &batch->frame[r->index], batch->about[r->index]);
        else
            shard_frame(shard, &batch->frame[r->index], r->what == ROUTE_OUT);
    }
}

static void finish(struct way *way, unsigned number, unsigned of)
{
    for (unsigned i = number; i < SHARDS; i += of)
        shard_finish(way->shard[i]);
}

static void *worker_main(void *argument)
{
    struct worker *w = argument;
    struct way *way = w->way;
    for (;;) {
        struct batch *batch = queue_take(&w->queue);
        if (batch == (void *)way) /* way_free */
            return NULL;
        if (batch == NULL) {
            finish(way, w->number, way->workers);
            queue_put(&way->done, w);
            continue;
        }
        work(way, batch, w->number, way->workers);
        if (__atomic_sub_fetch(&batch->users, 1, __ATOMIC_ACQ_REL) == 0)
            queue_put(&way->idle, batch);
    }
}

struct way *way_new(const struct way_setup *setup)
{
    struct way *way = mem_new(1, sizeof *way);
    way->setup = *setup;
    size_t shard_bytes = (size_t)(setup->memory_bytes / 10 * 6) / SHARDS;
    for (unsigned i = 0; i < SHARDS; i++)
        way->shard[i] = shard_new(shard_bytes, setup->seed, setup->conf, setup->indicators);
    fragments_init(&way->fragments, (size_t)(setup->memory_bytes / FRAGMENTS_SHARE), setup->seed);
    queue_init(&way->idle);
    queue_init(&way->done);
    way->workers = setup->workers > WORKERS_MAX ? WORKERS_MAX : setup->workers;
    if (way->workers <= 1)
        way->workers = 0;
    way->batches = way->workers ? BATCHES : 1;
    for (unsigned i = 0; i < way->batches; i++) {
        way->batch[i] = mem_new(1, sizeof *way->batch[i]);
        queue_put(&way->idle, way->batch[i]);
    }
    for (unsigned i = 0; i < way->workers; i++) {
        struct worker *w = &way->worker[i];
        w->way = way;
        w->number = i;
        queue_init(&w->queue);
        int failed = pthread_create(&w->thread, NULL, worker_main, w);
        muster_assert(failed == 0);
    }
    return way;
}

void way_free(struct way *way)
{
    if (way == NULL)
        return;
    for (unsigned i = 0; i < way->workers; i++)
        queue_put(&way->worker[i].queue, way);
    for (unsigned i = 0; i < way->workers; i++) {
        (void)pthread_join(way->worker[i].thread, NULL);
        queue_free(&way->worker[i].queue);
    }
    queue_free(&way->done);
    queue_free(&way->idle);
    for (unsigned i = 0; i < way->batches; i++) {
        block_free_bytes(&way->batch[i]->block);
        arena_free(&way->batch[i]->datagrams);
        mem_free(way->batch[i]);
    }
    for (unsigned i = 0; i < SHARDS; i++)
        shard_free(way->shard[i]);
    fragments_free(&way->fragments);
    arena_free(&way->findings.arena);
    mem_free(way);
}

/* ---- reader: one pass over each packet */

/* Names the days that a source opens; false when there are too many. */
static bool day_opens(struct reader *r, struct instant time)
{
    int32_t day = instant_day(time).number;
    for (unsigned i = r->days; i > 0; i--)
        if (r->day[i - 1] == day)
            return true;
    if (r->days == DAYS_MAX)
        return false;
    r->day[r->days++] = day;
    return true;
}

static void identify(struct reader *r, const struct packet *p)
{
    struct {
        int64_t time_us;
        uint32_t captured, length;
    } head = {p->time.us, p->captured, p->length};
    (void)XXH3_128bits_update(r->identity, &head, sizeof head);
    (void)XXH3_128bits_update(r->identity, p->at,
                              p->captured < IDENTITY_BYTES ? p->captured : IDENTITY_BYTES);
}

static void foreign_link(struct way_notes *notes, uint16_t link)
{
    for (unsigned i = 0; i < SOURCE_LINKS; i++) {
        if (notes->link[i].packets == 0)
            notes->link[i].link = link;
        if (notes->link[i].link == link) {
            notes->link[i].packets++;
            return;
        }
    }
}

/* Counts the busiest networks that are not home (Misra and Gries 1982: no heavy one is missed). */
static void foreign_network(struct way_notes *notes, struct address a)
{
    struct network n = {.first = a, .prefix = address_is_v4(a) ? 120 : 64};
    if (address_is_v4(a))
        n.first.low &= ~UINT64_C(255);
    else
        n.first.low = 0;
    unsigned empty = WAY_NETWORKS;
    for (unsigned i = 0; i < WAY_NETWORKS; i++) {
        if (notes->foreign[i].packets == 0) {
            empty = i;
        } else if (address_same(notes->foreign[i].network.first, n.first)) {
            notes->foreign[i].packets++;
            return;
        }
    }
    if (empty < WAY_NETWORKS) {
        notes->foreign[empty].network = n;
        notes->foreign[empty].packets = 1;
        return;
    }
    for (unsigned i = 0; i < WAY_NETWORKS; i++)
        notes->foreign[i].packets--;
}

static uint8_t home_ends(struct way *way, struct frame *f)
{
    const struct home *home = way->setup.home;
    unsigned bits = (home_holds(home, f->source) ? FRAME_SOURCE_HOME : 0u) |
                    (home_holds(home, f->target) ? FRAME_TARGET_HOME : 0u);
    if (home->is_default) {
        home_macs_learn(&way->reader.macs, f->mac_source, f->source);
        if (!address_is_v4(f->source)) {
            if (home_macs_hold(&way->reader.macs, f->mac_source))
                bits |= FRAME_SOURCE_HOME;
            if (home_macs_hold(&way->reader.macs, f->mac_target))
                bits |= FRAME_TARGET_HOME;
        }
    }
    return (uint8_t)bits;
}

/* Puts a fragment to its others. When they are all there, the frame is the whole packet's, whose
 * bytes the batch owns; until then it is nobody's (*ret_waits). */
static __attribute__((noinline)) enum skip assemble(struct way *way, struct batch *batch,
                                                    struct frame *f, bool *ret_waits)
{
    struct skips *skips = &way->reader.notes->counts.skips;
    uint32_t whole = fragments_add(&way->fragments, f, &way->reader.fragment, skips);
    *ret_waits = true;
    if (whole == 0)
        return SKIPS;
    uint32_t len = fragments_len(&way->fragments, whole);
    if (batch->datagram_bytes + len > DATAGRAM_BYTES_MAX) {
        fragments_drop(&way->fragments, whole, skips);
        return SKIPS;
    }
    batch->datagram_bytes += len;
    fragments_take(&way->fragments, whole, arena_new(&batch->datagrams, len), f);
    *ret_waits = false;
    return frame_decode_whole(f);
}

/* The frame or record is for the shard of this host. */
static void route_add(struct batch *batch, uint32_t index, struct address host,
                      enum route_what what)
{
    batch->route[batch->routes++] =
        (struct route){(uint16_t)index, (uint8_t)shard_of(host), (uint8_t)what};
}

/* A frame to or from no single machine: it goes to the shard of the host that it names, if it names
 * one. That is its sender, or whom DHCP gives an address: who runs the shard plays no part. */
static enum skip route_telling(struct way *way, struct batch *batch, uint32_t index)
{
    const struct frame *f = &batch->frame[index];
    struct address *about = &batch->about[index];
    if (!identity_hears(f, &way->reader.identity_scratch, about) || address_is_special(*about))
        return SKIP_multicast;
    bool sender = address_same(*about, f->source) && f->home & FRAME_SOURCE_HOME;
    if (!sender && !home_holds(way->setup.home, *about))
        return SKIP_multicast;
    route_add(batch, index, *about, ROUTE_TELLS);
    return SKIPS;
}

static enum skip route(struct way *way, struct batch *batch, uint32_t index)
{
    const struct packet *p = &batch->block.packet[index];
    struct frame *f = &batch->frame[index];
    struct reader *r = &way->reader;
    enum skip skip = frame_decode(p, f, &r->fragment);
    if (skip == SKIP_link_type)
        foreign_link(r->notes, p->link);
    if (skip != SKIPS && skip != SKIP_fragment)
        return skip;
    if (!instant_is_usual(p->time) || !day_opens(r, p->time))
        return SKIP_bad_time;
    f->home = home_ends(way, f);
    if (address_is_special(f->source) || address_is_special(f->target))
        return skip == SKIP_fragment ? SKIP_multicast : route_telling(way, batch, index);
    if (f->home == 0) {
        foreign_network(r->notes, f->source);
        foreign_network(r->notes, f->target);
        return SKIP_foreign;
    }
    if (skip == SKIP_fragment) {
        bool waits;
        skip = assemble(way, batch, f, &waits);
        if (waits || skip != SKIPS)
            return skip;
    }
    if (f->home & FRAME_SOURCE_HOME)
        route_add(batch, index, f->source, ROUTE_OUT);
    if (f->home & FRAME_TARGET_HOME)
        route_add(batch, index, f->target, ROUTE_IN);
    return SKIPS;
}

/* An access log does not name its server: the address of the client's family, if there is one. */
static bool is_served(const struct way *way, struct record *record)
{
    const struct address *server = way->setup.server;
    if (record->kind != RECORD_HTTP || address_known(record->ends.outside))
        return false;
    unsigned v6 = !address_is_v4(record->ends.host);
    record->ends.outside = server[address_known(server[v6]) ? v6 : !v6];
    return true;
}

/* A record goes to the shards of its home ends, and knows then whether the other is home too. */
static enum skip route_ready(struct way *way, struct batch *batch, uint32_t index)
{
    struct reader *r = &way->reader;
    struct record *record = &batch->block.record[index];
    struct ends *ends = &record->ends;
    const struct home *home = way->setup.home;
    if (!instant_is_usual(record->time) || !day_opens(r, record->time))
        return SKIP_bad_time;
    bool served = is_served(way, record); /* by a server of ours */
    bool host_home = home_holds(home, ends->host);
    if (record->kind == RECORD_IDENTITY) {
        if (!host_home)
            return SKIP_foreign;
        route_add(batch, index, ends->host, ROUTE_RECORD);
        return SKIPS;
    }
    /* A watcher may say what a host did without saying whom it met. */
    bool met = record->kind != RECORD_ALERT || address_known(ends->outside);
    if (address_is_special(ends->host) || (met && address_is_special(ends->outside)))
        return SKIP_multicast;
    bool outside_home = met && (served || home_holds(home, ends->outside));
    if (!host_home && !outside_home) {
        foreign_network(r->notes, ends->host);
        if (met)
            foreign_network(r->notes, ends->outside);
        return SKIP_foreign;
    }
    ends->outside_home = host_home && outside_home;
    if (host_home)
        route_add(batch, index, ends->host, ROUTE_RECORD);
    if (outside_home)
        route_add(batch, index, ends->outside, ROUTE_TURNED);
    return SKIPS;
}

static void span(struct coverage *c, struct instant time)
{
    if (!instant_known(c->first) || time.us < c->first.us)
        c->first = time;
    if (!instant_known(c->last) || time.us > c->last.us)
        c->last = time;
}

static void decode(struct way *way, struct batch *batch)
{
    struct coverage *c = &way->reader.coverage;
    uint64_t *skipped = way->reader.notes->counts.skips.count;
    batch->routes = 0;
    batch->datagram_bytes = 0;
    arena_free(&batch->datagrams);
    for (uint32_t i = 0; i < batch->block.packets; i++) {
        const struct packet *p = &batch->block.packet[i];
        identify(&way->reader, p);
        c->packets++;
        c->bytes += p->length;
        enum skip skip = route(way, batch, i);
        if (skip != SKIPS)
            skipped[skip]++;
        if (skip != SKIP_bad_time)
            span(c, p->time);
    }
    skipped[SKIP_relative] += batch->block.relative;
    batch->block.relative = 0;
    for (uint32_t i = 0; i < batch->block.records; i++) {
        enum skip skip = route_ready(way, batch, i);
        if (skip != SKIPS)
            skipped[skip]++;
        if (skip != SKIP_bad_time)
            span(c, batch->block.record[i].time);
    }
}

static void hand_out(struct way *way, struct batch *batch)
{
    if (way->workers == 0) {
        work(way, batch, 0, 1);
        queue_put(&way->idle, batch);
        return;
    }
    batch->users = (int)way->workers;
    for (unsigned i = 0; i < way->workers; i++)
        queue_put(&way->worker[i].queue, batch);
}

static void finish_all(struct way *way)
{
    if (way->workers == 0) {
        finish(way, 0, 1);
        return;
    }
    for (unsigned i = 0; i < way->workers; i++)
        queue_put(&way->worker[i].queue, NULL);
    for (unsigned i = 0; i < way->workers; i++)
        (void)queue_take(&way->done);
}

/* Texts lie in the findings' arena. */
static void about_fill(struct spill_about *about, struct way *way, const struct source *source)
{
    struct arena *arena = &way->findings.arena;
    struct text *part = arena_new(arena, source->parts * sizeof *part);
    for (unsigned i = 0; i < source->parts; i++)
        part[i] = arena_text(arena, text_of(source->part[i]));
    *about = (struct spill_about){
        .folder = way->setup.spill,
        .sensor = text_of(way->setup.sensor),
        .source = arena_text(arena, text_of(source->path)),
        .unit = source->kind->unit,
        .part = part,
        .parts = source->parts,
    };
}

static void reader_start(struct way *way, const struct source *source, struct way_notes *notes)
{
    struct reader *r = &way->reader;
    memset(notes, 0, sizeof *notes);
    memset(r, 0, sizeof *r);
    r->notes = notes;
    r->coverage.first.us = r->coverage.last.us = INSTANT_NONE_US;
    r->identity = XXH3_createState();
    muster_assert(r->identity != NULL);
    (void)XXH3_128bits_reset(r->identity);
    arena_free(&way->findings.arena);
    about_fill(&r->about, way, source);
    for (unsigned i = 0; i < SHARDS; i++)
        shard_reset(way->shard[i], &r->about, source->identity != NULL);
}

/* Names of the bits of source->lacks. */
static struct text lacks_text(struct arena *arena, unsigned lacks)
{
    char text[256] = "";
    size_t used = 0;
    for (unsigned i = 0; i < LACKS; i++)
        if (lacks >> i & 1) {
            int n =
                snprintf(text + used, sizeof text - used, "%s%s", used ? " " : "", lack_name[i]);
            muster_assert(n > 0 && (size_t)n < sizeof text - used);
            used += (size_t)n;
        }
    return arena_text(arena, text_at(text, used));
}

static void coverage_fill(struct way *way, const struct source *source)
{
    struct reader *r = &way->reader;
    struct coverage *c = &r->coverage;
    struct arena *arena = &way->findings.arena;
    const XXH3_state_t *identity = source->identity ? source->identity : r->identity;
    XXH128_hash_t id = source->key ? XXH3_128bits(source->key, strlen(source->key))
                                   : XXH3_128bits_digest(identity);
    (void)XXH3_freeState(r->identity);
    r->identity = NULL;
    c->sensor = text_of(way->setup.sensor);
    c->source = r->about.source;
    c->source_id = arena_format(arena, "%016llx%016llx", (unsigned long long)id.high64,
                                (unsigned long long)id.low64);
    c->procedure_id = text_of(way->setup.procedure_id);
    const char *kind = source->precise ? source->precise : source->kind->name;
    c->kind = text_of(kind);
    c->detectors = text_of(way->setup.detectors);
    c->sets = text_of(way->setup.sets);
    c->records = (int64_t)source->used;
    c->lacks = lacks_text(arena, source->lacks);
    way->findings.kind = kind;
    r->notes->lacks = source->lacks;
    r->notes->sampling = source->sampling;
    r->notes->units = source->units;
    r->notes->remarks = source->remarks;
    skips_add(&r->notes->counts.skips, &source->skips);
    (void)snprintf(r->notes->damage, sizeof r->notes->damage, "%s", source->damage);
}

bool way_read(struct way *way, const struct source_item *item, const char *kind_or_null,
              struct findings *ret, struct way_notes *notes, struct err *err)
{
    const struct table_map *map = way->setup.map;
    struct source *source =
        map ? table_open(item->path[0], map, way->setup.memory_bytes / TABLE_SHARE, err)
            : export_capture_open(item, kind_or_null, err);
    if (source == NULL)
        return false;
    if (item->alerts && source->kind->unit == NULL && /* not of an export, which is no traffic */
        (source = with_alerts(source, item->alerts, err)) == NULL)
        return false;
    if (source->kind->at_server && !address_known(way->setup.server[0]) &&
        !address_known(way->setup.server[1])) {
        source_close(source);
        return err_set(err,
                       "%s: access logs do not hold the server's own address: give --server "
                       "ADDRESS",
                       item->name);
    }
    way_take(way, source, item->name, ret, notes);
    return true;
}

void way_take(struct way *way, struct source *source, const char *name, struct findings *ret,
              struct way_notes *notes)
{
    source->memory_bytes = (size_t)(way->setup.memory_bytes / CONVERSATIONS_SHARE);
    source->seed = way->setup.seed;
    reader_start(way, source, notes);
    for (;;) {
        struct batch *batch = queue_take(&way->idle);
        if (!source_next(source, &batch->block)) {
            queue_put(&way->idle, batch);
            break;
        }
        decode(way, batch);
        hand_out(way, batch);
        progress_update(way->setup.progress, name, source->read_bytes, source->size_bytes);
    }
    finish_all(way);
    fragments_reset(&way->fragments, &notes->counts.skips);
    coverage_fill(way, source);
    source_close(source);
    findings_gather(&way->findings, way->shard, &way->reader.coverage, &way->reader.about, notes,
                    &way->setup);
    *ret = way->findings;
}
