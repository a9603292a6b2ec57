/*
 * An installed Suricata over a capture file, for its alerts. It runs with its own configuration and
 * rules, or with a file of rules alone, and writes into a folder that goes away afterwards.
 *
 * Order: suricata_run -> the log at eve is read -> suricata_clean, also after a failure.
 */
#ifndef MUSTER_CMD_SURICATA_H
#define MUSTER_CMD_SURICATA_H

#include "base/err.h"

enum { SURICATA_PATH = 128 };

struct suricata {
    char folder[SURICATA_PATH]; /* "" = none was made */
    char eve[SURICATA_PATH];
    bool no_rules; /* it said that it has none */
};

/* Whether it is something that Suricata can read at all: a file, not compressed. */
bool suricata_can(const char *path, struct err *err);
/* rules: a file of rules to use alone, or NULL; home: as in --home, or NULL. */
bool suricata_run(struct suricata *ret, const char *capture, const char *rules, const char *home,
                  struct err *err);
void suricata_clean(struct suricata *suricata);

#endif
