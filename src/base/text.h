/*
 * A view of text that somebody else owns: not NUL-terminated, may hold any byte.
 * A null text (at == NULL) means "unknown", which is not the same as the empty text.
 */
#ifndef MUSTER_BASE_TEXT_H
#define MUSTER_BASE_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *at;
    uint32_t len; /* bytes */
};

static inline struct text text_of(const char *string)
{
    struct text t = {.at = string, .len = string ? (uint32_t)strlen(string) : 0};
    return t;
}

static inline struct text text_at(const void *at, size_t len)
{
    struct text t = {.at = (const char *)at, .len = (uint32_t)len};
    return t;
}

static inline bool text_is(struct text a, const char *b)
{
    size_t len = strlen(b);
    return a.at != NULL && a.len == len && memcmp(a.at, b, len) == 0;
}

static inline bool text_same(struct text a, struct text b)
{
    return a.len == b.len &&
           (a.at == NULL || b.at == NULL ? a.len == 0 : memcmp(a.at, b.at, a.len) == 0);
}

static inline char ascii_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* By bytes; a text before the ones that go on from it. */
static inline int text_compare(struct text a, struct text b)
{
    uint32_t least = a.len < b.len ? a.len : b.len;
    int order = least ? memcmp(a.at, b.at, least) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* ASCII case-insensitive equality (HTTP field names, host names). */
static inline bool text_is_nocase(struct text a, const char *b)
{
    size_t len = strlen(b);
    if (a.at == NULL || a.len != len)
        return false;
    for (size_t i = 0; i < len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b[i]))
            return false;
    return true;
}

static inline bool text_starts(struct text a, const char *prefix)
{
    size_t len = strlen(prefix);
    return a.at != NULL && a.len >= len && memcmp(a.at, prefix, len) == 0;
}

static inline bool text_ends(struct text a, const char *suffix)
{
    size_t len = strlen(suffix);
    return a.at != NULL && a.len >= len && memcmp(a.at + a.len - len, suffix, len) == 0;
}

static inline bool char_is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Without the blanks and line ends around it. */
static inline struct text text_trim(struct text text)
{
    while (text.len && char_is_blank(text.at[0]))
        text = text_at(text.at + 1, text.len - 1);
    while (text.len && char_is_blank(text.at[text.len - 1]))
        text.len--;
    return text;
}

/* Takes the next line off `rest`, without its CR LF or LF; false when nothing is left. */
static inline bool text_line(struct text *rest, struct text *ret)
{
    if (rest->at == NULL || rest->len == 0)
        return false;
    const char *end = (const char *)memchr(rest->at, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->at) : rest->len;
    *ret = text_at(rest->at, len && rest->at[len - 1] == '\r' ? len - 1 : len);
    size_t used = end ? len + 1 : len;
    *rest = text_at(rest->at + used, rest->len - used);
    return true;
}

/* Takes the next word off `rest`, up to `border`; empty at the end. */
static inline struct text text_word(struct text *rest, char border)
{
    struct text word = *rest;
    if (rest->at == NULL || rest->len == 0)
        return word;
    const char *end = (const char *)memchr(rest->at, border, rest->len);
    if (end)
        word.len = (uint32_t)(end - rest->at);
    size_t used = end ? word.len + 1 : word.len;
    *rest = text_at(rest->at + used, rest->len - used);
    return word;
}

#endif
