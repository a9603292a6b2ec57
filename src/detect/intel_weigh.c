/*
 * How much a met indicator says, once the pair's day is over.
 *
 * Each finding has its strength in one table below, a log-likelihood ratio in natural logs: how
 * much likelier such a meeting is of a controlled host than of a clean one. Beside the judge's
 * prior of 1e-3 (logit -6.91) a total of 6.91 is even odds, 9.11 is p = 0.9, 11.51 is p = 0.99. The
 * table is set from what lists are worth, not fitted to captures: a dated listing in force is right
 * about 99 times in 100, an undated one may have outlived its controller (addresses and names
 * change hands within months), a list of harmful places says little of who controls a host.
 */
#include "detect/intel.h"

#include <stdio.h>

enum finding {
    FINDING_DATED,
    FINDING_UNDATED,
    FINDING_ADDRESS_DATED,
    FINDING_ADDRESS_UNDATED,
    FINDING_SHARED_ADDRESS,
    FINDING_SHARED_PORT,
    FINDING_SHARED_POPULAR,
    FINDING_UNANSWERED,
    FINDING_ASKED,
    FINDING_URL,
    FINDING_URL_DOWNLOAD,
    FINDING_URL_VAGUE,
    FINDING_URL_GENERIC,
    FINDING_FINGERPRINT,
    FINDING_FILE,
    FINDING_MALICIOUS,
    FINDING_COMPROMISED,
    FINDING_SUSPICIOUS,
    FINDING_NETWORK,
    FINDING_SCANNER,
    FINDINGS
};

static const struct {
    double strength;
    uint16_t flags;
    const char *remark; /* ends the sentence; may be empty */
} weight[FINDINGS] = {
    /* address with its port, name or certificate */
    [FINDING_DATED] = {12, EVIDENCE_CONTENT, ""},
    [FINDING_UNDATED] = {9.6, EVIDENCE_UNDATED, ""},
    /* the address alone: any service on it would match */
    [FINDING_ADDRESS_DATED] = {10.5, 0, "; the listing names no port"},
    [FINDING_ADDRESS_UNDATED] = {9.3, EVIDENCE_UNDATED, "; the listing names no port"},
    /* the conversation carried a name that nobody lists: hosting and CDN share addresses */
    [FINDING_SHARED_ADDRESS] = {4.5, EVIDENCE_UNDATED,
                                ", which is not listed: the address may be "
                                "shared"},
    [FINDING_SHARED_PORT] = {6.5, EVIDENCE_UNDATED,
                             ", a popular name that is not listed: the "
                             "address may be shared"},
    [FINDING_SHARED_POPULAR] = {2, EVIDENCE_UNDATED,
                                ", a popular name that is not listed: the "
                                "address is probably shared"},
    [FINDING_UNANSWERED] = {5, EVIDENCE_UNDATED, "; it never answered"},
    [FINDING_ASKED] = {7, EVIDENCE_SUSPECT, "; asking is not contacting"},
    /* somebody's path on an end that is not listed itself */
    [FINDING_URL] = {9.4, EVIDENCE_UNDATED, ""},
    [FINDING_URL_DOWNLOAD] = {5.5, EVIDENCE_UNDATED, "; a file was fetched, which is not control"},
    [FINDING_URL_VAGUE] = {4, EVIDENCE_UNDATED,
                           "; the path is listed without a host, and others "
                           "may have one like it"},
    [FINDING_URL_GENERIC] = {2, EVIDENCE_UNDATED,
                             "; the path is listed without a host, and many "
                             "servers have one like it"},
    [FINDING_FINGERPRINT] = {4, EVIDENCE_UNDATED, "; harmless programs may share it"},
    /* a program that is known to be malware came: not yet that it runs */
    [FINDING_FILE] = {9.4, EVIDENCE_PAYLOAD, "; taking a file is not being controlled"},
    [FINDING_MALICIOUS] = {6, EVIDENCE_UNDATED, "; listed as harmful, not as a controller"},
    [FINDING_COMPROMISED] = {6, EVIDENCE_UNDATED,
                             "; listed as somebody's hacked machine, not as a controller"},
    [FINDING_SUSPICIOUS] = {2, EVIDENCE_UNDATED, "; listed as suspicious only"},
    [FINDING_NETWORK] = {1.5, EVIDENCE_UNDATED, "; a network of bad reputation, not a controller"},
    [FINDING_SCANNER] = {0.5, EVIDENCE_UNDATED, "; listed as a scanner"},
};

