#include "source/follow_inside.h"

#include "base/mem.h"

static struct follow_day *day_of_log(struct follow_log *log, struct day day)
{
    for (size_t i = log->days; i > 0; i--)
        if (log->day[i - 1].day.number == day.number)
            return &log->day[i - 1];
    return NULL;
}

/* The line between two marks is of that day. */
static void day_note(struct follow_log *log, struct day day, struct instant time, bool told,
                     const struct follow_mark *before, const struct follow_mark *behind)
{
    struct follow_day *d = day_of_log(log, day);
    if (d == NULL) {
        if (log->days == FOLLOW_DAYS)
            return;
        if ((log->days & (log->days - 1)) == 0)
            log->day = mem_resize(log->day, log->days ? 2 * log->days : 1, sizeof *log->day);
        d = &log->day[log->days++];
        *d = (struct follow_day){.day = day, .first = *before, .time = time};
    }
    if (time.us < d->time.us)
        d->time = time;
    d->told |= told;
    d->end = *behind;
}

/* What the line's time, or that of one of its records (told), says of days. A line without records
 * may explain such as come up to an hour later: it is of their day too. */
static void time_note(struct follow *follow, struct follow_log *log, struct instant time, bool told,
                      const struct follow_mark *before, const struct follow_mark *behind)
{
    struct follow_kind *kind = &follow->kind[log->kind];
    if (!instant_is_usual(time) || time.us > clock_now().us + DAY_US)
        return; /* no day of ours; the future ends no day */
    if (!instant_known(log->newest) || time.us > log->newest.us)
        log->newest = time;
    if (!instant_known(kind->newest) || time.us > kind->newest.us)
        kind->newest = time;
    struct day day = instant_day(time);
    struct day later = instant_day((struct instant){time.us + 3600 * SECOND_US});
    bool closed = kind->closed.number != DAY_NONE;
    if (!closed || day.number > kind->closed.number)
        day_note(log, day, time, told, before, behind);
    if (!told && later.number != day.number && (!closed || later.number > kind->closed.number))
        day_note(log, later, time, false, before, behind);
}

/* What is being scanned. */
struct scan {
    struct follow *follow;
    struct follow_log *log;
    struct log_part part;
    struct source source; /* takes counts that nobody asks for */
    void *shared;
    bool last; /* also a line without its end */
};

/* One block's worth of lines; false: the log is over, or its last line is still being written. */
static bool scan_block(struct scan *s)
{
    struct block *block = s->follow->block;
    struct follow_log *log = s->log;
    const struct log_format *format = s->follow->kind[log->kind].kind->log;
    struct log_entry entry = {.block = block, .shared = s->shared, .skips = &s->source.skips};
    struct lines *lines = &s->part.lines;
    if (!log_part_seek(&s->part, format, s->shared, &s->source, block))
        return true;
    while (lines_next(lines, &s->source, &entry.line)) {
        /* A packed file is written once: when it is whole, so is its last line. */
        bool whole = lines->input.unpack != NULL && lines->input.trouble == NULL;
        if (lines->cut && !whole && !s->last)
            return false;
        entry.number = lines->number;
        entry.time.us = INSTANT_NONE_US;
        block->records = 0;
        arena_reset(&block->arena);
        bool header = entry.line.len && format->line(s->part.state, &entry) == LOG_REMARK;
        if (header && !log->in_header)
            log->scanned.head = lines->offset;
        log->in_header = header;
        struct follow_mark behind = {input_offset(&lines->input), lines->number, log->scanned.head};
        for (uint32_t i = 0; i < block->records; i++)
            time_note(s->follow, log, block->record[i].time, true, &log->scanned, &behind);
        if (block->records == 0)
            time_note(s->follow, log, entry.time, false, &log->scanned, &behind);
        log->scanned = behind;
    }
    return !lines->ended;
}

/* Whether the content still begins as the log did; learns more of how it begins. */
static bool begins_alike(struct follow_log *log, const uint8_t *start, size_t len)
{
    if (len < log->digested || XXH3_64bits(start, log->digested) != log->digest)
        return false;
    log->digested = (uint32_t)len;
    log->digest = XXH3_64bits(start, len);
    return true;
}

bool follow_scan(struct follow *follow, struct follow_log *log, bool last)
{
    struct scan s = {.follow = follow, .log = log, .last = last};
    const struct log_format *format = follow->kind[log->kind].kind->log;
    struct source_range range = {
        .head = log->scanned.head, .from = log->scanned.offset, .line = log->scanned.line};
    size_t len;
    if (!input_open(&s.part.lines.input, log->path, NULL))
        return false;
    const uint8_t *start = input_peek(&s.part.lines.input, FOLLOW_HEAD, &len);
    bool alike = begins_alike(log, start, len);
    if (alike) {
        s.part.range = &range;
        s.part.state = mem_new(1, format->state_bytes + 1);
        s.shared = mem_new(1, format->shared_bytes + 1);
        for (bool more = true; more;) {
            lines_begin(&s.part.lines, follow->block);
            more = scan_block(&s);
            lines_finish(&s.part.lines, &s.source);
        }
        if (format->free)
            format->free(s.part.state);
        if (format->shared_free)
            format->shared_free(s.shared);
        mem_free(s.part.state);
        mem_free(s.shared);
    }
    input_close(&s.part.lines.input);
    return alike;
}
