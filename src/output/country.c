#include "output/country.h"

#include <stddef.h>

static const struct {
    char code[3];
    const char *name;
} countries[] = {
#define COUNTRY(code, name) {#code, name},
#include "output/country.list"
#undef COUNTRY
};

const char *country_name(struct text code)
{
    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
        if (text_is(code, countries[i].code))
            return countries[i].name;
    return NULL;
}
