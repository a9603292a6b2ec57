/*
 * HTTP/1.x heads. The trouble: the two ends of a conversation are tolerant, each in its own way,
 * and what they let pass (bare LF, empty lines first, odd spaces, folded fields) must not hide an
 * exchange from muster; but where two readers would disagree about where a message ends, anything
 * after it is guesswork, so there the answer is BAD.
 *
 * Order: http_recognise_* on the first bytes of a direction, http_parse_* until it is not MORE,
 * then the body as *body says, then the next head. The walk over chunks is in http_chunks.c.
 */
#include "wire/http.h"

#include "base/cursor.h"

enum {
    METHOD_MAX = 20,     /* the longest registered has 17 */
    EMPTY_LINES_MAX = 8, /* RFC 9112 2.2: at least one should be skipped */
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

/* Moves past empty lines before a head. */
static void empty_lines_skip(struct cursor *c)
{
    for (int i = 0; i < EMPTY_LINES_MAX && cursor_left(c) > 0; i++) {
        if (c->at[0] == '\n')
            cursor_skip(c, 1);
        else if (c->at[0] == '\r' && (cursor_left(c) == 1 || c->at[1] == '\n'))
            cursor_skip(c, cursor_left(c) == 1 ? 1 : 2);
        else
            return;
    }
}

/* Whether the bytes at the cursor start with `word`; MORE when they end too early to tell. */
static enum parse starts(const struct cursor *c, const char *word)
{
    size_t len = strlen(word), have = cursor_left(c);
    if (memcmp(c->at, word, have < len ? have : len) != 0)
        return PARSE_BAD;
    return have < len ? PARSE_MORE : PARSE_DONE;
}

/* A method is a token (RFC 9110 9.1); those in use are of capitals, some with - or _. */
static enum parse method_skip(struct cursor *c)
{
    for (int i = 0; i <= METHOD_MAX; i++) {
        if (cursor_left(c) == 0)
            return PARSE_MORE;
        uint8_t b = cursor_u8(c);
        if (i > 0 && is_blank(b))
            return PARSE_DONE;
        if ((b < 'A' || b > 'Z') && (i == 0 || (b != '-' && b != '_')))
            return PARSE_BAD;
    }
    return PARSE_BAD;
}

enum parse http_recognise_request(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX);
    empty_lines_skip(&c);
    enum parse method = method_skip(&c);
    if (method != PARSE_DONE)
        return method;
    bool blank = true;
    for (size_t target = 0; cursor_left(&c) > 0;) {
        if (blank && target > 0 && c.at[0] == 'H') {
            enum parse version = starts(&c, "HTTP/1.");
            if (version != PARSE_BAD)
                return version;
        }
        uint8_t b = cursor_u8(&c);
        blank = is_blank(b);
        if ((b < ' ' && b != '\t') || b == 0x7f)
            return PARSE_BAD; /* the line ends without a version, or this is no text */
        target += !blank;
    }
    return len < HTTP_HEAD_MAX ? PARSE_MORE : PARSE_BAD;
}

enum parse http_recognise_response(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    empty_lines_skip(&c);
    enum parse version = starts(&c, "HTTP/1.");
    if (version != PARSE_DONE)
        return version;
    cursor_skip(&c, 7);
    if (cursor_left(&c) < 2)
        return cursor_left(&c) == 1 && !is_digit(c.at[0]) ? PARSE_BAD : PARSE_MORE;
    return is_digit(c.at[0]) && is_blank(c.at[1]) ? PARSE_DONE : PARSE_BAD;
}

/* Takes a line without its end; false when its end is not there yet. */
static bool line_take(struct cursor *c, struct cursor *ret)
{
    const uint8_t *lf = cursor_left(c) ? memchr(c->at, '\n', cursor_left(c)) : NULL;
    if (lf == NULL)
        return false;
    *ret = cursor_child(c, (size_t)(lf - c->at));
    cursor_skip(c, 1);
    if (cursor_left(ret) > 0 && ret->end[-1] == '\r')
        ret->end--;
    return true;
}

/* Blanks, and the line ends that folding leaves inside a value. */
static bool is_space(uint8_t c)
{
    return is_blank(c) || c == '\r' || c == '\n';
}

static void trim_end(struct cursor *c)
{
    while (cursor_left(c) > 0 && is_space(c->end[-1]))
        c->end--;
}

static void trim(struct cursor *c)
{
    while (cursor_left(c) > 0 && is_space(c->at[0]))
        c->at++;
    trim_end(c);
}

static struct text text_over(const struct cursor *c)
{
    return text_at(c->at, cursor_left(c));
}

/* What the fields of a head say about the length of the body (RFC 9112 6). */
struct framing {
    int64_t length;  /* Content-Length; -1 = not said */
    bool chunked;    /* chunked is the last transfer coding */
    bool other;      /* there is one, and it is not chunked */
    bool impossible; /* lengths that contradict each other or are no number */
};

