#include "scan/php_run.h"

enum { TAINTS = VALUE_REQUEST | VALUE_WEAK | VALUE_FILES };

static struct php_own *function_in_hand(struct php_run *run)
{
    return run->scopes ? php_own(run, run->within[run->scopes - 1].function, false) : NULL;
}

static void reach_weak(struct php_run *run, enum scan_trait trait, struct php_value v,
                       uint32_t line, struct text name)
{
    scan_find(run->found, trait, line, name);
    if (v.bits & VALUE_ANY)
        scan_find(run->found, SCAN_variables_request, line, text_of(NULL));
}

static void reach_code(struct php_run *run, struct php_value v, uint32_t line, struct text name)
{
    if (v.bits & VALUE_REQUEST)
        scan_find(run->found, SCAN_code_request, line, name);
    else if (v.bits & VALUE_FILES)
        scan_find(run->found, SCAN_code_files, line, name);
    else if (v.bits & VALUE_REMOTE)
        scan_find(run->found, SCAN_code_remote, line, name);
    else if (v.bits & VALUE_WEAK)
        reach_weak(run, SCAN_code_weak, v, line, name);
    else if (v.bits & VALUE_DECODED)
        scan_find(run->found, SCAN_code_packed, line, name);
    /* what was packed is looked at like the rest */
    if (v.text.len > 16 && (v.bits & VALUE_DECODED) && run->inner < PHP_INNER) {
        struct php_run *in = arena_new(run->arena, sizeof *in);
        *in = (struct php_run){.inner = run->inner + 1, .arena = run->arena, .found = run->found};
        struct php_tokens tokens;
        char *program = arena_new(run->arena, (size_t)v.text.len + 8);
        static const char opening[] = {'<', '?', 'p', 'h', 'p', ' '};
        memcpy(program, opening, sizeof opening);
        memcpy(program + sizeof opening, v.text.at, v.text.len);
        php_tokens_make(&tokens, text_at(program, v.text.len + sizeof opening), run->arena);
        in->at = tokens.at;
        in->len = tokens.len;
        in->variable = run->variable;
        in->own = run->own;
        in->folded = run->folded;
        while (in->pos < in->len && in->steps < PHP_STEPS / 8) {
            uint32_t before = in->pos;
            (void)php_expression(in);
            in->pos += in->pos == before;
        }
    }
}

