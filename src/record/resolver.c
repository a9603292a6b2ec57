#include "record/resolver.h"

static const struct {
    const char *address, *operator;
} resolvers[] = {
#define RESOLVER(address, operator) {address, operator},
#include "record/resolver.list"
#undef RESOLVER
};

/* Asked of listed ends alone: seldom, so the table stays as people read it. */
const char *public_resolver(struct address address)
{
    struct address one;
    for (size_t i = 0; i < sizeof resolvers / sizeof resolvers[0]; i++)
        if (address_parse(text_of(resolvers[i].address), &one) && address_same(one, address))
            return resolvers[i].operator;
    return NULL;
}
