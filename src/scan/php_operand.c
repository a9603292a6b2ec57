#include "scan/php_run.h"

#include <xxhash.h>

static uint64_t variable_key(unsigned scope, struct text name)
{
    return XXH3_64bits_withSeed(name.at, name.len, scope + 1000) | 1; /* case matters */
}

struct php_variable *php_variable_at(struct php_run *run, unsigned scope, struct text name)
{
    uint64_t key = variable_key(scope, name);
    for (unsigned n = 0; n < 16; n++) {
        struct php_variable *v = &run->variable[(key + n) & (run->variables - 1)];
        if (v->key == 0)
            v->key = key;
        if (v->key == key)
            return v->is_global && scope ? php_variable_at(run, 0, name) : v;
    }
    return NULL;
}

bool php_is_request(struct text name)
{
    static const char *const names[] = {
        "_GET",           "_POST",         "_REQUEST",         "_COOKIE",
        "HTTP_POST_VARS", "HTTP_GET_VARS", "HTTP_COOKIE_VARS", "HTTP_RAW_POST_DATA"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (text_is(name, names[i]))
            return true;
    return false;
}

static struct php_value variable_value(struct php_run *run, struct text name)
{
    if (php_is_request(name)) {
        run->asks = true;
        return (struct php_value){.bits = VALUE_REQUEST};
    }
    if (text_is(name, "_FILES") || text_is(name, "HTTP_POST_FILES"))
        return (struct php_value){.bits = VALUE_FILES};
    bool member = text_starts(name, "->"); /* an object's, whoever asks */
    const struct php_variable *v = php_variable_at(run, member ? 0 : run->scope, name);
    struct php_value value = v ? v->value : (struct php_value){0};
    if (run->all_tainted && value.bits == 0 && value.text.at == NULL)
        value.bits = VALUE_WEAK | VALUE_ANY;
    value.bits |= member ? VALUE_MEMBER : 0;
    return value;
}

/* Of `"...$x[y] {$z->a}..."`: what its variables bring. */
static struct php_value template_value(struct php_run *run, struct text raw)
{
    struct php_value ret = {0};
    for (uint32_t i = 0; i + 1 < raw.len; i++) {
        if (raw.at[i] == '\\') {
            i++;
            continue;
        }
        if (raw.at[i] != '$')
            continue;
        uint32_t from = i + 1 + (raw.at[i + 1] == '{'), to = from;
        while (to < raw.len &&
               (raw.at[to] == '_' || (raw.at[to] >= '0' && raw.at[to] <= '9') ||
                (ascii_lower(raw.at[to]) >= 'a' && ascii_lower(raw.at[to]) <= 'z') ||
                (unsigned char)raw.at[to] >= 0x80))
            to++;
        if (to > from)
            php_value_mix(&ret, variable_value(run, text_at(raw.at + from, to - from)));
        i = to > i ? to - 1 : i;
    }
    ret.bits &= (uint16_t)~VALUE_MADE;
    return ret;
}

/* The text it makes, when what its variables hold is constant. */
static struct text template_text(struct php_run *run, struct text raw)
{
    struct php_value whole = {.text = text_of("")};
    uint32_t plain = 0;
    for (uint32_t i = 0; i <= raw.len; i++) {
        bool ends = i == raw.len, escaped = !ends && raw.at[i] == '\\' && i + 1 < raw.len;
        if (!ends && !escaped && raw.at[i] != '$')
            continue;
        struct php_value piece = {.text = text_at(raw.at + plain, i - plain)};
        if (!php_may_fold(run, whole.text.len + piece.text.len) ||
            !php_concat(whole, piece, run->arena, &whole.text))
            return text_of(NULL);
        if (ends)
            break;
        plain = i + 1; /* what is escaped stands for itself: \$ */
        if (escaped) {
            i++;
            continue;
        }
        uint32_t to = plain;
        while (to < raw.len && (raw.at[to] == '_' || (raw.at[to] >= '0' && raw.at[to] <= '9') ||
                                (ascii_lower(raw.at[to]) >= 'a' && ascii_lower(raw.at[to]) <= 'z')))
            to++;
        bool simple = to > plain && (to == raw.len || (raw.at[to] != '[' && raw.at[to] != '-'));
        struct php_value v = {.bits = 0};
        if (simple)
            v = variable_value(run, text_at(raw.at + plain, to - plain));
        /* {$x}: its brackets stay out */
        bool braced =
            simple && plain > 1 && raw.at[plain - 2] == '{' && to < raw.len && raw.at[to] == '}';
        if (v.text.at == NULL)
            return text_of(NULL);
        if (braced)
            whole.text.len -= whole.text.len > 0;
        if (!php_may_fold(run, whole.text.len + v.text.len) ||
            !php_concat(whole, v, run->arena, &whole.text))
            return text_of(NULL);
        plain = to + braced;
        i = plain - 1;
    }
    return whole.text;
}

/* ---- operands */

void php_set(struct php_run *run, struct text name, struct php_value value, bool more)
{
    unsigned scope = text_starts(name, "->") ? 0 : run->scope;
    struct php_variable *v = name.at ? php_variable_at(run, scope, name) : NULL;
    if (v == NULL)
        return;
    if (!more) {
        v->value = value;
        return;
    }
    struct text joined = {0};
    bool constant =
        v->value.text.len < PHP_FOLDED_MAX / 64 && php_concat(v->value, value, run->arena, &joined);
    php_value_mix(&v->value, value);
    v->value.bits |= constant ? VALUE_MADE : 0;
    v->value.text = constant ? joined : text_of(NULL);
    v->value.is_number = false;
}

static struct php_value union_of(struct php_value a, struct php_value b)
{
    php_value_mix(&a, b);
    a.text = a.text.at ? a.text : b.text;
    a.list = a.list.at ? a.list : b.list;
    return a;
}

/* [index], {index}: a character of a constant, an element of $GLOBALS or $_SERVER. */
static struct php_value index_of(struct php_run *run, struct php_value v, struct text *name)
{
    unsigned close = php_at_sign(run, '[') ? ']' : '}';
    struct php_value index = {0};
    run->pos++;
    if (!php_at_sign(run, close))
        index = php_expression(run);
    run->pos += php_at_sign(run, close);
    if (name->at && text_is(*name, "GLOBALS") && index.text.at) {
        unsigned scope = run->scope;
        run->scope = 0;
        v = variable_value(run, index.text);
        run->scope = scope;
        *name = index.text;
        return v;
    }
    if (name->at && text_is(*name, "_SERVER")) {
        static const char *const brought[] = {"QUERY_STRING",  "REQUEST_URI", "PATH_INFO",
                                              "PHP_AUTH_USER", "PHP_AUTH_PW", "REDIRECT_URL"};
        v.bits = text_starts(index.text, "HTTP_") ? VALUE_REQUEST : 0;
        for (size_t i = 0; i < sizeof brought / sizeof brought[0]; i++)
            v.bits |= text_is(index.text, brought[i]) ? VALUE_REQUEST : 0;
    }
    bool may = v.list.at && index.is_number && php_may_fold(run, v.list.len / 8);
    struct text element = may ? php_list_at(v.list, index.number) : text_of(NULL);
    /* which one is not known: of single characters a piece of some word */
    bool piece =
        v.list.at && v.list.len > 2 && !index.is_number && memchr(v.list.at, '\0', 2) != NULL;
    v.bits |= piece ? VALUE_MADE : 0;
    v.list = text_of(NULL);
    if (element.at) {
        v.text = element;
        v.bits |= VALUE_MADE;
    } else if (v.text.at && index.is_number && index.number >= 0 && index.number < v.text.len) {
        v.text = text_at(v.text.at + index.number, 1);
        v.bits |= VALUE_MADE;
    } else {
        v.text = text_of(NULL);
    }
    return v;
}

/* ->name, ->$x, ->{...}, ::name, each maybe called. */
static struct php_value member_of(struct php_run *run, struct php_value v, struct text *name)
{
    run->pos++;
    const struct php_token *t = &run->at[run->pos];
    struct php_value callee = {.text = t->text};
    *name = text_of(NULL);
    if (t->kind == PHP_NAME) {
        run->pos++;
        if (php_at_sign(run, '(')) {
            run->pos++;
            run->receiver = v;
            struct php_value ret = php_call(run, callee, true, true);
            ret.bits |= v.bits & (VALUE_REQUEST | VALUE_WEAK) ? VALUE_WEAK : 0;
            return ret;
        }
        *name = arena_format(run->arena, "->%.*s", (int)(t->text.len < 100 ? t->text.len : 100),
                             t->text.at);
        return variable_value(run, *name);
    }
    if (t->kind == PHP_VARIABLE) {
        run->pos++;
        if (php_at_sign(run, '(')) { /* a method by a variable's name: frameworks do it too */
            run->pos++;
            return php_call(run, (struct php_value){.text = text_of("")}, true, true);
        }
    }
    if (php_at_sign(run, '{')) { /* ->{...}( */
        run->pos++;
        struct php_value which = php_expression(run);
        run->pos += php_at_sign(run, '}');
        const struct php_own *any = php_own(run, php_key(0, text_of("__call")), false);
        if ((which.bits & VALUE_REQUEST) && any && any->callback)
            scan_find(run->found, SCAN_call_request, t->line, text_of("__call"));
    }
    v.text = text_of(NULL);
    return v;
}

static struct php_value after_operand(struct php_run *run, struct php_value v, struct text name)
{
    bool variable = name.at != NULL;
    for (;;) {
        if (php_at_sign(run, '[') ||
            (variable && php_at_sign(run, '{') && run->at[run->pos + 1].kind == PHP_NUMBER)) {
            v = index_of(run, v, &name);
        } else if (php_at_sign(run, SIGN_ARROW) || php_at_sign(run, SIGN_STATIC)) {
            v = member_of(run, v, &name);
        } else if (php_at_sign(run, '(')) {
            run->pos++;
            v = php_call(run, v, false, false);
            name = text_of(NULL);
        } else if (php_at_sign(run, '=') || php_at_sign(run, SIGN_ASSIGN_MORE)) {
            bool more = php_at_sign(run, SIGN_ASSIGN_MORE);
            run->pos++;
            struct php_value value = php_expression(run);
            php_set(run, name, value, more);
            /* $$k = $v out of a request: any variable may be of it */
            run->all_tainted |= v.bits & VALUE_ANY && value.bits & VALUE_REQUEST;
            return value;
        } else if (php_at_sign(run, SIGN_STEP)) {
            run->pos++;
            v.bits |= VALUE_MADE;
            v.text = text_of(NULL);
            php_set(run, name, v, false);
        } else {
            return v;
        }
    }
}

/* $x, $$x, ${...} */
static struct php_value variable(struct php_run *run)
{
    const struct php_token *t = &run->at[run->pos];
    struct text name = t->text;
    if (t->kind == PHP_VARIABLE) {
        run->pos++;
        return after_operand(run, variable_value(run, name), name);
    }
    run->pos++; /* '$' */
    struct php_value named = {0};
    if (php_at_sign(run, '{')) {
        run->pos++;
        const struct php_token *bare = &run->at[run->pos];
        if (bare->kind == PHP_NAME && bare[1].kind == PHP_SIGN && bare[1].sign == '}') {
            named.text = bare->text; /* ${_POST} */
            run->pos++;
        } else {
            named = php_expression(run);
        }
        run->pos += php_at_sign(run, '}');
    } else if (run->at[run->pos].kind == PHP_VARIABLE) {
        named = variable_value(run, run->at[run->pos++].text);
    }
    if (named.text.at)
        return after_operand(run, variable_value(run, named.text), named.text);
    struct php_value v = {.bits = named.bits & (VALUE_REQUEST | VALUE_WEAK) ? VALUE_WEAK | VALUE_ANY
                                  : run->names ? VALUE_REQUEST | VALUE_ANY
                                               : 0};
    return after_operand(run, v, text_of(NULL));
}

/* foreach (what as $key => $value): both bring what `what` brings. */
void php_spread(struct php_run *run, struct php_value v)
{
    v.text = text_of(NULL);
    for (struct text name; v.text.at == NULL && php_list_next(&v.list, &name);) {
        /* of names the one that tells */
        const struct php_function *known = php_function_find(name);
        v.text = known && (known->does == PHP_CODE || known->does == PHP_COMMAND) ? name : v.text;
    }
    v.list = text_of(NULL);
    v.is_number = false;
    for (; run->pos < run->len && !php_at_sign(run, ')') && !php_at_sign(run, ';'); run->pos++)
        if (run->at[run->pos].kind == PHP_VARIABLE)
            php_set(run, run->at[run->pos].text, v, false);
}

/* An array's constants on their way into one text, each with a NUL behind it. */
struct list {
    char *at; /* in the arena; NULL before the first */
    uint32_t len, room;
    bool broken; /* an element is no constant, or they are too many */
};

static void list_add(struct php_run *run, struct list *list, struct php_value v)
{
    size_t whole = (size_t)list->len + v.text.len + 1;
    list->broken |= v.text.at == NULL || whole > PHP_LIST_MAX || !php_may_fold(run, v.text.len);
    if (list->broken)
        return;
    if (whole > list->room) {
        list->room = (uint32_t)(whole * 2);
        char *more = arena_new(run->arena, list->room);
        if (list->len)
            memcpy(more, list->at, list->len);
        list->at = more;
    }
    if (v.text.len)
        memcpy(list->at + list->len, v.text.at, v.text.len);
    list->len = (uint32_t)whole;
    list->at[list->len - 1] = '\0';
}

static struct php_value list_until(struct php_run *run, unsigned close)
{
    struct php_value ret = {0};
    struct list list = {.at = NULL};
    bool first = true;
    while (run->pos < run->len && !php_at_sign(run, close) && !php_at_sign(run, ';')) {
        uint32_t before = run->pos;
        struct php_value v = php_expression(run);
        list_add(run, &list, v);
        const struct php_function *known = v.text.at ? php_function_find(v.text) : NULL;
        struct text telling = known && known->does <= PHP_COMMAND ? v.text : ret.text;
        ret = first ? v : union_of(ret, v);
        ret.text = first ? v.text : telling;
        first = false;
        if (php_is_name(run, "as"))
            php_spread(run, v);
        if (php_at_sign(run, ',') || php_at_sign(run, SIGN_PAIR) || run->pos == before)
            run->pos++;
    }
    run->pos += php_at_sign(run, close);
    bool several = !list.broken && list.len && memchr(list.at, '\0', list.len - 1);
    ret.list = several ? text_at(list.at, list.len) : text_of(NULL);
    return ret;
}

/* (int) and the like in front of a value. */
static bool cast(struct php_run *run, bool *cleans)
{
    static const char *const kinds[] = {"int",     "integer", "float", "double", "bool",
                                        "boolean", "string",  "array", "object", "binary"};
    if (run->at[run->pos + 1].kind != PHP_NAME || run->pos + 2 >= run->len ||
        run->at[run->pos + 2].kind != PHP_SIGN || run->at[run->pos + 2].sign != ')')
        return false;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (text_is_nocase(run->at[run->pos + 1].text, kinds[i])) {
            *cleans = i < 6;
            run->pos += 3;
            return true;
        }
    return false;
}

static struct php_value operand(struct php_run *run);

static struct php_value bracket(struct php_run *run)
{
    bool cleans = false;
    if (php_at_sign(run, '(') && cast(run, &cleans)) {
        struct php_value v = operand(run), none = {0};
        return cleans ? none : v;
    }
    unsigned close = php_at_sign(run, '(') ? ')' : ']';
    run->pos++;
    struct php_value v = list_until(run, close);
    return after_operand(run, v, text_of(NULL));
}

static struct text constant_name(struct php_run *run, struct text name)
{
    return arena_format(run->arena, "const %.*s", (int)(name.len < 64 ? name.len : 64), name.at);
}

void php_define(struct php_run *run, struct text name, struct php_value value)
{
    if (value.text.at == NULL || name.len == 0)
        return;
    struct php_variable *v = php_variable_at(run, 0, constant_name(run, name));
    if (v)
        v->value = (struct php_value){.text = value.text, .bits = value.bits};
    run->defines = true;
}

static struct php_value php_constant(struct php_run *run, struct text name)
{
    if (!run->defines || name.len == 0)
        return (struct php_value){0};
    struct php_variable *v = php_variable_at(run, 0, constant_name(run, name));
    return v ? v->value : (struct php_value){0};
}

/* The words that take what follows. */
static struct php_value word(struct php_run *run)
{
    const struct php_token *t = &run->at[run->pos++];
    bool includes = text_is_nocase(t->text, "include") || text_is_nocase(t->text, "include_once") ||
                    text_is_nocase(t->text, "require") || text_is_nocase(t->text, "require_once");
    if (includes) {
        static const char *const odd[] = {".jpg", ".png", ".gif", ".ico", ".jpeg", ".bmp"};
        const struct php_token *first = &run->at[run->pos + php_at_sign(run, '(')];
        bool plain = first->kind == PHP_VARIABLE && php_is_request(first->text);
        struct php_value v = php_expression(run);
        run->includes = true;
        bool opens = (first->kind == PHP_STRING || first->kind == PHP_TEMPLATE) &&
                     text_starts(first->text, "data:");
        bool data = (v.bits & VALUE_REQUEST) && opens;
        for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
            data |= text_ends(v.text, odd[i]) && v.text.len > 4;
        data |= text_starts(v.text, "/tmp/") || text_starts(v.text, "/var/tmp/") ||
                text_starts(v.text, "/dev/shm/");
        bool own_stream = run->wraps && v.text.len && memmem(v.text.at, v.text.len, "://", 3);
        if ((v.bits & VALUE_DECODED) && v.text.at)
            scan_find(run->found, SCAN_include_hidden, t->line, t->text);
        if (data || own_stream || text_is_nocase(v.text, "php://input"))
            scan_find(run->found, SCAN_include_data, t->line, t->text);
        else if ((plain && (v.bits & VALUE_REQUEST)) || (v.bits & VALUE_FILES))
            scan_find(run->found, SCAN_include_request, t->line, t->text);
        return v;
    }
    if (text_is_nocase(t->text, "function") ||
        (text_is_nocase(t->text, "fn") && php_at_sign(run, '(')))
        return after_operand(run, php_closure(run, t->text.len == 2), text_of(NULL));
    if (text_is_nocase(t->text, "const") && run->at[run->pos].kind == PHP_NAME) {
        struct text name = run->at[run->pos].text;
        run->pos++;
        run->pos += php_at_sign(run, '=');
        php_define(run, name, php_expression(run));
        return (struct php_value){0};
    }
    if (text_is_nocase(t->text, "new")) {
        run->fresh = true;
        struct php_value v = operand(run);
        run->fresh = false;
        v.bits |= VALUE_OBJECT;
        return v;
    }
    if (text_is_nocase(t->text, "eval") && !php_at_sign(run, '(')) { /* eval without brackets */
        struct php_value v = php_expression(run);
        php_reach(run, PHP_CODE, v, t->line, t->text);
        return v;
    }
    if (php_at_sign(run, '(')) {
        static const char *const words[] = {
            "if",     "while", "for",  "foreach", "switch", "elseif", "catch", "echo",  "print",
            "return", "array", "list", "and",     "or",     "exit",   "die",   "unset", "declare"};
        bool plain = false;
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            plain |= text_is_nocase(t->text, words[i]);
        if (plain)
            return (struct php_value){0}; /* what is in the brackets comes next */
        run->pos++;
        struct php_value v = php_call(run, (struct php_value){.text = t->text}, false, true);
        return after_operand(run, v, text_of(NULL));
    }
    if (php_at_sign(run, SIGN_STATIC)) {
        struct text none = {0};
        run->at[run->pos].kind == PHP_SIGN ? (void)0 : (void)run->pos++;
        struct php_value v = member_of(run, (struct php_value){0}, &none);
        return after_operand(run, v, none);
    }
    return php_constant(run, t->text);
}

static struct php_value operand_at(struct php_run *run)
{
    const struct php_token *t = &run->at[run->pos];
    struct php_value v = {0};
    switch (t->kind) {
    case PHP_VARIABLE:
        return variable(run);
    case PHP_NAME:
        return word(run);
    case PHP_STRING:
        run->pos++;
        v.text = t->text.at ? t->text : text_of("");
        v.bits = v.text.len && memchr(v.text.at, '<', v.text.len) &&
                         memmem(v.text.at, v.text.len, "<?php", 5)
                     ? VALUE_PROGRAM
                     : 0;
        return after_operand(run, v, text_of(NULL));
    case PHP_TEMPLATE:
        run->pos++;
        v = template_value(run, t->text);
        v.text = v.bits & (VALUE_REQUEST | VALUE_WEAK | VALUE_PARAM) ? text_of(NULL)
                                                                     : template_text(run, t->text);
        v.bits |= v.text.at ? VALUE_MADE : 0;
        return after_operand(run, v, text_of(NULL));
    case PHP_BACKTICK:
        run->pos++;
        php_reach(run, PHP_COMMAND, template_value(run, t->text), t->line, text_of("backticks"));
        return v;
    case PHP_NUMBER:
        run->pos++;
        v.is_number = true;
        v.number = t->number;
        return v;
    default:
        break;
    }
    if (t->kind != PHP_SIGN)
        return v;
    switch (t->sign) {
    case '(':
    case '[':
        return bracket(run);
    case '$':
        return variable(run);
    case '@':
    case '&':
    case '+':
        run->pos++;
        return operand(run);
    case '~': {
        run->pos++;
        v = operand(run);
        static const char ones[64] = {
            -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
            -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
            -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
        if (v.text.at)
            v.text = php_xor(v.text, text_at(ones, sizeof ones), run->arena);
        v.bits |= VALUE_MADE;
        return after_operand(run, v, text_of(NULL));
    }
    case '!':
    case '-':
        run->pos++;
        v = operand(run);
        v.bits = 0;
        v.number = -v.number;
        v.text = text_of(NULL);
        return v;
    default:
        return v;
    }
}

static struct php_value operand(struct php_run *run)
{
    if (run->deep >= PHP_DEEP) {
        run->pos += run->pos < run->len;
        return (struct php_value){0};
    }
    run->deep++;
    struct php_value v = operand_at(run);
    run->deep--;
    return v;
}

static bool stops(const struct php_run *run)
{
    const struct php_token *t = &run->at[run->pos];
    if (t->kind == PHP_END || run->pos >= run->len)
        return true;
    if (t->kind == PHP_NAME)
        return text_is_nocase(t->text, "as") ||
               (text_is_nocase(t->text, "function") && php_declares(run));
    return t->kind == PHP_SIGN &&
           (t->sign == ';' || t->sign == ',' || t->sign == ')' || t->sign == ']' ||
            t->sign == '}' || t->sign == '{' || t->sign == SIGN_PAIR);
}

/* One more operand behind an operator. */
static struct php_value joined(struct php_run *run, struct php_value v, unsigned sign)
{
    struct php_value w = operand(run), ret = {.bits = v.bits, .params = v.params};
    php_value_mix(&ret, w);
    struct text text = {0};
    if (sign == '.') {
        char digit[24];
        if (w.is_number && w.number >= 0 && w.number < 10) {
            digit[0] = (char)('0' + w.number);
            w.text = text_at(digit, 1);
        }
        ret.bits |= v.text.len ? VALUE_JOINED : 0;
        if (php_may_fold(run, (uint64_t)v.text.len + w.text.len) &&
            php_concat(v, w, run->arena, &text)) {
            ret.text = text;
            ret.bits |= VALUE_MADE;
        }
    } else if (sign == '^') {
        if (v.text.at && w.text.at && php_may_fold(run, v.text.len))
            ret.text = php_xor(v.text, w.text, run->arena);
        ret.bits |= VALUE_MADE;
        ret.is_number = v.is_number && w.is_number;
        ret.number = v.number ^ w.number;
    } else if (v.is_number && w.is_number && (sign == '+' || sign == '-' || sign == '*')) {
        ret.is_number = true;
        bool far = v.number > 1 << 30 || w.number > 1 << 30 || v.number < -(1 << 30) ||
                   w.number < -(1 << 30);
        ret.number = far           ? 0
                     : sign == '+' ? v.number + w.number
                     : sign == '-' ? v.number - w.number
                                   : v.number * w.number;
    } else if (sign == SIGN_EQUAL || sign == '<' || sign == '>') {
        ret = (struct php_value){0};
    } else if (sign == SIGN_OR || sign == '?' || sign == ':') {
        ret.text = v.text.at ? v.text : w.text;
    }
    return ret;
}

struct php_value php_expression(struct php_run *run)
{
    struct php_value v = {0};
    if (run->deep >= PHP_DEEP || ++run->steps > PHP_STEPS) {
        run->pos += run->pos < run->len;
        return v;
    }
    run->deep++;
    bool first = true;
    while (!stops(run)) {
        uint32_t before = run->pos;
        const struct php_token *t = &run->at[run->pos];
        bool joins = t->kind == PHP_SIGN && t->sign != '(' && t->sign != '[' && t->sign != '$' &&
                     t->sign != '@' && t->sign != '!' && t->sign != '~';
        if (!first && joins) {
            run->pos++;
            v = stops(run) ? v : joined(run, v, t->sign);
        } else {
            struct php_value w = operand(run);
            v = first ? w : union_of(v, w);
        }
        first = false;
        run->pos += run->pos == before;
    }
    run->deep--;
    return v;
}