static void reach_command(struct php_run *run, struct php_value v, uint32_t line, struct text name)
{
    static const char *const shells[] = {"/bin/sh", "/bin/bash", "cmd.exe", "bash -i", "sh -i"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        run->shell |= v.text.len && memmem(v.text.at, v.text.len, shells[i], strlen(shells[i]));
    if (v.bits & VALUE_REQUEST)
        scan_find(run->found, SCAN_command_request, line, name);
    else if (v.bits & VALUE_WEAK)
        reach_weak(run, SCAN_command_weak, v, line, name);
}

void php_reach(struct php_run *run, enum php_does does, struct php_value v, uint32_t line,
               struct text name)
{
    struct php_own *own = v.bits & VALUE_PARAM ? function_in_hand(run) : NULL;
    if (own) {
        own->code |= does == PHP_CODE ? v.params : 0;
        own->command |= does == PHP_COMMAND ? v.params : 0;
        own->callback |= does == PHP_CALLBACK ? v.params : 0;
    }
    if (does == PHP_CODE)
        reach_code(run, v, line, name);
    else if (does == PHP_COMMAND)
        reach_command(run, v, line, name);
    else if (does == PHP_CALLBACK && (v.bits & VALUE_REQUEST) && !(v.bits & VALUE_MEMBER))
        scan_find(run->found, SCAN_call_request, line, name);
}

/* ---- what functions do with their arguments */

struct call {
    struct text name;
    const struct php_function *known;
    struct php_value argument[PHP_ARGUMENTS];
    unsigned len;
    uint32_t line;
    bool fresh; /* behind `new` */
};

/* Where all arguments come from, but for `without`. */
static struct php_value all_of(const struct call *c, uint16_t without)
{
    struct php_value all = {0};
    for (unsigned i = 0; i < c->len; i++)
        php_value_mix(&all, c->argument[i]);
    all.bits &= (uint16_t)~without;
    return all;
}

static bool ends_as_program(struct text name)
{
    static const char *const endings[] = {".php", ".phtml", ".php5", ".jsp",
                                          ".asp", ".aspx",  ".inc"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text_ends(name, endings[i]))
            return true;
    return false;
}

static void call_write(struct php_run *run, const struct call *c)
{
    bool to_file = text_is_nocase(c->name, "file_put_contents");
    if (c->len < 2)
        return;
    uint16_t name = c->argument[0].bits, what = c->argument[1].bits;
    bool program =
        (to_file && ends_as_program(c->argument[0].text)) || ((name | what) & VALUE_PROGRAM);
    if ((what & VALUE_REQUEST) && ((name & VALUE_REQUEST) || program))
        scan_find(run->found, SCAN_write_request, c->line, c->name);
    else if (((what & (VALUE_REQUEST | VALUE_WEAK)) && (name & (VALUE_REQUEST | VALUE_WEAK))) ||
             (program && (what & (VALUE_DECODED | VALUE_REMOTE))))
        scan_find(run->found, SCAN_write_weak, c->line, c->name);
}

static bool is_evaluating(struct text pattern)
{
    if (pattern.len < 3)
        return false;
    char border = pattern.at[0];
    border = border == '(' ? ')' : border == '{' ? '}' : border == '[' ? ']' : border;
    const char *end = memrchr(pattern.at + 1, border, pattern.len - 1);
    return end && memchr(end, 'e', (size_t)(pattern.at + pattern.len - end));
}

static void call_callback(struct php_run *run, const struct call *c)
{
    unsigned n = c->known->argument;
    if (n >= c->len)
        return;
    struct php_value v = c->argument[n];
    const struct php_own *invoked =
        v.bits & VALUE_OBJECT ? php_own(run, php_key(0, text_of("__invoke")), false) : NULL;
    for (unsigned i = 0; invoked && i < c->len; i++)
        if (i != n && invoked->code)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
    php_reach(run, PHP_CALLBACK, v, c->line, c->name);
    const struct php_function *called = v.text.at ? php_function_find(v.text) : NULL;
    if (called == NULL || (called->does != PHP_CODE && called->does != PHP_COMMAND))
        return;
    if (v.bits & VALUE_MADE)
        scan_find(run->found, SCAN_name_made, c->line, v.text);
    if (text_is_nocase(c->name, "ob_start")) /* whatever is printed is run */
        scan_find(run->found, SCAN_code_weak, c->line, v.text);
    for (unsigned i = 0; i < c->len; i++)
        if (i != n)
            php_reach(run, called->does, c->argument[i], c->line, v.text);
}

static bool is_input(struct text name)
{
    return text_is_nocase(name, "php://input") || text_starts(name, "data:");
}

static struct php_value call_known(struct php_run *run, const struct call *c)
{
    struct php_value ret = all_of(c, VALUE_MADE);
    switch (c->known->does) {
    case PHP_CODE:
        for (unsigned i = 0; i < c->len; i++)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        break;
    case PHP_COMMAND:
        /* pcntl_exec("/bin/sh", array("-c", ...)) */
        for (unsigned i = 0; i < c->len && (i == 0 || text_is_nocase(c->name, "pcntl_exec")); i++)
            php_reach(run, PHP_COMMAND, c->argument[i], c->line, c->name);
        break;
    case PHP_CALLBACK:
        call_callback(run, c);
        break;
    case PHP_REPLACE:
        if (c->len >= 2 && (text_starts(c->name, "mb_")
                                ? c->len >= 4 && c->argument[3].text.len &&
                                      memchr(c->argument[3].text.at, 'e', c->argument[3].text.len)
                                : is_evaluating(c->argument[0].text)))
            for (unsigned i = 1; i < c->len; i++)
                php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        break;
    case PHP_WRITE:
        call_write(run, c);
        break;
    case PHP_UPLOAD:
        if (c->len >= 2 && (c->argument[0].bits & VALUE_FILES) &&
            (c->argument[1].bits & (VALUE_FILES | VALUE_REQUEST))) {
            scan_find(run->found, SCAN_upload, c->line, c->name);
            run->uploads = true;
        }
        break;
    case PHP_CLEAN:
        ret = (struct php_value){0};
        break;
    case PHP_DECODE:
        ret.bits |= VALUE_DECODED;
        break;
    case PHP_REQUEST:
        ret.bits |= VALUE_REQUEST;
        break;
    case PHP_REMOTE:
        ret.bits = VALUE_REMOTE;
        break;
    case PHP_FETCH: {
        struct text name = c->len ? c->argument[0].text : text_of(NULL);
        bool far = text_starts(name, "http://") || text_starts(name, "https://") ||
                   text_starts(name, "ftp://");
        ret.bits = is_input(name)                                  ? VALUE_REQUEST
                   : far                                           ? VALUE_REMOTE
                   : c->len && (c->argument[0].bits & VALUE_FILES) ? VALUE_FILES
                                                                   : 0;
        ret.bits |= ends_as_program(name) ? VALUE_PROGRAM : 0;
        break;
    }
    case PHP_GETENV:
        ret.bits = c->len && text_starts(c->argument[0].text, "HTTP_") ? VALUE_REQUEST : 0;
        break;
    case PHP_EXTRACT:
        run->all_tainted |= c->len && (c->argument[0].bits & VALUE_REQUEST);
        break;
    case PHP_PASS:
    case PHP_UNKNOWN:
        break;
    }
    uint64_t constant = 1;
    for (unsigned i = 0; i < c->len; i++)
        constant += c->argument[i].text.len;
    if (php_may_fold(run, constant) && php_fold(c->name, c->argument, c->len, run->arena, &ret) &&
        ret.text.at)
        ret.bits |= VALUE_MADE;
    return ret;
}

/* Some function is given the name of one that runs things, and a request's data. */
static void call_named(struct php_run *run, const struct call *c)
{
    for (unsigned i = 0; i < c->len; i++) {
        struct text name = c->argument[i].text;
        const struct php_function *known = name.len ? php_function_find(name) : NULL;
        if (known && (known->does == PHP_CODE || known->does == PHP_COMMAND))
            for (unsigned k = 0; k < c->len; k++)
                if (k != i && (c->argument[k].bits & VALUE_REQUEST))
                    php_reach(run, known->does, c->argument[k], c->line, name);
    }
}

/* A function of the file, or of somewhere else. */
static struct php_value call_unknown(struct php_run *run, const struct call *c, bool method)
{
    struct php_value all = all_of(c, VALUE_MADE), ret = all;
    struct text function = c->fresh ? text_of("__construct") : c->name;
    const struct php_own *own = php_own(run, php_key(0, function), false);
    ret.bits &= (uint16_t)~VALUE_REQUEST;
    if (all.bits & VALUE_REQUEST)
        ret.bits |= VALUE_WEAK;
    run->socket |=
        text_is_nocase(c->name, "fsockopen") || text_is_nocase(c->name, "socket_create") ||
        text_is_nocase(c->name, "pfsockopen") || text_is_nocase(c->name, "stream_socket_client");
    if (own == NULL) {
        call_named(run, c);
        return ret;
    }
    for (unsigned i = 0; i < c->len; i++) {
        if (own->code >> i & 1)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        if ((own->command >> i & 1) && !method)
            php_reach(run, PHP_COMMAND, c->argument[i], c->line, c->name);
        if ((own->callback >> i & 1) && !method)
            php_reach(run, PHP_CALLBACK, c->argument[i], c->line, c->name);
    }
    ret = own->returned;
    ret.bits &= (uint16_t)~VALUE_PARAM;
    ret.params = 0;
    ret.text = text_of(NULL);
    for (unsigned i = 0; i < c->len; i++)
        if (own->returned.params >> i & 1)
            php_value_mix(&ret, c->argument[i]);
    return ret;
}

/* A function whose name is a value: of the request, made of pieces, or never known. */
static struct php_value call_value(struct php_run *run, struct php_value callee,
                                   const struct call *c)
{
    struct php_value ret = all_of(c, VALUE_MADE);
    if (c->fresh)
        return ret;
    if (callee.bits & VALUE_PARAM)
        php_reach(run, PHP_CALLBACK, callee, c->line, text_of("a variable"));
    if ((callee.bits & VALUE_REQUEST) && !(callee.bits & VALUE_MEMBER))
        scan_find(run->found, SCAN_call_request, c->line, text_of("a variable"));
    else if (callee.bits & (VALUE_MADE | VALUE_DECODED))
        scan_find(run->found, SCAN_name_hidden, c->line, text_of("a variable"));
    if ((callee.bits & VALUE_ANY) && (ret.bits & VALUE_ANY)) /* extract($_POST); $a($b) */
        reach_weak(run, SCAN_code_weak, callee, c->line, text_of("a variable"));
    bool brought = (ret.bits & VALUE_REQUEST) != 0;
    if (callee.bits & (VALUE_MADE | VALUE_DECODED))
        ret.bits |= VALUE_DECODED;
    if ((callee.bits & (VALUE_MADE | VALUE_DECODED)) && brought)
        scan_find(run->found, SCAN_code_weak, c->line, text_of("a made name"));
    return ret;
}

static void arguments(struct php_run *run, struct call *c)
{
    while (run->pos < run->len && !php_at_sign(run, ')') && !php_at_sign(run, ';') &&
           !php_at_sign(run, '{') && !php_at_sign(run, '}')) {
        uint32_t before = run->pos;
        bool spread = php_at_sign(run, '.'); /* ...$list: all arguments that follow */
        while (php_at_sign(run, '.'))
            run->pos++;
        struct php_value v = php_expression(run);
        for (bool more = true; more && c->len < PHP_ARGUMENTS; more = spread)
            c->argument[c->len++] = v;
        if (php_at_sign(run, ',') || php_at_sign(run, SIGN_PAIR) || run->pos == before)
            run->pos++;
    }
    run->pos += php_at_sign(run, ')');
}

struct php_value php_call(struct php_run *run, struct php_value callee, bool method, bool named)
{
    struct call c = {.name = callee.text, .line = run->at[run->pos].line, .fresh = run->fresh};
    run->fresh = false;
    run->function_calls++;
    arguments(run, &c);
    if (callee.text.at == NULL)
        return call_value(run, callee, &c);
    c.known = method ? NULL : php_function_find(c.name);
    bool telling = c.known && (c.known->does == PHP_CODE || c.known->does == PHP_COMMAND ||
                               c.known->does == PHP_DECODE || c.known->does == PHP_REPLACE);
    if (!named && telling && (callee.bits & VALUE_MADE))
        scan_find(run->found, SCAN_name_made, c.line, c.name);
    struct php_value ret = c.known ? call_known(run, &c) : call_unknown(run, &c, method);
    if (!named && (callee.bits & VALUE_MADE))
        ret.bits |= VALUE_DECODED;
    return ret;
}
