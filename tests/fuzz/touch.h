/* Reads every byte of a text, so that a sanitizer sees one that points nowhere. */
#ifndef MUSTER_FUZZ_TOUCH_H
#define MUSTER_FUZZ_TOUCH_H

#include "base/text.h"

static inline void touch(struct text text)
{
    const volatile char *at = text.at;
    for (uint32_t i = 0; i < text.len; i++)
        (void)at[i];
}

#endif
