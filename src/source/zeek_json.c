/*
 * Zeek's logs as JSON: an object a line, columns that are unset left out. The kind is what the line
 * says of itself ("_path", or "@stream" of Security Onion and Corelight's forwarders, or a wrapping
 * member: {"conn": {...}}); of a line that says nothing, what only one kind has. A file may mix
 * kinds.
 *
 * Which value a name is, is remembered by the name's hash: the names are the same in every line.
 */
#include "source/zeek.h"

#include "base/json_flat.h"

enum { KEY_PATH = ZEEK_VALUES + 1, KEY_MARK = 0x40, KEY_VALUE = 0x3f };

static bool is_path(struct text key)
{
    return text_is(key, "_path") || text_is(key, "@stream");
}

static bool is_mark(const struct zeek_kind *kind, struct text key)
{
    struct zeek_kind only = *kind;
    only.columns = kind->marks;
    return zeek_value_of(&only, key) < ZEEK_VALUES;
}

static uint8_t value_of(const struct zeek *zeek, struct text key)
{
    if (is_path(key))
        return KEY_PATH;
    if (zeek->kind == NULL)
        return ZEEK_VALUES;
    return (uint8_t)(zeek_value_of(zeek->kind, key) | (is_mark(zeek->kind, key) ? KEY_MARK : 0u));
}

/* By the first and the last four bytes. */
static inline unsigned key_hash(struct text key)
{
    uint32_t first = 0, last = 0;
    if (key.len >= 4) {
        memcpy(&first, key.at, sizeof first);
        memcpy(&last, key.at + key.len - 4, sizeof last);
    } else {
        memcpy(&first, key.at, key.len);
    }
    return ((first ^ key.len << 24) * UINT32_C(2654435761) ^ last * UINT32_C(2246822519)) >> 8;
}

static inline uint8_t key_find(struct zeek *zeek, struct text key)
{
    enum { TRIES = 4 };
    if (key.len == 0 || key.len > ZEEK_KEY_BYTES)
        return ZEEK_VALUES;
    unsigned hash = key_hash(key);
    struct zeek_key *k = &zeek->key[hash % ZEEK_KEYS];
    for (unsigned i = 0; i < TRIES; i++) {
        k = &zeek->key[(hash + i) % ZEEK_KEYS];
        if (k->len == key.len && memcmp(k->at, key.at, key.len) == 0)
            return k->value;
        if (k->len == 0)
            break;
    }
    k->len = (uint8_t)key.len;
    memcpy(k->at, key.at, key.len);
    k->value = value_of(zeek, key);
    return k->value;
}

/* What a line says of its kind. */
struct says {
    struct text path;
    bool mark; /* it has a column that only the kind in hand has */
};

static bool members_read(struct zeek *zeek, struct text line, struct says *ret,
                         const char **ret_wrong)
{
    struct json_flat flat;
    struct text key;
    struct json_piece piece;
    *ret = (struct says){.mark = false};
    memset(zeek->value, 0, sizeof zeek->value);
    json_flat_start(&flat, line);
    while (json_flat_next(&flat, &key, &piece)) {
        unsigned value = key_find(zeek, key);
        ret->mark |= (value & KEY_MARK) != 0;
        value &= KEY_VALUE;
        if (value == KEY_PATH)
            ret->path = piece.text;
        else if (piece.kind != PIECE_NULL && piece.kind != PIECE_OBJECT)
            zeek->value[value] = piece.text;
    }
    *ret_wrong = flat.wrong;
    return json_flat_good(&flat);
}

/* {"conn": {...}}: the object inside, and its name as the path. */
static struct text unwrapped(struct text line, struct text *ret_path)
{
    struct json_flat flat;
    struct text key;
    struct json_piece piece;
    json_flat_start(&flat, line);
    if (!json_flat_next(&flat, &key, &piece) || piece.kind != PIECE_OBJECT)
        return line;
    *ret_path = key;
    return piece.text;
}

/* The kind of a line that does not name it. */
static const struct zeek_kind *kind_by_members(const struct zeek *zeek, struct text line)
{
    struct json_flat flat;
    struct text key;
    struct json_piece piece;
    json_flat_start(&flat, line);
    while (json_flat_next(&flat, &key, &piece))
        for (const struct zeek_kind *const *kind = zeek->of; *kind; kind++)
            if (is_mark(*kind, key))
                return *kind;
    return NULL;
}

static const struct zeek_kind *kind_named(const struct zeek *zeek, struct text path)
{
    for (const struct zeek_kind *const *kind = zeek->of; *kind; kind++)
        if (text_is(path, (*kind)->name))
            return *kind;
    return NULL;
}

bool zeek_json_cut(struct zeek *zeek, struct text line, const char **ret_wrong)
{
    struct says says;
    struct text outer = text_of(NULL);
    zeek->form = ZEEK_JSON;
    zeek->header.set_separator = ',';
    if (line.len > 2 && line.at[line.len - 1] == '}' && line.at[line.len - 2] == '}')
        line = unwrapped(line, &outer);
    if (!members_read(zeek, line, &says, ret_wrong))
        return false;
    if (says.path.at == NULL)
        says.path = outer;
    const struct zeek_kind *kind = says.path.at              ? kind_named(zeek, says.path)
                                   : zeek->kind && says.mark ? zeek->kind
                                                             : kind_by_members(zeek, line);
    if (kind == zeek->kind)
        return true;
    zeek->kind = kind;
    memset(zeek->key, 0, sizeof zeek->key);
    return members_read(zeek, line, &says, ret_wrong);
}

struct text zeek_json_path(struct text line)
{
    struct json_flat flat;
    struct text key, path = text_of(NULL);
    struct json_piece piece;
    line = unwrapped(line, &path);
    json_flat_start(&flat, line);
    while (json_flat_next(&flat, &key, &piece))
        if (is_path(key) && piece.kind == PIECE_TEXT)
            return piece.text;
    return path;
}
