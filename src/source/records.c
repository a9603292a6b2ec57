#include "source/records.h"

#include "base/digits.h"

#include "base/err.h"

#define RELATIVE_MAX_US (INT64_C(366) * DAY_US)
#define RELATIVE_START_US (INT64_C(946684800) * SECOND_US) /* 2000-01-01 */

struct text digest_text(struct arena *arena, struct text text, uint32_t len)
{
    if (text.at == NULL || text.len != len)
        return text_of(NULL);
    char *at = arena_new(arena, len + 1);
    for (uint32_t i = 0; i < len; i++) {
        if (hex_digit(text.at[i]) < 0)
            return text_of(NULL);
        at[i] = ascii_lower(text.at[i]);
    }
    return text_at(at, len);
}

struct instant record_clock(struct block *block, int64_t us)
{
    struct instant t = {us};
    if (us >= 0 && us < RELATIVE_MAX_US) {
        t.us += RELATIVE_START_US;
        block->relative++;
    }
    return t;
}

struct record *block_record(struct block *block, enum record_kind kind, struct instant time,
                            uint64_t number, const struct ends *ends)
{
    muster_assert(block->records < BLOCK_RECORDS);
    struct record *r = &block->record[block->records++];
    *r = (struct record){.kind = kind, .time = time, .number = number, .ends = *ends};
    r->ends.host_opened = true;
    r->ends.outside_home = false;
    return r;
}

#define BLOCK_MAKE(noun, KIND)                                                                     \
    struct noun##_record *block_##noun(struct block *block, struct instant time, uint64_t number,  \
                                       const struct ends *ends)                                    \
    {                                                                                              \
        struct noun##_record *made = arena_new(&block->arena, sizeof *made);                       \
        block_record(block, RECORD_##KIND, time, number, ends)->noun = made;                       \
        return made;                                                                               \
    }
BLOCK_MAKE(flow, FLOW)
BLOCK_MAKE(dns, DNS)
BLOCK_MAKE(tls, TLS)
BLOCK_MAKE(http, HTTP)
BLOCK_MAKE(talk, TALK)
BLOCK_MAKE(alert, ALERT)
BLOCK_MAKE(file, FILE)

struct identity_record *block_identity(struct block *block, struct instant time, uint64_t number,
                                       struct address host)
{
    struct identity_record *made = arena_new(&block->arena, sizeof *made);
    const struct ends ends = {.host = host};
    block_record(block, RECORD_IDENTITY, time, number, &ends)->identity = made;
    return made;
}
