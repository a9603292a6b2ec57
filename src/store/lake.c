/*
 * Trouble it answers: several processes write, one reads, any of them may be killed at any moment,
 * and no source may ever count twice, half, or not at all. No process waits for another.
 *
 * A source's rows are immutable files named by a stem (generation.h):
 *     sighting/STEM.parquet   contact/STEM.parquet   coverage/XX/STEM.parquet
 *     identity/STEM.parquet   bystander/STEM.parquet
 * A writer makes them in its own folder under temp/, then renames (after fsync) the data files into
 * place and, last, the coverage file. That rename is the moment at which the source counts. Killed
 * before it, the writer leaves files that nobody looks for, because readers start from coverage;
 * a later writer's hourly sweep deletes them.
 *
 * Reading a source again (other detectors, other indicators, or --again) writes a new generation
 * beside the old. Readers take the newest of each (source, sensor): names sort by generation, so
 * which one that is stands in the listing alone. The old one is left for an hour (or until a third
 * comes): a reader that listed the folder while the new name appeared may have missed it, and then
 * sees the old, whole. Two writers of the same source make two generations; the newer counts.
 *
 * A bystander file (who those hosts are of which nothing was found) is deleted after some days
 * (store_forget); readers pass over one that is not there.
 *
 * A reader that is overtaken (its file deleted) finds a file gone and begins again (ask.c).
 */
#include "store/store.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "record/row.h"
#include "store/duck.h"
#include "store/generation.h"
#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

const struct knob store_knobs[] = {
    [STORE_BYSTANDER_DAYS] = {"bystander_days", "days",
                              "how long names of hosts without a finding are kept", 30, 0, 36500},
    [STORE_KNOBS] = {.name = NULL},
};

struct writing {
    char folder[PATH_MAX];  /* the store's, absolute */
    char scratch[PATH_MAX]; /* this writer's own, in temp/ */
    struct stem stem;
    const struct findings *findings;
    size_t next;                 /* row to hand over */
    unsigned spilled;            /* file of contact rows in hand */
    struct address *found;       /* hosts with a sighting, sorted */
    size_t rows[SCHEMAS];        /* of each table */
    const struct stem *replaces; /* or NULL */
    struct duck *duck;
};

static bool make_folders(struct writing *w, const char *folder, struct err *err)
{
    static const char *const below[] = {"sighting",  "contact",  "identity",
                                        "bystander", "coverage", "temp"};
    if (!file_make_folder(folder, 0700, err))
        return false;
    if (realpath(folder, w->folder) == NULL)
        return err_errno(err, "cannot find the store %s", folder);
    for (unsigned i = 0; i < sizeof below / sizeof below[0]; i++) {
        char path[PATH_MAX];
        int used = snprintf(path, sizeof path, "%s/%s", w->folder, below[i]);
        if (used < 0 || (size_t)used >= sizeof path - STEM_LEN - 64)
            return err_set(err, "the path of the store is too long: %.200s", w->folder);
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return err_errno(err, "cannot make the folder %s", path);
    }
    return true;
}

bool store_known(const char *folder, struct text sensor, struct text source_id,
                 struct text procedure_id)
{
    struct stems stems;
    if (!stems_list(&stems, folder, source_id.at, NULL))
        return false;
    const struct stem *newest = stems_newest(&stems, source_id, sensor);
    bool known = newest != NULL && stem_has_procedure(newest, procedure_id);
    stems_free(&stems);
    return known;
}

static bool next_sighting(void *state, struct buf *row)
{
    struct writing *w = state;
    if (w->next == w->findings->sightings)
        return false;
    row_sighting(row, &w->findings->sighting[w->next++], ROW_FOR_STORE);
    return true;
}

/* The next row of those that did not wait in memory. */
static bool next_spilled(struct writing *w, struct buf *row)
{
    for (; w->spilled < FINDINGS_FILES; w->spilled++) {
        FILE *file = w->findings->spilled[w->spilled].file;
        char piece[4096];
        while (file != NULL && fgets(piece, sizeof piece, file) != NULL) {
            buf_string(row, piece);
            if (row->at[row->len - 1] == '\n') {
                row->len--;
                return true;
            }
        }
    }
    return false;
}

