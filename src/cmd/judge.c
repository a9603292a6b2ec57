/*
 * muster judge: what single captures and days cannot show. Puts the store's contact rows together
 * by pair over a period, judges again, and keeps what came of it in the store.
 */
#include "across.h"
#include "cmd/ask.h"
#include "cmd/parts.h"
#include "output/output.h"
#include "store/store.h"

#include "base/buf.h"
#include "base/mem.h"

#include <stdio.h>
#include <unistd.h>

enum { SENSORS_MAX = 256 };

struct judging {
    struct parts parts;
    struct day from, to;
    struct findings findings[SENSORS_MAX]; /* one a sensor */
    unsigned len;
    struct across_counts counts;
};

static void forget(struct judging *j)
{
    for (unsigned i = 0; i < j->len; i++)
        across_free(&j->findings[i]);
    j->len = 0;
    j->counts = (struct across_counts){.pairs = 0};
}

static bool make(const struct asker *asker, void *state, struct err *err)
{
    struct judging *j = state;
    struct arena arena = {0};
    struct rows sensors;
    forget(j); /* the store may ask to begin again */
    bool done = across_sensors(asker, j->from, j->to, &arena, &sensors, err);
    for (size_t i = 0; done && i < sensors.len && i < SENSORS_MAX; i++) {
        struct across_setup setup = {
            .conf = &j->parts.conf,
            .indicators = indicators_sets(j->parts.indicators) ? j->parts.indicators : NULL,
            .enrich = j->parts.enrich,
            .from = j->from,
            .to = j->to,
            .sensor = rows_cell(&sensors, i, 0),
            .procedure_id = text_of(j->parts.procedure),
            .detectors = text_of(j->parts.detectors),
            .sets = text_of(j->parts.sets),
        };
        done = across_make(&j->findings[j->len++], &j->counts, asker, &setup, err);
    }
    arena_free(&arena);
    return done;
}

static void keep(struct judging *j)
{
    const struct options *o = j->parts.options;
    struct err err;
    for (unsigned i = 0; i < j->len; i++)
        if (store_write(o->store, &j->findings[i], o->again, o->memory_bytes / 4, &err) ==
            STORE_FAILED)
            parts_complain(&j->parts, EXIT_WORLD, err.text);
}

static void show(const struct judging *j)
{
    const struct options *o = j->parts.options;
    struct buf buf = {0};
    const struct sighting **all = NULL;
    size_t len = 0;
    for (unsigned i = 0; i < j->len; i++) {
        all = mem_resize(all, len + j->findings[i].sightings + 1, sizeof(struct sighting *));
        for (size_t k = 0; k < j->findings[i].sightings; k++)
            all[len++] = &j->findings[i].sighting[k];
    }
    if (o->json)
        for (size_t i = 0; i < len; i++)
            output_json(&buf, all[i]);
    else
        output_table(&buf, all, len, isatty(STDOUT_FILENO) == 1, 100);
    (void)fwrite(buf.at ? buf.at : "", 1, buf.len, stdout);
    buf.len = 0;
    if (!o->quiet) {
        buf_format(
            &buf,
            "\njudged    %zu pairs of %zu hosts over %zu pair-days, across sources and days\n"
            "          %zu sightings came over the line, %zu pairs stand just under it\n",
            j->counts.pairs, j->counts.hosts, j->counts.days, len, j->counts.near);
        if (indicators_sets(j->parts.indicators) == 0)
            buf_string(&buf,
                       "indicators none: later listings were not looked for; give --intel LIST\n");
        buf_format(&buf, "next      muster %s --store ",
                   j->counts.near && len == 0 ? "trace --near" : "report");
        buf_printable(&buf, text_of(o->store));
        buf_char(&buf, '\n');
        (void)fwrite(buf.at, 1, buf.len, o->json ? stderr : stdout);
    }
    buf_free(&buf);
    mem_free(all);
}

static bool period(const struct options *o, struct judging *j)
{
    j->from.number = j->to.number = DAY_NONE;
    return (o->from == NULL || day_parse(text_of(o->from), &j->from)) &&
           (o->to == NULL || day_parse(text_of(o->to), &j->to)) &&
           (j->from.number == DAY_NONE || j->to.number == DAY_NONE ||
            j->from.number <= j->to.number);
}

static int run(const struct options *options)
{
    if (options->words_len)
        return cmd_fail("judge", EXIT_USAGE, "it takes no words, only --from DATE and --to DATE");
    if (strcmp(options->store, "none") == 0)
        return cmd_fail("judge", EXIT_USAGE, "it needs a store: --store DIR");
    struct judging *j = mem_new(1, sizeof *j);
    int status = EXIT_USAGE;
    if (!period(options, j)) {
        status =
            cmd_fail("judge", EXIT_USAGE, "--from and --to are dates such as 2024-03-01, in order");
    } else if (parts_open(&j->parts, options, "judge", NULL)) {
        status = cmd_ask(options, "judge", make, j);
        if (status == EXIT_DONE) {
            keep(j);
            show(j);
        }
    }
    if (j->parts.status > status)
        status = j->parts.status;
    forget(j);
    parts_close(&j->parts);
    mem_free(j);
    return status;
}

const struct command command_judge = {
    .name = "judge",
    .usage = "judge [--from DATE] [--to DATE]",
    .about = "find what spans sources and days: slow beacons, indicators that came later",
    .run = run,
};
