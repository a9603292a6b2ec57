#include "wire/user_agent.h"

/* In this order: an Android names Linux too, a telephone Mac OS X. `parts`: how many of the pieces
 * between semicolons belong to it. */
static const struct system {
    const char *word;
    unsigned parts;
} systems[] = {
    {"Windows Phone", 1},  {"Windows NT ", 1}, {"Windows 9", 1}, {"Android ", 2},
    {"CPU iPhone OS ", 1}, {"iPhone OS ", 1},  {"CPU OS ", 1},   {"Intel Mac OS X", 1},
    {"PPC Mac OS X", 1},   {"CrOS ", 1},       {"Linux ", 1},    {"FreeBSD ", 1},
};

enum { PLATFORM_MAX = 64 };

struct text user_agent_platform(struct text agent)
{
    if (agent.len == 0)
        return text_of(NULL);
    for (size_t i = 0; i < sizeof systems / sizeof systems[0]; i++) {
        const struct system *system = &systems[i];
        const char *at = memmem(agent.at, agent.len, system->word, strlen(system->word));
        if (at == NULL)
            continue;
        const char *end = agent.at + agent.len;
        size_t len = 0,
               most = (size_t)(end - at) < PLATFORM_MAX ? (size_t)(end - at) : PLATFORM_MAX;
        for (unsigned parts = system->parts; len < most && at[len] != ')'; len++)
            if (at[len] == ';' && --parts == 0)
                break;
        struct text platform = text_at(at, len);
        static const char *const beside[] = {" like Mac", " Build/"};
        for (size_t b = 0; b < sizeof beside / sizeof beside[0]; b++) {
            const char *cut = memmem(platform.at, platform.len, beside[b], strlen(beside[b]));
            if (cut != NULL)
                platform.len = (uint32_t)(cut - platform.at);
        }
        return platform;
    }
    return text_of(NULL);
}
