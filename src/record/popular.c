#include "record/popular.h"

#include <stdlib.h>

static const char *const popular[] = {
#define POPULAR(name) name,
#include "record/popular.list"
#undef POPULAR
};

static int compare(const void *key, const void *element)
{
    const struct text *name = key;
    const char *other = *(const char *const *)element;
    size_t len = strlen(other);
    size_t least = name->len < len ? name->len : len;
    int order = memcmp(name->at, other, least);
    return order ? order : name->len < len ? -1 : name->len > len;
}

bool popular_name(struct text name)
{
    for (int labels = 0; name.at && name.len && labels < 8; labels++) {
        if (bsearch(&name, popular, sizeof popular / sizeof *popular, sizeof *popular, compare))
            return true;
        const char *dot = memchr(name.at, '.', name.len);
        if (dot == NULL)
            return false;
        uint32_t skip = (uint32_t)(dot - name.at) + 1;
        name = text_at(name.at + skip, name.len - skip);
    }
    return false;
}
