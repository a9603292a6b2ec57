/*
 * Names that strangers wrote, made fit to keep: printable UTF-8, bounded, cut between characters.
 * What is no character of the encoding, and controls, become '?'. Pure.
 */
#ifndef MUSTER_BASE_PRINTABLE_H
#define MUSTER_BASE_PRINTABLE_H

#include "base/cursor.h"
#include "base/text.h"

enum { PRINTABLE_ROOM = 2048, PRINTABLE_NAME = 64, PRINTABLE_LONG = 128 };

struct printable_room {
    char text[PRINTABLE_ROOM];
    uint32_t used;
};

/* Each returns a text of at most `most` bytes in the room; null when nothing is left of it, after
 * blanks and NULs at its end were taken off, or when the room is full. */
struct text printable_utf8(struct printable_room *room, struct cursor bytes, size_t most);
struct text printable_utf16_le(struct printable_room *room, struct cursor bytes, size_t most);
struct text printable_hex(struct printable_room *room, struct cursor bytes, size_t most);
/* The labels of a DNS name on the wire (RFC 1035 3.1; no pointers), joined by dots. */
struct text printable_labels(struct printable_room *room, struct cursor bytes, size_t most);
/* "00:08:02:1c:47:ae" */
struct text printable_mac(struct printable_room *room, uint64_t mac);

#endif
