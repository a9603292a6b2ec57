/*
 * JSON (RFC 8259) of others, read: simdjson behind a C header. The library checks UTF-8 and
 * structure, keeps the document in one tape of known size and never recurses; here are the limits:
 * JSON_BYTES a document, JSON_DEPTH levels. At its peak a document costs 14 times its bytes of
 * address space, of which pages are taken as they are needed.
 *
 * Order: json_parse -> json_root -> json_get, json_members and the like, which accept the "none"
 * that a missing member yields -> json_free. Texts live as long as the document.
 *
 * Logs of one object a line: json_reader_new once, then for every line json_read, which takes no
 * memory (but to grow to the longest line) and makes the values and texts of the line before void
 * (copy what a record keeps: arena.h)
 * -> json_pick with a json_names made once: one pass over an object's members puts those that are
 * wanted into their places -> json_free. Measured: 1.1 GB/s a core, with lines of 550 bytes and two
 * objects picked from each.
 */
#ifndef MUSTER_BASE_JSON_H
#define MUSTER_BASE_JSON_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { JSON_BYTES = 1 << 27, JSON_DEPTH = 64 };

enum json_type {
    JSON_NONE, /* no such member */
    JSON_NULL,
    JSON_BOOL,
    JSON_INTEGER,
    JSON_REAL,
    JSON_TEXT,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json; /* a document */

/* A place in a document; the library's own, copied as it is. All zero = none. */
struct json_value {
    uint64_t opaque[2];
};

/* Null, and why in a static string, when `content` is not one whole document. */
struct json *json_parse(struct text content, const char **why);
/* A document to be read again and again, of up to bytes_max; NULL when there is no memory. */
struct json *json_reader_new(size_t bytes_max);
/* False, and why in a static string: not one whole document; it then has no values. */
bool json_read(struct json *reader, struct text line, const char **why);
void json_free(struct json *json); /* accepts NULL */
struct json_value json_root(const struct json *json);

enum json_type json_type(struct json_value value);
/* The member of an object; none when value is no object or has none of that name. */
struct json_value json_get(struct json_value value, const char *key);
struct text json_text(struct json_value value); /* null when it is none */
bool json_is_true(struct json_value value);
/* An integer, or a text of decimal digits (MISP writes numbers so); false when it is neither. */
bool json_integer(struct json_value value, int64_t *ret);
/* Any number; false when it is none. */
bool json_real(struct json_value value, double *ret);

enum { JSON_NAMES_MAX = 96, JSON_NAME_SLOTS = 256 };
/* Names of members that are looked for together. */
struct json_names {
    const char *const *name;
    uint32_t len;
    uint8_t bytes[JSON_NAMES_MAX];
    uint8_t slot[JSON_NAME_SLOTS]; /* place + 1 by a name's hash, then the slots behind it */
};
/* The names are static and live on; none twice. */
void json_names_make(struct json_names *ret, const char *const *name, uint32_t len);
/* The place of a name; -1: it is none of them. Also for words that are values. */
int json_names_find(const struct json_names *names, struct text name);
/* ret[place of a name] = the object's first member of it, none where it has none; ret has room for
 * all names. False: value is no object (all are none then). */
bool json_pick(struct json_value value, const struct json_names *names, struct json_value *ret);

/* The members of an object or the elements of an array, in order; nothing of others. */
struct json_each {
    uint64_t at[2], end[2];
    enum json_type of;
};
struct json_each json_members(struct json_value value);
/* ret_key may be NULL; it is null for elements. */
bool json_next(struct json_each *each, struct text *ret_key, struct json_value *ret);

#ifdef __cplusplus
}
#endif

#endif
