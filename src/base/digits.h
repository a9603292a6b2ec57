/* Digits read and written where it happens millions of times: without printf and strtoul. */
#ifndef MUSTER_BASE_DIGITS_H
#define MUSTER_BASE_DIGITS_H

#include "base/text.h"

#include <stdint.h>

enum { DIGITS_U64 = 20 }; /* the most that digits_put writes */

/* Returns where they end; no NUL. */
static inline char *digits_put(char *at, uint64_t number)
{
    char digit[DIGITS_U64];
    unsigned len = 0;
    do
        digit[len++] = (char)('0' + number % 10);
    while ((number /= 10) != 0);
    while (len)
        *at++ = digit[--len];
    return at;
}

/* The last `width` digits, with leading zeros. */
static inline char *digits_pad(char *at, uint64_t number, unsigned width)
{
    for (unsigned i = width; i > 0; i--, number /= 10)
        at[i - 1] = (char)('0' + number % 10);
    return at + width;
}

/* The value of a hexadecimal digit of either case; -1: it is none. */
static inline int hex_digit(char c)
{
    unsigned digit = (unsigned)(unsigned char)c - '0', letter = ((unsigned char)c | 32u) - 'a';
    return digit <= 9 ? (int)digit : letter < 6 ? (int)letter + 10 : -1;
}

/* A text that is nothing but 1 to 18 decimal digits. */
static inline bool digits_read(struct text text, int64_t *ret)
{
    int64_t n = 0;
    for (uint32_t i = 0; text.at && i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '9' || i == 18)
            return false;
        n = n * 10 + (text.at[i] - '0');
    }
    *ret = n;
    return text.len > 0;
}

#endif
