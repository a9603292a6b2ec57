#include "with_alerts.h"

#include "base/mem.h"
#include "source/input.h"
#include "source/records.h"

#define WITH_ALERTS_MAGIC UINT32_C(0x616c7221)

struct with_alerts {
    struct source source; /* first */
    uint32_t magic;
    struct source *capture, *log;
    struct block *block; /* of the log, in hand */
    uint32_t next;       /* its first record that was not handed on */
    bool capture_ended, log_ended;
};

static struct with_alerts *with_of(struct source *source)
{
    struct with_alerts *w = (struct with_alerts *)source;
    muster_assert(w->magic == WITH_ALERTS_MAGIC);
    return w;
}

/* The log's next alert, left where it is; NULL at the end. */
static const struct record *alert_next(struct with_alerts *w)
{
    while (!w->log_ended) {
        for (; w->next < w->block->records; w->next++)
            if (w->block->record[w->next].kind == RECORD_ALERT)
                return &w->block->record[w->next];
        w->next = 0;
        w->log_ended = !source_next(w->log, w->block);
    }
    return NULL;
}

/* A copy whose texts live as long as the block; its number is the packet's. */
static void alert_copy(struct block *block, const struct record *from)
{
    const struct alert_record *alert = from->alert;
    struct alert_record *to = block_alert(block, from->time, alert->packet, &from->ends);
    struct arena *arena = &block->arena;
    *to = *alert;
    struct text *const text[] = {&to->signature,  &to->id,     &to->category, &to->severity,
                                 &to->confidence, &to->rank,   &to->target,   &to->product,
                                 &to->tags,       &to->family, &to->name,     &to->site,
                                 &to->proto};
    for (size_t i = 0; i < sizeof text / sizeof text[0]; i++)
        *text[i] = arena_text(arena, *text[i]);
}

static bool with_next(struct source *source, struct block *block)
{
    struct with_alerts *w = with_of(source);
    const struct record *alert;
    block->packets = 0;
    if (!w->capture_ended)
        w->capture_ended = !source_next(w->capture, block);
    if (w->capture_ended)
        block->packets = 0;
    block->records = 0;
    arena_reset(&block->arena);
    struct instant until = {INT64_MAX};
    if (!w->capture_ended && block->packets)
        until = block->packet[block->packets - 1].time;
    while (block_roomy(block) && (alert = alert_next(w)) != NULL && alert->time.us <= until.us) {
        alert_copy(block, alert);
        w->next++;
    }
    source->read_bytes = w->capture->read_bytes;
    source->skips = w->capture->skips;
    (void)memcpy(source->damage, w->capture->damage, sizeof source->damage);
    return block->packets + block->records > 0;
}

static void with_close(struct source *source)
{
    struct with_alerts *w = with_of(source);
    source_close(w->capture);
    source_close(w->log);
    block_free_bytes(w->block);
    mem_free(w->block);
    mem_free(source->path);
    w->magic = 0;
    mem_free(w);
}

static const struct source_kind kind = {
    .name = "capture",
    .about = "a capture with the alerts that Suricata raised about it",
    .next = with_next,
    .close = with_close,
};

struct source *with_alerts(struct source *capture, const char *eve_path, struct err *err)
{
    struct source *log = source_open(eve_path, "eve", err);
    if (log == NULL) {
        source_close(capture);
        return NULL;
    }
    struct with_alerts *w = source_new(sizeof *w, &kind, capture->path);
    w->magic = WITH_ALERTS_MAGIC;
    w->capture = capture;
    w->log = log;
    w->block = mem_new(1, sizeof *w->block);
    w->source.size_bytes = capture->size_bytes;
    w->source.precise = capture->kind->name;
    return &w->source;
}
