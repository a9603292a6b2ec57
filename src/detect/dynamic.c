/*
 * Ends under names that anybody gets for a moment: dynamic DNS and tunnels. People have cameras and
 * network storage there, and remote-access tools their controllers; each is rare among what hosts
 * call. So it is never a finding alone and adds to what the conversation looks like.
 */
#include "detect/detect.h"
#include "record/provider.h"

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct pair *pair = detect->pair;
    const struct provider *provider = pair->name.len ? provider_of(pair->name) : NULL;
    if (provider == NULL || (pair->flags & (PAIR_OUTSIDE_HOME | PAIR_BY_NAME)) ||
        !(pair->flags & PAIR_OPENED_HOST) || !(pair->flags & PAIR_ANSWERED))
        return;
    struct evidence e = {.group = GROUP_NAMES, .known_from = {DAY_NONE}};
    trait_set(&e.traits, TRAIT_dynamic_name, provider->kind == PROVIDER_DYNAMIC);
    trait_set(&e.traits, TRAIT_dynamic_tunnel, provider->kind == PROVIDER_TUNNEL);
    e.strength = traits_strength(&e.traits);
    if (e.strength < EVIDENCE_LEAST)
        return;
    e.item = evidence_text(out, "%.*s", (int)pair->name.len, pair->name.at);
    e.why =
        evidence_text(out, "its name is one of %s, which anybody gets at once", provider->service);
    evidence_add(out, &e);
}

const struct detector detector_dynamic = {
    .name = "dynamic",
    .about = "ends under names of dynamic DNS and tunnels",
    .version = 1,
    .close = close,
};
