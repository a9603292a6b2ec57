#include "country_store.h"

#include "base/file.h"
#include "record/sighting.h"
#include "store/store.h"

#include <stdio.h>

static const char country_source[] = "simulated";

static struct evidence_list evidence(struct arena *arena, const struct country_row *row)
{
    struct evidence *e = arena_new(arena, sizeof *e);
    *e = (struct evidence){.detector = row->implant ? "webshell" : "intel",
                           .version = 1,
                           .group = row->implant ? GROUP_MARK : GROUP_LISTED_END,
                           .flags = EVIDENCE_CONTENT,
                           .strength = 12.0,
                           .known_from = {DAY_NONE},
                           .item = text_of("made up"),
                           .why = text_of("made up by muster simulate")};
    return (struct evidence_list){e, 1};
}

/* Whose rows: of whom watches from the start, or of the second sensor. */
struct watcher {
    const char *sensor, *sets;
    bool first, second; /* which rows it sees */
};

static struct sighting sighting(struct arena *arena, const struct country_row *row, struct day day,
                                const char *sensor)
{
    struct sighting s = {
        .day = day,
        .sensor = text_of(sensor),
        .kind = text_of(row->implant ? "implant" : "control"),
        .host = row->host,
        .host_port = 40000,
        .host_role = text_of(row->implant ? "server" : "client"),
        .site =
            row->implant ? arena_format(arena, "site-%u.example/a.php", row->site) : text_of(NULL),
        .controller = row->controller,
        .controller_role = row->implant ? text_of(NULL) : text_of("dedicated"),
        .port = 443,
        .proto = text_of("tcp"),
        .family = arena_format(arena, row->implant ? "tool-%02u" : "family-%02u",
                               row->implant ? row->site % 5 : row->family),
        .grade = text_of("confirmed"),
        .p = 0.995,
        .first = {(int64_t)day.number * DAY_US +
                  __builtin_ctz(row->hours | 1U << 24) * INT64_C(3600) * SECOND_US},
        .last = {(int64_t)day.number * DAY_US +
                 (32 - __builtin_clz(row->hours | 1)) * INT64_C(3600) * SECOND_US - 1},
        .first_known = {DAY_NONE},
        .hours = row->hours,
        .opened_by = text_of(row->implant ? "outside" : "host"),
        .answered = 1,
        .flows = __builtin_popcount(row->hours),
        .bytes_out = 1000,
        .bytes_in = 1000,
        .host_asn = row->asn,
        .controller_country = text_of(row->controller_country),
        .controller_registered = text_of(row->controller_country),
        .controller_asn = 64500 + row->family % 12,
        .geo_version = text_of("made up"),
        .evidence = evidence(arena, row),
        .source = text_of(country_source),
    };
    return s;
}

static void coverage(struct findings *f, const struct country_plan *plan,
                     const struct watcher *watcher, struct day day, size_t rows)
{
    char text[DAY_TEXT];
    f->coverage = (struct coverage){
        .sensor = text_of(watcher->sensor),
        .source = arena_format(&f->arena, "%s/%s", country_source, day_format(day, text)),
        .source_id =
            arena_format(&f->arena, "%016llx%08x%08x", (unsigned long long)plan->seed,
                         (unsigned)plan->world << 1 | !watcher->first, (unsigned)day.number),
        .procedure_id = text_of("5111111111111115"),
        .kind = text_of("simulated"),
        .first = {(int64_t)day.number * DAY_US},
        .last = {(int64_t)(day.number + 1) * DAY_US - 1},
        .records = (int64_t)rows,
        .flows = (int64_t)rows,
        .flows_answered = (int64_t)rows,
        .hosts = (int64_t)rows,
        .detectors = text_of("intel/1 webshell/1"),
        .sets = text_of(watcher->sets),
    };
    f->kind = "simulated";
}

static bool write_source(const struct country_plan *plan, const struct watcher *watcher,
                         const char *store, struct day day, const struct country_row *rows,
                         size_t len, uint64_t memory_bytes, struct err *err)
{
    struct findings f = {.sightings = 0};
    f.sighting = arena_new(&f.arena, (len + 1) * sizeof *f.sighting);
    for (size_t i = 0; i < len; i++)
        if (rows[i].second ? watcher->second : watcher->first)
            f.sighting[f.sightings++] = sighting(&f.arena, &rows[i], day, watcher->sensor);
    coverage(&f, plan, watcher, day, f.sightings);
    enum store_written written = store_write(store, &f, true, memory_bytes, err);
    arena_free(&f.arena);
    return written != STORE_FAILED;
}

static bool write_day(const struct country_plan *plan, const char *store, struct day day,
                      const struct country_row *rows, size_t len, uint64_t memory_bytes,
                      struct err *err)
{
    bool later = day.number >= plan->start.number + 365, feed = plan->world == WORLD_FEED;
    const struct watcher first = {"default", feed && later ? "list-b@2" : "list-a@1", true,
                                  feed && later},
                         second = {"second", "list-a@1", false, true};
    return write_source(plan, &first, store, day, rows, len, memory_bytes, err) &&
           (plan->world != WORLD_SENSORS || !later ||
            write_source(plan, &second, store, day, rows, len, memory_bytes, err));
}

static bool write_text(const char *folder, const char *name, const struct buf *buf, struct err *err)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    return file_write(path, buf->at, buf->len, 0644, err);
}

bool country_store(const struct country_plan *plan, const char *store, const char *folder,
                   unsigned devices, uint64_t memory_bytes,
                   void (*told)(void *context, unsigned days), void *context,
                   struct country_written *ret, struct err *err)
{
    const struct country_row *rows;
    struct day day;
    size_t len;
    struct buf truth = {0}, holds = {0};
    *ret = (struct country_written){0};
    if (!file_make_folder(folder, 0755, err))
        return false;
    struct country *country = country_new(plan);
    bool done = true;
    while (done && country_day(country, &day, &rows, &len)) {
        done = write_day(plan, store, day, rows, len, memory_bytes, err);
        ret->rows += len;
        ret->days++;
        if (told)
            told(context, ret->days);
    }
    if (done) {
        country_truth(country, &truth);
        country_holds(country, devices, &holds);
        done = write_text(folder, "truth.csv", &truth, err) &&
               write_text(folder, "holds.csv", &holds, err);
    }
    buf_free(&truth);
    buf_free(&holds);
    country_free(country);
    return done;
}
