/*
 * Listings in, one compiled indicator file out (record/indicators_format.h). Inside feeds/ only.
 * Order: feed_sink_new -> feed_sink_read for each file -> feed_sink_build -> feed_sink_free.
 * The files' contents may go as soon as they are read.
 */
#ifndef MUSTER_FEEDS_COMPILE_H
#define MUSTER_FEEDS_COMPILE_H

#include "base/buf.h"
#include "feeds/feed.h"
#include "record/indicators_format.h"

/* A listing as it is collected; `hash` decides its bucket and tag. */
struct listing {
    uint64_t hash;
    uint32_t item;   /* in the pool */
    uint32_t family; /* 1 + index in feed_sink's; 0 = none */
    uint16_t item_len, first, last;
    uint8_t class, confidence;
};

struct listings {
    struct listing *at;
    size_t len, room;
};

struct family {
    uint64_t hash;
    uint32_t at;   /* in the pool; 0 = free */
    uint32_t size; /* listings of it */
};

enum feed_outcome { FEED_USED, FEED_REFUSED, FEED_REMARK, FEED_OUTCOMES };

struct feed_sink {
    struct listings table[INDICATOR_KINDS];
    struct listings ranged;  /* hash = index in network */
    struct network *network; /* of the ranged ones */
    size_t networks_room;
    struct buf pool;
    struct family *family; /* open addressing, FEED_FAMILIES */
    unsigned families;
    struct text family_last; /* what was asked for last ... */
    uint32_t family_last_at; /* ... and where it lies */
    uint32_t labels_most;
    int32_t newest;
    uint32_t files;
    uint64_t digest; /* sum over files, so that order does not matter */
    uint64_t rejects[INDICATOR_REJECTS];
    uint32_t reject_example[INDICATOR_REJECTS];
    struct text path; /* of the file being read */
    const char *unit; /* the record being read: "line" 12; 0 = none */
    uint64_t number;
    bool taken, refused, remarked; /* what was said of it so far */
    uint64_t records[FEED_OUTCOMES];
    uint64_t total;     /* listings taken */
    const char *format; /* of the first file that had one; static */
    const char
        *damaged; /* what was cut or damaged last: archive, compression, JSON, XML; or NULL */
};
enum { FEED_FAMILIES = 1 << 16 };

struct feed_sink *feed_sink_new(void);
void feed_sink_free(struct feed_sink *sink); /* accepts NULL */
/* The file or member about to be read, outside any record; for what is rejected as a whole. */
void feed_sink_file(struct feed_sink *sink, struct text path);
/* Tells the format of a file by content and reads it; counted when it is none. */
void feed_sink_read(struct feed_sink *sink, const struct feed_file *file);
/* Puts {uint16 len, bytes} into the pool; 0 when there is no room or no text. */
uint32_t feed_sink_text(struct feed_sink *sink, struct text text);
/* 1 + index of the family, put into the pool when it is new; 0 = none. */
uint32_t feed_sink_family(struct feed_sink *sink, struct text name);
/* Everything of `from` behind what is in `into` (join.c); from stays as it is, between files. */
void feed_sink_join(struct feed_sink *into, const struct feed_sink *from);
/* "12 lines not understood, 3 ..." of what was rejected so far, for an error message. */
void feed_sink_tell(const struct feed_sink *sink, struct buf *out);
/* The whole file into out. name: of the set; origin: the path it was read from. */
void feed_sink_build(struct feed_sink *sink, struct text name, struct text origin, struct buf *out);

#endif
