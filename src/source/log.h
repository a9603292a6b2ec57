/*
 * A log of one line a record. A format of such logs says how one line becomes records and keeps
 * what it must know of the lines before (a header's columns); log.c does the rest: opening, lines,
 * blocks, counting. A new format is one file ending in
 *
 *     static const struct log_format format = {...};
 *     const struct source_kind source_x = {
 *         LOG_SOURCE, .name = "x", .about = "what it is", .knows = x_knows, .log = &format};
 *
 * and its line in source.list. Logs that belong together (the kind's `member`) are one source of
 * several parts, each with its own state. They are merged by hour: next comes the part whose next
 * record has the smallest hour, then the smallest rank, so that within an hour what explains comes
 * before what it explains. Every line is used, ignored (of a kind that says nothing), a remark
 * (a header, a comment, an empty line) or damaged: the four add up to the lines of the file.
 */
#ifndef MUSTER_SOURCE_LOG_H
#define MUSTER_SOURCE_LOG_H

#include "source/lines.h"
#include "source/records.h"

enum log_line { LOG_USED, LOG_IGNORED, LOG_REMARK, LOG_DAMAGED };

/* One line on its way into records. */
struct log_entry {
    struct text line;    /* without its end */
    uint64_t number;     /* of the line, for records: with the part of a set above it */
    bool cut;            /* the file ends without an end of this line */
    struct block *block; /* takes up to LINE_RECORDS records, and what they point to */
    const char *wrong;   /* the reader says of a damaged line what is wrong; static text */
    struct instant time; /* the reader says, in a set, when its record ended; else unknown */
    void *shared;        /* what all parts of the source share */
    struct skips *skips; /* the source's: for what is given up beside the line itself */
    const struct source *source; /* how much it may remember, and its seed */
};

struct log_format {
    size_t state_bytes; /* kept from line to line, zeroed at the file's start; may be 0 */
    unsigned lacks;     /* LACK_BITs, known from the start */
    enum log_line (*line)(void *state, struct log_entry *entry);
    /* What turned out to be lacking when the file is over; may be NULL. */
    unsigned (*lacking)(const void *state);
    /* When the lines are over: what waited for more of them, into blocks, as long as it is false;
     * may be NULL. */
    bool (*finish)(void *state, struct block *block);
    void (*free)(void *state); /* what the state owns beside its bytes; may be NULL */
    /* Of formats whose logs come in sets. */
    size_t shared_bytes;                 /* zeroed; `lacking` and `shared_free` are given them */
    void (*shared_free)(void *shared);   /* may be NULL */
    unsigned (*rank)(const void *state); /* among the parts of an hour; may be NULL */
};

struct source *log_open(const struct source_kind *kind, struct input *in, const char *path,
                        struct err *err);
void log_add(struct source *source, struct input *in, const char *path);
bool log_next(struct source *source, struct block *block);
void log_close(struct source *source);
/* Of the source only one day is read; before the first log_next. The window lives as long. False
 * and err: a file is not the log that the window is about. */
bool log_window(struct source *source, const struct source_window *window, struct err *err);

/* One of the files of a set, or the only one. */
struct log_part {
    struct lines lines;
    void *state;
    const char *path;
    int64_t hour; /* of the next record, or not after it; INT64_MIN: not begun */
    const struct source_range *range; /* NULL: all of it */
    uint8_t sought;                   /* log_part_seek: steps done */
    bool finished;                    /* nothing waits any more */
};
/* Moves a part that lies at its beginning to its range: what headers say goes into the state,
 * nothing else is kept or counted. Within lines_begin and lines_finish; false: the block is full,
 * go on with the next. `shared`: of the format, zeroed or in use. */
bool log_part_seek(struct log_part *part, const struct log_format *format, void *shared,
                   struct source *source, struct block *block);

/* A line's outcome into the source's counts, and the first damage into words. */
void log_count(struct source *source, enum log_line outcome, const struct log_entry *entry,
               uint64_t byte);

/* What all kinds of logs have in common in their entry. */
#define LOG_SOURCE                                                                                 \
    .unit = "line", .open = log_open, .add = log_add, .next = log_next, .close = log_close

#endif
