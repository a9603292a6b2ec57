#include "evidence_out.h"

#include <stdarg.h>
#include <stdio.h>

enum { WHY_BYTES = 401 };

struct text evidence_text(struct evidence_out *out, const char *format, ...)
{
    char text[WHY_BYTES];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    muster_assert(len >= 0);
    if ((size_t)len >= sizeof text)
        len = sizeof text - 1;
    return arena_text(out->arena, text_at(text, (size_t)len));
}

void evidence_add(struct evidence_out *out, const struct evidence *evidence)
{
    if (out->of_detector == EVIDENCE_EACH || out->len == EVIDENCE_ALL) {
        out->skips->count[SKIP_evidence_dropped]++;
        return;
    }
    struct evidence *e = &out->evidence[out->len++];
    out->of_detector++;
    *e = *evidence;
    e->detector = out->detector->name;
    e->version = out->detector->version;
    e->set = arena_text(out->arena, evidence->set);
    e->item = arena_text(out->arena, evidence->item);
    e->family = arena_text(out->arena, evidence->family);
    e->site = arena_text(out->arena, evidence->site);
    e->why = arena_text(out->arena, evidence->why);
}
