/*
 * muster doctor: what is here and of which version, how old each data set is, and what would help
 * with the command to type; -v adds every detector and setting. The findings are printed as they
 * are made; what to do about them is collected and stands at the end. Exit status 0: muster can
 * work (missing indicators or databases make it blinder, not lame).
 */
#include "base/file.h"
#include "cmd/cmd.h"
#include "cmd/help.h"
#include "conf.h"
#include "enrich/enrich.h"
#include "feeds/feeds.h"
#include "output/columns.h"
#include "store/store.h"

#include <libpsl.h>
#include <maxminddb.h>
#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <zlib.h>
#include <zstd.h>

enum { OLD_GEO_DAYS = 200, OLD_FEED_DAYS = 30, LEAST_FREE_MB = 500 };

struct doctor {
    const struct options *options;
    struct buf out, advice;
    const char *part; /* of the line before */
    struct day today;
    int status;
};

/* "geo       NAME                    what there is to say"; a part's name stands once. */
static void tell(struct doctor *d, const char *part, struct text name, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void tell(struct doctor *d, const char *part, struct text name, const char *format, ...)
{
    char rest[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(rest, sizeof rest, format, args);
    va_end(args);
    struct buf cell = {0};
    buf_printable(&cell, name);
    buf_format(&d->out, "%-9s %-23s ", d->part && strcmp(d->part, part) == 0 ? "" : part,
               cell.at ? cell.at : "");
    buf_printable(&d->out, text_of(rest));
    buf_char(&d->out, '\n');
    d->part = part;
    buf_free(&cell);
}

/* What would help and what to type. */
static void advise(struct doctor *d, const char *what, const char *command)
{
    buf_format(&d->advice, "  %s\n      %s\n", what, command);
}

static int days_old(const struct doctor *d, struct day day)
{
    return day.number == DAY_NONE ? 0 : d->today.number - day.number;
}

static void check_libraries(struct doctor *d)
{
    char engine[64];
    struct err err = {""};
    tell(d, "program", text_of("muster"), "%s", MUSTER_VERSION);
    if (store_engine(engine, &err)) {
        tell(d, "program", text_of("DuckDB"), "%s", engine);
    } else {
        tell(d, "program", text_of("DuckDB"), "missing: %s", err.text);
        advise(d, "Without DuckDB nothing can be kept or reported; in the checkout:", "make");
        d->status = EXIT_WORLD;
    }
    tell(d, "program", text_of("libmaxminddb"), "%s", MMDB_lib_version());
    tell(d, "program", text_of("libpsl"), "%s", psl_get_version());
    tell(d, "program", text_of("zlib, zstd"), "%s, %s", zlibVersion(), ZSTD_versionString());
    tell(d, "program", text_of("OpenSSL"), "%s", OpenSSL_version(OPENSSL_VERSION_STRING));
}

static void check_geo(struct doctor *d)
{
    struct err err = {""};
    struct enrich *enrich = enrich_new(d->options->cache);
    unsigned oldest = 0;
    for (unsigned i = 0; i < d->options->geo.len; i++)
        if (!enrich_add(enrich, d->options->geo.at[i], &err))
            tell(d, "geo", text_of(d->options->geo.at[i]), "%s", err.text);
    if (d->options->geo.len == 0)
        (void)enrich_add_installed(enrich, &err);
    for (unsigned i = 0; i < enrich_count(enrich); i++) {
        struct enrich_info info;
        char built[DAY_TEXT];
        enrich_info(enrich, i, &info);
        int days = days_old(d, info.built);
        oldest = days > (int)oldest ? (unsigned)days : oldest;
        if (info.built.number == DAY_NONE)
            tell(d, "geo", info.name, "%s, date of build not known", info.kind);
        else
            tell(d, "geo", info.name, "%s, built %s, %d days old%s", info.kind,
                 day_format(info.built, built), days,
                 info.by_registration ? "; countries of registration" : "");
    }
    if (enrich_count(enrich) == 0) {
        tell(d, "geo", text_of("none"), "no country or network is told");
        advise(d, "To be told countries and networks, let the checkout fetch them, or name a file:",
               "make demo    or    muster read --geo FILE.mmdb ...");
    } else if (oldest > OLD_GEO_DAYS) {
        advise(d, "Addresses move; a newer country or network database:",
               "muster read --geo FILE.mmdb ...");
    }
    enrich_free(enrich);
}

/* The day a file or folder was last written. */
static struct day day_of_file(const char *path)
{
    struct stat st;
    struct day none = {DAY_NONE};
    if (stat(path, &st) != 0)
        return none;
    struct instant written = {(int64_t)st.st_mtim.tv_sec * SECOND_US};
    return instant_day(written);
}

static void tell_set(struct doctor *d, const struct indicator_set_info *info, const char *path)
{
    struct buf count = {0};
    char day[DAY_TEXT];
    bool dated = info->newest.number != DAY_NONE;
    struct day newest = dated ? info->newest : day_of_file(path);
    column_thousands(&count, (int64_t)info->indicators);
    tell(d, "feeds", info->name, "%s indicators, %s %s, %d days old", count.at,
         dated ? "newest listing" : "undated, file of", day_format(newest, day),
         days_old(d, newest));
    if (days_old(d, newest) > OLD_FEED_DAYS)
        advise(d, "Control servers change within days; a newer copy of an old set, then:",
               "muster feeds list");
    buf_free(&count);
}

static void check_set(struct doctor *d, const char *path)
{
    struct arena arena = {0};
    struct err err;
    bool compiled = false;
    struct indicators *all = indicators_new();
    struct text file = text_of(NULL);
    if (file_exists(path))
        file = feeds_compiled(path, d->options->cache, &arena, &compiled, &err);
    else
        (void)err_set(&err, "is gone");
    if (file.at && indicators_open(all, file.at, &err)) {
        struct indicator_set_info info;
        indicators_info(all, 0, &info);
        tell_set(d, &info, path);
    } else {
        tell(d, "feeds", text_of(path), "%s", err.text);
        advise(d, "A remembered set cannot be used; put it back, or name another:",
               "muster feeds add PATH");
    }
    indicators_free(all);
    arena_free(&arena);
}

static void check_feeds(struct doctor *d)
{
    const struct options *o = d->options;
    struct arena arena = {0};
    struct feed_paths known = {.len = 0};
    struct err err;
    for (unsigned i = 0; i < o->intel.len; i++)
        check_set(d, o->intel.at[i]);
    if (!feeds_known(o->store, &arena, &known, &err))
        tell(d, "feeds", text_of("feeds.list"), "%s", err.text);
    for (unsigned i = 0; i < known.len; i++)
        check_set(d, known.at[i]);
    if (known.len + o->intel.len == 0) {
        tell(d, "feeds", text_of("none remembered"), "listed control servers are not recognised");
        advise(d,
               "Most control servers are found by lists of indicators; name one for later reads:",
               "muster feeds add LIST");
    }
    arena_free(&arena);
}

struct sources {
    struct arena arena;
    struct rows rows;
};

static bool ask_sources(const struct asker *asker, void *state, struct err *err)
{
    struct sources *sources = state;
    return asker_ask(asker,
                     "SELECT count(*), strftime(min(first), '%Y-%m-%d'), "
                     "strftime(max(last), '%Y-%m-%d') FROM coverage",
                     &sources->arena, &sources->rows, err);
}

static void check_space(struct doctor *d)
{
    struct statvfs fs;
    if (statvfs(d->options->store, &fs) != 0)
        return;
    uint64_t free_mb = (uint64_t)fs.f_bavail * fs.f_frsize / 1000000;
    tell(d, "store", text_of("disk"), "%.1f GB free", (double)free_mb / 1000);
    if (free_mb < LEAST_FREE_MB)
        advise(d, "The disk of the store is nearly full; keep the store elsewhere:",
               "muster read --store DIR ...");
}

static void check_store(struct doctor *d)
{
    const struct options *o = d->options;
    struct sources sources = {.rows = {.columns = 0}};
    struct err err = {""};
    if (strcmp(o->store, "none") == 0)
        return;
    switch (store_ask(o->store, o->memory_bytes / 4, 1, NULL, ask_sources, &sources, &err)) {
    case STORE_ANSWERED:
        tell(d, "store", text_of(o->store), "%lld source%s, %s to %s",
             (long long)rows_count(&sources.rows, 0, 0),
             rows_count(&sources.rows, 0, 0) == 1 ? "" : "s",
             sources.rows.cell[1].at ? sources.rows.cell[1].at : "no time",
             sources.rows.cell[2].at ? sources.rows.cell[2].at : "no time");
        check_space(d);
        break;
    case STORE_EMPTY:
        tell(d, "store", text_of(o->store), "empty");
        advise(d, "The store is empty; fill it:", "muster read CAPTURE");
        break;
    default:
        tell(d, "store", text_of(o->store), "%s", err.text);
        d->status = EXIT_WORLD;
    }
    arena_free(&sources.arena);
}

void settings_each(void (*put)(void *state, const char *stage, const struct knob *knobs),
                   void *state)
{
#define settings(stage, knobs) put(state, stage, knobs)
    settings("judge", judge_knobs);
    settings("feeds", feeds_knobs);
    settings("store", store_knobs);
    for (unsigned i = 0; i < detectors_len; i++)
        settings(detectors[i]->name, detectors[i]->knobs);
#undef settings
}

static void tell_settings(void *state, const char *stage, const struct knob *knobs)
{
    struct doctor *d = state;
    for (; knobs && knobs->name; knobs++) {
        char name[64];
        (void)snprintf(name, sizeof name, "%s.%s", stage, knobs->name);
        tell(d, "settings", text_of(name), "%g (%g to %g%s%s): %s", knobs->value, knobs->least,
             knobs->most, *knobs->unit ? " " : "", knobs->unit, knobs->about);
    }
}

static void check_detectors(struct doctor *d)
{
    if (d->options->verbose) {
        for (unsigned i = 0; i < detectors_len; i++)
            tell(d, "detectors", text_of(detectors[i]->name), "%u: %s", detectors[i]->version,
                 detectors[i]->about);
        settings_each(tell_settings, d);
        return;
    }
    buf_string(&d->out, "detectors");
    for (unsigned i = 0; i < detectors_len; i++)
        buf_format(&d->out, " %s/%u", detectors[i]->name, detectors[i]->version);
    buf_string(&d->out, "\nsettings  muster doctor -v lists them with their bounds\n");
}

static int doctor_run(const struct options *options)
{
    struct doctor d = {.options = options, .today = instant_day(clock_now())};
    check_libraries(&d);
    check_geo(&d);
    check_feeds(&d);
    check_store(&d);
    check_detectors(&d);
    (void)fwrite(d.out.at, 1, d.out.len, stdout);
    if (d.advice.len)
        (void)printf("\nWhat would help\n%s", d.advice.at);
    (void)printf("\n%s\n",
                 d.status == EXIT_DONE ? "muster can work." : "muster cannot work fully.");
    buf_free(&d.out);
    buf_free(&d.advice);
    return d.status;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor [-v]",
    .about = "what is installed, how old each data set is, what would help",
    .help = "  -v                   also every detector and every setting with its bounds\n",
    .run = doctor_run,
};
