#include "scan/php_token.h"

#include "base/digits.h"

struct maker {
    struct php_tokens *ret;
    struct arena *arena;
    const char *at, *end;
    uint32_t line, room;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct maker *m, size_t ahead)
{
    return (size_t)(m->end - m->at) > ahead ? m->at[ahead] : '\0';
}

static bool starts(const struct maker *m, const char *what)
{
    size_t len = strlen(what);
    return (size_t)(m->end - m->at) >= len && text_is_nocase(text_at(m->at, len), what);
}

static struct php_token *token_add(struct maker *m, enum php_kind kind)
{
    struct php_tokens *t = m->ret;
    if (t->len + 1 >= m->room) {
        uint32_t room = m->room ? m->room * 2 : 1024;
        struct php_token *more = arena_new(m->arena, room * sizeof *more);
        if (t->len)
            memcpy(more, t->at, t->len * sizeof *more);
        t->at = more;
        m->room = room;
    }
    t->at[t->len] = (struct php_token){.kind = (uint8_t)kind, .line = m->line};
    return &t->at[t->len++];
}

static void sign_add(struct maker *m, unsigned sign)
{
    token_add(m, PHP_SIGN)->sign = (uint16_t)sign;
}

/* Moves on by n bytes, counting lines. */
static void move(struct maker *m, size_t n)
{
    for (; n && m->at < m->end; n--)
        m->line += *m->at++ == '\n';
}

/* To the next program; false when there is none. */
static bool open_next(struct maker *m)
{
    while (m->at < m->end) {
        const char *next = memchr(m->at, '<', (size_t)(m->end - m->at));
        if (next == NULL)
            break;
        move(m, (size_t)(next - m->at));
        if (starts(m, "<?xml")) {
            move(m, 5);
            continue;
        }
        size_t skip = starts(m, "<?php") ? 5 : starts(m, "<?=") ? 3 : starts(m, "<?") ? 2 : 0;
        if (skip == 0 && starts(m, "<script")) {
            const char *close = memchr(m->at, '>', (size_t)(m->end - m->at));
            struct text tag = text_at(m->at, close ? (size_t)(close - m->at) : 0);
            if (tag.len < 60 && tag.len && memmem(tag.at, tag.len, "php", 3) &&
                memmem(tag.at, tag.len, "language", 8))
                skip = tag.len + 1;
        }
        if (skip) {
            move(m, skip);
            m->ret->programs++;
            sign_add(m, ';');
            if (skip == 3)
                token_add(m, PHP_NAME)->text = text_of("echo");
            return true;
        }
        move(m, 1);
    }
    m->at = m->end;
    return false;
}

/* The escapes of a double-quoted string (\n \x41 \101 \u{41}); ret holds as many bytes. */
static size_t unescaped(struct text raw, char *ret)
{
    size_t len = 0;
    for (uint32_t i = 0; i < raw.len; i++) {
        char c = raw.at[i], next = i + 1 < raw.len ? raw.at[i + 1] : '\0';
        if (c != '\\' || i + 1 >= raw.len) {
            ret[len++] = c;
            continue;
        }
        i++;
        if (next == 'x' && i + 1 < raw.len && hex_digit(raw.at[i + 1]) >= 0) {
            int value = hex_digit(raw.at[++i]);
            if (i + 1 < raw.len && hex_digit(raw.at[i + 1]) >= 0)
                value = value * 16 + hex_digit(raw.at[++i]);
            ret[len++] = (char)value;
        } else if (next >= '0' && next <= '7') {
            int value = next - '0';
            for (int n = 0;
                 n < 2 && i + 1 < raw.len && raw.at[i + 1] >= '0' && raw.at[i + 1] <= '7'; n++)
                value = value * 8 + (raw.at[++i] - '0');
            ret[len++] = (char)value;
        } else {
            static const char from[] = "nrtvef", to[] = "\n\r\t\v\033\f";
            const char *which = strchr(from, next);
            if (which && next)
                ret[len++] = to[which - from];
            else if (next == '\\' || next == '$' || next == '"' || next == '`')
                ret[len++] = next;
            else {
                ret[len++] = '\\';
                ret[len++] = next;
            }
        }
    }
    return len;
}