enum { URL_TELLING = 80, URL_VAGUE = 50 }; /* confidence of a path listed without its host */

struct weighing {
    const struct detect *detect;
    bool answered, popular;
    bool unlisted_name; /* the conversation carried a name, and no list has it */
};

static bool is_dated(const struct indicator *i)
{
    return i->first_listed.number != DAY_NONE && i->last_listed.number != DAY_NONE;
}

static enum finding weigh_end(const struct weighing *w, const struct indicator *i)
{
    bool bare = i->kind == INDICATOR_ADDRESS, dated = is_dated(i);
    if (i->kind == INDICATOR_NAME)
        return dated ? FINDING_DATED : FINDING_UNDATED;
    /* A sinkhole is called by whatever names the malware knows: none of them need be listed. */
    if (w->unlisted_name && (w->popular || i->class != CLASS_SINKHOLE)) {
        if (bare)
            return w->popular ? FINDING_SHARED_POPULAR : FINDING_SHARED_ADDRESS;
        if (w->popular)
            return FINDING_SHARED_PORT;
    }
    if (i->class == CLASS_SINKHOLE || !bare)
        return dated ? FINDING_DATED : FINDING_UNDATED;
    return dated ? FINDING_ADDRESS_DATED : FINDING_ADDRESS_UNDATED;
}

static enum finding weigh_url(const struct intel_hit *hit, const struct indicator *i)
{
    if (i->confidence && i->confidence < URL_VAGUE)
        return FINDING_URL_GENERIC;
    if (i->confidence && i->confidence < URL_TELLING)
        return FINDING_URL_VAGUE;
    return hit->how & (INTEL_POST | INTEL_GET) ? FINDING_URL : FINDING_URL_DOWNLOAD;
}

static enum finding weigh_kind(const struct weighing *w, const struct intel_hit *hit,
                               const struct indicator *i)
{
    switch (i->kind) {
    case INDICATOR_URL:
        return weigh_url(hit, i);
    case INDICATOR_CERTIFICATE:
        return is_dated(i) ? FINDING_DATED : FINDING_UNDATED;
    case INDICATOR_JA3:
    case INDICATOR_JA4:
        return FINDING_FINGERPRINT;
    default:
        return weigh_end(w, i);
    }
}

/* What the class of the list allows at most. */
static enum finding weigh(const struct weighing *w, const struct intel_hit *hit,
                          const struct indicator *i)
{
    static const enum finding cap[] = {
        [CLASS_CONTROL] = FINDINGS,
        [CLASS_MALICIOUS] = FINDING_MALICIOUS,
        [CLASS_SUSPICIOUS] = FINDING_SUSPICIOUS,
        [CLASS_SINKHOLE] = FINDINGS,
        [CLASS_SCANNER] = FINDING_SCANNER,
        [CLASS_NETWORK] = FINDING_NETWORK,
        [CLASS_COMPROMISED] = FINDING_COMPROMISED,
    };
    enum finding finding = FINDING_ASKED;
    if (hit->how & INTEL_FILE)
        return FINDING_FILE;
    if (hit->how != INTEL_ASKED) {
        finding = weigh_kind(w, hit, i);
        if (!w->answered && weight[finding].strength > weight[FINDING_UNANSWERED].strength)
            finding = FINDING_UNANSWERED;
    }
    enum finding most = cap[i->class];
    if (most != FINDINGS && weight[finding].strength > weight[most].strength)
        finding = most;
    return finding;
}