static bool next_contact(void *state, struct buf *row)
{
    struct writing *w = state;
    if (next_spilled(w, row))
        return true;
    if (w->next == w->findings->contacts)
        return false;
    row_contact(row, &w->findings->contact[w->next++], ROW_FOR_STORE);
    return true;
}

static int compare_hosts(const void *a, const void *b)
{
    const struct address *left = a, *right = b;
    return address_compare(*left, *right);
}

static bool is_found(const struct writing *w, const struct identity *row)
{
    return w->findings->sightings > 0 && bsearch(&row->host, w->found, w->findings->sightings,
                                                 sizeof *w->found, compare_hosts) != NULL;
}

/* Which hosts have a finding, and how many rows go into each table. */
static void count_rows(struct writing *w)
{
    const struct findings *f = w->findings;
    w->found = mem_new(f->sightings, sizeof *w->found);
    for (size_t i = 0; i < f->sightings; i++)
        w->found[i] = f->sighting[i].host;
    if (f->sightings)
        qsort(w->found, f->sightings, sizeof *w->found, compare_hosts);
    w->rows[SCHEMA_SIGHTING] = f->sightings;
    w->rows[SCHEMA_CONTACT] = f->contacts;
    for (unsigned i = 0; i < FINDINGS_FILES; i++)
        w->rows[SCHEMA_CONTACT] += f->spilled[i].rows;
    w->rows[SCHEMA_COVERAGE] = 1;
    for (size_t i = 0; i < f->identities; i++)
        w->rows[is_found(w, &f->identity[i]) ? SCHEMA_IDENTITY : SCHEMA_BYSTANDER]++;
}

static bool next_of(struct writing *w, bool found, struct buf *row)
{
    const struct findings *f = w->findings;
    while (w->next < f->identities && is_found(w, &f->identity[w->next]) != found)
        w->next++;
    if (w->next == f->identities)
        return false;
    row_identity(row, &f->identity[w->next++], ROW_FOR_STORE);
    return true;
}

static bool next_identity(void *state, struct buf *row)
{
    return next_of(state, true, row);
}

static bool next_bystander(void *state, struct buf *row)
{
    return next_of(state, false, row);
}

/* The source's coverage and what binds the generation together. */
static bool next_coverage(void *state, struct buf *row)
{
    struct writing *w = state;
    if (w->next++ > 0)
        return false;
    row_coverage(row, &w->findings->coverage, ROW_FOR_STORE);
    row->len--; /* the closing brace */
    buf_format(row, ",\"generation\":\"%.*s\",\"replaces\":[", STEM_GENERATION,
               stem_generation(&w->stem));
    if (w->replaces != NULL)
        buf_format(row, "\"%s\"", w->replaces->text);
    buf_string(row, "],\"files\":[");
    const char *comma = "";
    for (unsigned table = 0; table < SCHEMA_COVERAGE; table++)
        if (w->rows[table] > 0) {
            buf_format(row, "%s\"%s/%s.parquet\"", comma, schema_name[table], w->stem.text);
            comma = ",";
        }
    buf_string(row, "]}");
    return true;
}

static bool (*const next_row[SCHEMAS])(void *, struct buf *) = {
    next_sighting, next_contact, next_identity, next_bystander, next_coverage};

static void scratch_file(char out[PATH_MAX], const struct writing *w, enum schema table)
{
    int used = snprintf(out, PATH_MAX, "%s/%s.parquet", w->scratch, schema_name[table]);
    muster_assert(used > 0 && used < PATH_MAX); /* make_folders left room */
}

