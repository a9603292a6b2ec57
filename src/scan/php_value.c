#include "scan/php_value.h"

#include "base/base64.h"
#include "base/digits.h"

#include <stdlib.h>
#define ZLIB_CONST
#include <zlib.h>

static const struct php_function functions[] = {
#define FUNCTION(name, does, argument) {name, does, argument},
#include "scan/php_function.list"
#undef FUNCTION
};

static int compare(const void *key, const void *row)
{
    struct text a = *(const struct text *)key,
                b = text_of(((const struct php_function *)row)->name);
    for (uint32_t i = 0; i < a.len && i < b.len; i++)
        if (ascii_lower(a.at[i]) != b.at[i])
            return (unsigned char)ascii_lower(a.at[i]) < (unsigned char)b.at[i] ? -1 : 1;
    return (a.len > b.len) - (a.len < b.len);
}

const struct php_function *php_function_find(struct text name)
{
    if (name.len && name.at[0] == '\\')
        name = text_at(name.at + 1, name.len - 1);
    if (name.len == 0)
        return NULL;
    return bsearch(&name, functions, sizeof functions / sizeof *functions, sizeof *functions,
                   compare);
}

bool php_concat(struct php_value a, struct php_value b, struct arena *arena, struct text *ret)
{
    if (a.text.at == NULL || b.text.at == NULL || (size_t)a.text.len + b.text.len > PHP_FOLDED_MAX)
        return false;
    char *at = arena_new(arena, (size_t)a.text.len + b.text.len + 1);
    memcpy(at, a.text.at, a.text.len);
    memcpy(at + a.text.len, b.text.at, b.text.len);
    *ret = text_at(at, (size_t)a.text.len + b.text.len);
    return true;
}

struct text php_xor(struct text a, struct text b, struct arena *arena)
{
    uint32_t len = a.len < b.len ? a.len : b.len;
    char *at = arena_new(arena, len + 1);
    for (uint32_t i = 0; i < len; i++)
        at[i] = (char)(a.at[i] ^ b.at[i]);
    return text_at(at, len);
}

static struct text unhexed(struct text text, struct arena *arena)
{
    char *at = arena_new(arena, text.len / 2 + 1);
    size_t len = 0;
    for (uint32_t i = 0; i + 1 < text.len && hex_digit(text.at[i]) >= 0; i += 2)
        at[len++] = (char)(hex_digit(text.at[i]) * 16 + (hex_digit(text.at[i + 1]) & 15));
    return text_at(at, len);
}

static struct text unescaped(struct text text, struct arena *arena)
{
    char *at = arena_new(arena, text.len + 1);
    size_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        bool coded = text.at[i] == '%' && i + 2 < text.len && hex_digit(text.at[i + 1]) >= 0 &&
                     hex_digit(text.at[i + 2]) >= 0;
        at[len++] =
            coded ? (char)(hex_digit(text.at[i + 1]) * 16 + hex_digit(text.at[i + 2])) : text.at[i];
        i += coded ? 2 : 0;
    }
    return text_at(at, len);
}

/* Base64 as PHP reads it: what is no digit is passed over. */
static struct text unbase64(struct text text, struct arena *arena)
{
    char *clean = arena_new(arena, text.len + 1);
    uint32_t len = 0;
    for (uint32_t i = 0; i < text.len && text.at[i] != '='; i++)
        if (base64_digit(text.at[i]) >= 0)
            clean[len++] = text.at[i];
    return text_at(clean, base64_decode(text_at(clean, len), (uint8_t *)clean, len));
}

static struct text inflated(struct text text, int window, struct arena *arena)
{
    z_stream z = {0};
    struct text ret = {0};
    if (text.len < 3 || inflateInit2(&z, window) != Z_OK)
        return ret;
    size_t room = (size_t)text.len * 12 + 1024;
    room = room < PHP_FOLDED_MAX ? room : PHP_FOLDED_MAX;
    uint8_t *out = arena_new(arena, room);
    z.next_in = (const Bytef *)text.at;
    z.avail_in = text.len;
    z.next_out = out;
    z.avail_out = (uInt)room;
    int done = inflate(&z, Z_FINISH);
    if ((done == Z_STREAM_END || done == Z_BUF_ERROR || done == Z_OK) && z.total_out)
        ret = text_at(out, z.total_out);
    (void)inflateEnd(&z);
    return ret;
}