/* " (undated)", " since 2020-05-01", " from 2020-05-01 to 2020-06-03". */
static const char *dates_format(const struct indicator *i, char out[48])
{
    char first[DAY_TEXT], last[DAY_TEXT];
    (void)day_format(i->first_listed, first);
    (void)day_format(i->last_listed, last);
    if (first[0] && last[0])
        (void)snprintf(out, 48, "from %s to %s", first, last);
    else if (first[0] || last[0])
        (void)snprintf(out, 48, "%s %s", first[0] ? "since" : "until", first[0] ? first : last);
    else
        (void)snprintf(out, 48, "undated");
    return out;
}

/* What the host did with it: the second half of the sentence. */
static struct text did_format(const struct weighing *w, const struct intel_hit *hit,
                              const struct indicator *i, struct evidence_out *out)
{
    const struct host *host = w->detect->host;
    const char *who = !pair_is_relayed(w->detect->pair, host) ? "the host"
                      : host_is_resolver(host)                ? "somebody behind this resolver"
                      : host_is_proxy(host)                   ? "somebody behind this proxy"
                                                              : "a mail through this gateway";
    uint32_t count = hit->count ? hit->count : 1,
             asked = hit->count > hit->tried ? hit->count : hit->tried;
    const char *s = count == 1 ? "" : "s";
    if (hit->how == INTEL_ASKED)
        return evidence_text(out, "%s asked DNS for it %u time%s", who, asked,
                             asked == 1 ? "" : "s");
    if (hit->how & INTEL_FILE)
        return evidence_text(out, "%s was sent a file with this digest %u time%s", who, count, s);
    switch (i->kind) {
    case INDICATOR_URL:
        return evidence_text(out, "%s asked a web server for it %u time%s%s", who, count, s,
                             hit->how & INTEL_POST ? ", sending data" : "");
    case INDICATOR_CERTIFICATE:
        return evidence_text(out, "the other end showed it in %u TLS handshake%s", count, s);
    case INDICATOR_JA3:
    case INDICATOR_JA4:
        return evidence_text(out, "%s spoke TLS so in %u handshake%s", who, count, s);
    case INDICATOR_NAME:
        return evidence_text(out, "%s opened a conversation under that name with port %u", who,
                             hit->port);
    default:
        if (!w->answered || hit->count == 0)
            return evidence_text(out, "%s called it %u time%s", who, hit->tried,
                                 hit->tried == 1 ? "" : "s");
        return evidence_text(out, "%s opened %u answered conversation%s with it", who, count, s);
    }
}

static const char *kind_prefix(const struct intel_hit *hit)
{
    if (hit->how & INTEL_FILE)
        return "file ";
    switch (hit->kind) {
    case INDICATOR_CERTIFICATE:
        return "certificate ";
    case INDICATOR_JA3:
        return "ja3 ";
    case INDICATOR_JA4:
        return "ja4 ";
    default:
        return "";
    }
}

/* "emotet, dridex": the families of all kept hits on the same item of the same set. */
static struct text families_format(const struct detect *detect, unsigned first,
                                   const struct indicator *i, struct evidence_out *out)
{
    const struct intel_pair *pair = detect->pair_state;
    struct text all = i->family;
    for (unsigned h = first + 1; h < pair->len; h++) {
        const struct intel_hit *hit = &pair->hit[h];
        struct indicator other;
        if (indicators_get(detect->indicators, hit->set_index, hit->kind, hit->reference, &other) &&
            other.kind == i->kind && other.class == i->class && text_same(other.item, i->item) &&
            text_same(other.set, i->set) && other.family.len)
            all = evidence_text(out, "%.*s%s%.*s", (int)all.len, all.at ? all.at : "",
                                all.len ? ", " : "", (int)other.family.len, other.family.at);
    }
    return all;
}

