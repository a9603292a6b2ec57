#include "record/skip.h"

const char *const skip_name[SKIPS] = {
#define SKIP(name, text) #name,
#include "record/skip.list"
#undef SKIP
};

const char *const skip_text[SKIPS] = {
#define SKIP(name, text) text,
#include "record/skip.list"
#undef SKIP
};

void skips_add(struct skips *to, const struct skips *from)
{
    for (int i = 0; i < SKIPS; i++)
        to->count[i] += from->count[i];
}
