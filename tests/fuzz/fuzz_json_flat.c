/* Any line as one JSON object: what the parser of documents takes must be cut into the same members
 * here. */
#include "base/err.h"
#include "base/json.h"
#include "base/json_flat.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static enum json_piece_kind kind_of(enum json_type type)
{
    switch (type) {
    case JSON_TEXT:
        return PIECE_TEXT;
    case JSON_INTEGER:
    case JSON_REAL:
        return PIECE_NUMBER;
    case JSON_ARRAY:
        return PIECE_ARRAY;
    case JSON_OBJECT:
        return PIECE_OBJECT;
    case JSON_NULL:
    case JSON_NONE:
    case JSON_BOOL:
        break;
    }
    return PIECE_NULL;
}

static bool has_escape(struct text text)
{
    return text.len && memchr(text.at, '\\', text.len) != NULL;
}

static void same_members(struct text line, struct json_value root)
{
    struct json_flat flat;
    struct json_piece piece;
    struct json_each each = json_members(root);
    struct text key, wanted_key;
    struct json_value wanted;
    json_flat_start(&flat, line);
    while (json_next(&each, &wanted_key, &wanted)) {
        muster_assert(json_flat_next(&flat, &key, &piece));
        muster_assert(has_escape(key) || text_same(key, wanted_key));
        enum json_type type = json_type(wanted);
        if (type == JSON_BOOL)
            muster_assert(piece.kind == (json_is_true(wanted) ? PIECE_TRUE : PIECE_FALSE));
        else
            muster_assert(piece.kind == kind_of(type));
        if (type == JSON_TEXT && !has_escape(piece.text))
            muster_assert(text_same(piece.text, json_text(wanted)));
    }
    muster_assert(!json_flat_next(&flat, &key, &piece) && json_flat_good(&flat));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct text line = text_at(bytes, len), key;
    struct json_piece piece;
    struct json_flat flat;
    const char *why;
    json_flat_start(&flat, line);
    while (json_flat_next(&flat, &key, &piece)) {
        muster_assert(key.at >= line.at && key.at + key.len <= line.at + line.len);
        muster_assert(piece.text.at >= line.at &&
                      piece.text.at + piece.text.len <= line.at + line.len);
    }
    muster_assert(json_flat_good(&flat) || flat.wrong != NULL);
    struct json *json = json_parse(line, &why);
    if (json != NULL && json_type(json_root(json)) == JSON_OBJECT)
        same_members(line, json_root(json));
    json_free(json);
    return 0;
}
