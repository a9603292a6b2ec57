#include "record/own_address.h"

static const char *const services[] = {
#define OWN_ADDRESS(name) name,
#include "record/own_address.list"
#undef OWN_ADDRESS
};

bool own_address_name(struct text name)
{
    if (name.len == 0)
        return false;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (text_is(name, services[i]))
            return true;
    return false;
}