/* The rows as a Parquet file in the scratch folder. */
static bool write_table(struct writing *w, enum schema table, struct err *err)
{
    char path[PATH_MAX];
    scratch_file(path, w, table);
    w->next = 0;
    if (!duck_load(w->duck, schema_name[table], next_row[table], w, err))
        return false;
    struct buf structure = {0}, sql = {0};
    schema_structure(&structure, table);
    buf_string(&sql, "COPY (SELECT ");
    schema_select(&sql, table);
    buf_string(&sql, " FROM (SELECT from_json_strict(row, ");
    buf_sql(&sql, text_of(structure.at));
    buf_format(&sql, ") AS r FROM %s)) TO ", schema_name[table]);
    buf_sql(&sql, text_of(path));
    buf_string(&sql, " (FORMAT parquet, COMPRESSION zstd)");
    bool done = duck_run(w->duck, sql.at, err);
    buf_free(&sql);
    buf_free(&structure);
    return done;
}

static bool publish_table(struct writing *w, enum schema table, struct err *err)
{
    char from[PATH_MAX], to[PATH_MAX];
    scratch_file(from, w, table);
    if (!stem_path(to, w->folder, schema_name[table], &w->stem))
        return err_set(err, "the path of the store is too long: %.200s", w->folder);
    return file_publish(from, to, err);
}

static bool make_coverage_folder(const struct writing *w, struct err *err)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/coverage/%.2s", w->folder, w->stem.text);
    muster_assert(used > 0 && (size_t)used < sizeof path);
    return mkdir(path, 0700) == 0 || errno == EEXIST ||
           err_errno(err, "cannot make the folder %s", path);
}

static bool write_all(struct writing *w, uint64_t memory_bytes, struct err *err)
{
    char spill[PATH_MAX];
    int used = snprintf(w->scratch, sizeof w->scratch, "%s/temp/%s", w->folder, w->stem.text);
    muster_assert(used > 0 && (size_t)used < sizeof w->scratch);
    used = snprintf(spill, sizeof spill, "%s/spill", w->scratch);
    muster_assert(used > 0 && (size_t)used < sizeof spill);
    if (mkdir(w->scratch, 0700) != 0)
        return err_errno(err, "cannot make the folder %s", w->scratch);
    w->duck = duck_open(w->folder, spill, memory_bytes, 1, err);
    bool done = w->duck != NULL;
    for (unsigned table = 0; table < SCHEMAS && done; table++)
        done = w->rows[table] == 0 || write_table(w, (enum schema)table, err);
    duck_close(w->duck);
    for (unsigned table = 0; table < SCHEMA_COVERAGE && done; table++)
        done = w->rows[table] == 0 || publish_table(w, (enum schema)table, err);
    return done && make_coverage_folder(w, err) && publish_table(w, SCHEMA_COVERAGE, err);
}

/* Leaves nothing of a write that failed but what a crash would leave too. */
static void clear_scratch(const struct writing *w)
{
    char path[PATH_MAX];
    for (unsigned table = 0; table < SCHEMAS; table++) {
        scratch_file(path, w, (enum schema)table);
        (void)unlink(path);
    }
    int used = snprintf(path, sizeof path, "%s/spill", w->scratch);
    if (used > 0 && (size_t)used < sizeof path)
        (void)rmdir(path);
    (void)rmdir(w->scratch);
}

enum store_written store_write(const char *folder, const struct findings *findings, bool again,
                               uint64_t memory_bytes, struct err *err)
{
    const struct coverage *c = &findings->coverage;
    if (!again && store_known(folder, c->sensor, c->source_id, c->procedure_id))
        return STORE_KNOWN;
    struct writing w = {.findings = findings};
    struct stems standing;
    if (!make_folders(&w, folder, err) || !stems_list(&standing, w.folder, c->source_id.at, err))
        return STORE_FAILED;
    struct instant now = clock_now();
    w.stem = stem_new(c->source_id, c->sensor, c->procedure_id, &standing, now);
    w.replaces = stems_newest(&standing, c->source_id, c->sensor);
    count_rows(&w);
    bool done = write_all(&w, memory_bytes, err);
    clear_scratch(&w);
    mem_free(w.found);
    stems_free(&standing);
    if (!done)
        return STORE_FAILED;
    generation_retire(w.folder, &w.stem);
    generation_sweep(w.folder, now);
    return STORE_WRITTEN;
}
