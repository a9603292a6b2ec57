/*
 * What the reading of a log costs by itself: parse_log PATH... reads each source to records and
 * drops them. Prints sources, lines, records. Timed from outside.
 */
#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>

int main(int argc, char **argv)
{
    struct source_list list;
    struct err err;
    if (argc < 2 || !source_list_make(&list, argv + 1, (size_t)argc - 1, &err))
        return 2;
    struct block *block = mem_new(1, sizeof *block);
    uint64_t records = 0, lines = 0;
    for (size_t i = 0; i < list.len; i++) {
        struct source *source = source_open_item(&list.item[i], NULL, &err);
        if (source == NULL) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        while (source_next(source, block))
            records += block->records;
        lines += source->units;
        source_close(source);
    }
    (void)printf("%zu sources, %llu lines, %llu records\n", list.len, (unsigned long long)lines,
                 (unsigned long long)records);
    block_free_bytes(block);
    mem_free(block);
    source_list_free(&list);
    return 0;
}
