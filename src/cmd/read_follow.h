/* muster read --follow: the loop around source/follow.h. */
#ifndef MUSTER_CMD_READ_FOLLOW_H
#define MUSTER_CMD_READ_FOLLOW_H

#include "base/err.h"
#include "cmd/cmd.h"
#include "source/source.h"

enum follow_read {
    FOLLOW_READ,  /* the day is in the store */
    FOLLOW_LATER, /* its logs could not be opened: they may have been moved just now */
    FOLLOW_STOP   /* and it was said why */
};

/* From now on SIGINT and SIGTERM end only read_follow; before any thread is started. */
void read_follow_signals(void);
/* Follows the options' words until a signal comes or --for is over. `read` is called with each day
 * that is over, as one source. False and err: it could not go on. */
bool read_follow(const struct options *options,
                 enum follow_read (*read)(void *state, const struct source_item *item, bool again),
                 void *state, struct err *err);

#endif
