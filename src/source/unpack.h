/*
 * Compressed captures: gzip (RFC 1952) and Zstandard (RFC 8878), told by their first bytes, one or
 * several members or frames behind each other, from a file or a pipe. Read as a stream: what is
 * held is the decoder's window (32 KB; of Zstandard at most 128 MB) and a piece of input, however
 * long the content. So an input made to unpack without end is only a long one, up to a ratio that
 * no capture reaches: there it is cut, and unpack_trouble says so.
 *
 * Order: unpack_knows -> unpack_new -> unpack_read until 0 -> unpack_trouble -> unpack_free.
 */
#ifndef MUSTER_SOURCE_UNPACK_H
#define MUSTER_SOURCE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    UNPACK_KNOWS_BYTES = 4,
    UNPACK_RATIO_MAX = 2000,       /* gzip ends at 1032; of captures 4 to 50 were seen */
    UNPACK_FREE_BYTES = 64 << 20,  /* not asked for their ratio */
    UNPACK_WINDOW_LOG = 27,        /* 128 MB: what zstd itself unpacks unasked */
    UNPACK_INPUT_BYTES = 128 << 10 /* read at once */
};

struct unpack;

/* Whether bytes that start like this are compressed. */
bool unpack_knows(const uint8_t *start, size_t len);
/* Of an input that unpack_knows: its first bytes were read already, the rest comes from fd, which
 * stays the caller's. */
struct unpack *unpack_new(int fd, const uint8_t *start, size_t len);
/* At least 1 and at most room > 0 bytes of content; 0: there are no more. */
size_t unpack_read(struct unpack *unpack, uint8_t *to, size_t room);
/* Why the content ended too early; NULL if it did not. Lives as long as unpack. */
const char *unpack_trouble(const struct unpack *unpack);
uint64_t unpack_taken(const struct unpack *unpack); /* compressed bytes, for progress */
void unpack_free(struct unpack *unpack);            /* accepts NULL */

#endif
