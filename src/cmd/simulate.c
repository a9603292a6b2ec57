#include "cmd/cmd.h"

#include "simulate/simulate.h"

#include <inttypes.h>
#include <stdio.h>

static int run(const struct options *options)
{
    struct simulated made;
    struct err err;
    if (options->output == NULL || options->words_len > 0) {
        (void)fprintf(stderr, "muster simulate: say where to write: muster simulate -o DIR\n");
        return EXIT_USAGE;
    }
    if (!simulate_campus(options->output, options->seed, &made, &err)) {
        (void)fprintf(stderr, "muster simulate: %s\n", err.text);
        return EXIT_WORLD;
    }
    if (!options->quiet)
        (void)printf("made up a network of %u devices, %u of them controlled: %" PRIu64
                     " packets, %" PRIu64 " bytes\n"
                     "  %s/capture.pcap  %s/indicators  %s/truth.csv\n",
                     made.hosts, made.controlled, made.packets, made.bytes, options->output,
                     options->output, options->output);
    return EXIT_DONE;
}

const struct command command_simulate = {
    .name = "simulate",
    .usage = "simulate -o DIR [--seed N]",
    .about = "write a made-up network's traffic, its truth and indicators",
    .run = run,
};
