/*
 * Reads a source to its end and drops what it yields: what reading alone costs.
 * usage: read_source FILE [KIND]
 */
#include "base/clock.h"
#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct err err;
    struct source *source = argc > 1 ? source_open(argv[1], argc > 2 ? argv[2] : NULL, &err) : NULL;
    if (source == NULL) {
        (void)fprintf(stderr, "%s\n", argc > 1 ? err.text : "usage: read_source FILE [KIND]");
        return 1;
    }
    struct block *block = mem_new(1, sizeof *block);
    int64_t start_us = clock_monotonic_us();
    unsigned long long packets = 0, records = 0;
    while (source_next(source, block)) {
        packets += block->packets;
        records += block->records;
    }
    double seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
    (void)printf("%s: %llu units in %.3f s (%.0f a second): %llu packets, %llu records\n",
                 source->kind->name, (unsigned long long)source->units, seconds,
                 (double)source->units / seconds, packets, records);
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    return 0;
}
