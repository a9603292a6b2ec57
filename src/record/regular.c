#include "record/regular.h"

#include <stdlib.h>

struct regular {
    const char *name, *why;
};

static const struct regular names[] = {
#define NAME(name, why) {name, why},
#define APP(name, why)
#define PORT(protocol, port, why)
#include "record/regular.list"
#undef NAME
#undef APP
#undef PORT
};

static const struct regular apps[] = {
#define NAME(name, why)
#define APP(name, why) {name, why},
#define PORT(protocol, port, why)
#include "record/regular.list"
#undef NAME
#undef APP
#undef PORT
};

static const struct {
    uint8_t protocol;
    uint16_t port;
    const char *why;
} ports[] = {
#define NAME(name, why)
#define APP(name, why)
#define PORT(protocol, port, why) {protocol, port, why},
#include "record/regular.list"
#undef NAME
#undef APP
#undef PORT
};

static bool lies_under(struct text name, const char *above)
{
    size_t len = strlen(above);
    return name.len >= len && memcmp(name.at + name.len - len, above, len) == 0 &&
           (name.len == len || name.at[name.len - len - 1] == '.');
}

const char *regular_name(struct text name)
{
    for (size_t i = 0; name.at && i < sizeof names / sizeof *names; i++)
        if (lies_under(name, names[i].name))
            return names[i].why;
    return NULL;
}

const char *regular_service(const char *app, uint8_t protocol, uint16_t port)
{
    for (size_t i = 0; app && i < sizeof apps / sizeof *apps; i++)
        if (strcmp(app, apps[i].name) == 0)
            return apps[i].why;
    for (size_t i = 0; app == NULL && i < sizeof ports / sizeof *ports; i++)
        if (ports[i].protocol == protocol && ports[i].port == port)
            return ports[i].why;
    return NULL;
}
