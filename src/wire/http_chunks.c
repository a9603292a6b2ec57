/*
 * The walk over a chunked body (RFC 9112 7.1). The trouble: a body is cut anywhere by segments, and
 * where it ends decides where the next head starts. So a few bytes of state say where in the
 * grammar the walk stands, and every byte moves it on.
 */
#include "base/cursor.h"
#include "base/digits.h"
#include "wire/http.h"

enum { TRAILER_MAX = 16384 }; /* bytes; `left` counts them when there are no chunks any more */

enum state {
    SIZE_FIRST, /* a hexadecimal digit must come */
    SIZE,
    EXTENSION, /* up to the end of the size line */
    DATA,
    DATA_END,   /* CR LF behind the data; a bare LF passes */
    TRAILER,    /* at the start of a line; an empty one is the end */
    TRAILER_CR, /* CR at the start of a line */
    TRAILER_LINE,
    ENDED,
    BROKEN,
};

static enum state size_step(struct http_chunks *chunks, enum state state, uint8_t b)
{
    int digit = hex_digit((char)b);
    if (digit >= 0 && chunks->left >> 59 == 0) {
        chunks->left = chunks->left << 4 | (uint64_t)digit;
        return SIZE;
    }
    if (digit >= 0 || state == SIZE_FIRST)
        return BROKEN;
    if (b == '\n')
        return chunks->left ? DATA : TRAILER;
    return b == '\r' || b == ' ' || b == '\t' || b == ';' ? EXTENSION : BROKEN;
}

static enum state trailer_step(struct http_chunks *chunks, enum state state, uint8_t b)
{
    if (++chunks->left > TRAILER_MAX)
        return BROKEN;
    if (b == '\n')
        return state == TRAILER_LINE ? TRAILER : ENDED;
    return state == TRAILER && b == '\r' ? TRAILER_CR : TRAILER_LINE;
}

/* Moves on by one byte that is no chunk data. */
static enum state step(struct http_chunks *chunks, enum state state, uint8_t b)
{
    switch (state) {
    case SIZE_FIRST:
    case SIZE:
        return size_step(chunks, state, b);
    case EXTENSION:
        if (b != '\n')
            return EXTENSION;
        return chunks->left ? DATA : TRAILER;
    case DATA_END:
        if (b == '\r')
            return DATA_END;
        return b == '\n' ? SIZE_FIRST : BROKEN;
    case TRAILER:
    case TRAILER_CR:
    case TRAILER_LINE:
        return trailer_step(chunks, state, b);
    case DATA:
    case ENDED:
    case BROKEN:
        break;
    }
    return state;
}

size_t http_chunks_feed(struct http_chunks *chunks, const uint8_t *bytes, size_t len, bool *done,
                        bool *bad, const uint8_t **data_at, size_t *data_len)
{
    struct cursor c = cursor_over(bytes, len);
    enum state state = chunks->state;
    *data_at = NULL;
    *data_len = 0;
    while (cursor_left(&c) > 0 && state < ENDED) {
        if (state != DATA) {
            state = step(chunks, state, cursor_u8(&c));
            continue;
        }
        if (*data_at != NULL) /* the next run is the next call's */
            break;
        size_t run = chunks->left < cursor_left(&c) ? (size_t)chunks->left : cursor_left(&c);
        *data_at = c.at;
        *data_len = run;
        cursor_skip(&c, run);
        chunks->left -= run;
        if (chunks->left == 0)
            state = DATA_END;
    }
    chunks->state = (uint8_t)state;
    *done = state == ENDED;
    *bad = state == BROKEN;
    return len - cursor_left(&c);
}
