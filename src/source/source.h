/*
 * A source yields packets, or ready-made records, in blocks. What a file is, is told by its first
 * bytes, never its name; of a compressed one by its content's. A new kind of source is one file
 * ending in `const struct source_kind source_x` and one line in source/source.list.
 *
 * Order: source_open -> source_next until it returns false -> source_close.
 */
#ifndef MUSTER_SOURCE_SOURCE_H
#define MUSTER_SOURCE_SOURCE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/table.h"
#include "record/lack.h"
#include "record/packet.h"
#include "record/record.h"
#include "record/skip.h"

#include <stddef.h>
#include <xxhash.h>

enum { BLOCK_PACKETS = 512, BLOCK_RECORDS = 512, SOURCE_LINKS = 8 };

/* A run of packets or records in file order. Their bytes and texts are the mapped file's, which
 * lives until source_close, or the block's own (`bytes`), which lives until the block is given to
 * source_next again or freed. So a block may be processed while further ones are filled. */
struct block {
    struct packet packet[BLOCK_PACKETS];
    uint32_t packets;
    /* Of a log or export. The host's end of each is who opened the conversation; whether it is home
     * is for others to see. */
    struct record record[BLOCK_RECORDS];
    uint32_t records;
    uint32_t relative;  /* of them had a relative clock, see record_clock */
    struct arena arena; /* what the records point to, if it is not the source's own bytes */
    uint8_t *bytes;     /* of sources that are no mapped file; NULL until needed */
    size_t room;
};
void block_free_bytes(struct block *block); /* the block itself is the caller's */

/* Packets of link types that the wire does not read, by LINKTYPE_ number. */
struct source_link {
    uint16_t link;
    uint64_t packets;
};

struct input;
struct log_format;
struct source_kind;
struct source_member;

struct source {
    const struct source_kind *kind;
    char *path;          /* as given; "-" for standard input; of a set its name */
    uint64_t size_bytes; /* 0 when not known */
    uint64_t read_bytes; /* for progress */
    struct skips skips;  /* cut_file, block_damaged, line_damaged, line_ignored */
    char damage[160];    /* first damage: where and what, e.g. "byte 4096: ..."; "" if none */
    /* Of a set of files: their paths, which are the caller's, and the name of the one being read.
     */
    char *const *part;
    unsigned parts; /* 0: a single file */
    const char *part_name;
    /* Of sources that are no captures: */
    uint64_t units, remarks; /* lines or export records in all; of them headers and remarks */
    uint64_t used;           /* of them that became records; the others stand in `skips` */
    unsigned lacks;          /* LACK_BITs: what it cannot tell */
    uint32_t sampling;       /* one packet in so many was seen, at the rarest; 0, 1: all */
    XXH3_state_t *identity;  /* over its uncompressed bytes; NULL of captures */
    const char *precise;     /* its kind's name as its content turned out; NULL: kind->name */
    /* For what a source must remember of its records; who opens it may set them before the first
     * source_next. 0: the source's usual. */
    size_t memory_bytes;
    struct table_seed seed;
    const char *key; /* its identity is this one's instead; NULL: not */
};

struct source_kind {
    const char *name, *about;
    const char *unit; /* what record.number counts: "line"; NULL = "packet" */
    /* Whether a file that starts with these bytes (up to 4096) is of this kind. */
    bool (*knows)(const uint8_t *start, size_t len);
    /* The time of the first packet as a file's first bytes tell it; false when they do not.
     * May be NULL. */
    bool (*first)(const uint8_t *start, size_t len, struct instant *ret);
    /* Opens over an input (input.h), which the source then owns; also when it fails: then the
     * input is closed. `path` is for messages. */
    struct source *(*open)(const struct source_kind *kind, struct input *in, const char *path,
                           struct err *err);
    /* Fills the block; false at the end. Damage inside is counted in skips, never an error. */
    bool (*next)(struct source *source, struct block *block);
    void (*close)(struct source *source);
    const struct log_format *log; /* of a log (log.h) */
    /* Its records do not tell who answered: the one server that keeps the log (way_setup.server).
     */
    bool at_server;
    /* Of a kind whose files belong together, such as the logs of one hour. May be NULL. */
    bool (*member)(const uint8_t *start, size_t len, struct text file_name,
                   struct source_member *ret);
    /* Takes one more file into a source; the input is the source's then. `path` lives as long. */
    void (*add)(struct source *source, struct input *in, const char *path);
};

enum { SOURCE_PARTS = 64, SOURCE_WINDOW_PARTS = 4096, SOURCE_KEY = 256 };

/* A file's place in a set: the files of a folder with the same key are one source. */
struct source_member {
    struct text word; /* the part of the file's name that differs within the set: "conn" */
    char key[SOURCE_KEY];
};

/* What of a followed log's content belongs to a day; all in bytes, at beginnings of lines. */
struct source_range {
    uint64_t head;   /* of the last header before `from`: read for what it says, not counted */
    uint64_t from;   /* nothing before it is of the day */
    uint64_t taken;  /* lines before it were read with an earlier day: only what is of this day
                        counts; behind it also what comes late */
    uint64_t to;     /* nothing from here on is looked at */
    uint64_t line;   /* lines before `from` */
    uint64_t digest; /* XXH3 of the first `digested` bytes: else it is another log by now */
    uint32_t digested;
    struct instant first; /* of the day's first record; unknown: none is */
};
/* One UTC day of followed logs. */
struct source_window {
    struct day day;
    const struct source_range *range; /* one a path */
    const char *key;                  /* says what source it is; its identity is made of this */
};

/* What is read as one source: a file, or the files of a set. */
struct source_item {
    char **path;
    size_t len; /* 1 to SOURCE_PARTS; with a window to SOURCE_WINDOW_PARTS */
    char *name; /* the path, or of a set "FOLDER/{conn,dns,ssl}.log" */
    const struct source_window *window; /* NULL: all there is */
    const char *alerts; /* an EVE log of alerts about this capture (with_alerts.h); or NULL */
};

/* NULL and err: cannot be opened, or no kind knows it ("first bytes 7f 45 4c 46 are of no known
 * kind"). */
struct source *source_open(const char *path, const char *kind_or_null, struct err *err);
/* The item must live as long as the source. */
struct source *source_open_item(const struct source_item *item, const char *kind_or_null,
                                struct err *err);
bool source_next(struct source *source, struct block *block);
void source_close(struct source *source); /* accepts NULL */

/* The files behind paths: folders are walked (not through symbolic links, not hidden files), and
 * every folder's files are put in order of their first packet's time, then name. Files given by
 * name keep their place. "-" stays. Files that belong together become one item, at the place of
 * the first. */
struct source_list {
    struct source_item *item;
    size_t len;
};
bool source_list_make(struct source_list *list, char *const *paths, size_t len, struct err *err);
void source_list_free(struct source_list *list);

/* tcpdump.org's name of a link type ("IEEE802_11_RADIOTAP"), or "unknown". */
const char *source_link_name(uint16_t link);

#endif
