/*
 * What warning lists make of a match, and the small data files when there are none. Nothing is
 * dropped silently: each action is a flag of the evidence, which is counted, and ends its sentence.
 *
 *   demote     an address of a content network, a cloud or an open resolver serves others too: it
 *              counts little unless its port, a name or a certificate is what is listed; so does a
 *              listing of a whole service's name (github.io), and one of a cloud's or a dynamic
 *              name's address that is older than `window_cloud` days: such addresses change hands
 *   relabel    a sinkhole (the host is infected, the end commands nobody), a known scanner, parking
 *   flag       a popular name or a well-known network: said, no more; 217 malware names of one feed
 *              are among the most popular hundred thousand; but a bare listing, without a date or a
 *              family, of a popular name is demoted: somebody's list of something else
 *
 * Reserved addresses are refused when a list is compiled.
 */
#include "detect/intel.h"
#include "record/provider.h"
#include "record/resolver.h"

#include <math.h>

#define DEMOTED_MOST 2.0
#define PARKED_MOST 2.0
#define SCANNER_MOST 0.5

struct warning {
    const struct detect *detect;
    const struct indicator *listing;
    struct evidence *evidence;
    struct evidence_out *out;
};

static void act(const struct warning *w, uint16_t flag, double most, struct text remark)
{
    struct evidence *e = w->evidence;
    e->why =
        evidence_text(w->out, "%.*s; %.*s", (int)e->why.len, e->why.at, (int)remark.len, remark.at);
    if (flag != EVIDENCE_FLAGGED && e->strength > most) {
        e->strength = most;
        e->flags &= (uint16_t)~EVIDENCE_CONTENT;
        e->flags |= EVIDENCE_UNDATED;
    }
    e->flags |= flag;
}

/* How many days the listing is over; negative when it holds. */
static int days_over(const struct warning *w)
{
    const struct indicator *i = w->listing;
    if (i->last_listed.number == DAY_NONE || i->kind > INDICATOR_ADDRESS_PORT)
        return -1;
    return w->detect->pair->day.number - i->last_listed.number - (int)w->detect->knob[INTEL_CLOUD];
}

static void demote_old(const struct warning *w, const char *what)
{
    int over = days_over(w);
    if (over > 0 && !(w->evidence->flags & EVIDENCE_DEMOTED))
        act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
            evidence_text(w->out, "demoted: last listed %d days before, and %s changes hands",
                          over + (int)w->detect->knob[INTEL_CLOUD], what));
}

static void warn_shared(const struct warning *w, const struct indicator *warning)
{
    if (w->listing->kind == INDICATOR_ADDRESS)
        act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
            evidence_text(w->out,
                          "demoted: the address is on \"%.*s\" and the listing names no port",
                          (int)warning->family.len, warning->family.at));
    demote_old(w, "an address of such a service");
}

static void warn_address(const struct warning *w, const struct indicator *warning)
{
    int len = (int)warning->family.len;
    const char *name = warning->family.at;
    switch (warning->class) {
    case CLASS_WARN_SINKHOLE:
        act(w, EVIDENCE_RELABELLED, (double)INFINITY,
            evidence_text(w->out, "relabelled: it is on \"%.*s\"", len, name));
        w->evidence->flags |= EVIDENCE_SINKHOLE;
        break;
    case CLASS_WARN_SCANNER:
        act(w, EVIDENCE_RELABELLED, SCANNER_MOST,
            evidence_text(w->out, "relabelled: a known scanner, \"%.*s\"", len, name));
        break;
    case CLASS_WARN_PARKING:
        act(w, EVIDENCE_RELABELLED, PARKED_MOST,
            evidence_text(w->out, "relabelled: parked, \"%.*s\"", len, name));
        break;
    case CLASS_WARN_SHARED:
        warn_shared(w, warning);
        break;
    default:
        act(w, EVIDENCE_FLAGGED, (double)INFINITY,
            evidence_text(w->out, "flagged: it is on \"%.*s\"", len, name));
    }
}

/* The strongest that warning lists say of the pair's address, once. */
static void by_address(const struct warning *w)
{
    struct indicator found[INDICATOR_HITS];
    const struct pair *pair = w->detect->pair;
    if (w->listing->kind > INDICATOR_ADDRESS_PORT || !address_known(pair->outside))
        return;
    const char *resolver = public_resolver(pair->outside);
    if (indicators_warnings_address(w->detect->indicators, pair->outside, found))
        warn_address(w, &found[0]);
    else if (resolver && w->listing->kind == INDICATOR_ADDRESS)
        act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
            evidence_text(w->out, "demoted: a public resolver (%s) and the listing names no port",
                          resolver));
    const struct provider *provider = provider_of(pair->name);
    if (provider && (provider->kind == PROVIDER_DYNAMIC || provider->kind == PROVIDER_CDN ||
                     provider->kind == PROVIDER_HOSTING))
        demote_old(w, "an address behind such a name");
}

/* Whether a listing of `item` covers all that is under `suffix`. */
static bool covers(struct text item, struct text suffix)
{
    return suffix.len == item.len
               ? text_same(suffix, item)
               : suffix.len > item.len && suffix.at[suffix.len - item.len - 1] == '.' &&
                     memcmp(suffix.at + suffix.len - item.len, item.at, item.len) == 0;
}

/* A name, and nothing else is said of it. */
static bool is_bare(const struct indicator *listing)
{
    return listing->family.len == 0 && listing->first_listed.number == DAY_NONE;
}

static void by_name(const struct warning *w)
{
    struct indicator found[INDICATOR_HITS];
    if (w->listing->kind != INDICATOR_NAME)
        return;
    const struct provider *provider = provider_of(w->listing->item);
    if (provider && covers(w->listing->item, text_of(provider->suffix)))
        act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
            evidence_text(w->out, "demoted: the listing covers all of %s", provider->service));
    unsigned len = indicators_warnings_name(w->detect->indicators, w->listing->item, found);
    for (unsigned i = 0; i < len; i++) {
        bool exact = found[i].confidence == 100; /* a list of names, not of suffixes */
        if (exact && !text_same(found[i].item, w->listing->item))
            continue;
        if (found[i].class == CLASS_WARN_POPULAR && is_bare(w->listing)) {
            act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
                evidence_text(
                    w->out,
                    "demoted: it is on \"%.*s\", and the listing says neither when nor of "
                    "what",
                    (int)found[i].family.len, found[i].family.at));
            return;
        }
        if (found[i].class != CLASS_WARN_SHARED) {
            warn_address(w, &found[i]);
            return;
        }
        if (!text_same(found[i].item, w->listing->item))
            continue;
        act(w, EVIDENCE_DEMOTED, DEMOTED_MOST,
            evidence_text(w->out, "demoted: the listing covers all of \"%.*s\"",
                          (int)found[i].family.len, found[i].family.at));
        return;
    }
}

void intel_warn(const struct detect *detect, const struct indicator *listing,
                struct evidence *evidence, struct evidence_out *out)
{
    struct warning w = {detect, listing, evidence, out};
    by_address(&w);
    by_name(&w);
}