/* Where a quoted string ends; the end of all when it does not. */
static const char *quote_end(const struct maker *m, char quote)
{
    const char *at = m->at + 1;
    while (at < m->end && *at != quote)
        at += *at == '\\' && at + 1 < m->end ? 2 : 1;
    return at < m->end ? at : m->end;
}

static bool has_variable(struct text raw)
{
    for (uint32_t i = 0; i + 1 < raw.len; i++) {
        if (raw.at[i] == '\\')
            i++;
        else if ((raw.at[i] == '$' && (is_letter(raw.at[i + 1]) || raw.at[i + 1] == '{')) ||
                 (raw.at[i] == '{' && raw.at[i + 1] == '$'))
            return true;
    }
    return false;
}

static void add_double(struct maker *m, struct text raw, bool backtick)
{
    bool variable = has_variable(raw);
    struct php_token *t = token_add(m, backtick   ? PHP_BACKTICK
                                       : variable ? PHP_TEMPLATE
                                                  : PHP_STRING);
    t->text = raw;
    if (!variable && !backtick && raw.len && memchr(raw.at, '\\', raw.len)) {
        char *copy = arena_new(m->arena, raw.len);
        t->text = text_at(copy, unescaped(raw, copy));
    }
}

static void add_single(struct maker *m, struct text raw)
{
    struct php_token *t = token_add(m, PHP_STRING);
    t->text = raw;
    if (raw.len && memchr(raw.at, '\\', raw.len)) {
        char *copy = arena_new(m->arena, raw.len);
        size_t len = 0;
        for (uint32_t i = 0; i < raw.len; i++) {
            bool escape = raw.at[i] == '\\' && i + 1 < raw.len &&
                          (raw.at[i + 1] == '\\' || raw.at[i + 1] == '\'');
            i += escape;
            copy[len++] = raw.at[i];
        }
        t->text = text_at(copy, len);
    }
}

static void take_quoted(struct maker *m, char quote)
{
    const char *end = quote_end(m, quote);
    struct text raw = text_at(m->at + 1, end > m->at + 1 ? (size_t)(end - m->at) - 1 : 0);
    if (quote == '\'')
        add_single(m, raw);
    else
        add_double(m, raw, quote == '`');
    move(m, (size_t)(end - m->at) + 1);
}

/* <<<NAME ... NAME */
static bool take_heredoc(struct maker *m)
{
    const char *at = m->at + 3;
    while (at < m->end && (*at == ' ' || *at == '\t'))
        at++;
    char quote = at < m->end && (*at == '\'' || *at == '"') ? *at++ : '\0';
    const char *name = at;
    while (at < m->end && (is_letter(*at) || is_digit(*at)))
        at++;
    size_t len = (size_t)(at - name);
    const char *body = memchr(at, '\n', (size_t)(m->end - at));
    if (len == 0 || len > 128 || body == NULL)
        return false;
    const char *from = body + 1, *line = from;
    while (line < m->end) {
        const char *word = line;
        while (word < m->end && (*word == ' ' || *word == '\t'))
            word++;
        if ((size_t)(m->end - word) >= len && memcmp(word, name, len) == 0 &&
            (word + len == m->end || !(is_letter(word[len]) || is_digit(word[len])))) {
            struct text raw = text_at(from, (size_t)(line - from));
            if (quote == '\'')
                token_add(m, PHP_STRING)->text = raw;
            else
                add_double(m, raw, false);
            move(m, (size_t)(word + len - m->at));
            return true;
        }
        const char *next = memchr(line, '\n', (size_t)(m->end - line));
        line = next ? next + 1 : m->end;
    }
    return false;
}

static void skip_line(struct maker *m)
{
    while (m->at < m->end && *m->at != '\n' && !(m->at[0] == '?' && peek(m, 1) == '>'))
        m->at++;
}

static void skip_comment(struct maker *m)
{
    const char *end = memmem(m->at + 2, (size_t)(m->end - m->at) - 2, "*/", 2);
    move(m, end ? (size_t)(end - m->at) + 2 : (size_t)(m->end - m->at));
}

