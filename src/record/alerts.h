/*
 * What alerts of other watchers say about control: rules, in a table that comes with muster
 * (record/alert.list, whose head is its manual) and in files of the user's that go before it. A
 * rule fits an alert when all of its conditions do; the first that fits decides.
 *
 * Order: alert_rules_new -> alert_rules_read for each file -> alert_rules_find, from any thread ->
 * alert_rules_free.
 */
#ifndef MUSTER_RECORD_ALERTS_H
#define MUSTER_RECORD_ALERTS_H

#include "base/err.h"
#include "record/record.h"

struct alert_rule {
    double strength; /* 0 = no evidence */
    uint16_t flags;  /* EVIDENCE_ bits */
    const char *why; /* lives as long as the rules */
};

struct alert_rules;
struct alert_rules *alert_rules_new(void);
void alert_rules_free(struct alert_rules *rules); /* accepts NULL */
/* Lines of `path` go before those that came with muster, behind those of files read before. False
 * and "FILE:LINE: what is wrong": nothing of the file is in force. */
bool alert_rules_read(struct alert_rules *rules, const char *path, struct err *err);
/* The same of a file's content, called `name` in what is said of it. */
bool alert_rules_add(struct alert_rules *rules, const char *name, struct text content,
                     struct err *err);
/* NULL: none fits. */
const struct alert_rule *alert_rules_find(const struct alert_rules *rules,
                                          const struct alert_record *alert);
uint64_t alert_rules_digest(const struct alert_rules *rules);

#endif
