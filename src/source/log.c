#include "source/log.h"

#include "base/mem.h"

#define LOG_SOURCE_MAGIC UINT32_C(0x6c6f6721)
#define HOUR_US (INT64_C(3600) * SECOND_US)
#define ORDER_LAST_US (INT64_C(4102444800) * SECOND_US) /* 2100-01-01: later is no time */

struct log_source {
    struct source source; /* first */
    uint32_t magic;
    const struct log_format *format;
    void *shared;
    const struct source_window *window; /* NULL: all is read */
    unsigned parts, parts_room;
    struct log_part *part;
};

static struct log_source *log_of(struct source *source)
{
    struct log_source *log = (struct log_source *)source;
    muster_assert(log->magic == LOG_SOURCE_MAGIC);
    return log;
}

void log_add(struct source *source, struct input *in, const char *path)
{
    struct log_source *log = log_of(source);
    muster_assert(log->parts < SOURCE_WINDOW_PARTS);
    if (log->parts == log->parts_room) {
        log->parts_room = log->parts_room ? 2 * log->parts_room : 1;
        log->part = mem_resize(log->part, log->parts_room, sizeof *log->part);
    }
    struct log_part *part = &log->part[log->parts++];
    *part = (struct log_part){.lines.input = *in,
                              .state = mem_new(1, log->format->state_bytes + 1),
                              .path = path,
                              .hour = INT64_MIN};
    source->size_bytes += input_size(in);
}

struct source *log_open(const struct source_kind *kind, struct input *in, const char *path,
                        struct err *err)
{
    (void)err;
    struct log_source *log = source_new(sizeof *log, kind, path);
    log->magic = LOG_SOURCE_MAGIC;
    log->format = kind->log;
    log->shared = mem_new(1, kind->log->shared_bytes + 1);
    log->source.lacks = kind->log->lacks;
    log->source.identity = source_identity_new();
    log_add(&log->source, in, path);
    return &log->source;
}

bool log_window(struct source *source, const struct source_window *window, struct err *err)
{
    struct log_source *log = log_of(source);
    log->window = window;
    source->key = window->key;
    for (unsigned i = 0; i < log->parts; i++) {
        const struct source_range *range = &window->range[i];
        size_t len;
        const uint8_t *start = input_peek(&log->part[i].lines.input, range->digested, &len);
        if (len < range->digested || XXH3_64bits(start, len) != range->digest)
            return err_set(err, "%s: another log lies there now", log->part[i].path);
        log->part[i].range = range;
        if (instant_known(range->first)) /* its turn comes then: no other part waits for it */
            log->part[i].hour = range->first.us / HOUR_US;
    }
    return true;
}

static uint64_t part_at(const struct log_part *part)
{
    return input_offset(&part->lines.input);
}

/* Feeds the lines from here on to the format as long as they are headers, and the one behind them,
 * for a header may only end there. False: the block is full. */
static bool headers_feed(struct log_part *part, const struct log_format *format, void *shared,
                         struct source *source, struct block *block)
{
    struct log_entry entry = {
        .block = block, .shared = shared, .skips = &source->skips, .source = source};
    while (part_at(part) < part->range->from) {
        if (!lines_next(&part->lines, source, &entry.line))
            return part->lines.ended;
        source->units--;
        enum log_line outcome = LOG_REMARK;
        if (entry.line.len)
            outcome = format->line(part->state, &entry);
        block->records = block->relative = 0;
        arena_reset(&block->arena);
        if (outcome != LOG_REMARK)
            break;
    }
    return true;
}

bool log_part_seek(struct log_part *part, const struct log_format *format, void *shared,
                   struct source *source, struct block *block)
{
    enum { AT_TOP, IN_HEAD, BEHIND_HEAD, DONE };
    const struct source_range *range = part->range;
    struct input *in = &part->lines.input;
    if (part->sought == AT_TOP) {
        if (!headers_feed(part, format, shared, source, block))
            return false;
        if (range->head > part_at(part) && range->head <= range->from)
            (void)input_skip(in, range->head - part_at(part));
        bool at_head = range->head > 0 && part_at(part) == range->head;
        part->sought = at_head ? IN_HEAD : BEHIND_HEAD;
    }
    if (part->sought == IN_HEAD) {
        if (!headers_feed(part, format, shared, source, block))
            return false;
        part->sought = BEHIND_HEAD;
    }
    if (part->sought == BEHIND_HEAD) {
        if (range->from > part_at(part))
            (void)input_skip(in, range->from - part_at(part));
        part->lines.number = range->line;
        part->sought = DONE;
    }
    return true;
}

void log_count(struct source *source, enum log_line outcome, const struct log_entry *entry,
               uint64_t byte)
{
    switch (outcome) {
    case LOG_USED:
        source->used++;
        break;
    case LOG_IGNORED:
        source->skips.count[SKIP_line_ignored]++;
        break;
    case LOG_REMARK:
        source->remarks++;
        break;
    case LOG_DAMAGED:
        source_damaged(
            source, SKIP_line_damaged, byte, "line %llu: %s",
            (unsigned long long)(entry->number & ((UINT64_C(1) << RECORD_PART_BITS) - 1)),
            entry->cut     ? "the file ends inside it"
            : entry->wrong ? entry->wrong
                           : "not readable");
        break;
    }
}

/* Whether a record of that hour in part a comes before one of part b. */
static bool part_before(const struct log_source *log, const struct log_part *a, int64_t hour,
                        const struct log_part *b)
{
    if (hour != b->hour)
        return hour < b->hour;
    unsigned rank_a = log->format->rank ? log->format->rank(a->state) : 0;
    unsigned rank_b = log->format->rank ? log->format->rank(b->state) : 0;
    return rank_a != rank_b ? rank_a < rank_b : a < b;
}

