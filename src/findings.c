#include "findings.h"

#include "base/buf.h"
#include "company.h"
#include "relayed.h"
#include "spill.h"

#include <stdlib.h>
#include <string.h>

#define COMPARE_TEXT(a, b, column)                                                                 \
    do {                                                                                           \
        int order = text_compare((a)->column, (b)->column);                                        \
        if (order)                                                                                 \
            return order;                                                                          \
    } while (0)

static int compare_identities(const void *left, const void *right)
{
    const struct identity *a = left, *b = right;
    int hosts = address_compare(a->host, b->host);
    if (hosts)
        return hosts;
    COMPARE_TEXT(a, b, known_by);
    if (a->first.us != b->first.us)
        return a->first.us < b->first.us ? -1 : 1;
    COMPARE_TEXT(a, b, name);
    COMPARE_TEXT(a, b, domain);
    COMPARE_TEXT(a, b, user);
    COMPARE_TEXT(a, b, mac);
    COMPARE_TEXT(a, b, dhcp_client);
    return text_compare(a->fingerprint, b->fingerprint);
}

static void gather_identities(struct findings *ret, struct shard *const *shards,
                              const struct spill_about *about)
{
    size_t len, identities = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        (void)shard_identities(shards[i], &len);
        identities += len;
    }
    ret->identity = arena_new(&ret->arena, identities * sizeof *ret->identity);
    ret->identities = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        const struct identity *row = shard_identities(shards[i], &len);
        for (size_t k = 0; k < len; k++) {
            struct identity *to = &ret->identity[ret->identities++];
            *to = row[k];
            to->sensor = about->sensor;
            to->source = about->source;
            to->where = spill_where(about, &ret->arena, (uint64_t)to->packet);
        }
    }
    qsort(ret->identity, ret->identities, sizeof *ret->identity, compare_identities);
}

static struct text country(struct arena *arena, const char code[3])
{
    return code[0] ? arena_text(arena, text_of(code)) : text_of(NULL);
}

void findings_place(struct sighting *s, const struct enrich *enrich, struct arena *arena)
{
    struct place host, controller;
    if (enrich == NULL)
        return;
    enrich_place(enrich, s->host, s->day, &host);
    s->host_country = country(arena, host.country);
    s->host_asn = host.asn;
    if (!address_known(s->controller))
        return;
    enrich_place(enrich, s->controller, s->day, &controller);
    s->controller_country = country(arena, controller.country);
    s->controller_registered = country(arena, controller.registered);
    s->controller_asn = controller.asn;
    s->geo_version = controller.version;
}

static struct text skipped_text(struct arena *arena, const struct skips *skips)
{
    struct buf buf = {0};
    for (int i = 0; i < SKIPS; i++)
        if (skips->count[i])
            buf_format(&buf, "%s%s=%llu", buf.len ? " " : "", skip_name[i],
                       (unsigned long long)skips->count[i]);
    struct text text = arena_text(arena, text_at(buf.at ? buf.at : "", buf.len));
    buf_free(&buf);
    return text;
}

static void tell_where(struct findings *ret, const struct spill_about *about)
{
    for (size_t i = 0; i < ret->sightings; i++)
        spill_tell_where(about, &ret->arena, &ret->sighting[i].evidence);
    for (size_t i = 0; i < ret->contacts; i++)
        spill_tell_where(about, &ret->arena, &ret->contact[i].evidence);
}

_Static_assert((int)FINDINGS_FILES == (int)SHARDS, "a file a shard");

void findings_gather(struct findings *ret, struct shard *const *shards,
                     const struct coverage *coverage, const struct spill_about *about,
                     struct way_notes *notes, const struct way_setup *setup)
{
    size_t sightings = 0, contacts = 0, len;
    for (unsigned i = 0; i < SHARDS; i++) {
        shard_counts_add(&notes->counts, shard_counts(shards[i]));
        notes->shard_frames[i] = shard_counts(shards[i])->frames;
        (void)shard_sightings(shards[i], &len);
        sightings += len;
        (void)shard_contacts(shards[i], &len);
        contacts += len;
    }
    ret->sighting = arena_new(&ret->arena, sightings * sizeof *ret->sighting);
    ret->contact = arena_new(&ret->arena, (contacts + sightings) * sizeof *ret->contact);
    ret->sightings = ret->contacts = 0;
    memset(ret->spilled, 0, sizeof ret->spilled);
    ret->demoted = ret->relabelled = ret->flagged = 0;
    for (unsigned i = 0; i < SHARDS; i++) {
        const struct sighting *s = shard_sightings(shards[i], &len);
        for (size_t k = 0; k < len; k++)
            ret->sighting[ret->sightings++] = s[k];
        const struct contact *c = shard_contacts(shards[i], &len);
        for (size_t k = 0; k < len; k++)
            ret->contact[ret->contacts++] = c[k];
        struct spill *spill = shard_spill(shards[i]);
        spill_rewind(spill);
        ret->spilled[i] = (struct contact_lines){spill->file, spill->rows};
        ret->demoted += spill->demoted;
        ret->relabelled += spill->relabelled;
        ret->flagged += spill->flagged;
    }
    qsort(ret->sighting, ret->sightings, sizeof *ret->sighting, sighting_compare);
    relayed_find(ret);
    company_find(ret, setup->conf->judge);
    rules_apply(ret, setup->review, setup->conf->judge, &notes->rules);
    qsort(ret->contact, ret->contacts, sizeof *ret->contact, contact_compare);
    for (size_t i = 0; i < ret->sightings; i++) {
        ret->sighting[i].sensor = text_of(setup->sensor);
        ret->sighting[i].source = coverage->source;
        findings_place(&ret->sighting[i], setup->enrich, &ret->arena);
    }
    for (size_t i = 0; i < ret->contacts; i++) {
        ret->contact[i].sensor = text_of(setup->sensor);
        ret->contact[i].source = coverage->source;
    }
    gather_identities(ret, shards, about);
    struct shard_counts *counts = &notes->counts;
    ret->coverage = *coverage;
    ret->coverage.flows = (int64_t)counts->flows;
    ret->coverage.flows_answered = (int64_t)counts->flows_answered;
    ret->coverage.flows_foreign = (int64_t)counts->skips.count[SKIP_foreign];
    ret->coverage.dns = (int64_t)counts->dns;
    ret->coverage.tls = (int64_t)counts->tls;
    ret->coverage.http = (int64_t)counts->http;
    ret->coverage.hosts = (int64_t)counts->hosts;
    ret->coverage.pairs_near = (int64_t)counts->pairs_near;
    ret->coverage.skipped = skipped_text(&ret->arena, &counts->skips);
    tell_where(ret, about);
}
