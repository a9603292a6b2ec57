#include "cmd/cmd.h"

#include "base/buf.h"
#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdio.h>
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

static int run(const struct options *options)
{
    if (options->output == NULL || options->words_len > 0)
        return refuse("say where to write: muster simulate --campus -o DIR");
    bool of_campus = options->devices || options->days || options->start || options->no_infections;
    if (of_campus && !options->campus)
        return refuse("--devices, --days, --start and --no-infections go with --campus");
    struct buf where = {0};
    buf_printable(&where, text_of(options->output));
    buf_char(&where, '\0');
    int status = options->campus ? run_campus(options, where.at) : run_small(options, where.at);
    buf_free(&where);
    return status;
}

const struct command command_simulate = {
    .name = "simulate",
    .usage = "simulate [--campus] -o DIR [--seed N]",
    .about = "write a made-up network's traffic, its truth and indicators",
    .run = run,
};
