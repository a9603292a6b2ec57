/*
 * Which of some words stand in a text, found in one pass: asked for one by one they were a quarter
 * of a scan.
 */
#ifndef MUSTER_SCAN_WORDS_H
#define MUSTER_SCAN_WORDS_H

#include "base/text.h"

#include <stdint.h>

enum scan_word {
#define WORD(name, text) WORD_##name,
#define NAME(name, text) WORD_##name,
#include "scan/words.list"
#undef WORD
#undef NAME
    SCAN_WORDS
};

struct scan_words {
    uint64_t bits[(SCAN_WORDS + 63) / 64];
};

/* `lower`: in lower case. */
void scan_words_find(struct text lower, struct scan_words *ret);
static inline unsigned scan_words_has(const struct scan_words *words, enum scan_word word)
{
    return words->bits[word / 64] >> word % 64 & 1;
}
/* What it calls itself; null = nothing. */
const char *scan_words_name(const struct scan_words *words);

#endif
