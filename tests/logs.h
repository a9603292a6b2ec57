/* A log in memory read to its end, as a mapped file or as a stream, for tests and fuzz targets. */
#ifndef MUSTER_TESTS_LOGS_H
#define MUSTER_TESTS_LOGS_H

#include "base/err.h"
#include "base/mem.h"
#include "source/input.h"
#include "source/source.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct log_taken {
    struct source *source; /* of its counts */
    struct block *block; /* the first LOG_BLOCKS blocks; what is behind them is read and dropped */
    unsigned blocks;
    uint64_t records;
    XXH128_hash_t identity;
    struct input input;
    int fd;
};

enum { LOG_BLOCKS = 4 };

static inline void log_take(struct log_taken *ret, const struct source_kind *kind,
                            const void *bytes, size_t len, bool stream)
{
    struct err err;
    memset(ret, 0, sizeof *ret);
    ret->fd = -1;
    ret->block = mem_new(LOG_BLOCKS, sizeof *ret->block);
    if (stream) {
        ret->fd = memfd_create("log", 0);
        muster_assert(ret->fd >= 0 && write(ret->fd, bytes, len) == (ssize_t)len);
        muster_assert(lseek(ret->fd, 0, SEEK_SET) == 0);
        input_stream(&ret->input, ret->fd, NULL, 0);
    } else {
        input_memory(&ret->input, bytes, len);
    }
    ret->source = kind->open(kind, &ret->input, "log", &err);
    muster_assert(ret->source != NULL);
    struct block *block = &ret->block[0];
    while (kind->next(ret->source, block)) {
        ret->records += block->records;
        ret->blocks += ret->blocks + 1 < LOG_BLOCKS;
        block = &ret->block[ret->blocks];
    }
    ret->identity = XXH3_128bits_digest(ret->source->identity);
}

static inline const struct record *log_record(const struct log_taken *t, uint64_t index)
{
    muster_assert(index < t->block[0].records);
    return &t->block[0].record[index];
}

static inline void log_drop(struct log_taken *t)
{
    t->source->kind->close(t->source);
    for (unsigned i = 0; i < LOG_BLOCKS; i++)
        block_free_bytes(&t->block[i]);
    mem_free(t->block);
    if (t->fd >= 0)
        (void)close(t->fd);
}

/* What must hold of any bytes: every line is accounted for, and a stream tells the same as a map.
 */
static inline void log_check(const struct source_kind *kind, const void *bytes, size_t len)
{
    struct log_taken map, stream;
    log_take(&map, kind, bytes, len, false);
    log_take(&stream, kind, bytes, len, true);
    const struct source *a = map.source, *b = stream.source;
    muster_assert(a->units == a->used + a->remarks + a->skips.count[SKIP_line_ignored] +
                                  a->skips.count[SKIP_line_damaged]);
    muster_assert(map.records == stream.records && a->units == b->units && a->used == b->used);
    muster_assert(strcmp(a->damage, b->damage) == 0);
    muster_assert(XXH128_isEqual(map.identity, stream.identity));
    log_drop(&map);
    log_drop(&stream);
}

#endif