/* A number, or the same number again and again (RFC 9110 8.6). */
static void framing_length(struct framing *f, struct cursor value)
{
    if (cursor_left(&value) == 0)
        return;
    for (bool more = true; more;) {
        const uint8_t *comma = memchr(value.at, ',', cursor_left(&value));
        more = comma != NULL;
        struct cursor part =
            cursor_child(&value, more ? (size_t)(comma - value.at) : cursor_left(&value));
        cursor_skip(&value, more);
        trim(&part);
        more = more && cursor_left(&value) > 0;
        int64_t n = cursor_left(&part) >= 1 && cursor_left(&part) <= 18 ? 0 : -1;
        while (n >= 0 && cursor_left(&part) > 0) {
            uint8_t b = cursor_u8(&part);
            n = is_digit(b) ? n * 10 + (b - '0') : -1;
        }
        if (n < 0 || (f->length >= 0 && f->length != n))
            f->impossible = true;
        f->length = n;
    }
}

/* Only the last coding says where the body ends (RFC 9112 6.3). */
static void framing_coding(struct framing *f, struct cursor value)
{
    struct cursor last = value;
    while (cursor_left(&value) > 0)
        if (cursor_u8(&value) == ',')
            last = value;
    trim(&last);
    f->chunked = text_is_nocase(text_over(&last), "chunked");
    f->other = !f->chunked && !text_is_nocase(text_over(&last), "identity");
}

/* The fields that somebody asks for; the others are only walked. */
struct fields {
    struct text host, user_agent, referer, content_type, cookie, server, authorization, encoding;
    struct framing framing;
};

static void field_keep(struct text *field, const struct cursor *value)
{
    if (field->at == NULL)
        *field = text_over(value);
}

/* One field. The length of the name decides first: most names are none of these. */
static void field_note(struct fields *f, const struct cursor *name, const struct cursor *value)
{
    struct text n = text_over(name);
    switch (n.len) {
    case 4:
        if (text_is_nocase(n, "host"))
            field_keep(&f->host, value);
        break;
    case 6:
        if (text_is_nocase(n, "cookie"))
            field_keep(&f->cookie, value);
        else if (text_is_nocase(n, "server"))
            field_keep(&f->server, value);
        break;
    case 16:
        if (text_is_nocase(n, "content-encoding"))
            field_keep(&f->encoding, value);
        break;
    case 7:
        if (text_is_nocase(n, "referer"))
            field_keep(&f->referer, value);
        break;
    case 10:
        if (text_is_nocase(n, "user-agent"))
            field_keep(&f->user_agent, value);
        break;
    case 12:
        if (text_is_nocase(n, "content-type"))
            field_keep(&f->content_type, value);
        break;
    case 13:
        if (text_is_nocase(n, "authorization"))
            field_keep(&f->authorization, value);
        break;
    case 19:
        if (text_is_nocase(n, "proxy-authorization"))
            field_keep(&f->authorization, value);
        break;
    case 14:
        if (text_is_nocase(n, "content-length"))
            framing_length(&f->framing, *value);
        break;
    case 17:
        if (text_is_nocase(n, "transfer-encoding"))
            framing_coding(&f->framing, *value);
        break;
    }
}

/* Reads fields as far as the empty line that ends a head. A line that starts with a blank goes on
 * with the field before it (RFC 9112 5.2); one without a colon says nothing. */
static enum parse fields_read(struct cursor *c, struct fields *f)
{
    *f = (struct fields){.framing = {.length = -1}};
    for (int i = 0; i <= HTTP_FIELDS_MAX; i++) {
        struct cursor line, more;
        if (!line_take(c, &line))
            return PARSE_MORE;
        if (cursor_left(&line) == 0)
            return f->framing.impossible ? PARSE_BAD : PARSE_DONE;
        while (cursor_left(c) > 0 && is_blank(c->at[0])) {
            if (!line_take(c, &more))
                return PARSE_MORE;
            line.end = more.end;
        }
        const uint8_t *colon = memchr(line.at, ':', cursor_left(&line));
        if (colon == NULL)
            continue;
        struct cursor name = cursor_child(&line, (size_t)(colon - line.at));
        cursor_skip(&line, 1);
        trim(&name);
        trim(&line);
        field_note(f, &name, &line);
    }
    return PARSE_BAD;
}

/* A head cut by its greatest length is not one that waits for more. */
static enum parse unfinished(size_t len)
{
    return len < HTTP_HEAD_MAX ? PARSE_MORE : PARSE_BAD;
}

static struct text host_lower(struct text host, char out[256])
{
    if (host.at == NULL)
        return host;
    uint32_t len = host.len < 255 ? host.len : 255;
    for (uint32_t i = 0; i < len; i++)
        out[i] = ascii_lower(host.at[i]);
    out[len] = '\0';
    return text_at(out, len);
}

