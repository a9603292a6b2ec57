/*
 * Prints what a packet source yields, a line a packet: number, time in microseconds, captured and
 * wire length, link type. With -q only how many packets there were and how long each took; with -l
 * the files of folders in the order in which they would be read.
 */
#include "base/mem.h"
#include "source/source.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void print_packets(const struct block *block)
{
    for (uint32_t i = 0; i < block->packets; i++) {
        const struct packet *p = &block->packet[i];
        (void)printf("%" PRIu64 " %" PRId64 " %" PRIu32 " %" PRIu32 " %u\n", p->number, p->time.us,
                     p->captured, p->length, (unsigned)p->link);
    }
}

static int dump(const char *path, bool quiet)
{
    struct err err = {""};
    struct source *source = source_open(path, NULL, &err);
    if (source == NULL) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    struct block *block = mem_new(1, sizeof *block);
    uint64_t packets = 0;
    int64_t start = clock_monotonic_us();
    while (source_next(source, block)) {
        packets += block->packets;
        if (!quiet)
            print_packets(block);
    }
    int64_t us = clock_monotonic_us() - start;
    if (quiet)
        (void)printf("%" PRIu64 " packets, %.2f ns each\n", packets,
                     packets ? 1e3 * (double)us / (double)packets : 0.0);
    for (int i = 0; i < SKIPS; i++)
        if (source->skips.count[i])
            (void)fprintf(stderr, "%s: %" PRIu64 " %s\n", path, source->skips.count[i],
                          skip_name[i]);
    if (source->damage[0] != '\0')
        (void)fprintf(stderr, "%s: %s\n", path, source->damage);
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return 0;
}

int main(int argc, char **argv)
{
    bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    bool list_only = argc > 1 && strcmp(argv[1], "-l") == 0;
    int at = 1 + (quiet || list_only), status = 0;
    struct source_list list;
    struct err err = {""};
    if (!source_list_make(&list, argv + at, (size_t)(argc - at), &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < list.len; i++)
        if (list_only)
            (void)puts(list.item[i].name);
        else
            status |= dump(list.item[i].name, quiet);
    source_list_free(&list);
    return status;
}
