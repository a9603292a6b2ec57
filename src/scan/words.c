/*
 * A word is looked for where its first four bytes stand. Whether any word begins with the four
 * bytes at hand is one bit of a small table, by a hash of them: nearly always no, and then the next
 * byte is looked at.
 */
#include "scan/words.h"

#include "base/err.h"

#include <string.h>

enum { START = 4, SLOT_BITS = 13, CHAINS = 256 };

struct word {
    const char *text;
    uint8_t len;
    bool is_name;
};
static const struct word table[SCAN_WORDS] = {
#define WORD(name, text) {text, sizeof(text) - 1, false},
#define NAME(name, text) {text, sizeof(text) - 1, true},
#include "scan/words.list"
#undef WORD
#undef NAME
};

struct index {
    uint64_t begins[(1 << SLOT_BITS) / 64];
    uint16_t first[CHAINS], next[SCAN_WORDS]; /* word + 1; 0 = none */
};

static uint32_t hash_of(const char *at)
{
    uint32_t start;
    memcpy(&start, at, START);
    return start * 2654435761U;
}

/* Made for every text: a microsecond. */
static void index_make(struct index *ret)
{
    memset(ret, 0, sizeof *ret);
    for (unsigned i = 0; i < SCAN_WORDS; i++) {
        muster_assert(table[i].len >= START);
        uint32_t hash = hash_of(table[i].text), slot = hash >> (32 - SLOT_BITS);
        ret->begins[slot / 64] |= UINT64_C(1) << slot % 64;
        ret->next[i] = ret->first[hash >> 24];
        ret->first[hash >> 24] = (uint16_t)(i + 1);
    }
}

static void at_start(const struct index *index, struct text rest, uint32_t hash,
                     struct scan_words *ret)
{
    for (unsigned i = index->first[hash >> 24]; i; i = index->next[i - 1]) {
        const struct word *w = &table[i - 1];
        if (rest.len >= w->len && memcmp(rest.at, w->text, w->len) == 0)
            ret->bits[(i - 1) / 64] |= UINT64_C(1) << (i - 1) % 64;
    }
}

void scan_words_find(struct text lower, struct scan_words *ret)
{
    struct index index;
    index_make(&index);
    *ret = (struct scan_words){.bits = {0}};
    for (uint32_t i = 0; i + START <= lower.len; i++) {
        uint32_t hash = hash_of(lower.at + i), slot = hash >> (32 - SLOT_BITS);
        if (index.begins[slot / 64] >> slot % 64 & 1)
            at_start(&index, text_at(lower.at + i, lower.len - i), hash, ret);
    }
}

const char *scan_words_name(const struct scan_words *words)
{
    for (unsigned i = 0; i < SCAN_WORDS; i++)
        if (table[i].is_name && scan_words_has(words, (enum scan_word)i))
            return table[i].text;
    return NULL;
}
