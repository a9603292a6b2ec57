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
uint64_t scan_rules_digest(const struct scan_rules *rules);
/* The rules that were added; of programs muster's own (marks/files) too. Several threads may. */
void scan_rules_search(const struct scan_rules *rules, struct text bytes, bool program,
                       struct scan_found *found);

/* clamd (clamd(8)): VERSION, which says whether it is there and what it knows, and zINSTREAM with
 * the file's bytes. A file that it cannot take is none of its findings. */
bool scan_clamd_version(const char *socket, char *version, size_t room, struct err *err);
void scan_clamd_look(const char *socket, struct text bytes, struct scan_found *found);

#endif
