#include "base/json_flat.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

void json_flat_start(struct json_flat *flat, struct text line)
{
    *flat = (struct json_flat){.at = line.at, .end = line.at ? line.at + line.len : line.at};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void pass_blanks(struct json_flat *flat)
{
    while (flat->at < flat->end && is_blank(*flat->at))
        flat->at++;
}

/* The quote that ends the string whose first byte is at `at`; NULL: there is none. */
static const char *string_end(const char *at, const char *end)
{
    while (at < end) {
#ifdef __SSE2__
        if (end - at >= 16) {
            __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
            __m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
            unsigned bits = (unsigned)_mm_movemask_epi8(marks);
            if (bits == 0) {
                at += 16;
                continue;
            }
            at += __builtin_ctz(bits);
        }
#endif
        if (*at == '"')
            return at;
        if (*at == '\\' && ++at == end)
            break;
        at++;
    }
    return NULL;
}

/* Behind the bracket that closes the one at `at`; NULL: none does, or it is too deep. */
static const char *bracket_end(const char *at, const char *end)
{
    char open[JSON_FLAT_DEPTH] = {0};
    unsigned depth = 0;
    for (; at < end; at++) {
        if (*at == '"') {
            at = string_end(at + 1, end);
            if (at == NULL)
                return NULL;
        } else if (*at == '[' || *at == '{') {
            if (depth == JSON_FLAT_DEPTH)
                return NULL;
            open[depth++] = *at;
        } else if (*at == ']' || *at == '}') {
            if (depth == 0 || open[--depth] != (*at == ']' ? '[' : '{'))
                return NULL;
            if (depth == 0)
                return at + 1;
        }
    }
    return NULL;
}

static bool fail(struct json_flat *flat, const char *wrong)
{
    flat->wrong = wrong;
    return false;
}

static bool literal(struct json_flat *flat, const char *word, size_t len, enum json_piece_kind kind,
                    struct json_piece *ret)
{
    if ((size_t)(flat->end - flat->at) < len || memcmp(flat->at, word, len) != 0)
        return fail(flat, "a JSON value that is none");
    *ret = (struct json_piece){kind, text_at(flat->at, len)};
    flat->at += len;
    return true;
}

static bool number(struct json_flat *flat, struct json_piece *ret)
{
    const char *from = flat->at, *at = from;
    while (at < flat->end && ((*at >= '0' && *at <= '9') || *at == '.' || *at == '-' ||
                              *at == '+' || *at == 'e' || *at == 'E'))
        at++;
    if (at == from)
        return fail(flat, "a JSON value that is none");
    *ret = (struct json_piece){PIECE_NUMBER, text_at(from, (size_t)(at - from))};
    flat->at = at;
    return true;
}

static bool piece(struct json_flat *flat, struct json_piece *ret)
{
    if (flat->at == flat->end)
        return fail(flat, "a JSON object that is not closed");
    const char *to;
    switch (*flat->at) {
    case '"':
        to = string_end(flat->at + 1, flat->end);
        if (to == NULL)
            return fail(flat, "a JSON string that is not closed");
        *ret = (struct json_piece){PIECE_TEXT, text_at(flat->at + 1, (size_t)(to - flat->at - 1))};
        flat->at = to + 1;
        return true;
    case '[':
    case '{':
        to = bracket_end(flat->at, flat->end);
        if (to == NULL)
            return fail(flat, "a JSON bracket that is not closed, or too deep");
        *ret = (struct json_piece){*flat->at == '[' ? PIECE_ARRAY : PIECE_OBJECT,
                                   text_at(flat->at, (size_t)(to - flat->at))};
        flat->at = to;
        return true;
    case 't':
        return literal(flat, "true", 4, PIECE_TRUE, ret);
    case 'f':
        return literal(flat, "false", 5, PIECE_FALSE, ret);
    case 'n':
        return literal(flat, "null", 4, PIECE_NULL, ret);
    default:
        return number(flat, ret);
    }
}

/* At the object's end: nothing but blanks may follow. */
static bool finish(struct json_flat *flat)
{
    flat->at++;
    pass_blanks(flat);
    flat->over = true;
    return flat->at < flat->end ? fail(flat, "something behind the JSON object") : false;
}

bool json_flat_next(struct json_flat *flat, struct text *ret_key, struct json_piece *ret)
{
    if (flat->over || flat->wrong)
        return false;
    pass_blanks(flat);
    if (flat->at < flat->end && *flat->at == '}' && flat->begun)
        return finish(flat);
    if (flat->at == flat->end || *flat->at != (flat->begun ? ',' : '{'))
        return fail(flat, "no JSON object, or one that is not closed");
    flat->at++;
    pass_blanks(flat);
    if (!flat->begun && flat->at < flat->end && *flat->at == '}')
        return finish(flat);
    flat->begun = true;
    if (flat->at == flat->end || *flat->at != '"')
        return fail(flat, "a JSON member without a name");
    const char *to = string_end(flat->at + 1, flat->end);
    if (to == NULL)
        return fail(flat, "a JSON name that is not closed");
    *ret_key = text_at(flat->at + 1, (size_t)(to - flat->at - 1));
    flat->at = to + 1;
    pass_blanks(flat);
    if (flat->at == flat->end || *flat->at != ':')
        return fail(flat, "a JSON name without a value");
    flat->at++;
    pass_blanks(flat);
    return piece(flat, ret);
}
