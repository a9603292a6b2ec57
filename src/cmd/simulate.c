#include "cmd/cmd.h"

#include "base/buf.h"
#include "base/progress.h"
#include "country_store.h"
#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int refuse(const char *why)
{
    cmd_say("simulate", "%s", why);
    (void)fputs("Try: muster simulate --help\n", stderr);
    return EXIT_USAGE;
}

/* `where` is the output folder for people to read */
static int run_small(const struct options *options, const char *where)
{
    struct simulated made;
    struct err err;
    if (!simulate_small(options->output, options->seed, &made, &err)) {
        cmd_say("simulate", "%s", err.text);
        return EXIT_WORLD;
    }
    if (!options->quiet)
        (void)printf("made up a network of %u devices, %u of them controlled: %" PRIu64
                     " packets, %" PRIu64 " bytes\n"
                     "  %s/capture.pcap  %s/indicators  %s/truth.csv\n",
                     made.hosts, made.controlled, made.packets, made.bytes, where, where, where);
    return EXIT_DONE;
}

static int run_campus(const struct options *options, const char *where)
{
    struct campus_plan plan = {
        .seed = options->seed,
        .devices = options->devices ? options->devices : DEVICES_USUAL,
        .days = options->days ? options->days : 1,
        .start = day_of(2024, 3, 5), /* a Tuesday */
        .no_infections = options->no_infections,
    };
    struct simulated made;
    struct err err;
    char why[120];
    (void)snprintf(why, sizeof why, "--devices must be %d to %d, --days 1 to %d", DEVICES_LEAST,
                   DEVICES_MOST, DAYS_MOST);
    if (plan.devices < DEVICES_LEAST || plan.devices > DEVICES_MOST || plan.days > DAYS_MOST)
        return refuse(why);
    if (options->start && !day_parse(text_of(options->start), &plan.start))
        return refuse("--start wants a day such as 2024-03-05");
    if (!simulate_campus(options->output, &plan, &made, &err)) {
        cmd_say("simulate", "%s", err.text);
        return EXIT_WORLD;
    }
    if (!options->quiet)
        (void)printf("made up a campus of %u devices, %u of them controlled, %u day%s: %" PRIu64
                     " packets, %" PRIu64 " bytes\n"
                     "  %s/captures    a capture a day\n"
                     "  %s/indicators  lists to read it with\n"
                     "  truth.csv, devices.csv, hard-negatives.csv beside them\n",
                     made.hosts, made.controlled, plan.days, plan.days == 1 ? "" : "s",
                     made.packets, made.bytes, where, where);
    return EXIT_DONE;
}

struct told {
    struct progress progress;
    unsigned days;
};

static void tell_day(void *context, unsigned days)
{
    struct told *told = context;
    progress_update(&told->progress, "days", days, told->days);
}

static bool plan_country(const struct options *options, struct country_plan *plan)
{
    char *end = NULL;
    *plan = (struct country_plan){.seed = options->seed,
                                  .scale = options->scale ? strtod(options->scale, &end) : 0.001,
                                  .start = day_of(2017, 1, 1),
                                  .days = options->days ? options->days : 365};
    if ((end && *end) ||
        !(plan->scale >= COUNTRY_SCALE_LEAST && plan->scale <= COUNTRY_SCALE_MOST) ||
        plan->days > COUNTRY_DAYS_MOST ||
        (options->start && !day_parse(text_of(options->start), &plan->start)))
        return false;
    for (unsigned i = 0; options->world && i <= WORLDS; i++) {
        if (i == WORLDS)
            return false;
        plan->world = (enum country_world)i;
        if (strcmp(country_world_name[i], options->world) == 0)
            break;
    }
    return true;
}

static int run_country(const struct options *options, const char *where)
{
    struct country_plan plan;
    struct country_written written;
    struct err err;
    struct told told;
    char store[4096];
    if (!plan_country(options, &plan))
        return refuse(
            "--scale is 0.00005 to 1, --days 1 to 731, --start a day, --world plain, night, "
            "tied, nat, sensors or feed");
    (void)snprintf(store, sizeof store, "%s/store", options->output);
    told.days = plan.days;
    progress_start(&told.progress, options->quiet);
    bool done =
        country_store(&plan, store, options->output, options->devices ? options->devices : 60,
                      options->memory_bytes, tell_day, &told, &written, &err);
    progress_clear(&told.progress);
    if (!done) {
        cmd_say("simulate", "%s", err.text);
        return EXIT_WORLD;
    }
    if (!options->quiet)
        (void)printf("made up a country, %u days: %" PRIu64 " sightings\n"
                     "  %s/truth.csv  what is true\n"
                     "Next: muster report --store %s/store --holds %s/holds.csv\n",
                     written.days, written.rows, where, where, where);
    return EXIT_DONE;
}

static int run(const struct options *options)
{
    if (options->output == NULL || options->words_len > 0)
        return refuse("say where to write: muster simulate --campus -o DIR");
    bool of_campus = options->devices || options->days || options->start || options->no_infections;
    if (of_campus && !options->campus && !options->country)
        return refuse(
            "--devices, --days, --start and --no-infections go with --campus, all but the "
            "last with --country");
    struct buf where = {0};
    buf_printable(&where, text_of(options->output));
    buf_char(&where, '\0');
    int status = options->country  ? run_country(options, where.at)
                 : options->campus ? run_campus(options, where.at)
                                   : run_small(options, where.at);
    buf_free(&where);
    return status;
}

const struct command command_simulate = {
    .name = "simulate",
    .usage = "simulate [--campus | --country] -o DIR [--seed N]",
    .about = "write a made-up network's traffic, its truth and indicators",
    .run = run,
};
