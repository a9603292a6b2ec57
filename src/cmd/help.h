/* `muster help COMMAND` and the man pages, all from the tables of subcommands, options, detectors,
 * settings, columns and counters. */
#ifndef MUSTER_CMD_HELP_H
#define MUSTER_CMD_HELP_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "record/knob.h"

/* The words after `muster help`, at least one: a subcommand, or --man [SUBCOMMAND]. Exit status. */
int help_run(char **words, int len);

/* muster(1), or muster-SUBCOMMAND(1), in man(7). */
void man_page(struct buf *buf, const struct command *command_or_null);

/* Calls `put` for the table of settings of each stage. */
void settings_each(void (*put)(void *state, const char *stage, const struct knob *knobs),
                   void *state);

#endif
