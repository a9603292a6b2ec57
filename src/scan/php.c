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
        struct php_own *own = &run->own[(key + n) & (run->functions - 1)];
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

/* The parameters between the brackets; stands behind them then. */
static void parameters(struct php_run *run, unsigned scope)
{
    uint16_t param = 1;
    unsigned open = 0;
    for (; run->pos < run->len; run->pos++) {
        const struct php_token *t = &run->at[run->pos];
        open += php_at_sign(run, '(');
        if (php_at_sign(run, ')') && --open == 0)
            break;
        if (t->kind != PHP_VARIABLE)
            continue;
        struct php_variable *v = php_variable_at(run, scope, t->text);
        if (v)
            v->value = (struct php_value){.bits = VALUE_PARAM, .params = param};
        param = (uint16_t)(param < 1 << 15 ? param << 1 : param);
    }
    run->pos += run->pos < run->len;
}

/* From here on what is read belongs to that function, until the brace that closes it. */
static unsigned enter(struct php_run *run, struct text name)
{
    uint64_t key = php_key(0, name);
    (void)php_own(run, key, true);
    run->within[run->scopes].function = key;
    run->within[run->scopes++].braces = run->braces;
    run->scope = (unsigned)(key & 0xffffff) | 1;
    return run->scope;
}

/* function name(params) { : a scope of its own, and the parameters in it. */
static void function_begin(struct php_run *run)
{
    run->pos++;
    run->pos += php_at_sign(run, '&');
    struct text name = run->at[run->pos].text;
    run->pos++;
    if (!php_at_sign(run, '(') || run->scopes >= PHP_SCOPES)
        return;
    unsigned outer = run->scope;
    parameters(run, enter(run, name));
    while (run->pos < run->len && !php_at_sign(run, '{') && !php_at_sign(run, ';'))
        run->pos++;
    if (php_at_sign(run, ';')) { /* declared only */
        run->scopes--;
        run->scope = outer;
    }
}

/* function (...) use ($a, &$b): what it takes along. */
static void captures(struct php_run *run, unsigned outer)
{
    for (; run->pos < run->len && !php_at_sign(run, ')') && !php_at_sign(run, '{'); run->pos++) {
        const struct php_token *t = &run->at[run->pos];
        const struct php_variable *from =
            t->kind == PHP_VARIABLE ? php_variable_at(run, outer, t->text) : NULL;
        struct php_variable *to = from ? php_variable_at(run, run->scope, t->text) : NULL;
        if (to)
            to->value = from->value;
    }
    run->pos += php_at_sign(run, ')');
}

struct php_value php_closure(struct php_run *run, bool arrow)
{
    struct php_value ret = {.bits = VALUE_OBJECT};
    unsigned scope = run->scope, scopes = run->scopes;
    run->pos += php_at_sign(run, '&');
    if (!php_at_sign(run, '(') || run->scopes >= PHP_SCOPES)
        return ret;
    ret.text = arena_format(run->arena, "{nameless %u.%u}", run->inner, run->pos);
    parameters(run, enter(run, ret.text));
    struct php_own *own = php_own(run, php_key(0, ret.text), true);
    while (run->pos < run->len && !php_at_sign(run, '{') && !php_at_sign(run, SIGN_PAIR) &&
           !php_at_sign(run, ';')) {
        run->pos++;
        if (run->at[run->pos - 1].kind == PHP_NAME &&
            text_is_nocase(run->at[run->pos - 1].text, "use"))
            captures(run, scope);
    }
    if (arrow && php_at_sign(run, SIGN_PAIR)) {
        run->pos++;
        struct php_value v = php_expression(run);
        if (own)
            php_value_mix(&own->returned, v);
    } else if (php_at_sign(run, '{')) {
        do {
            uint32_t before = run->pos;
            php_statement(run);
            run->pos += run->pos == before;
        } while (run->scopes > scopes && run->pos < run->len && run->steps < PHP_STEPS);
    }
    run->lambda_code |= own && own->code;
    run->scopes = scopes;
    run->scope = scope;
    return ret;
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

void php_statement(struct php_run *run)
{
    if (php_at_sign(run, '{')) {
        run->braces++;
        run->pos++;
    } else if (php_at_sign(run, '}')) {
        brace_close(run);
    } else if (php_is_name(run, "function") && php_declares(run)) {
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

void php_inner(struct php_run *run, struct text program)
{
    static const char opening[] = {'<', '?', 'p', 'h', 'p', ' '};
    struct php_tokens tokens;
    /* what it costs in memory counts like constants that are put together */
    uint64_t cost = sizeof *run + ((uint64_t)program.len + 1024) * sizeof *run->at;
    if (run->inner >= PHP_INNER || !php_may_fold(run, cost))
        return;
    struct php_run *in = arena_new(run->arena, sizeof *in);
    *in = *run;
    in->inner++;
    in->scope = in->scopes = in->braces = in->deep = in->pos = in->steps = 0;
    char *whole = arena_new(run->arena, (size_t)program.len + sizeof opening);
    memcpy(whole, opening, sizeof opening);
    memcpy(whole + sizeof opening, program.at, program.len);
    php_tokens_make(&tokens, text_at(whole, program.len + sizeof opening), run->arena);
    in->at = tokens.at;
    in->len = tokens.len;
    while (in->pos < in->len && in->steps < PHP_STEPS / 8) {
        uint32_t before = in->pos;
        php_statement(in);
        in->pos += in->pos == before;
    }
    run->socket |= in->socket;
    run->shell |= in->shell;
    run->asks |= in->asks;
    run->member_code |= in->member_code;
    run->lambda_code |= in->lambda_code;
    run->unpacks |= in->unpacks;
}

static void walk(struct php_run *run)
{
    run->pos = run->scope = run->scopes = run->braces = run->deep = 0;
    while (run->pos < run->len && run->steps < PHP_STEPS) {
        uint32_t before = run->pos;
        php_statement(run);
        run->pos += run->pos == before;
    }
}

/* A table's size for so many, at least 256: packed programs inside have more. */
static uint32_t places(uint32_t most, uint32_t limit)
{
    uint32_t n = 256;
    while (n < most && n < limit)
        n *= 2;
    return n;
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
    run.variables = places(tokens.len / 2, PHP_VARIABLES);
    run.functions = places(tokens.len / 16, PHP_FUNCTIONS);
    run.variable = arena_new(arena, run.variables * sizeof *run.variable);
    run.own = arena_new(arena, run.functions * sizeof *run.own);
    for (uint32_t i = 0; i < tokens.len && !run.names; i++)
        run.names = tokens.at[i].kind == PHP_STRING && php_is_request(tokens.at[i].text);
    for (int pass = 0; pass < PASSES; pass++)
        walk(&run);
    if (run.unpacks && run.member_code)
        scan_find(found, SCAN_code_request, 0, text_of("unserialize"));
    if (run.lambda_code && run.asks)
        scan_find(found, SCAN_code_lambda, 0, text_of(NULL));
    if (run.socket && run.shell)
        scan_find(found, SCAN_backconnect, 0, text_of("a shell on a socket"));
    /* a form, an upload and nothing else */
    if (run.uploads && run.function_calls < 60 && !run.includes)
        scan_find(found, SCAN_upload_plain, 1, text_of("move_uploaded_file"));
}
