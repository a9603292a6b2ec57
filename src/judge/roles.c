/*
 * Roles, each with its reason in a sentence. A host's role is told by its traffic (record/host.c);
 * a controller's by lists (sinkhole, hacked machine), by the name it was reached by (provider.list,
 * popular.list), and else by how it was listed. The user's roles file (record/review.h) overrides
 * both.
 */
#include "judge/judge.h"
#include "record/provider.h"

#include <stdio.h>

static const struct evidence *listed_as(const struct evidence *evidence, uint32_t len,
                                        unsigned flag)
{
    for (uint32_t i = 0; i < len; i++)
        if (evidence[i].flags & flag)
            return &evidence[i];
    return NULL;
}

static const char *by_provider(const struct provider *provider, const struct pair *pair,
                               char why[ROLE_WHY])
{
    (void)snprintf(why, ROLE_WHY, "%.*s is under %s: %s (%s)%s", (int)pair->name.len, pair->name.at,
                   provider->suffix, provider_kind_text[provider->kind], provider->service,
                   provider->kind == PROVIDER_DYNAMIC
                       ? ", an address that changes hands; whose machine it is, is not known"
                   : provider->kind == PROVIDER_TUNNEL ? "; the machine behind may stand anywhere"
                                                       : "; others are served there too");
    return provider->kind == PROVIDER_DYNAMIC  ? "unknown"
           : provider->kind == PROVIDER_TUNNEL ? "tunnel"
                                               : "shared";
}

static const char *by_listing(const struct pair *pair, const struct evidence *evidence,
                              uint32_t len, char why[ROLE_WHY])
{
    bool listed = false;
    for (uint32_t i = 0; i < len; i++)
        listed |= evidence[i].group == GROUP_LISTED_END && evidence[i].strength > 0;
    if (listed && pair->name.at == NULL) {
        (void)snprintf(why, ROLE_WHY,
                       "a list names the address itself, and nothing in the conversation named "
                       "another service on it");
        return "dedicated";
    }
    (void)snprintf(why, ROLE_WHY,
                   listed ? "a list names it; whether the machine is rented or hacked is not known"
                          : "no list and no known service names it");
    return "unknown";
}

const char *judge_controller_role(const struct pair *pair, const struct evidence *evidence,
                                  uint32_t len, char why[ROLE_WHY])
{
    const struct evidence *sinkhole = listed_as(evidence, len, EVIDENCE_SINKHOLE);
    if (sinkhole != NULL) {
        struct text set = sinkhole->set.at ? sinkhole->set : text_of("another watcher");
        (void)snprintf(why, ROLE_WHY,
                       "%.*s is listed as a sinkhole by %.*s: it takes the calls of "
                       "infected hosts and commands nobody",
                       (int)sinkhole->item.len, sinkhole->item.at, (int)set.len, set.at);
        return "sinkhole";
    }
    const struct evidence *hacked = listed_as(evidence, len, EVIDENCE_COMPROMISED);
    if (hacked != NULL) {
        (void)snprintf(why, ROLE_WHY,
                       "%.*s is listed by %.*s as somebody's hacked machine or site: its owner is "
                       "a victim too",
                       (int)hacked->item.len, hacked->item.at, (int)hacked->set.len,
                       hacked->set.at ? hacked->set.at : "");
        return "compromised";
    }
    const struct evidence *shared = listed_as(evidence, len, EVIDENCE_DEMOTED);
    if (shared != NULL && pair->name.at == NULL) {
        (void)snprintf(why, ROLE_WHY, "%.*s: others are served there too, by a warning list",
                       (int)shared->item.len, shared->item.at);
        return "shared";
    }
    const struct provider *provider = provider_of(pair->name);
    if (provider != NULL)
        return by_provider(provider, pair, why);
    if (pair->flags & PAIR_POPULAR) {
        (void)snprintf(why, ROLE_WHY, "%.*s is a popular name", (int)pair->name.len, pair->name.at);
        return "shared";
    }
    return by_listing(pair, evidence, len, why);
}

static void nat_why(const struct host *host, char why[ROLE_WHY])
{
    unsigned platforms = 0;
    for (unsigned i = 0; i < PLATFORMS; i++)
        platforms += host->platform[i] > 0;
    if (platforms >= 3)
        (void)snprintf(why, ROLE_WHY, "browsers of %u operating systems behind one address",
                       platforms);
    else
        (void)snprintf(why, ROLE_WHY,
                       "TCP calls with the hop limits of two operating systems: %u from 64, %u "
                       "from 128",
                       host->syn_hops[HOPS_64], host->syn_hops[HOPS_128]);
}

const char *judge_host_role(const struct host *host, char why[ROLE_WHY])
{
    enum host_role role = host_role(host);
    switch (role) {
    case ROLE_RESOLVER:
        if (host->dns_answered)
            (void)snprintf(why, ROLE_WHY,
                           "answered %u DNS questions and asked outside servers %u itself",
                           host->dns_answered, host->dns_asked_outside);
        else
            (void)snprintf(why, ROLE_WHY,
                           "asked %u DNS questions of many servers without the "
                           "wish for recursion, as resolvers do",
                           host->dns_iterative);
        break;
    case ROLE_PROXY:
        (void)snprintf(why, ROLE_WHY, "served %u proxy requests of home clients", host->proxied);
        break;
    case ROLE_MAIL_GATEWAY:
        (void)snprintf(why, ROLE_WHY,
                       "took %u mail conversations from outside and %u from inside, and opened %u",
                       host->mail_from_outside, host->mail_from_home, host->mail_sent);
        break;
    case ROLE_NAT:
        nat_why(host, why);
        break;
    case ROLE_SCANNER:
        (void)snprintf(why, ROLE_WHY, "about %.0f outside ends did not answer its TCP calls",
                       host_unanswered_ends(host));
        break;
    default:
        (void)snprintf(why, ROLE_WHY, "opened %u conversation%s, served %u", host->flows_opened,
                       host->flows_opened == 1 ? "" : "s", host->served);
    }
    return host_role_name[role];
}
