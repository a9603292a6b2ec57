/*
 * The members of one JSON object on one line (RFC 8259), as texts where they lie.
 *
 * Trouble: logs are millions of small objects whose members are numbers and short texts. A parser
 * of documents (json.h) wants each copied behind padding, makes a tape of it, is asked for every
 * name, and its texts die with the next line. Here a member is a key and a piece of the line, which
 * live as long as the line does; who wants a text without its escapes undoes them.
 *
 * What is checked is what must hold to find the members: strings end, brackets match, literals and
 * the letters of numbers; not the encoding. Objects and arrays inside are given whole.
 *
 * Order: json_flat_start -> json_flat_next until false -> json_flat_good.
 */
#ifndef MUSTER_BASE_JSON_FLAT_H
#define MUSTER_BASE_JSON_FLAT_H

#include "base/text.h"

enum { JSON_FLAT_DEPTH = 64 };

enum json_piece_kind {
    PIECE_TEXT,   /* between its quotes, escapes as they are */
    PIECE_NUMBER, /* as written */
    PIECE_TRUE,
    PIECE_FALSE,
    PIECE_NULL,
    PIECE_ARRAY, /* with its brackets */
    PIECE_OBJECT
};

struct json_piece {
    enum json_piece_kind kind;
    struct text text;
};

struct json_flat {
    const char *at, *end;
    const char *wrong; /* NULL, or what no JSON is like; static */
    bool begun, over;
};

void json_flat_start(struct json_flat *flat, struct text line);
/* False when there are no more, or something is wrong. */
bool json_flat_next(struct json_flat *flat, struct text *ret_key, struct json_piece *ret);
/* Whether the object was whole and nothing stands behind it; once json_flat_next was false. */
static inline bool json_flat_good(const struct json_flat *flat)
{
    return flat->over && flat->wrong == NULL;
}

#endif