static void take_number(struct maker *m)
{
    int base = 10;
    int64_t value = 0;
    if (m->at[0] == '0' && ascii_lower(peek(m, 1)) == 'x') {
        base = 16;
        m->at += 2;
    } else if (m->at[0] == '0' && ascii_lower(peek(m, 1)) == 'b') {
        base = 2;
        m->at += 2;
    } else if (m->at[0] == '0') {
        base = 8;
    }
    while (m->at < m->end && (*m->at == '_' || hex_digit(*m->at) >= 0)) {
        int digit = hex_digit(*m->at);
        if (digit >= base && !(base == 8 && digit < 10))
            break;
        if (digit >= 0 && value < INT64_MAX / 32)
            value = value * base + digit;
        m->at++;
    }
    token_add(m, PHP_NUMBER)->number = value;
}

static void take_word(struct maker *m, bool variable)
{
    const char *from = m->at;
    while (m->at < m->end &&
           (is_letter(*m->at) || is_digit(*m->at) || (!variable && *m->at == '\\')))
        m->at++;
    struct php_token *t = token_add(m, variable ? PHP_VARIABLE : PHP_NAME);
    t->text = text_at(from, (size_t)(m->at - from));
}

static void take_sign(struct maker *m)
{
    static const struct {
        const char *text;
        unsigned sign;
    } signs[] = {{"?->", SIGN_ARROW},      {"->", SIGN_ARROW},       {"::", SIGN_STATIC},
                 {"===", SIGN_EQUAL},      {"!==", SIGN_EQUAL},      {"<=>", SIGN_EQUAL},
                 {"=>", SIGN_PAIR},        {"==", SIGN_EQUAL},       {"!=", SIGN_EQUAL},
                 {"<=", SIGN_EQUAL},       {">=", SIGN_EQUAL},       {"\?\?=", SIGN_ASSIGN_MORE},
                 {"||", SIGN_OR},          {"&&", SIGN_OR},          {"\?\?", SIGN_OR},
                 {"++", SIGN_STEP},        {"--", SIGN_STEP},        {".=", SIGN_ASSIGN_MORE},
                 {"+=", SIGN_ASSIGN_MORE}, {"-=", SIGN_ASSIGN_MORE}, {"^=", SIGN_ASSIGN_MORE},
                 {"|=", SIGN_ASSIGN_MORE}};
    char next = peek(m, 1);
    bool longer = next && strchr("=>-+?:|&.<", next);
    for (size_t i = 0; longer && i < sizeof signs / sizeof signs[0]; i++)
        if (signs[i].text[0] == m->at[0] && starts(m, signs[i].text)) {
            sign_add(m, signs[i].sign);
            m->at += strlen(signs[i].text);
            return;
        }
    sign_add(m, (unsigned char)*m->at);
    move(m, 1);
}

/* One token, or what is skipped. False: the program ended. */
static bool take(struct maker *m)
{
    char c = *m->at;
    if (c == '?' && peek(m, 1) == '>') {
        m->at += 2;
        sign_add(m, ';');
        return false;
    }
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0')
        move(m, 1);
    else if ((c == '#' && peek(m, 1) != '[') || (c == '/' && peek(m, 1) == '/'))
        skip_line(m);
    else if (c == '/' && peek(m, 1) == '*')
        skip_comment(m);
    else if (c == '\'' || c == '"' || c == '`')
        take_quoted(m, c);
    else if (c == '<' && starts(m, "<<<") && take_heredoc(m))
        ;
    else if (c == '$' && is_letter(peek(m, 1))) {
        m->at++;
        take_word(m, true);
    } else if (is_letter(c) || (c == '\\' && is_letter(peek(m, 1))))
        take_word(m, false);
    else if (is_digit(c))
        take_number(m);
    else if (c == '<' && starts(m, "</script")) {
        move(m, 9);
        sign_add(m, ';');
        return false;
    } else
        take_sign(m);
    return true;
}

void php_tokens_make(struct php_tokens *ret, struct text source, struct arena *arena)
{
    struct maker m = {.ret = ret, .arena = arena, .line = 1};
    *ret = (struct php_tokens){0};
    m.at = source.at;
    m.end = source.at + source.len;
    while (source.len && open_next(&m))
        while (m.at < m.end && ret->len < PHP_TOKENS_MAX && take(&m))
            ;
    ret->cut = ret->len >= PHP_TOKENS_MAX;
    sign_add(&m, ';');
    token_add(&m, PHP_END);
    ret->len--;
}
