/*
 * Trouble it answers: a backdoor in PHP has no form of its own, but it has a way: something that a
 * request brings reaches something that runs it. This follows values along that way through the
 * text of a file, without running it: assignments, joined and decoded constants, functions of the
 * file (looked through two times, so that what stands further down is known), packed programs
 * inside.
 *
 * It is no interpreter: branches are all taken, loops once, objects are their properties' names.
 * What makes no sense is passed over; steps, depth and tables are bounded.
 */
#include "scan/php_run.h"

#include "base/mem.h"

#include <xxhash.h>

enum { PASSES = 2, NAME_MAX_BYTES = 200 };

uint64_t php_key(unsigned scope, struct text name)
{
    char lower[NAME_MAX_BYTES];
    uint32_t len = name.len < sizeof lower ? name.len : sizeof lower;
    for (uint32_t i = 0; i < len; i++)
        lower[i] = ascii_lower(name.at[i]);
    return XXH3_64bits_withSeed(lower, len, scope) | 1;
}

struct php_own *php_own(struct php_run *run, uint64_t key, bool make)
{
    for (unsigned n = 0; n < 16; n++) {
        struct php_own *own = &run->own[(key + n) % PHP_FUNCTIONS];
        if (own->key == key)
            return own;
        if (own->key == 0) {
            if (make)
                own->key = key;
            return make ? own : NULL;
        }
    }
    return NULL;
}

/* ---- statements */

/* function name(params) { : a scope of its own, and the parameters in it. */
static void function_begin(struct php_run *run)
{
    run->pos++;
    run->pos += php_at_sign(run, '&');
    bool closure = run->at[run->pos].kind != PHP_NAME;
    struct text name = closure ? text_of(NULL) : run->at[run->pos].text;
    run->pos += !closure;
    if (!php_at_sign(run, '('))
        return;
    unsigned scope = run->scope;
    uint64_t key = 0;
    uint16_t param = 1;
    if (!closure && run->scopes < PHP_SCOPES) {
        key = php_key(0, name);
        (void)php_own(run, key, true);
        run->within[run->scopes].function = key;
        run->within[run->scopes++].braces = run->braces;
        scope = (unsigned)(key & 0xffffff) | 1;
    }
    run->scope = scope;
    for (run->pos++; run->pos < run->len && !php_at_sign(run, '{') && !php_at_sign(run, ';');
         run->pos++)
        if (run->at[run->pos].kind == PHP_VARIABLE && key) {
            struct php_variable *v = php_variable_at(run, scope, run->at[run->pos].text);
            if (v)
                v->value = (struct php_value){.bits = VALUE_PARAM, .params = param};
            param = (uint16_t)(param < 1 << 15 ? param << 1 : param);
        }
    if (php_at_sign(run, ';') && key) { /* declared only */
        run->scopes--;
        run->scope = run->scopes ? run->scope : 0;
    }
}

static void brace_close(struct php_run *run)
{
    run->braces -= run->braces > 0;
    if (run->scopes && run->braces <= run->within[run->scopes - 1].braces) {
        run->scopes--;
        run->scope =
            run->scopes ? (unsigned)(run->within[run->scopes - 1].function & 0xffffff) | 1 : 0;
    }
    run->pos++;
}

static void globals(struct php_run *run)
{
    for (run->pos++; run->pos < run->len && !php_at_sign(run, ';'); run->pos++)
        if (run->at[run->pos].kind == PHP_VARIABLE && run->scope) {
            struct php_variable *v = php_variable_at(run, run->scope, run->at[run->pos].text);
            if (v)
                v->is_global = true;
        }
}

static void returns(struct php_run *run)
{
    run->pos++;
    struct php_value v = php_expression(run);
    struct php_own *own =
        run->scopes ? php_own(run, run->within[run->scopes - 1].function, true) : NULL;
    if (own)
        php_value_mix(&own->returned, v);
}

static void list_assign(struct php_run *run)
{
    uint32_t from = run->pos + 1, to = from;
    while (to < run->len &&
           !(run->at[to].kind == PHP_SIGN && (run->at[to].sign == ')' || run->at[to].sign == ';')))
        to++;
    run->pos = to < run->len ? to + 1 : to;
    if (!php_at_sign(run, '='))
        return;
    run->pos++;
    struct php_value v = php_expression(run);
    v.text = text_of(NULL);
    for (uint32_t i = from; i < to; i++)
        if (run->at[i].kind == PHP_VARIABLE)
            php_set(run, run->at[i].text, v, false);
}

static void statement(struct php_run *run)
{
    if (php_at_sign(run, '{')) {
        run->braces++;
        run->pos++;
    } else if (php_at_sign(run, '}')) {
        brace_close(run);
    } else if (php_is_name(run, "function")) {
        function_begin(run);
    } else if (php_is_name(run, "global")) {
        globals(run);
    } else if (php_is_name(run, "return")) {
        returns(run);
    } else if (php_is_name(run, "list")) {
        list_assign(run);
    } else if (php_is_name(run, "as")) {
        run->pos++;
    } else {
        struct php_value v = php_expression(run);
        if (php_is_name(run, "as"))
            php_spread(run, v);
    }
}

static void walk(struct php_run *run)
{
    run->pos = run->scope = run->scopes = run->braces = run->deep = 0;
    while (run->pos < run->len && run->steps < PHP_STEPS) {
        uint32_t before = run->pos;
        statement(run);
        run->pos += run->pos == before;
    }
}

void scan_php(struct scan_found *found, struct text source, struct arena *arena)
{
    struct php_tokens tokens;
    php_tokens_make(&tokens, source, arena);
    if (tokens.programs == 0)
        return;
    uint64_t folded = 0;
    struct php_run run = {
        .at = tokens.at, .len = tokens.len, .arena = arena, .found = found, .folded = &folded};
    run.variable = arena_new(arena, PHP_VARIABLES * sizeof *run.variable);
    run.own = arena_new(arena, PHP_FUNCTIONS * sizeof *run.own);
    for (int pass = 0; pass < PASSES; pass++)
        walk(&run);
    if (run.socket && run.shell)
        scan_find(found, SCAN_backconnect, 0, text_of("a shell on a socket"));
    /* a form, an upload and nothing else */
    if (run.uploads && run.function_calls < 60 && !run.includes)
        scan_find(found, SCAN_upload_plain, 1, text_of("move_uploaded_file"));
}
