/*
 * main(): the secret of the tables, the table of subcommands, nothing else.
 */
#include "cmd/cmd.h"
#include "cmd/help.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

static void help(void)
{
    (void)printf("muster %s takes the roll call of botnets: finds controlled hosts and their "
                 "controllers\nin traffic, says why, places both ends, counts them. It only "
                 "watches.\n\n",
                 MUSTER_VERSION);
    for (unsigned i = 0; i < commands_len; i++)
        (void)printf("  muster %-9s %s\n", commands[i]->name, commands[i]->about);
    (void)printf(
        "\nStart with:   muster read --intel LIST CAPTURE.pcap\n"
        "Then:         muster report    or    muster trace HOST\n"
        "Options:      muster COMMAND --help\n"
        "Exit status:  0 done, 1 some input could not be used, 2 wrong usage,\n"
        "              3 the store or another outside part failed, 4 a self-check failed\n");
}

/* Without the kernel's random numbers the time and where the program lies must do. */
static void draw_seed(struct table_seed *seed)
{
    struct timespec now;
    if (getrandom(seed, sizeof *seed, GRND_NONBLOCK) == sizeof *seed)
        return;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    seed->a = table_mix((uint64_t)now.tv_nsec, (uint64_t)now.tv_sec);
    seed->b = table_mix(seed->a, (uintptr_t)&now ^ (uint64_t)getpid());
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "help") == 0)
        return help_run(argv + 2, argc - 2);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help();
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("muster %s\n", MUSTER_VERSION);
        return EXIT_DONE;
    }
    for (unsigned i = 0; i < commands_len; i++) {
        struct options options;
        if (strcmp(commands[i]->name, argv[1]) != 0)
            continue;
        for (int a = 2; a < argc && strcmp(argv[a], "--") != 0; a++)
            if (strcmp(argv[a], "--help") == 0 || strcmp(argv[a], "-h") == 0) {
                options_help(commands[i]);
                return EXIT_DONE;
            }
        if (!options_read(&options, argv + 2, argc - 2, commands[i]))
            return EXIT_USAGE;
        draw_seed(&options.table_seed);
        return commands[i]->run(&options);
    }
    cmd_say(NULL, "no such command: %s", argv[1]);
    (void)fputs("Try: muster --help\n", stderr);
    return EXIT_USAGE;
}
