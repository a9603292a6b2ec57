#include "source/log.h"

#include "base/mem.h"
#include "source/lines.h"

#define LOG_SOURCE_MAGIC UINT32_C(0x6c6f6721)

struct log_source {
    struct source source; /* first */
    uint32_t magic;
    const struct log_format *format;
    struct lines lines;
    void *state;
};

static struct log_source *log_of(struct source *source)
{
    struct log_source *log = (struct log_source *)source;
    muster_assert(log->magic == LOG_SOURCE_MAGIC);
    return log;
}

struct source *log_open(const struct source_kind *kind, struct input *in, const char *path,
                        struct err *err)
{
    (void)err;
    struct log_source *log = source_new(sizeof *log, kind, path);
    log->magic = LOG_SOURCE_MAGIC;
    log->format = kind->log;
    log->lines.input = *in;
    log->state = mem_new(1, kind->log->state_bytes + 1);
    log->source.size_bytes = input_size(in);
    log->source.lacks = kind->log->lacks;
    log->source.identity = source_identity_new();
    return &log->source;
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

bool log_next(struct source *source, struct block *block)
{
    struct log_source *log = log_of(source);
    struct log_entry entry = {.block = block};
    if (log->lines.ended)
        return false;
    lines_begin(&log->lines, block);
    arena_reset(&block->arena);
    while (block_roomy(block) && lines_next(&log->lines, source, &entry.line)) {
        entry.number = log->lines.number;
        entry.cut = log->lines.cut;
        entry.wrong = NULL;
        uint32_t before = block->records;
        enum log_line outcome = LOG_REMARK;
        if (entry.line.len)
            outcome = log->format->line(log->state, &entry);
        if (outcome == LOG_DAMAGED)
            block->records = before;
        log_count(source, outcome, &entry, log->lines.offset);
    }
    lines_finish(&log->lines, source);
    if (log->lines.ended && log->format->lacking)
        source->lacks |= log->format->lacking(log->state);
    return true;
}

void log_close(struct source *source)
{
    struct log_source *log = log_of(source);
    if (log->format->free)
        log->format->free(log->state);
    mem_free(log->state);
    input_close(&log->lines.input);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    log->magic = 0;
    mem_free(log);
}
