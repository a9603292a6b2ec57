/*
 * Others' knowledge of backdoors in files: YARA rules and clamd. libyara and sockets are kept out
 * of src/scan, whose looks are pure.
 */
#ifndef MUSTER_SCAN_RULES_H
#define MUSTER_SCAN_RULES_H

#include "base/err.h"
#include "rule_files.h"
#include "scan/scan.h"

struct scan_rules;
struct scan_rules *scan_rules_new(void);
void scan_rules_free(struct scan_rules *rules);
/* Each file is tried alone; one that does not compile is told ("FILE:LINE: why") and left out. */
void scan_rules_add(struct scan_rules *rules, const char *path, struct rule_complaint complaint);
void scan_rules_ready(struct scan_rules *rules);
void scan_rules_search(struct scan_rules *rules, struct text bytes, struct scan_found *found);

/* clamd (clamd(8)): PING, and zINSTREAM with the file's bytes. A file that it cannot take is none
 * of its findings. */
bool scan_clamd_ping(const char *socket, struct err *err);
void scan_clamd_look(const char *socket, struct text bytes, struct scan_found *found);

#endif