static void hit_tell(const struct weighing *w, unsigned index, const struct indicator *i,
                     struct evidence_out *out)
{
    const struct intel_pair *pair = w->detect->pair_state;
    const struct intel_hit *hit = &pair->hit[index];
    enum finding finding = weigh(w, hit, i);
    char dates[48];
    struct text families = families_format(w->detect, index, i, out);
    struct text did = did_format(w, hit, i, out);
    struct text name = {NULL, 0};
    if (finding == FINDING_SHARED_ADDRESS || finding == FINDING_SHARED_PORT ||
        finding == FINDING_SHARED_POPULAR)
        name = evidence_text(out, ", which carried the name %.*s", (int)w->detect->pair->name.len,
                             w->detect->pair->name.at);
    bool end = i->kind <= INDICATOR_NAME, sinkhole = i->class == CLASS_SINKHOLE;
    struct evidence evidence = {
        .group = end ? GROUP_LISTED_END : GROUP_LISTED_CONTENT,
        .flags = (uint16_t)(weight[finding].flags | (sinkhole ? EVIDENCE_SINKHOLE : 0) |
                            (i->class == CLASS_COMPROMISED ? EVIDENCE_COMPROMISED : 0)),
        .strength = weight[finding].strength,
        .number = hit->number,
        .known_from = i->first_listed,
        .set = i->set,
        .item = evidence_text(out, "%s%.*s", kind_prefix(hit), (int)i->item.len, i->item.at),
        .family = i->family,
        .why = evidence_text(out, "%s%.*s is listed%s%.*s by %.*s (%s)%s; %.*s%.*s%s",
                             kind_prefix(hit), (int)(i->item.len < 120 ? i->item.len : 120),
                             i->item.at, families.len ? " as " : "", (int)families.len,
                             families.at ? families.at : "", (int)i->set.len, i->set.at,
                             dates_format(i, dates), sinkhole ? ", a sinkhole" : "", (int)did.len,
                             did.at, (int)name.len, name.at ? name.at : "", weight[finding].remark),
    };
    intel_warn(w->detect, i, &evidence, out);
    evidence_add(out, &evidence);
}

/* Whether an earlier hit is about the same item of the same set: it names this family too. */
static bool told_before(const struct indicator *found, unsigned index)
{
    for (unsigned h = 0; h < index; h++)
        if (found[h].kind == found[index].kind && found[h].class == found[index].class &&
            text_same(found[h].item, found[index].item) &&
            text_same(found[h].set, found[index].set))
            return true;
    return false;
}

/* Looks the pair's name up (SNI, Host, or what DNS told) and says whether a list has it. */
static bool name_listed(const struct detect *detect)
{
    struct indicator found[INDICATOR_HITS];
    struct indicator_window window = intel_window(detect);
    struct intel_pair *pair = detect->pair_state;
    unsigned len =
        indicators_name(detect->indicators, detect->pair->name, detect->pair->day, &window, found);
    bool listed = false;
    for (unsigned i = 0; i < len; i++) {
        listed = listed || found[i].class == CLASS_CONTROL || found[i].class == CLASS_MALICIOUS ||
                 found[i].class == CLASS_SINKHOLE || found[i].class == CLASS_COMPROMISED;
        intel_meet(pair, &found[i], INTEL_NAMED, 0, detect->pair->port, false);
    }
    for (unsigned h = 0; h < pair->len; h++) /* another name of the same end */
        listed = listed ||
                 (pair->hit[h].kind == INDICATOR_NAME && pair->hit[h].class != CLASS_SUSPICIOUS);
    return listed;
}

void intel_close(const struct detect *detect, struct evidence_out *out)
{
    const struct pair *pair = detect->pair;
    const struct intel_pair *state = detect->pair_state;
    struct indicator found[INTEL_HITS];
    struct address address;
    bool by_name = (pair->flags & PAIR_BY_NAME) != 0;
    if (detect->indicators == NULL || (!by_name && !(pair->flags & PAIR_OPENED_HOST)))
        return;
    bool named = !by_name && pair->name.len && !address_parse(pair->name, &address);
    struct weighing w = {
        .detect = detect,
        .answered = (pair->flags & PAIR_ANSWERED) != 0,
        .popular = (pair->flags & PAIR_POPULAR) != 0,
        .unlisted_name = named && !name_listed(detect),
    };
    for (unsigned i = 0; i < state->len; i++) {
        const struct intel_hit *hit = &state->hit[i];
        if (!indicators_get(detect->indicators, hit->set_index, hit->kind, hit->reference,
                            &found[i]))
            return;
        if (!told_before(found, i))
            hit_tell(&w, i, &found[i], out);
    }
}
