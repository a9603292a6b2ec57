/*
 * Subcommands: one file each, ending in `const struct command command_x`, one line in cmd/cmd.list.
 */
#ifndef MUSTER_CMD_CMD_H
#define MUSTER_CMD_CMD_H

#include "base/arena.h"
#include "base/err.h"
#include "base/table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_DONE, EXIT_UNUSED_INPUT, EXIT_USAGE, EXIT_WORLD, EXIT_CHECK };

enum { OPTION_LIST = 64 };
struct string_list {
    const char *at[OPTION_LIST];
    unsigned len;
};

/* Options every subcommand knows (cmd/options.c); what is not given has its default. */
struct options {
    const char *store;  /* "./muster-data", $MUSTER_STORE, or "none" */
    const char *home;   /* NULL = default */
    const char *sensor; /* "default" */
    unsigned workers;
    uint64_t memory_bytes; /* 1 GiB */
    struct string_list intel, geo, set, allow, roles, server, alerts, marks, listen, baseline,
        holds, file_marks;
    const char *clamd, *site, *at, *remember; /* scan */
    const char *carve;                        /* read */
    const char *cache, *config, *as;
    const char *map;      /* read */
    const char *with;     /* read: "suricata" or "suricata:RULES" */
    const char *known_by; /* YYYY-MM-DD or NULL */
    const char *reason;   /* trace */
    const char *from, *to, *year, *period, *against, *format, *output;            /* report */
    const char *by, *contacts, *explain, *claims, *population, *release, *before; /* report */
    bool json, quiet, again, near, force;
    bool follow, finish; /* read */
    unsigned verbose;
    unsigned seed, devices, days, sample; /* simulate, audit; 0 = usual */
    const char *start;
    const char *lasting; /* collect, read --follow */
    bool campus, country, no_infections, publish;
    const char *scale, *world;    /* simulate --country */
    struct table_seed table_seed; /* main() draws it */
    /* what is left: the subcommand's own words */
    char **words;
    unsigned words_len;
};

/* One line on standard error: "muster COMMAND: ...", or "muster: ..." without a command. Names of
 * files come from anybody: what a terminal would obey is shown as \xNN. */
void cmd_say(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct command {
    const char *name, *usage, *about;
    const char *help;                          /* options of its own, one a line; NULL = none */
    int (*run)(const struct options *options); /* exit status */
};

extern const struct command *const commands[];
extern const unsigned commands_len;

/* Reads argv (without program and subcommand name); false: a usage error was printed. */
bool options_read(struct options *options, char **argv, int argc, const struct command *command);
/* The options a subcommand knows, one a call from *at = 0 on; false after the last. */
struct option_text {
    const char *name, *value, *about; /* value: what it takes, or NULL */
    char letter;                      /* or 0 */
};
bool options_next(const struct command *command, unsigned *at, struct option_text *ret);
/* "90s", "15m", "8h", "2d", more than nothing; microseconds. */
bool option_time(const char *text, int64_t *ret_us);
/* Prints the subcommand's usage and the options it knows. */
void options_help(const struct command *command);

#endif
