#include "scan/php_run.h"

enum { SMALL = 1500 /* tokens of a program */ };

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
    else if (v.bits & VALUE_STORED)
        scan_find(run->found, SCAN_code_stored, line, name);
    else if (v.bits & VALUE_DECODED)
        scan_find(run->found, SCAN_code_packed, line, name);
    if (v.bits & VALUE_MEMBER)
        run->member_code = true;
    /* what was packed, or stands there as a text, is looked at like the rest */
    if (v.text.len > 8)
        php_inner(run, v.text);
}

static void reach_command(struct php_run *run, struct php_value v, uint32_t line, struct text name)
{
    static const char *const shells[] = {"/bin/sh", "/bin/bash", "cmd.exe", "bash -i", "sh -i"};
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++)
        run->shell |= v.text.len && memmem(v.text.at, v.text.len, shells[i], strlen(shells[i]));
    run->socket |= v.text.len && memmem(v.text.at, v.text.len, "/dev/tcp/", 9);
    if (v.bits & VALUE_REQUEST)
        scan_find(run->found, SCAN_command_request, line, name);
    else if (v.bits & VALUE_REMOTE)
        scan_find(run->found, SCAN_command_remote, line, name);
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
             (program && (what & VALUE_DECODED)))
        scan_find(run->found, SCAN_write_weak, c->line, c->name);
    else if (program && (what & VALUE_REMOTE))
        scan_find(run->found, SCAN_write_remote, c->line, c->name);
}

/* What a function of the file does with what it is given. */
static void call_own(struct php_run *run, const struct php_own *own, const struct call *c,
                     bool surely)
{
    for (unsigned i = 0; i < c->len; i++) {
        if (own->code >> i & 1)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        if ((own->command >> i & 1) && surely)
            php_reach(run, PHP_COMMAND, c->argument[i], c->line, c->name);
        if ((own->callback >> i & 1) && surely)
            php_reach(run, PHP_CALLBACK, c->argument[i], c->line, c->name);
    }
}

/* The same of one that is called back: with elements of the other arguments, in any order. */
static void call_back_own(struct php_run *run, const struct php_own *own, const struct call *c,
                          unsigned callback)
{
    for (unsigned i = 0; i < c->len; i++) {
        if (i != callback && own->code)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        if (i != callback && own->command)
            php_reach(run, PHP_COMMAND, c->argument[i], c->line, c->name);
    }
    if (own->code && text_is_nocase(c->name, "ob_start"))
        scan_find(run->found, SCAN_output_run, c->line, text_of(NULL));
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
    const struct php_own *own = v.text.at ? php_own(run, php_key(0, v.text), false) : NULL;
    if (own)
        call_back_own(run, own, c, n);
    const struct php_function *called = v.text.at ? php_function_find(v.text) : NULL;
    if (called == NULL || (called->does != PHP_CODE && called->does != PHP_COMMAND))
        return;
    if (v.bits & VALUE_MADE)
        scan_find(run->found, SCAN_name_made, c->line, v.text);
    if (text_is_nocase(c->name, "ob_start")) /* whatever is printed is run */
        scan_find(run->found, SCAN_output_run, c->line, v.text);
    for (unsigned i = 0; i < c->len; i++)
        if (i != n)
            php_reach(run, called->does, c->argument[i], c->line, v.text);
}

static bool is_input(struct text name)
{
    return text_is_nocase(name, "php://input") || text_starts(name, "data:");
}

/* create_function("$a", "program"): a function of the file by another way. */
static struct php_value lambda(struct php_run *run, const struct call *c)
{
    struct php_value ret = {.bits = VALUE_OBJECT};
    ret.text = arena_format(run->arena, "nameless_%u_%u", run->inner, run->pos);
    uint64_t bytes =
        (uint64_t)c->argument[0].text.len + c->argument[1].text.len + ret.text.len + 32;
    php_reach(run, PHP_CODE, c->argument[1], c->line, c->name);
    if (bytes > PHP_FOLDED_MAX || !php_may_fold(run, bytes))
        return ret;
    struct text program = arena_format(run->arena, "function %s(%.*s){%.*s}", ret.text.at,
                                       (int)c->argument[0].text.len, c->argument[0].text.at,
                                       (int)c->argument[1].text.len, c->argument[1].text.at);
    php_inner(run, program);
    const struct php_own *own = php_own(run, php_key(0, ret.text), false);
    run->lambda_code |= own && own->code;
    return ret;
}

/* mail(to, subject, text): who says both to whom and what. */
static void call_mail(struct php_run *run, const struct call *c)
{
    enum { BROUGHT = VALUE_REQUEST | VALUE_WEAK };
    if (c->len >= 3 && (c->argument[0].bits & BROUGHT) && (c->argument[1].bits & BROUGHT) &&
        (c->argument[2].bits & BROUGHT))
        scan_find(run->found, SCAN_mailer, c->line, c->name);
}

