/*
 * What is known of a value in a PHP program without running it: where it comes from, and, where it
 * is constant, what it is.
 */
#ifndef MUSTER_SCAN_PHP_VALUE_H
#define MUSTER_SCAN_PHP_VALUE_H

#include "base/arena.h"

enum {
    VALUE_REQUEST = 1,   /* as the request has it */
    VALUE_WEAK = 2,      /* made of it by functions that are not known here */
    VALUE_PARAM = 4,     /* an argument of the function in hand */
    VALUE_DECODED = 8,   /* out of a decoder */
    VALUE_MADE = 16,     /* a word put together of pieces */
    VALUE_FILES = 32,    /* an uploaded file or its name */
    VALUE_REMOTE = 64,   /* fetched from elsewhere */
    VALUE_PROGRAM = 128, /* the beginning of a program is in it, or it is an open program's file */
    VALUE_OBJECT = 256,  /* a new one */
    VALUE_ANY = 512,     /* a variable whose name the request says */
    VALUE_MEMBER = 1024, /* a property, of some object */
    VALUE_JOINED = 2048, /* behind a constant: a name's end, not all of it */
    VALUE_STORED = 4096, /* out of a database or cache */
};
enum { PHP_FOLDED_MAX = 1 << 20, PHP_LIST_MAX = PHP_FOLDED_MAX / 64 };

struct php_value {
    uint16_t bits;
    uint16_t params; /* of VALUE_PARAM: which arguments, a bit each; the last stands for all more */
    bool is_number;
    struct text text; /* when it is constant; null = not known */
    struct text list; /* of an array of constants: its elements, each with a NUL behind it */
    int64_t number;
};

/* Where it comes from joined with where another does. */
static inline void php_value_mix(struct php_value *value, struct php_value from)
{
    value->bits |= from.bits;
    value->params |= from.params;
}

enum php_does {
    PHP_UNKNOWN,
    PHP_CODE,     /* runs its argument as a program */
    PHP_COMMAND,  /* hands it to the system */
    PHP_CALLBACK, /* calls it */
    PHP_REPLACE,  /* runs it, when its pattern says so (/e, before PHP 7) */
    PHP_DECODE,
    PHP_PASS,
    PHP_CLEAN, /* what comes out can do no harm */
    PHP_WRITE,
    PHP_UPLOAD,
    PHP_FETCH,
    PHP_REMOTE,
    PHP_REQUEST,
    PHP_GETENV,
    PHP_EXTRACT,
    PHP_DEFINE,
    PHP_STORED, /* out of a database or cache */
    PHP_MAIL,
};

struct php_function {
    const char *name;
    enum php_does does;
    unsigned argument; /* the one that is called; of PHP_COMMAND: the last of the command */
};

/* NULL: not known. Letters' case does not matter, nor a leading '\'. */
const struct php_function *php_function_find(struct text name);

enum { PHP_ARGUMENTS = 12 };
/* The constant that a known function of constants yields; *ret untouched when it is not foldable.
 */
bool php_fold(struct text name, const struct php_value *argument, unsigned len, struct arena *arena,
              struct php_value *ret);
/* Takes the next element off a list; false: there is none. */
bool php_list_next(struct text *list, struct text *ret);
/* The element at that place; null when there is none. */
struct text php_list_at(struct text list, int64_t at);
/* Both constants one after the other; XOR of them; a character. */
bool php_concat(struct php_value a, struct php_value b, struct arena *arena, struct text *ret);
struct text php_xor(struct text a, struct text b, struct arena *arena);

#endif