static struct text changed(struct text text, struct arena *arena, char (*change)(char c))
{
    char *at = arena_new(arena, text.len + 1);
    for (uint32_t i = 0; i < text.len; i++)
        at[i] = change(text.at[i]);
    return text_at(at, text.len);
}

static char turned13(char c)
{
    char lower = ascii_lower(c);
    return lower < 'a' || lower > 'z' ? c : (char)(c + (lower < 'n' ? 13 : -13));
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

static struct text reversed(struct text text, struct arena *arena)
{
    char *at = arena_new(arena, text.len + 1);
    for (uint32_t i = 0; i < text.len; i++)
        at[i] = text.at[text.len - 1 - i];
    return text_at(at, text.len);
}

static struct text replaced(struct text what, struct text by, struct text in, struct arena *arena)
{
    struct text ret = in;
    if (what.len == 0 || in.len == 0 || by.len > what.len + 64)
        return ret;
    char *at = arena_new(arena, (size_t)in.len * (by.len / what.len + 1) + 64);
    size_t len = 0;
    for (uint32_t i = 0; i < in.len;) {
        if (in.len - i >= what.len && memcmp(in.at + i, what.at, what.len) == 0) {
            if (by.len)
                memcpy(at + len, by.at, by.len);
            len += by.len;
            i += what.len;
        } else {
            at[len++] = in.at[i++];
        }
    }
    return text_at(at, len);
}

static struct text cut(struct text text, const struct php_value *from, const struct php_value *len)
{
    int64_t start = from->number < 0 ? from->number + text.len : from->number;
    int64_t most = start < text.len ? text.len - start : 0;
    int64_t want = len == NULL ? most : len->number < 0 ? most + len->number : len->number;
    if (start < 0 || want <= 0 || most == 0)
        return text_at("", 0);
    return text_at(text.at + start, (size_t)(want < most ? want : most));
}

/* Functions of one constant text. */
static bool fold_text(struct text name, struct text text, struct arena *arena, struct text *ret)
{
    if (text_is_nocase(name, "base64_decode"))
        *ret = unbase64(text, arena);
    else if (text_is_nocase(name, "strrev"))
        *ret = reversed(text, arena);
    else if (text_is_nocase(name, "str_rot13"))
        *ret = changed(text, arena, turned13);
    else if (text_is_nocase(name, "strtolower"))
        *ret = changed(text, arena, ascii_lower);
    else if (text_is_nocase(name, "strtoupper"))
        *ret = changed(text, arena, upper);
    else if (text_is_nocase(name, "hex2bin"))
        *ret = unhexed(text, arena);
    else if (text_is_nocase(name, "urldecode") || text_is_nocase(name, "rawurldecode"))
        *ret = unescaped(text, arena);
    else if (text_is_nocase(name, "gzinflate"))
        *ret = inflated(text, -MAX_WBITS, arena);
    else if (text_is_nocase(name, "gzuncompress") || text_is_nocase(name, "gzdecode") ||
             text_is_nocase(name, "zlib_decode"))
        *ret = inflated(text, MAX_WBITS + 32, arena);
    else if (text_is_nocase(name, "trim") || text_is_nocase(name, "stripslashes") ||
             text_is_nocase(name, "strval"))
        *ret = text;
    else
        return false;
    return ret->at != NULL;
}

bool php_list_next(struct text *list, struct text *ret)
{
    if (list->at == NULL || list->len == 0)
        return false;
    const char *end = memchr(list->at, '\0', list->len);
    size_t len = end ? (size_t)(end - list->at) : list->len, used = len + (end != NULL);
    *ret = text_at(list->at, len);
    *list = text_at(list->at + used, list->len - used);
    return true;
}

struct text php_list_at(struct text list, int64_t at)
{
    struct text one;
    while (php_list_next(&list, &one))
        if (at-- == 0)
            return one;
    return text_of(NULL);
}

/* The elements with `glue` between them. */
static struct text glued(struct text list, struct text glue, struct arena *arena)
{
    size_t elements = 0;
    for (uint32_t i = 0; i < list.len; i++)
        elements += list.at[i] == '\0';
    size_t room = list.len + elements * glue.len;
    if (room > PHP_FOLDED_MAX)
        return text_of(NULL);
    char *at = arena_new(arena, room + 1);
    size_t len = 0;
    for (uint32_t i = 0; i < list.len; i++) {
        if (list.at[i] != '\0') {
            at[len++] = list.at[i];
        } else if (i + 1 < list.len && glue.len) {
            memcpy(at + len, glue.at, glue.len);
            len += glue.len;
        }
    }
    return text_at(at, len);
}

/* A text's pieces between separators as a list; without one every character. */
static struct text pieces(struct text text, struct text separator, struct arena *arena)
{
    if (text.len > PHP_LIST_MAX * 4)
        return text_of(NULL);
    char *at = arena_new(arena, (size_t)text.len * 2 + 2);
    size_t len = 0;
    for (uint32_t i = 0; i < text.len; i++) {
        bool cuts = separator.at && separator.len && text.len - i >= separator.len &&
                    memcmp(text.at + i, separator.at, separator.len) == 0;
        at[len++] = cuts ? '\0' : text.at[i];
        i += cuts ? separator.len - 1 : 0;
        if (separator.len == 0)
            at[len++] = '\0';
    }
    if (separator.len)
        at[len++] = '\0';
    return text_at(at, len);
}

/* Numbers or texts of a list, each through a function of one constant. */
static bool fold_text(struct text name, struct text text, struct arena *arena, struct text *ret);
static struct text mapped(struct text name, struct text list, struct arena *arena)
{
    char *at = arena_new(arena, (size_t)list.len + 1);
    size_t len = 0;
    for (struct text one; php_list_next(&list, &one);) {
        struct text made = {0};
        char letter;
        if (text_is_nocase(name, "chr")) {
            int n = 0;
            for (uint32_t i = 0; i < one.len && n < 256; i++)
                n = one.at[i] >= '0' && one.at[i] <= '9' ? n * 10 + one.at[i] - '0' : 256;
            letter = (char)n;
            made = text_at(&letter, n < 256);
        } else if (!fold_text(name, one, arena, &made)) {
            return text_of(NULL);
        }
        if (made.len > one.len)
            return text_of(NULL);
        if (made.len)
            memcpy(at + len, made.at, made.len);
        len += made.len;
        at[len++] = '\0';
    }
    return text_at(at, len);
}

/* strtr: letters by letters, or by an array of pairs. */
static struct text translated(const struct php_value *argument, unsigned len, struct arena *arena)
{
    struct text in = argument[0].text, from = argument[1].text,
                to = len >= 3 ? argument[2].text : text_of(NULL), pairs = argument[1].list;
    char map[256];
    if (in.at == NULL || !(pairs.at || (from.at && to.at)))
        return text_of(NULL);
    for (unsigned i = 0; i < 256; i++)
        map[i] = (char)i;
    for (uint32_t i = 0; pairs.at == NULL && i < from.len && i < to.len; i++)
        map[(unsigned char)from.at[i]] = to.at[i];
    for (struct text a, b; php_list_next(&pairs, &a) && php_list_next(&pairs, &b);) {
        if (a.len != 1 || b.len != 1)
            return text_of(NULL);
        map[(unsigned char)a.at[0]] = b.at[0];
    }
    char *at = arena_new(arena, (size_t)in.len + 1);
    for (uint32_t i = 0; i < in.len; i++)
        at[i] = map[(unsigned char)in.at[i]];
    return text_at(at, in.len);
}

/* sprintf of %s and constants. */
static struct text printed(const struct php_value *argument, unsigned len, struct arena *arena)
{
    struct text format = argument[0].text;
    size_t room = format.len + 1;
    unsigned next = 1;
    for (unsigned i = 1; i < len; i++) {
        if (argument[i].text.at == NULL)
            return text_of(NULL);
        room += argument[i].text.len;
    }
    if (format.at == NULL || room > PHP_FOLDED_MAX)
        return text_of(NULL);
    char *at = arena_new(arena, room);
    size_t to = 0;
    for (uint32_t i = 0; i < format.len; i++) {
        if (format.at[i] != '%') {
            at[to++] = format.at[i];
            continue;
        }
        if (i + 1 == format.len || format.at[i + 1] != 's' || next == len)
            return text_of(NULL);
        struct text one = argument[next++].text;
        if (one.len)
            memcpy(at + to, one.at, one.len);
        to += one.len;
        i++;
    }
    return text_at(at, to);
}

/* Functions of arrays of constants, and to them. */
static bool fold_list(struct text name, const struct php_value *argument, unsigned len,
                      struct arena *arena, struct php_value *ret)
{
    if (text_is_nocase(name, "implode") || text_is_nocase(name, "join")) {
        const struct php_value *list =
            len >= 2 && argument[1].list.at ? &argument[1] : &argument[0];
        const struct php_value *glue = list == &argument[0] ? &argument[len >= 2] : &argument[0];
        if (list->list.at == NULL)
            return false;
        ret->text = glued(list->list, glue == list ? text_of("") : glue->text, arena);
        return ret->text.at != NULL;
    }
    if (text_is_nocase(name, "array_map")) {
        if (len < 2 || argument[0].text.at == NULL || argument[1].list.at == NULL)
            return false;
        ret->list = mapped(argument[0].text, argument[1].list, arena);
        return ret->list.at != NULL;
    }
    if (text_is_nocase(name, "strtr") || text_is_nocase(name, "sprintf")) {
        ret->text = len < 2                         ? text_of(NULL)
                    : text_is_nocase(name, "strtr") ? translated(argument, len, arena)
                                                    : printed(argument, len, arena);
        return ret->text.at != NULL;
    }
    bool splits = text_is_nocase(name, "str_split") && argument[0].text.at &&
                  (len < 2 || argument[1].number == 1);
    bool explodes =
        text_is_nocase(name, "explode") && len >= 2 && argument[0].text.len && argument[1].text.at;
    if (splits || explodes)
        ret->list =
            pieces(argument[splits ? 0 : 1].text, splits ? text_of("") : argument[0].text, arena);
    return ret->list.at != NULL;
}

bool php_fold(struct text name, const struct php_value *argument, unsigned len, struct arena *arena,
              struct php_value *ret)
{
    struct text text = {0};
    if (len == 0)
        return false;
    if (fold_list(name, argument, len, arena, ret))
        return true;
    if (text_is_nocase(name, "chr") && argument[0].is_number) {
        char *at = arena_new(arena, 1);
        at[0] = (char)argument[0].number;
        text = text_at(at, 1);
    } else if (text_is_nocase(name, "ord") && argument[0].text.len) {
        ret->is_number = true;
        ret->number = (unsigned char)argument[0].text.at[0];
        return true;
    } else if ((text_is_nocase(name, "str_replace") || text_is_nocase(name, "str_ireplace")) &&
               len >= 3 && argument[0].text.at && argument[1].text.at && argument[2].text.at) {
        text = replaced(argument[0].text, argument[1].text, argument[2].text, arena);
    } else if (text_is_nocase(name, "substr") && len >= 2 && argument[0].text.at &&
               argument[1].is_number && (len < 3 || argument[2].is_number)) {
        text = cut(argument[0].text, &argument[1], len < 3 ? NULL : &argument[2]);
    } else if (text_is_nocase(name, "pack") && len == 2 && argument[1].text.at &&
               argument[0].text.at && argument[0].text.len &&
               ascii_lower(argument[0].text.at[0]) == 'h') {
        text = unhexed(argument[1].text, arena);
    } else if (argument[0].text.at == NULL || !fold_text(name, argument[0].text, arena, &text)) {
        return false;
    }
    ret->text = text;
    return true;
}
