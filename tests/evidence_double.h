/*
 * A stand-in for the shard's evidence_out, so that a detector's close() can be tested alone: the
 * linker takes these definitions before the library's. Include it in one test program only once.
 */
#ifndef MUSTER_TESTS_EVIDENCE_DOUBLE_H
#define MUSTER_TESTS_EVIDENCE_DOUBLE_H

#include "base/arena.h"
#include "detect/detect.h"

#include <stdarg.h>
#include <stdio.h>

struct evidence_out {
    struct arena arena;
    struct evidence evidence[16];
    unsigned len;
};

struct text evidence_text(struct evidence_out *out, const char *format, ...)
{
    char text[401];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return arena_text(&out->arena, text_of(text));
}

void evidence_add(struct evidence_out *out, const struct evidence *evidence)
{
    if (out->len < 16)
        out->evidence[out->len++] = *evidence;
}

static inline void evidence_double_reset(struct evidence_out *out)
{
    arena_free(&out->arena);
    out->len = 0;
}

#endif
