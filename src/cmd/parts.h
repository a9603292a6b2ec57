/*
 * What commands that judge open alike: configuration, home, indicator sets, databases of countries
 * and networks, and the digest of all that makes a procedure.
 *
 * Order: parts_open -> use -> parts_close.
 */
#ifndef MUSTER_CMD_PARTS_H
#define MUSTER_CMD_PARTS_H

#include "base/progress.h"
#include "cmd/cmd.h"
#include "conf.h"
#include "enrich/enrich.h"
#include "files.h"
#include "record/home.h"
#include "record/review.h"
#include "table_map.h"

struct parts {
    const struct options *options;
    const char *command; /* for complaints */
    struct progress *progress;
    struct arena arena;
    struct conf conf;
    struct home home;
    struct address server[2];   /* --server: IPv4, IPv6; :: = not told */
    struct review *review;      /* --allow and --roles */
    struct alert_rules *alerts; /* muster's and --alerts */
    struct marks *marks;        /* muster's and --marks; NULL with mark.on=0 */
    struct scan_file *scan;     /* --file-marks, --clamd; or NULL */
    struct files_plan files;
    struct indicators *indicators; /* never NULL; may hold no set */
    struct enrich *enrich;
    unsigned databases;    /* of countries and networks */
    const char *detectors; /* "intel/1 ...": names and versions */
    const char *sets;      /* "trails@1f3c5a77 ...": indicator sets and digests */
    char procedure[17];
    struct table_map *map; /* --map; NULL = not given */
    int status;            /* worst exit status so far */
};

/* The databases of countries and networks: --geo, else those that are installed; NULL: one cannot
 * be used. */
struct enrich *parts_databases(const struct options *options, unsigned *ret_databases,
                               struct err *err);
/* Says on standard error what went wrong, and remembers the worst status. */
void parts_complain(struct parts *parts, int status, const char *text);
/* False: nothing can be done, why was said, parts->status is the exit status. */
bool parts_open(struct parts *parts, const struct options *options, const char *command,
                struct progress *progress);
void parts_close(struct parts *parts);

#endif
