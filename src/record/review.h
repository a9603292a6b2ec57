/*
 * What the user says about ends, from text files: an allow-list of what is not to be shown, and
 * roles that override what traffic and lists say. The same rules are applied when traffic is read
 * and when the store is asked (judge/review.h does both), so that a stored sighting obeys the files
 * given then.
 *
 *   allow: one a line: a name (with all under it; `*.example.org` is the same), an address, a
 *          CIDR, a fingerprint (JA3, JA4, SHA-1 or SHA-256 of a certificate)
 *   roles: an address, CIDR or name, then the role, then in the user's words why:
 *          10.1.2.0/24 lab malware sandbox
 *
 * '#' begins a comment. Lines that say nothing of this are counted, the first of them is kept.
 *
 * Order: review_new -> review_allow, review_roles for each file -> look-ups, from any thread ->
 * review_free.
 */
#ifndef MUSTER_RECORD_REVIEW_H
#define MUSTER_RECORD_REVIEW_H

#include "base/err.h"
#include "record/sighting.h"

#include <stddef.h>

struct review;

struct review *review_new(void);
void review_free(struct review *review); /* accepts NULL */
/* Reads a file; false and err when it cannot be read. */
bool review_allow(struct review *review, const char *path, struct err *err);
bool review_roles(struct review *review, const char *path, struct err *err);
/* The same of a file's content, called `name` in what is said of it. */
void review_read(struct review *review, const char *name, struct text content, bool roles);

size_t review_rules(const struct review *review); /* in force, of both sorts; NULL: 0 */
/* Lines that were not understood, and "file:line: text" of the first (null text when none). */
size_t review_bad(const struct review *review, struct text *first);
/* Of all rules; the order of files does not matter. */
uint64_t review_digest(const struct review *review);

/* "office.allow:3", the rule that covers the end; a null text when none. Either may be null. */
struct text review_allows_end(const struct review *review, struct text address, struct text name);
/* Of an evidence item, "ja3 51c6...", "ja4 t13d...", "certificate 00ab..." or the bare digits. */
struct text review_allows_mark(const struct review *review, struct text item);

struct review_role {
    struct text role;   /* null: nothing is said of it */
    struct text reason; /* the user's words; may be null */
    struct text rule;   /* "office.roles:7" */
};
/* The longest match: a name before a range, a long prefix before a short one. */
struct review_role review_role_of(const struct review *review, struct text address,
                                  struct text name);

/* ---- a finding under the rules: filled by judge/review.h */

enum { REVIEW_EVIDENCE = 256, REVIEW_WHY = 512 };

/* A finding as it was judged; texts null when unknown. */
struct review_row {
    struct text host, controller, controller_name; /* addresses as text */
    struct text host_role, controller_role;
    int64_t port; /* -1 = several or none */
    bool answered;
    double p;
    struct evidence_list evidence; /* group, flags, strength and item are looked at */
};

struct reviewed {
    struct text allowed_by; /* "office.allow:3": not to be shown; null: it stays */
    double p;
    struct text host_role, controller_role;
    char host_why[REVIEW_WHY], controller_why[REVIEW_WHY]; /* the user's reason; "" = as it was */
    bool relayed;                  /* with host_why: it is about somebody behind the host */
    bool dropped[REVIEW_EVIDENCE]; /* evidence that counts no more */
};

#endif