/* Whether nothing more comes of the part. */
static bool part_done(const struct log_source *log, const struct log_part *part)
{
    return part->lines.ended && (log->format->finish == NULL || part->finished);
}

/* The part to read on; NULL: all are over. *ret_second: who is next when it reaches a later hour;
 * NULL: nobody. */
static struct log_part *part_next(struct log_source *log, struct log_part **ret_second)
{
    struct log_part *first = NULL, *second = NULL;
    for (unsigned i = 0; i < log->parts; i++) {
        struct log_part *part = &log->part[i];
        if (part_done(log, part))
            continue;
        if (first == NULL || part_before(log, part, part->hour, first)) {
            second = first;
            first = part;
        } else if (second == NULL || part_before(log, part, part->hour, second)) {
            second = part;
        }
    }
    *ret_second = second;
    return first;
}

/* Whether the record that was just read is another part's turn. Times that no record has decide
 * nothing. */
static bool must_wait(const struct log_source *log, struct log_part *part,
                      const struct log_part *second, struct instant time)
{
    if (second == NULL || !instant_known(time) || time.us < 0 || time.us >= ORDER_LAST_US)
        return false;
    int64_t hour = time.us / HOUR_US;
    if (hour > part->hour)
        part->hour = hour;
    return hour == part->hour && !part_before(log, part, hour, second);
}

/* Whether what has that time is read with the window's day: it is of that day; or it comes late, or
 * has no day that could be, and was not read before. */
static bool window_takes(const struct log_source *log, struct instant time, bool taken)
{
    if (!instant_is_usual(time))
        return !taken;
    int32_t day = instant_day(time).number, wanted = log->window->day.number;
    return day == wanted || (day < wanted && !taken);
}

/* Keeps of the line's records, which lie in the block from `before` on, what belongs to the window.
 * Returns whether the line counts. */
static bool window_keep(const struct log_source *log, const struct log_part *part,
                        const struct log_entry *entry, uint32_t before)
{
    struct block *block = entry->block;
    bool taken = part->lines.offset < part->range->taken;
    uint32_t kept = before;
    if (block->records == before)
        return window_takes(log, entry->time, taken);
    for (uint32_t i = before; i < block->records; i++) {
        struct instant time = block->record[i].time;
        if (!window_takes(log, time, taken))
            continue;
        entry->skips->count[SKIP_late] +=
            instant_is_usual(time) && instant_day(time).number < log->window->day.number;
        block->record[kept++] = block->record[i];
    }
    block->records = kept;
    return kept > before;
}

/* Whether there is no more to be read of the part; reads nothing. */
static bool part_over(struct log_part *part)
{
    if (part->range && part_at(part) >= part->range->to)
        part->lines.ended = true;
    return part->lines.ended;
}

static void part_read(struct log_source *log, struct log_part *part, struct log_part *second,
                      struct block *block)
{
    struct source *source = &log->source;
    uint64_t above = (uint64_t)(part - log->part) << RECORD_PART_BITS;
    struct log_entry entry = {
        .block = block, .shared = log->shared, .skips = &source->skips, .source = source};
    if (part->range && !log_part_seek(part, log->format, log->shared, source, block))
        return;
    while (block_roomy(block) && !part_over(part) &&
           lines_next(&part->lines, source, &entry.line)) {
        entry.number = part->lines.number | above;
        entry.cut = part->lines.cut;
        entry.wrong = NULL;
        entry.time.us = INSTANT_NONE_US;
        uint32_t before = block->records, relative = block->relative;
        enum log_line outcome = LOG_REMARK;
        if (entry.line.len)
            outcome = log->format->line(part->state, &entry);
        bool waits = must_wait(log, part, second, entry.time);
        if (waits || outcome == LOG_DAMAGED) {
            block->records = before;
            block->relative = relative;
        }
        if (waits) {
            lines_return(&part->lines, source);
            return;
        }
        if (log->window == NULL || window_keep(log, part, &entry, before))
            log_count(source, outcome, &entry, part->lines.offset);
        else
            source->units--;
    }
}

static uint64_t read_bytes(const struct log_source *log)
{
    uint64_t bytes = 0;
    for (unsigned i = 0; i < log->parts; i++)
        bytes += input_progress(&log->part[i].lines.input);
    return bytes;
}

bool log_next(struct source *source, struct block *block)
{
    struct log_source *log = log_of(source);
    struct log_part *second, *part = part_next(log, &second);
    if (part == NULL)
        return false;
    if (log->parts > 1)
        source->part_name = part->path; /* the item's, which outlives the source */
    bool over = part->lines.ended;
    arena_reset(&block->arena);
    if (over) {
        block->packets = block->records = 0;
        part->finished = log->format->finish(part->state, block);
    } else {
        lines_begin(&part->lines, block);
        part_read(log, part, second, block);
        lines_finish(&part->lines, source);
    }
    source->read_bytes = read_bytes(log);
    if (part_done(log, part) && log->format->lacking && part_next(log, &second) == NULL)
        source->lacks |=
            log->format->lacking(log->format->shared_bytes ? log->shared : part->state);
    return true;
}

void log_close(struct source *source)
{
    struct log_source *log = log_of(source);
    for (unsigned i = 0; i < log->parts; i++) {
        struct log_part *part = &log->part[i];
        if (log->format->free)
            log->format->free(part->state);
        mem_free(part->state);
        input_close(&part->lines.input);
    }
    if (log->format->shared_free)
        log->format->shared_free(log->shared);
    mem_free(log->shared);
    mem_free(log->part);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    log->magic = 0;
    mem_free(log);
}
