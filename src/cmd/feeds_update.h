/* muster feeds add URL, muster feeds update: the part of `feeds` that uses a network. */
#ifndef MUSTER_CMD_FEEDS_UPDATE_H
#define MUSTER_CMD_FEEDS_UPDATE_H

#include "cmd/cmd.h"

/* Fetches and remembers one URL; *ret_path is its file, in the arena. Exit status. */
int feeds_add_url(const struct options *options, const char *url, struct arena *arena,
                  const char **ret_path);
/* The sets that the words after "update" name (by name or URL), or all. Exit status. */
int feeds_update(const struct options *options);

#endif
