/* What report and trace do alike: complain, and put questions to the store. */
#ifndef MUSTER_CMD_ASK_H
#define MUSTER_CMD_ASK_H

#include "cmd/cmd.h"
#include "record/rows.h"

/* Prints "muster COMMAND: text" on standard error; returns status. */
int cmd_fail(const char *command, int status, const char *text);
/* store_ask with the options' store, memory and threads: EXIT_DONE when `use` was answered;
 * otherwise the reason was printed, with what to do, and the exit status is returned. */
int cmd_ask(const struct options *options, const char *command,
            bool (*use)(const struct asker *asker, void *state, struct err *err), void *state);

#endif
