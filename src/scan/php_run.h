/* The inside of the look at PHP, shared by php.c (statements), php_operand.c
 * (expressions) and php_call.c (calls). */
#ifndef MUSTER_SCAN_PHP_RUN_H
#define MUSTER_SCAN_PHP_RUN_H

#include "scan/php_token.h"
#include "scan/php_value.h"
#include "scan/scan.h"

enum {
    PHP_VARIABLES = 1 << 13, /* most */
    PHP_FUNCTIONS = 1 << 10,
    PHP_DEEP = 200,  /* of expressions and operands in one another */
    PHP_SCOPES = 64, /* of functions in one another */
    PHP_INNER = 4,   /* of packed programs in one another */
    PHP_STEPS = 1 << 22,
    PHP_FOLDED_ALL = 48 << 20, /* bytes */
};

struct php_variable {
    uint64_t key; /* of scope and name; 0 = free */
    struct php_value value;
    bool is_global; /* `global $x` */
};

/* A function of the file itself. */
struct php_own {
    uint64_t key;                     /* of its name; 0 = free */
    struct php_value returned;        /* VALUE_PARAM: its arguments */
    uint16_t code, command, callback; /* does that with these arguments, a bit each */
};

struct php_run {
    const struct php_token *at;
    uint32_t pos, len;
    unsigned deep, scope, scopes, inner;
    uint32_t steps;
    struct {
        uint64_t function; /* its key */
        uint32_t braces;   /* open where its body began */
    } within[PHP_SCOPES];
    uint32_t braces;
    bool all_tainted; /* extract($_POST) and the like */
    struct arena *arena;
    struct scan_found *found;
    struct php_variable *variable; /* a table of `variables` places, a power of 2 */
    struct php_own *own;           /* of `functions` */
    uint32_t variables, functions;
    uint32_t function_calls; /* to tell a small program from a large one */
    bool uploads, includes, socket, shell;
    bool fresh;       /* behind `new`: a class is named, no function */
    bool defines;     /* constants of its own */
    bool asks;        /* the program reads what a request brings */
    bool names;       /* "_POST" and the like stand in it as texts */
    bool wraps;       /* it makes a stream of its own */
    bool unpacks;     /* it makes objects of what a request brings */
    bool member_code; /* it runs a property of an object as a program */
    bool lambda_code; /* it has a nameless function that runs what it is given as a program */
    struct php_value receiver; /* the object whose method is called next */
    uint64_t *folded;          /* bytes of constants put together so far, inner programs' too */
};

uint64_t php_key(unsigned scope, struct text name);
struct php_variable *php_variable_at(struct php_run *run, unsigned scope, struct text name);
void php_set(struct php_run *run, struct text name, struct php_value value, bool more);
struct php_own *php_own(struct php_run *run, uint64_t key, bool make);
void php_spread(struct php_run *run, struct php_value v);
struct php_value php_expression(struct php_run *run);
/* A constant of the program's own. */
void php_define(struct php_run *run, struct text name, struct php_value value);
/* One statement, or the part of one that can be told alone. */
void php_statement(struct php_run *run);
/* A nameless function, from behind the word `function` or `fn`: as a constant, the name that it
 * gets here. */
struct php_value php_closure(struct php_run *run, bool arrow);
/* A program that is a constant in this one, with the same variables and functions. */
void php_inner(struct php_run *run, struct text program);
/* Of the name or value that is called; run->pos stands behind the '('. `method`: ->name( or
 * ::name(. */
struct php_value php_call(struct php_run *run, struct php_value callee, bool method, bool named);
/* A value reaches what runs it. */
void php_reach(struct php_run *run, enum php_does does, struct php_value value, uint32_t line,
               struct text name);
/* $_POST and the like, by name. */
bool php_is_request(struct text name);
static inline bool php_is_name(const struct php_run *run, const char *name)
{
    return run->at[run->pos].kind == PHP_NAME && text_is_nocase(run->at[run->pos].text, name);
}

/* At `function`: whether a name follows, which makes it one of the file. */
static inline bool php_declares(const struct php_run *run)
{
    const struct php_token *next = &run->at[run->pos + 1];
    bool by_reference = next->kind == PHP_SIGN && next->sign == '&';
    return (next + by_reference)->kind == PHP_NAME;
}

/* Whether constants of so many bytes may still be put together; counts them. */
static inline bool php_may_fold(struct php_run *run, uint64_t bytes)
{
    *run->folded += bytes;
    return *run->folded < PHP_FOLDED_ALL;
}

/* What stands at pos, and whether it is that sign. */
static inline bool php_at_sign(const struct php_run *run, unsigned sign)
{
    return run->at[run->pos].kind == PHP_SIGN && run->at[run->pos].sign == sign;
}

#endif
