#include "scan_store.h"

#include "base/buf.h"
#include "base/mem.h"
#include "findings.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

struct scan_store {
    struct scan_place place;
    struct findings findings;
    size_t room;
    XXH3_state_t *identity;
};

struct scan_store *scan_store_new(const struct scan_place *place)
{
    struct scan_store *s = mem_new(1, sizeof *s);
    struct day day = instant_day(place->now);
    s->place = *place;
    s->identity = XXH3_createState();
    muster_assert(s->identity != NULL);
    (void)XXH3_128bits_reset(s->identity);
    (void)XXH3_128bits_update(s->identity, "scan", 4);
    (void)XXH3_128bits_update(s->identity, &day, sizeof day);
    (void)XXH3_128bits_update(s->identity, place->site, strlen(place->site));
    (void)XXH3_128bits_update(s->identity, &place->address, sizeof place->address);
    return s;
}

/* "the file a.php (120 bytes, changed 2018-07-01 10:00:00): line 1: runs ... (eval)" */
static struct text why(struct arena *arena, const struct scan_seen *seen)
{
    struct buf buf = {0};
    char when[INSTANT_TEXT];
    const struct scan_verdict *v = &seen->verdict;
    struct instant modified = {seen->file.stamp.modified_ns / 1000};
    buf_string(&buf, "the file ");
    buf_printable(&buf, text_of(seen->path + seen->below));
    if (v->member[0]) {
        buf_string(&buf, ", in it ");
        buf_printable(&buf, text_of(v->member));
    }
    buf_format(&buf, " (%llu bytes, modified %s) ", (unsigned long long)seen->file.stamp.size,
               instant_format_short(modified, when));
    scan_put_traits(&buf, &v->found);
    struct text text = arena_text(arena, text_at(buf.at, buf.len));
    buf_free(&buf);
    return text;
}

static struct text site_of(struct arena *arena, const char *site, const char *below)
{
    size_t len = strlen(site);
    while (len && site[len - 1] == '/')
        len--;
    return arena_format(arena, "%.*s/%s", (int)len, site, below);
}

void scan_store_add(struct scan_store *store, const struct scan_seen *seen)
{
    struct findings *f = &store->findings;
    const struct scan_verdict *v = &seen->verdict;
    struct arena *arena = &f->arena;
    const char *below = seen->path + seen->below;
    if (f->sightings == store->room) {
        store->room = store->room ? store->room * 2 : 64;
        f->sighting = mem_resize(f->sighting, store->room, sizeof *f->sighting);
    }
    struct text family = v->found.family[0] ? arena_text(arena, text_of(v->found.family))
                         : v->found.trait[SCAN_clamd].times
                             ? arena_text(arena, text_of(v->found.trait[SCAN_clamd].what))
                             : text_of(NULL);
    struct evidence *e = arena_new(arena, sizeof *e);
    *e = (struct evidence){
        .detector = "scan",
        .version = SCAN_VERSION,
        .group = GROUP_FILE,
        .flags = EVIDENCE_CONTENT,
        .strength = v->strength,
        .known_from = {DAY_NONE},
        .item = arena_format(arena, "file %016llx", (unsigned long long)seen->digest),
        .family = family,
        .why = why(arena, seen),
        .where = arena_text(arena, text_of(seen->path))};
    f->sighting[f->sightings++] = (struct sighting){
        .day = instant_day(store->place.now),
        .sensor = text_of(store->place.sensor),
        .kind = text_of("implant"),
        .host = store->place.address,
        .host_port = -1,
        .host_role = text_of("server"),
        .site = site_of(arena, store->place.site, below),
        .port = -1,
        .family = family,
        .grade = text_of(v->grade),
        .p = v->p,
        .first = store->place.now,
        .last = store->place.now,
        .first_known = {DAY_NONE},
        .hours = -1,
        .answered = -1,
        .flows = -1,
        .bytes_out = -1,
        .bytes_in = -1,
        .host_asn = -1,
        .controller_asn = -1,
        .evidence = {e, 1},
        .source = text_of(store->place.source),
    };
    findings_place(&f->sighting[f->sightings - 1], store->place.enrich, arena);
    (void)XXH3_128bits_update(store->identity, below, strlen(below) + 1);
    (void)XXH3_128bits_update(store->identity, &seen->digest, sizeof seen->digest);
}

static void coverage(struct scan_store *store, const struct scan_run *run)
{
    struct findings *f = &store->findings;
    struct arena *arena = &f->arena;
    const struct walk_counts *c = &run->counts;
    XXH128_hash_t id = XXH3_128bits_digest(store->identity);
    f->kind = "scan";
    f->coverage = (struct coverage){
        .sensor = text_of(store->place.sensor),
        .source = text_of(store->place.source),
        .source_id = arena_format(arena, "%016llx%016llx", (unsigned long long)id.high64,
                                  (unsigned long long)id.low64),
        .procedure_id =
            arena_format(arena, "%016llx", (unsigned long long)scan_file_digest(run->scan)),
        .kind = text_of("scan"),
        .first = store->place.now,
        .last = store->place.now,
        .packets = -1,
        .records = (int64_t)(c->files + run->known),
        .bytes = (int64_t)c->bytes,
        .flows = -1,
        .flows_answered = -1,
        .flows_foreign = -1,
        .dns = -1,
        .tls = -1,
        .http = -1,
        .hosts = 1,
        .pairs_near = -1,
        .detectors = arena_format(arena, "scan/%d", SCAN_VERSION),
        .sets = text_of(""),
        .lacks = text_of("who uses a backdoor"),
        .skipped =
            arena_format(arena, "links=%llu special=%llu unreadable=%llu cut=%llu changed=%llu",
                         (unsigned long long)c->links, (unsigned long long)c->special,
                         (unsigned long long)c->unreadable, (unsigned long long)c->cut,
                         (unsigned long long)c->changed),
    };
}

enum store_written scan_store_write(struct scan_store *store, const char *folder,
                                    const struct scan_run *run, uint64_t memory_bytes,
                                    struct err *err)
{
    struct findings *f = &store->findings;
    coverage(store, run);
    if (f->sightings)
        qsort(f->sighting, f->sightings, sizeof *f->sighting, sighting_compare);
    return store_write(folder, f, false, memory_bytes, err);
}

void scan_store_free(struct scan_store *store)
{
    if (store == NULL)
        return;
    mem_free(store->findings.sighting);
    arena_free(&store->findings.arena);
    (void)XXH3_freeState(store->identity);
    mem_free(store);
}
