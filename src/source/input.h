/*
 * The bytes behind a packet source, inside this folder only.
 *
 * Trouble it answers: captures come as files of any size, as pipes, and compressed (unpack.h). A
 * regular file is mapped and its packets are handed on where they lie: nothing is copied. A pipe is
 * read, and what is compressed unpacked, in big pieces straight into the block that is being
 * filled; only the cut rest behind the last whole packet is moved on to the next block. A reader of
 * a format sees one thing in all cases: a window of bytes [at, end), which input_need can widen.
 *
 * A mapped file that somebody shortens while we read: its size is asked again for every block and
 * the window shortened, so that reading ends with "shrank while it was read". What is cut between
 * that question and the use of the bytes still ends the program with SIGBUS; that is the price of
 * not copying, and an output in the making appears whole or not at all.
 *
 * Order: input_open / input_stream / input_memory -> input_peek -> for every block: input_begin,
 * input_need, input_skip, input_finish -> input_close.
 */
#ifndef MUSTER_SOURCE_INPUT_H
#define MUSTER_SOURCE_INPUT_H

#include "base/cursor.h"
#include "base/file.h"
#include "source/source.h"
#include "source/unpack.h"

enum {
    INPUT_NEED_MAX = 512 * 1024,  /* the most bytes that one structure of a format may need */
    INPUT_FILL_MAX = 1024 * 1024, /* the most bytes that are read ahead for a block */
    INPUT_ROOM = INPUT_FILL_MAX + 2 * INPUT_NEED_MAX, /* of block->bytes */
    CACHE_LINE = 64,
    PREFETCH_AHEAD = 2048,     /* bytes */
    CAPTURED_MAX = 256 * 1024, /* bytes of a packet: libpcap's MAXIMUM_SNAPLEN; more is damage */
};

struct input {
    const uint8_t *at, *end; /* the window: what can be read now */
    const uint8_t *begin;    /* the window's first byte in this block */
    uint64_t origin;         /* what `begin` is the offset of, in bytes of the source */
    struct file_map map;     /* of a regular file */
    uint64_t dropped;        /* bytes of the map whose pages were given back */
    uint64_t populated;      /* bytes of the map whose pages were asked for */
    int fd;                  /* -1: memory */
    bool stream, owned;      /* read, not mapped; fd is ours to close */
    struct unpack *unpack;   /* of a stream that is compressed; else NULL */
    uint64_t size;           /* of a stream that is a file; 0 when not known */
    bool ended;              /* a stream that has no more to read */
    const uint8_t *limit;    /* end of the room that a stream may be read to */
    uint8_t *carry;          /* what the last block left, INPUT_ROOM bytes; of a stream */
    size_t carried;          /* bytes of it */
    size_t fill;             /* bytes to read ahead for the next block */
    const char *trouble;     /* why reading ended too early; NULL if it did not */
};

/* Maps path, or reads it when it is compressed, a pipe or "-". */
bool input_open(struct input *in, const char *path, struct err *err);
/* Reads fd, which stays the caller's, behind the bytes already read. */
void input_stream(struct input *in, int fd, const uint8_t *start, size_t len);
/* Bytes that stay the caller's and must live until input_close. */
void input_memory(struct input *in, const void *bytes, size_t len);
void input_close(struct input *in);
uint64_t input_size(const struct input *in); /* in bytes of the file; 0 when not known */

/* The first bytes of the content, n <= INPUT_NEED_MAX of them if there are so many; before the
 * first input_begin. Lives until then. */
const uint8_t *input_peek(struct input *in, size_t n, size_t *ret_len);

void input_begin(struct input *in, struct block *block);
void input_finish(struct input *in);

/* Reads on until the window holds n bytes; false when the source has no more. For input_need. */
bool input_more(struct input *in, size_t n);

/* Whether n <= 2 * INPUT_NEED_MAX bytes are at `at`. Ask input_roomy first. */
static inline bool input_need(struct input *in, size_t n)
{
    return (size_t)(in->end - in->at) >= n || input_more(in, n);
}

/* Whether this block can still take the largest thing; if not, hand it on and begin another. */
static inline bool input_roomy(const struct input *in)
{
    return !in->stream || in->limit - in->at >= 2 * INPUT_NEED_MAX;
}

/* Where the next packet lies is known only when this one's header has come from memory: one packet
 * at a time, that wait is most of the cost of reading. Asking for every line a little ahead turns
 * it into a stream (measured with packets of 692 bytes: 208 -> 125 ns each, of which 7 ns are not
 * memory). Returns how far was asked; begin with `at`. */
static inline const uint8_t *input_prefetch(const uint8_t *at, const uint8_t *end,
                                            const uint8_t *fetched)
{
    const uint8_t *to = end - at > PREFETCH_AHEAD ? at + PREFETCH_AHEAD : end;
    if (fetched < at)
        fetched = at;
    for (; to - fetched >= CACHE_LINE; fetched += CACHE_LINE)
        __builtin_prefetch(fetched);
    return fetched;
}

/* Moves past n bytes, however many; false when the source ends before. */
bool input_skip(struct input *in, uint64_t n);

static inline uint64_t input_offset(const struct input *in)
{
    return in->origin + (uint64_t)(in->at - in->begin);
}

/* How much of input_size was read. */
static inline uint64_t input_progress(const struct input *in)
{
    return in->unpack ? unpack_taken(in->unpack) : input_offset(in);
}

/* Counts the damage, and describes it in source->damage when it is the first. */
void source_damaged(struct source *source, enum skip reason, uint64_t byte, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* A zeroed source of `bytes` that starts with a struct source, with path and kind set. */
void *source_new(size_t bytes, const struct source_kind *kind, const char *path);

#define SOURCE(name) extern const struct source_kind source_##name;
#include "source/source.list"
#undef SOURCE

/* For source->identity; never NULL. */
XXH3_state_t *source_identity_new(void);

/* The kind of a file that starts with these bytes; NULL when none knows it. */
const struct source_kind *source_kind_of(const uint8_t *start, size_t len);

/* The kind of that name; NULL and err (may be NULL): there is none. */
const struct source_kind *source_kind_named(const char *name, struct err *err);

/* A kind's `first`, for those that open over an input. */
bool source_first(struct source *source, struct instant *ret); /* closes the source */

/* A packet's link type as LINKTYPE_ number, of what stands in a file. */
uint16_t source_link_number(uint32_t field);

#endif
