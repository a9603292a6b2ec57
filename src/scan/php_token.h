/*
 * PHP source as tokens (php.net, language reference): enough to follow values from what a request
 * brings to what runs it. Comments and white space are dropped, HTML between programs becomes one
 * ';'. Strings are decoded where they are constant. Bounded; never fails: what makes no sense is
 * skipped.
 */
#ifndef MUSTER_SCAN_PHP_TOKEN_H
#define MUSTER_SCAN_PHP_TOKEN_H

#include "base/arena.h"

enum php_kind {
    PHP_END,
    PHP_VARIABLE, /* text: its name, without '$' */
    PHP_NAME,     /* a word: function, keyword, constant, with its namespace */
    PHP_STRING,   /* text: what it stands for */
    PHP_TEMPLATE, /* text: as written, with variables in it */
    PHP_BACKTICK, /* likewise: a command for the system's shell */
    PHP_NUMBER,
    PHP_SIGN, /* operators and brackets */
};

/* Signs of several characters; the others are the character itself. */
enum php_sign {
    SIGN_ARROW = 256, /* -> and ?-> */
    SIGN_STATIC,      /* :: */
    SIGN_PAIR,        /* => */
    SIGN_EQUAL,       /* == === != !== <= >= <=> */
    SIGN_ASSIGN_MORE, /* .= += -= ... */
    SIGN_STEP,        /* ++ -- */
    SIGN_OR,          /* || && ?? */
};

struct php_token {
    uint8_t kind;  /* enum php_kind */
    uint16_t sign; /* of PHP_SIGN */
    uint32_t line;
    struct text text;
    int64_t number; /* of PHP_NUMBER */
};

enum { PHP_TOKENS_MAX = 1 << 20 };

struct php_tokens {
    struct php_token *at; /* ends with PHP_END; in the arena */
    uint32_t len;         /* without it */
    bool cut;             /* there were more than PHP_TOKENS_MAX */
    uint32_t programs;    /* <?php, <?=, <? */
};

/* Texts are views into source or live in the arena. */
void php_tokens_make(struct php_tokens *ret, struct text source, struct arena *arena);

#endif
