/*
 * Any bytes as a Zeek log; and, cut at NUL bytes, as the logs of a set, which must account for each
 * line just as alone.
 */
#include "logs.h"

enum { PARTS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct source *opened(const uint8_t *bytes, size_t len)
{
    struct input in;
    struct err err;
    input_memory(&in, bytes, len);
    return source_zeek.open(&source_zeek, &in, "log", &err);
}

static void as_set(const uint8_t *bytes, size_t len)
{
    struct source *set = NULL;
    for (unsigned part = 0; part < PARTS && len; part++) {
        const uint8_t *nul = memchr(bytes, 0, len);
        size_t piece = nul ? (size_t)(nul - bytes) : len;
        struct input in;
        if (set == NULL) {
            set = opened(bytes, piece);
        } else {
            input_memory(&in, bytes, piece);
            source_zeek.add(set, &in, "part");
        }
        if (set == NULL)
            return;
        size_t used = piece + (nul != NULL);
        bytes += used;
        len -= used;
    }
    if (set == NULL)
        return;
    struct block *block = mem_new(1, sizeof *block);
    while (source_zeek.next(set, block))
        for (uint32_t i = 0; i < block->records; i++)
            muster_assert(block->record[i].number >> RECORD_PART_BITS < PARTS);
    muster_assert(set->units == set->used + set->remarks + set->skips.count[SKIP_line_ignored] +
                                    set->skips.count[SKIP_line_damaged]);
    block_free_bytes(block);
    mem_free(block);
    source_zeek.close(set);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct instant first;
    struct source_member member;
    struct text name = text_at(bytes, len < 40 ? len : 40);
    (void)source_zeek.knows(bytes, len);
    (void)source_zeek.first(bytes, len, &first);
    (void)source_zeek.member(bytes, len, name, &member);
    (void)source_zeek.member(bytes, len, text_of("conn.00:00:00-01:00:00.log.gz"), &member);
    as_set(bytes, len);
    struct source *alone = opened(bytes, len);
    if (alone == NULL)
        return 0; /* no header: refused */
    source_zeek.close(alone);
    log_check(&source_zeek, bytes, len);
    return 0;
}
