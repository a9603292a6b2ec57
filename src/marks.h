/*
 * Known protocol marks, as YARA rules: muster's own (marks/) and the user's (--marks). libyara
 * compiles and searches; it allocates, so it is kept out of the detectors: a shard asks for a
 * record's marks before it hands the record on. What a rule may look at and ask: marks/README.
 *
 * Order: marks_new -> marks_add for each of the user's files or folders -> marks_compile
 * -> a mark_search per shard, each used by one thread at a time -> mark_search_free -> marks_free.
 */
#ifndef MUSTER_MARKS_H
#define MUSTER_MARKS_H

#include "base/err.h"
#include "record/mark.h"
#include "record/record.h"
#include "record/skip.h"
#include "rule_files.h"

struct marks;
struct mark_search;

struct marks *marks_new(void);
void marks_free(struct marks *marks); /* accepts NULL */
/* A file of rules, or a folder's files *.yar and *.yara. What cannot be used is told
 * ("FILE:LINE: why") and left out; the rest is used. */
void marks_add(struct marks *marks, const char *path, struct rule_complaint complaint);
/* Once, after the last file: makes the rules ready. */
void marks_compile(struct marks *marks);
/* Changes with every byte of every rule used. */
uint64_t marks_digest(const struct marks *marks);
uint32_t marks_rules(const struct marks *marks);
const struct mark_rule *marks_rule(const struct marks *marks, uint32_t number);

struct mark_search *mark_search_new(const struct marks *marks); /* NULL stays NULL */
void mark_search_free(struct mark_search *search);              /* accepts NULL */
/* The marks in a record; NULL when it has none. They live until the next search. */
const struct mark_hits *mark_search_record(struct mark_search *search, const struct record *record,
                                           struct skips *skips);
/* The same of bytes that are called such a part, for tests. */
const struct mark_hits *mark_search_bytes(struct mark_search *search, enum mark_part part,
                                          const void *bytes, size_t len, unsigned port,
                                          struct skips *skips);

#endif
