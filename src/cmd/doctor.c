/*
 * muster doctor: what is here, how old it is, what is missing and the command that mends it; and
 * every setting with its bounds.
 */
#include "base/file.h"
#include "cmd/cmd.h"
#include "conf.h"
#include "enrich/enrich.h"
#include "feeds/feeds.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>

static unsigned geo(const struct options *o)
{
    struct err err = {""};
    struct enrich *enrich = enrich_new(o->cache);
    unsigned missing = enrich_add_installed(enrich, &err) == 0;
    struct day today = instant_day(clock_now());
    for (unsigned i = 0; i < enrich_count(enrich); i++) {
        struct enrich_info info;
        char built[DAY_TEXT];
        enrich_info(enrich, i, &info);
        (void)printf("geo       %.*s (%s)", (int)info.name.len, info.name.at, info.kind);
        if (info.built.number != DAY_NONE)
            (void)printf(", built %s, %d days old", day_format(info.built, built),
                         today.number - info.built.number);
        (void)printf("%s\n", info.by_registration ? ", countries of registration" : "");
    }
    if (missing)
        (void)printf(
            "geo       none: no country or network is told. Mend: make demo, or give --geo "
            "FILE to read%s%s\n",
            err.text[0] ? "; " : "", err.text);
    enrich_free(enrich);
    return missing;
}

static unsigned feeds(const struct options *o)
{
    struct arena arena = {0};
    struct feed_paths known = {.len = 0};
    struct err err;
    unsigned missing = 0;
    if (!feeds_known(o->store, &arena, &known, &err)) {
        (void)printf("feeds     %s\n", err.text);
        missing++;
    }
    for (unsigned i = 0; i < known.len; i++) {
        bool there = file_exists(known.at[i]);
        missing += !there;
        (void)printf("feeds     %s%s\n", known.at[i],
                     there ? "" : ": gone. Mend: muster feeds add PATH");
    }
    if (known.len == 0)
        (void)printf("feeds     none remembered. Mend: muster feeds add LIST\n");
    arena_free(&arena);
    return missing;
}

static bool count_sources(const struct asker *asker, void *state, struct err *err)
{
    struct arena arena = {0};
    struct rows rows;
    bool done = asker_ask(asker, "SELECT count(*) FROM coverage", &arena, &rows, err);
    if (done)
        *(int64_t *)state = rows_count(&rows, 0, 0);
    arena_free(&arena);
    return done;
}

static unsigned store(const struct options *o)
{
    int64_t sources = 0;
    struct err err = {""};
    switch (store_ask(o->store, o->memory_bytes / 4, 1, count_sources, &sources, &err)) {
    case STORE_ANSWERED:
        (void)printf("store     %s: %lld sources\n", o->store, (long long)sources);
        return 0;
    case STORE_EMPTY:
        (void)printf("store     %s: empty. Fill it: muster read CAPTURE\n", o->store);
        return 0;
    default:
        (void)printf("store     %s: %s\n", o->store, err.text);
        return 1;
    }
}

static void settings(const char *stage, const struct knob *knobs)
{
    for (; knobs && knobs->name; knobs++)
        (void)printf("setting   %s.%s = %g (%g to %g) %s: %s\n", stage, knobs->name, knobs->value,
                     knobs->least, knobs->most, knobs->unit, knobs->about);
}

static int doctor_run(const struct options *o)
{
    (void)printf("muster    %s\n", MUSTER_VERSION);
    for (unsigned i = 0; i < detectors_len; i++)
        (void)printf("detector  %s/%u: %s\n", detectors[i]->name, detectors[i]->version,
                     detectors[i]->about);
    unsigned wrong = geo(o) + feeds(o);
    unsigned store_wrong = store(o);
    settings("judge", judge_knobs);
    for (unsigned i = 0; i < detectors_len; i++)
        settings(detectors[i]->name, detectors[i]->knobs);
    if (wrong + store_wrong == 0)
        (void)printf("all is well\n");
    return store_wrong ? EXIT_WORLD : EXIT_DONE;
}

const struct command command_doctor = {
    .name = "doctor",
    .usage = "doctor",
    .about = "what is installed, how old it is, what is missing, every setting",
    .run = doctor_run,
};
