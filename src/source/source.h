/*
 * A source yields packets in blocks. What a file is, is told by its first bytes, never its name;
 * of a compressed one by its content's.
 * A new kind of source is one file ending in `const struct source_kind source_x` and one line in
 * source/source.list.
 *
 * Order: source_open -> source_next until it returns false -> source_close.
 */
#ifndef MUSTER_SOURCE_SOURCE_H
#define MUSTER_SOURCE_SOURCE_H

#include "base/err.h"
#include "record/packet.h"
#include "record/skip.h"

#include <stddef.h>

enum { BLOCK_PACKETS = 512, SOURCE_LINKS = 8 };

/* A run of packets in file order. Their bytes are the mapped file's, which lives until
 * source_close, or the block's own (`bytes`), which lives until the block is given to source_next
 * again or freed. So a block may be processed while further ones are filled. */
struct block {
    struct packet packet[BLOCK_PACKETS];
    uint32_t packets;
    uint8_t *bytes; /* of sources that are no mapped file; NULL until needed */
    size_t room;
};
void block_free_bytes(struct block *block); /* the block itself is the caller's */

/* Packets of link types that the wire does not read, by LINKTYPE_ number. */
struct source_link {
    uint16_t link;
    uint64_t packets;
};

struct input;

struct source {
    const struct source_kind *kind;
    char *path;          /* as given; "-" for standard input */
    uint64_t size_bytes; /* 0 when not known */
    uint64_t read_bytes; /* for progress */
    struct skips skips;  /* cut_file, block_damaged */
    char damage[160];    /* first damage: where and what, e.g. "byte 4096: ..."; "" if none */
};

struct source_kind {
    const char *name, *about;
    /* Whether a file that starts with these bytes (up to 4096) is of this kind. */
    bool (*knows)(const uint8_t *start, size_t len);
    /* The time of the first packet as a file's first bytes tell it; false when they do not.
     * May be NULL. */
    bool (*first)(const uint8_t *start, size_t len, struct instant *ret);
    /* Opens over an input (input.h), which the source then owns; also when it fails: then the
     * input is closed. `path` is for messages. */
    struct source *(*open)(struct input *in, const char *path, struct err *err);
    /* Fills the block; false at the end. Damage inside is counted in skips, never an error. */
    bool (*next)(struct source *source, struct block *block);
    void (*close)(struct source *source);
};

/* NULL and err: cannot be opened, or no kind knows it ("first bytes 7f 45 4c 46 are of no known
 * kind"). */
struct source *source_open(const char *path, const char *kind_or_null, struct err *err);
bool source_next(struct source *source, struct block *block);
void source_close(struct source *source); /* accepts NULL */

/* The files behind paths: folders are walked (not through symbolic links, not hidden files), and
 * every folder's files are put in order of their first packet's time, then name. Files given by
 * name keep their place. "-" stays. */
struct source_list {
    char **path;
    size_t len;
};
bool source_list_make(struct source_list *list, char *const *paths, size_t len, struct err *err);
void source_list_free(struct source_list *list);

/* tcpdump.org's name of a link type ("IEEE802_11_RADIOTAP"), or "unknown". */
const char *source_link_name(uint16_t link);

#endif
