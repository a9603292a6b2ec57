#include "record/provider.h"

#include <stdlib.h>

static const struct provider providers[] = {
#define PROVIDER(suffix, kind, service) {suffix, PROVIDER_##kind, service},
#include "record/provider.list"
#undef PROVIDER
};

const char *const provider_kind_text[PROVIDER_KINDS] = {
    [PROVIDER_CDN] = "a content network", [PROVIDER_HOSTING] = "hosting",
    [PROVIDER_MAIL] = "a mail service",   [PROVIDER_CHAT] = "a chat or social service",
    [PROVIDER_PASTE] = "a paste service", [PROVIDER_TUNNEL] = "a tunnel service",
    [PROVIDER_DYNAMIC] = "dynamic DNS",
};

static int compare(const void *key, const void *element)
{
    const struct text *name = key;
    const struct provider *other = element;
    size_t len = strlen(other->suffix);
    size_t least = name->len < len ? name->len : len;
    int order = memcmp(name->at, other->suffix, least);
    return order ? order : name->len < len ? -1 : name->len > len;
}

const struct provider *provider_of(struct text name)
{
    enum { LABELS_MOST = 16 };
    for (int labels = 0; name.at && name.len && labels < LABELS_MOST; labels++) {
        const struct provider *found = bsearch(
            &name, providers, sizeof providers / sizeof *providers, sizeof *providers, compare);
        if (found != NULL)
            return found;
        const char *dot = memchr(name.at, '.', name.len);
        if (dot == NULL)
            return NULL;
        uint32_t skip = (uint32_t)(dot - name.at) + 1;
        name = text_at(name.at + skip, name.len - skip);
    }
    return NULL;
}
