/*
 * What a host is, told by what it did that day. A role must not be won by chance: a client answers
 * local name queries (LLMNR, NetBIOS) and pings, so answering alone makes no resolver or server.
 * The figures are counted in shard_records.c.
 */
#include "record/pair.h"

#include "base/distinct.h"

#include <string.h>

const char *const host_role_name[HOST_ROLES] = {
    [ROLE_CLIENT] = "client",
    [ROLE_SERVER] = "server",
    [ROLE_RESOLVER] = "resolver",
    [ROLE_PROXY] = "proxy",
    [ROLE_MAIL_GATEWAY] = "mail gateway",
    [ROLE_NAT] = "NAT",
    [ROLE_LAB] = "lab",
    [ROLE_SCANNER] = "scanner",
};

double host_unanswered_ends(const struct host *host)
{
    return distinct_count(host->unanswered, HOST_ENDS_BITS);
}

/* Systems start at 64, 128 or 255; some 30 hops are the most that paths have. */
void host_count_hops(struct host *host, uint8_t hops)
{
    enum { PATH_MOST = 30 };
    if (hops <= 64 && hops > 64 - PATH_MOST)
        host->syn_hops[HOPS_64]++;
    else if (hops <= 128 && hops > 128 - PATH_MOST)
        host->syn_hops[HOPS_128]++;
}

static bool holds(struct text text, const char *part)
{
    return memmem(text.at, text.len, part, strlen(part)) != NULL;
}

void host_count_platform(struct host *host, struct text agent)
{
    static const struct {
        const char *mark;
        enum host_platform platform;
    } marks[] = {
        {"(iPhone;", PLATFORM_IOS},       {"(iPad;", PLATFORM_IOS},
        {"; Android ", PLATFORM_ANDROID}, {"(Windows NT ", PLATFORM_WINDOWS},
        {"(Macintosh;", PLATFORM_MAC},    {"(X11; ", PLATFORM_LINUX},
    };
    if (!text_starts(agent, "Mozilla/5.0 ("))
        return;
    for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++)
        if (holds(agent, marks[i].mark)) {
            host->platform[marks[i].platform]++;
            return;
        }
}

/* Two operating systems, or browsers of three, behind one address. */
static bool is_nat(const struct host *host)
{
    enum { CALLS_LEAST = 10, REQUESTS_LEAST = 3, PLATFORMS_LEAST = 3 };
    unsigned platforms = 0;
    for (unsigned i = 0; i < PLATFORMS; i++)
        platforms += host->platform[i] >= REQUESTS_LEAST;
    return platforms >= PLATFORMS_LEAST ||
           (host->syn_hops[HOPS_64] >= CALLS_LEAST && host->syn_hops[HOPS_128] >= CALLS_LEAST);
}

static bool is_scanner(const struct host *host)
{
    enum { ENDS_LEAST = 100, OPENED_TO_ANSWERED = 4 };
    return host_unanswered_ends(host) >= ENDS_LEAST &&
           host->flows_opened / OPENED_TO_ANSWERED >= host->flows_answered;
}

enum host_role host_role(const struct host *host)
{
    enum { SERVED_LEAST = 5 };
    if (host_is_resolver(host))
        return ROLE_RESOLVER;
    if (host_is_proxy(host))
        return ROLE_PROXY;
    if (host_is_mail_gateway(host))
        return ROLE_MAIL_GATEWAY;
    if (is_nat(host))
        return ROLE_NAT;
    if (is_scanner(host))
        return ROLE_SCANNER;
    if (host->served >= SERVED_LEAST && host->served >= host->flows_opened / 2)
        return ROLE_SERVER;
    return ROLE_CLIENT;
}

static bool app_is(const struct pair *pair, const char *name)
{
    return pair->app != NULL && strcmp(pair->app, name) == 0;
}

bool pair_is_relayed(const struct pair *pair, const struct host *host)
{
    bool by_name = (pair->flags & PAIR_BY_NAME) != 0;
    if (pair->flags & PAIR_VIA_PROXY)
        return false;
    if (host_is_resolver(host) && (by_name || app_is(pair, "dns")))
        return true;
    if (host_is_proxy(host) && (by_name || app_is(pair, "http") || app_is(pair, "tls")))
        return true;
    return host_is_mail_gateway(host) && (by_name || app_is(pair, "smtp"));
}
