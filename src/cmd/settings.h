/* What several subcommands make of the options: settings and the user's rules. */
#ifndef MUSTER_CMD_SETTINGS_H
#define MUSTER_CMD_SETTINGS_H

#include "cmd/cmd.h"
#include "conf.h"
#include "record/review.h"

/* Default, /etc/muster.conf, --config, --set, --known-by. */
bool settings_read(struct conf *ret, const struct options *options, struct err *err);
/* --allow and --roles, or NULL and err. Lines that say nothing are told on standard error. */
struct review *settings_rules(const struct options *options, const char *command, struct err *err);

#endif
