/*
 * A log's lines, one after the other, where they lie: in the mapped file or in the block's bytes.
 * A line ends at LF or CR LF, or where the file does; one longer than LINE_BYTES_MAX is passed over
 * and counted. The bytes also make the source's identity (XXH3-128 over what is not compressed).
 *
 * Order: lines_begin -> lines_next until false or the block is full -> lines_finish, for each
 * block.
 */
#ifndef MUSTER_SOURCE_LINES_H
#define MUSTER_SOURCE_LINES_H

#include "source/input.h"

/* A block ends after so many bytes even if they became no records: only between blocks are the
 * pages of a mapped file given back, and the arena emptied. */
enum { LINE_BYTES_MAX = INPUT_NEED_MAX, LINES_BLOCK_BYTES = 4 << 20 };

struct lines {
    struct input input; /* owned */
    uint64_t number;    /* of the line that was given last, from 1 */
    uint64_t offset;    /* where it begins, in bytes of the content */
    bool cut;           /* it is the last and has no end: the file may stop inside it */
    bool passing;       /* inside a line that is too long */
    bool ended;
    const uint8_t *from; /* where this block's bytes begin */
    const uint8_t *last; /* where the line that was given last begins */
};

void lines_begin(struct lines *lines, struct block *block);
/* The next line without its end; lives as long as the block does. False: the block has no room for
 * more bytes, or (`ended`) the source is at its end. Damage goes to the source. */
bool lines_next(struct lines *lines, struct source *source, struct text *ret);
/* Takes the line that was given last back: lines_next will give it again. */
void lines_return(struct lines *lines, struct source *source);
void lines_finish(struct lines *lines, struct source *source);

#endif
