/*
 * One file of a scan, whatever it is wrapped in: all looks at it, the rules of YARA, clamd, and
 * what is known to be good. Several stages meet here: src/scan looks, feeds unwraps.
 *
 * Order: scan_file_new -> scan_file_rules, scan_file_baseline, scan_file_clamd -> scan_file_ready
 * -> a scan_hand a thread, scan_file_look ... -> scan_hand_free -> scan_file_free.
 */
#ifndef MUSTER_SCAN_FILE_H
#define MUSTER_SCAN_FILE_H

#include "base/err.h"
#include "rule_files.h"
#include "scan/scan.h"

struct scan_file;

struct scan_file *scan_file_new(void);
void scan_file_free(struct scan_file *scan); /* accepts NULL */

/* YARA rules: a file, or a folder's *.yar and *.yara. What cannot be used is told. */
void scan_file_rules(struct scan_file *scan, const char *path, struct rule_complaint complaint);
/* Files known to be good: a folder of them, or a Debian package's name (its md5sums). None there is
 * an error. */
bool scan_file_baseline(struct scan_file *scan, const char *what, struct err *err);
/* clamd's socket; false when nobody answers there. */
bool scan_file_clamd(struct scan_file *scan, const char *socket, struct err *err);
void scan_file_ready(struct scan_file *scan);
/* Of all that decides what is found: the looks, the rules, clamd's database, what is good. */
uint64_t scan_file_digest(const struct scan_file *scan);

struct scan_verdict {
    struct scan_found found;
    double strength, p;
    const char *grade; /* NULL = nothing */
    bool known_good;
    char member[160]; /* of an archive, where the finding is; "" = the file itself */
};

/* Members of archives looked at, and archives that were not read whole. */
struct scan_members {
    uint64_t looked, skipped;
};

/* What one thread needs to look; the scan_file stays the caller's. */
struct scan_hand;
struct scan_hand *scan_hand_new(const struct scan_file *scan);
void scan_hand_free(struct scan_hand *hand);
/* `bytes` of a file of that name; adds to *members. */
void scan_file_look(struct scan_hand *hand, struct text name, struct text bytes,
                    struct scan_verdict *ret, struct scan_members *members);

#endif