static struct php_value call_known(struct php_run *run, const struct call *c)
{
    struct php_value ret = all_of(c, VALUE_MADE);
    switch (c->known->does) {
    case PHP_CODE:
        if (text_is_nocase(c->name, "create_function") && c->len >= 2 && c->argument[0].text.at &&
            c->argument[1].text.at)
            return lambda(run, c);
        for (unsigned i = 0; i < c->len; i++)
            php_reach(run, PHP_CODE, c->argument[i], c->line, c->name);
        break;
    case PHP_COMMAND:
        for (unsigned i = 0; i < c->len && i <= c->known->argument; i++)
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
        else if (c->len >= 2 && c->argument[0].text.at == NULL &&
                 (c->argument[0].bits & c->argument[1].bits & VALUE_DECODED))
            scan_find(run->found, SCAN_code_weak, c->line, c->name);
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
    case PHP_CLEAN: /* the end of an upload's name is a name still */
        ret = (struct php_value){
            .bits = text_is_nocase(c->name, "basename") ? ret.bits & VALUE_FILES : 0};
        break;
    case PHP_DECODE:
        run->unpacks |=
            text_is_nocase(c->name, "unserialize") && (ret.bits & (VALUE_REQUEST | VALUE_WEAK));
        ret.bits |= VALUE_DECODED;
        break;
    case PHP_DEFINE:
        if (c->len >= 2)
            php_define(run, c->argument[0].text, c->argument[1]);
        break;
    case PHP_MAIL:
        call_mail(run, c);
        break;
    case PHP_REQUEST:
        ret.bits |= VALUE_REQUEST;
        break;
    case PHP_REMOTE:
        run->socket |= c->known->argument != 0;
        ret.bits = VALUE_REMOTE;
        break;
    case PHP_STORED:
        ret.bits = VALUE_STORED;
        break;
    case PHP_FETCH: {
        struct text name = c->len ? c->argument[0].text : text_of(NULL);
        bool far = text_starts(name, "http://") || text_starts(name, "https://") ||
                   text_starts(name, "ftp://");
        ret.bits = is_input(name)                                  ? VALUE_REQUEST
                   : far                                           ? VALUE_REMOTE
                   : c->len && (c->argument[0].bits & VALUE_FILES) ? VALUE_FILES
                                                                   : 0;
        if (c->len && !(c->argument[0].bits & VALUE_JOINED) &&
            (c->argument[0].bits & VALUE_REQUEST)) /* whatever the request points at */
            ret.bits |= VALUE_REQUEST;
        ret.bits |= ends_as_program(name) ? VALUE_PROGRAM : 0;
        if (c->len >= 2 && c->argument[1].text.len && strchr("waxc", c->argument[1].text.at[0]) &&
            text_is_nocase(c->name, "fopen")) /* who names the file that is written */
            ret.bits |= c->argument[0].bits & VALUE_JOINED
                            ? 0
                            : c->argument[0].bits & (VALUE_REQUEST | VALUE_WEAK);
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
    if (c->fresh && c->len) /* new ReflectionFunction("f"): an object that stands for it */
        ret.text = c->argument[0].text;
    return ret;
}

/* Some function is given the name of one that runs things, and a request's data. */
static void call_named(struct php_run *run, const struct call *c)
{
    for (unsigned i = 0; i < c->len; i++) {
        struct text name = c->argument[i].text;
        const struct php_own *own = name.len ? php_own(run, php_key(0, name), false) : NULL;
        if (own && (c->argument[i].bits & VALUE_OBJECT))
            call_back_own(run, own, c, i);
        const struct php_function *known = name.len ? php_function_find(name) : NULL;
        if (known && (known->does == PHP_CODE || known->does == PHP_COMMAND))
            for (unsigned k = 0; k < c->len; k++)
                if (k != i && (c->argument[k].bits & VALUE_REQUEST))
                    php_reach(run, known->does, c->argument[k], c->line, name);
    }
}

/* Methods of PHP's own classes. */
static void call_method(struct php_run *run, const struct call *c)
{
    static const struct {
        const char *name;
        unsigned argument;
    } calls[] = {{"sqlitecreatefunction", 1},
                 {"createfunction", 1},
                 {"sqlitecreateaggregate", 1},
                 {"createaggregate", 1},
                 {"addserver", 7}};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (text_is_nocase(c->name, calls[i].name) && c->len > calls[i].argument)
            php_reach(run, PHP_CALLBACK, c->argument[calls[i].argument], c->line, c->name);
    bool request = c->len && (c->argument[0].bits & VALUE_REQUEST);
    bool written = text_is_nocase(c->name, "fwrite") && (run->receiver.bits & VALUE_REQUEST) &&
                   (run->receiver.bits & VALUE_OBJECT);
    if (request && (written || text_is_nocase(c->name, "extractto")))
        scan_find(run->found, SCAN_write_request, c->line, c->name);
    bool invoked = text_is_nocase(c->name, "invoke") || text_is_nocase(c->name, "invokeargs");
    const struct php_function *known =
        invoked && run->receiver.text.at ? php_function_find(run->receiver.text) : NULL;
    if (known && (known->does == PHP_CODE || known->does == PHP_COMMAND))
        for (unsigned i = 0; i < c->len; i++)
            php_reach(run, known->does, c->argument[i], c->line, run->receiver.text);
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
    run->wraps |= text_is_nocase(c->name, "stream_wrapper_register");
    if (method)
        call_method(run, c);
    if (own == NULL) {
        call_named(run, c);
        return ret;
    }
    /* methods of one name are many; in a small program it is this one */
    call_own(run, own, c, !method || run->len < SMALL);
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
    struct php_value receiver = run->receiver;
    run->fresh = false;
    run->receiver = (struct php_value){0};
    run->function_calls++;
    arguments(run, &c);
    run->receiver = receiver;
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
