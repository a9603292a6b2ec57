/* The inside of follow.h: follow.c (which logs, which day), follow_scan.c (one log's days),
 * follow_state.c (the state file). */
#ifndef MUSTER_SOURCE_FOLLOW_INSIDE_H
#define MUSTER_SOURCE_FOLLOW_INSIDE_H

#include "source/follow.h"
#include "source/log.h"

enum { FOLLOW_HEAD = 4096, FOLLOW_KINDS = 32, FOLLOW_DAYS = 1000, FOLLOW_LOGS = 1 << 20 };

/* The beginning of a line. */
struct follow_mark {
    uint64_t offset, line; /* bytes and lines before it */
    uint64_t head;         /* where the last header before it begins */
};

/* Where an open day lies in a log. */
struct follow_day {
    struct day day;
    struct follow_mark first, end; /* end: behind its last record */
    struct instant time;           /* of its first record, or not behind it */
    bool told; /* it has records, not only lines that explain others (certificates) */
};

/* What stat says of a file that did not change. */
struct follow_file {
    uint64_t inode, size;
    int64_t changed_ns;
};

struct follow_log {
    unsigned kind; /* place in follow->kind */
    /* How it is recognised: XXH3 of its first bytes. */
    uint64_t digest;
    uint32_t digested;
    struct follow_mark from;  /* nothing before it is of an open day */
    struct follow_mark taken; /* so far a day's reading has come */
    struct follow_file file;  /* as it was when it was scanned */
    bool ended;               /* in the state: `from` was the end of that file */
    unsigned missed;          /* days closed while it was away */
    /* Not in the state: */
    char *path;    /* NULL: not found yet */
    bool seen;     /* in this look */
    unsigned away; /* looks that did not find it */
    struct follow_mark scanned;
    bool in_header; /* the line before `scanned` was one */
    struct instant newest;
    struct follow_day *day; /* open days, in the order in which they begin */
    size_t days;
};

struct follow_kind {
    const struct source_kind *kind;
    struct day closed, closing; /* DAY_NONE: none */
    struct instant newest;
};

struct follow {
    char **path; /* absolute */
    size_t paths;
    char *state_path;
    struct follow_kind kind[FOLLOW_KINDS];
    unsigned kinds;
    struct follow_log *log;
    size_t logs, logs_room;
    struct block *block; /* records of a scan go there and are forgotten */
    struct arena arena;  /* of the item */
    struct source_item item;
    struct source_window window;
    struct source_range *range;
    size_t *of; /* logs in the item, by place */
    unsigned due_kind;
    bool last; /* of this look */
    struct follow_counts counts;
};

/* Place of a kind, made when new; FOLLOW_KINDS when it is no kind of log. */
unsigned follow_kind_of(struct follow *follow, const struct source_kind *kind);
struct follow_log *follow_log_add(struct follow *follow);
void follow_log_free(struct follow_log *log);

/* Reads what is new in log->path, with `last` also a line without its end; false: it is not the log
 * that it was, or cannot be read. */
bool follow_scan(struct follow *follow, struct follow_log *log, bool last);

/* Nothing when there is no state yet. */
bool follow_state_read(struct follow *follow, struct err *err);
bool follow_state_write(const struct follow *follow, struct err *err);
/* The text of a state; false and why: it is damaged. */
bool follow_state_parse(struct follow *follow, struct text text, const char **why);

#endif