/* "method target HTTP/1.x" (RFC 9112 3). The target may hold blanks: some clients send them. */
static bool request_line_read(struct cursor line, struct text *method, struct text *target)
{
    struct cursor name = line;
    if (method_skip(&line) != PARSE_DONE)
        return false;
    name.end = line.at - 1;
    *method = text_over(&name);
    trim_end(&line);
    const uint8_t *end = line.end;
    if (cursor_left(&line) < 9 || !is_digit(end[-1]) || memcmp(end - 8, "HTTP/1.", 7) != 0 ||
        !is_blank(end[-9]))
        return false;
    line.end -= 9;
    for (struct cursor t = line; cursor_left(&t) > 0;) {
        uint8_t b = cursor_u8(&t);
        if ((b < ' ' && b != '\t') || b == 0x7f)
            return false;
    }
    trim(&line);
    *target = text_over(&line);
    return target->len > 0;
}

enum parse http_parse_request(const uint8_t *bytes, size_t len, char host[256],
                              struct http_record *ret, size_t *head_len, struct http_body *body)
{
    struct cursor c = cursor_over(bytes, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX), line;
    struct text method, target;
    struct fields f;
    empty_lines_skip(&c);
    if (!line_take(&c, &line)) {
        enum parse may_be = http_recognise_request(bytes, len);
        return may_be == PARSE_BAD ? PARSE_BAD : unfinished(len);
    }
    if (!request_line_read(line, &method, &target))
        return PARSE_BAD;
    enum parse done = fields_read(&c, &f);
    if (done != PARSE_DONE)
        return done == PARSE_MORE ? unfinished(len) : done;
    if (f.framing.other)
        return PARSE_BAD; /* RFC 9112 6.3: no server can tell where the body ends */

    ret->method = method;
    ret->target = target;
    ret->host = host_lower(f.host, host);
    ret->user_agent = f.user_agent;
    ret->referer = f.referer;
    ret->content_type = f.content_type;
    ret->cookie = f.cookie;
    ret->authorization = f.authorization;
    ret->has_host = f.host.at != NULL;
    ret->has_user_agent = f.user_agent.at != NULL;
    ret->request_body = f.framing.chunked ? -1 : f.framing.length;
    *head_len = (size_t)(c.at - bytes);
    *body = (struct http_body){HTTP_BODY_NONE, 0};
    if (f.framing.chunked)
        body->kind = HTTP_BODY_CHUNKED;
    else if (f.framing.length > 0)
        *body = (struct http_body){HTTP_BODY_LENGTH, (uint64_t)f.framing.length};
    return PARSE_DONE;
}

/* "HTTP/1.x 200 reason" (RFC 9112 4); the reason is nobody's business. */
static bool status_line_read(struct cursor line, int *status)
{
    if (http_recognise_response(line.at, cursor_left(&line)) != PARSE_DONE)
        return false;
    cursor_skip(&line, 8);
    trim(&line);
    int value = 0;
    for (int i = 0; i < 3; i++) {
        uint8_t b = cursor_u8(&line);
        if (!is_digit(b))
            return false;
        value = value * 10 + (b - '0');
    }
    *status = value;
    return value >= 100 && (cursor_left(&line) == 0 || is_blank(line.at[0]));
}

/* RFC 9112 6.3, in its order. */
static struct http_body response_body(const struct framing *f, int status, struct text method)
{
    struct http_body body = {HTTP_BODY_UNTIL_CLOSE, 0};
    bool tunnel = text_is(method, "CONNECT") && status >= 200 && status < 300;
    bool none = text_is(method, "HEAD") || status < 200 || status == 204 || status == 304 || tunnel;
    if (none || (!f->chunked && f->length == 0))
        body.kind = HTTP_BODY_NONE;
    else if (f->chunked)
        body.kind = HTTP_BODY_CHUNKED;
    else if (f->length > 0 && !f->other)
        body = (struct http_body){HTTP_BODY_LENGTH, (uint64_t)f->length};
    return body;
}

enum parse http_parse_response(const uint8_t *bytes, size_t len, struct text method,
                               struct http_record *ret, size_t *head_len, struct http_body *body)
{
    struct cursor c = cursor_over(bytes, len < HTTP_HEAD_MAX ? len : HTTP_HEAD_MAX), line;
    struct fields f;
    int status;
    empty_lines_skip(&c);
    if (!line_take(&c, &line)) {
        enum parse may_be = http_recognise_response(bytes, len);
        return may_be == PARSE_BAD ? PARSE_BAD : unfinished(len);
    }
    if (!status_line_read(line, &status))
        return PARSE_BAD;
    enum parse done = fields_read(&c, &f);
    if (done != PARSE_DONE)
        return done == PARSE_MORE ? unfinished(len) : done;

    *body = response_body(&f.framing, status, method);
    ret->status = status;
    ret->server = f.server;
    ret->response_encoding = f.encoding;
    ret->response_type = f.content_type;
    ret->response_body = -1;
    if (body->kind == HTTP_BODY_NONE || body->kind == HTTP_BODY_LENGTH)
        ret->response_body = (int64_t)body->len;
    *head_len = (size_t)(c.at - bytes);
    return PARSE_DONE;
}
