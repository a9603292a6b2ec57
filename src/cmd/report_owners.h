/* muster report --by owner: a file of findings for each owner of addresses, and an index of them.
 */
#ifndef MUSTER_CMD_REPORT_OWNERS_H
#define MUSTER_CMD_REPORT_OWNERS_H

#include "base/clock.h"
#include "cmd/cmd.h"

/* Exit status. from, to: DAY_NONE for an open end. */
int report_owners(const struct options *options, struct day from, struct day to);

#endif
