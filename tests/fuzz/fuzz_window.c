/* Any range of any bytes as one day of a followed log: what stands in a state file may point
 * anywhere. Every line is accounted for, no later day comes out, a stream tells what a map tells.
 */
#include "logs.h"
#include "source/log.h"

enum { HEAD = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static uint64_t number(const uint8_t *at)
{
    return (uint64_t)at[0] << 8 | at[1];
}

struct told {
    uint64_t records, units, used;
};

static struct told take(const struct source_kind *kind, const struct source_window *window,
                        const uint8_t *log, size_t len, bool stream)
{
    struct err err;
    struct input in;
    struct told told = {0};
    struct block *block = mem_new(1, sizeof *block);
    int fd = -1;
    if (stream) {
        fd = memfd_create("log", 0);
        muster_assert(fd >= 0 && write(fd, log, len) == (ssize_t)len);
        muster_assert(lseek(fd, 0, SEEK_SET) == 0);
        input_stream(&in, fd, NULL, 0);
    } else {
        input_memory(&in, log, len);
    }
    struct source *source = kind->log ? log_open(kind, &in, "log", &err) : NULL;
    muster_assert(source != NULL && log_window(source, window, &err));
    while (kind->next(source, block)) {
        told.records += block->records;
        for (uint32_t i = 0; i < block->records; i++)
            muster_assert(!instant_is_usual(block->record[i].time) ||
                          instant_day(block->record[i].time).number <= window->day.number);
    }
    told.units = source->units;
    told.used = source->used;
    muster_assert(source->units == source->used + source->remarks +
                                       source->skips.count[SKIP_line_ignored] +
                                       source->skips.count[SKIP_line_damaged]);
    kind->close(source);
    block_free_bytes(block);
    mem_free(block);
    if (fd >= 0)
        (void)close(fd);
    return told;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const struct source_kind *const kinds[] = {&source_argus, &source_weblog, &source_zeek,
                                                      &source_eve};
    if (len < HEAD)
        return 0;
    const struct source_range range = {.head = number(bytes + 1),
                                       .from = number(bytes + 3),
                                       .taken = number(bytes + 5),
                                       .to = number(bytes + 7),
                                       .line = bytes[9],
                                       .digest = XXH3_64bits("", 0),
                                       .first = {INSTANT_NONE_US}};
    const struct source_window window = {
        .day = {19780 + bytes[10] % 8}, .range = &range, .key = "fuzz"};
    const struct source_kind *kind = kinds[bytes[0] % 4];
    struct told map = take(kind, &window, bytes + HEAD, len - HEAD, false);
    struct told stream = take(kind, &window, bytes + HEAD, len - HEAD, true);
    muster_assert(map.records == stream.records && map.units == stream.units &&
                  map.used == stream.used);
    return 0;
}
