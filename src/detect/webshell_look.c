#include "detect/webshell_look.h"

#include "base/base64.h"
#include "base/digits.h"
#include "detect/webshell_cipher.h"
#include "detect/webshell_code.h"

#include <xxhash.h>

enum { LOOKED = 4096, FIELDS = 32, SEALED_LEAST = 48, DIGEST_HALF = 16, MARK = 12 };

/* Room for one exchange. */
struct work {
    const struct http_record *http;
    struct webshell_look *ret;
    const char (*key)[WEBSHELL_KEY];
    unsigned keys;
    struct text answer; /* without white space around it */
    bool answer_whole;
    char value[LOOKED];      /* a field, its % undone */
    uint8_t decoded[LOOKED]; /* of base64 */
};

static bool is_hex(struct text text)
{
    for (uint32_t i = 0; i < text.len; i++)
        if (hex_digit(text.at[i]) < 0)
            return false;
    return text.len > 0;
}

/* Characters of base64, up to two '=' at the end. */
static bool is_base64(struct text text)
{
    uint32_t i = 0;
    for (int n = 0; n < 2 && text.len && text.at[text.len - 1] == '='; n++)
        text.len--;
    while (i < text.len && base64_digit(text.at[i]) >= 0)
        i++;
    return text.len > 0 && i == text.len;
}

static bool is_odd(const uint8_t *bytes, size_t len)
{
    size_t odd = 0;
    for (size_t i = 0; i < len; i++)
        odd += bytes[i] >= 0x80 || (bytes[i] < 0x20 && !char_is_blank((char)bytes[i]));
    return len >= 16 && odd * 4 > len;
}

static void prove(struct work *w, enum webshell_proof proof, enum webshell_tool tool)
{
    if (proof > w->ret->proof) {
        w->ret->proof = proof;
        w->ret->tool = tool;
    }
}

/* application/x-www-form-urlencoded undone, into w->value. */
static struct text unescaped(struct work *w, struct text raw)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < raw.len && len < LOOKED; i++) {
        bool coded = raw.at[i] == '%' && i + 2 < raw.len && hex_digit(raw.at[i + 1]) >= 0 &&
                     hex_digit(raw.at[i + 2]) >= 0;
        if (coded) {
            w->value[len++] = (char)(hex_digit(raw.at[i + 1]) * 16 + hex_digit(raw.at[i + 2]));
            i += 2;
        } else {
            w->value[len++] = raw.at[i] == '+' ? ' ' : raw.at[i];
        }
    }
    return text_at(w->value, len);
}

/* Enciphered bytes of the request or its answer. */
static void look_sealed(struct work *w, const uint8_t *bytes, size_t len, enum webshell_tool tool)
{
    if (cipher_is_gzip(bytes, len))
        prove(w, PROOF_GZIP, WEBSHELL_GODZILLA);
    if (!is_odd(bytes, len < 256 ? len : 256))
        return;
    if (cipher_is_text(bytes, len))
        prove(w, PROOF_TEXT, tool);
    if (len % 16 == 0 || len > LOOKED / 2) { /* whole blocks, or cut */
        for (unsigned i = 0; i < w->keys; i++)
            if (cipher_opens(bytes, len, w->key[i]))
                prove(w, PROOF_KEY, tool);
    }
    if (cipher_opens_known(bytes, len) != NULL)
        prove(w, PROOF_KEY, tool);
}

static void look_code(struct work *w, struct text code)
{
    bool arrow = false;
    w->ret->code = true;
    if (code_printed(code, w->answer, &arrow))
        prove(w, PROOF_PRINTED, arrow ? WEBSHELL_CHOPPER : WEBSHELL_ANTSWORD);
}

static void turn13(char *at, uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        char lower = ascii_lower(at[i]);
        if (lower >= 'a' && lower <= 'z')
            at[i] = (char)(at[i] + (lower < 'n' ? 13 : -13));
    }
}

/* One field of a form or query. */
static void look_field(struct work *w, struct text raw, bool turned)
{
    struct text value = unescaped(w, raw);
    if (value.len < 2)
        return;
    if (turned && !code_begins(value)) {
        turn13(w->value, value.len);
        if (!code_begins(value))
            turn13(w->value, value.len);
    }
    if (code_begins(value)) {
        look_code(w, value);
        return;
    }
    if (value.len < 512 && code_is_command(value) && code_is_output(w->answer))
        prove(w, PROOF_OUTPUT, WEBSHELL_COMMANDS);
    for (uint32_t i = 0; i < value.len; i++) /* '+' that was not escaped */
        if (w->value[i] == ' ')
            w->value[i] = '+';
    if (value.len < 16 || base64_digit(value.at[0]) < 0)
        return;
    size_t len = base64_decode(value, w->decoded, sizeof w->decoded);
    struct text decoded = text_at(w->decoded, len);
    if (code_begins(decoded)) {
        look_code(w, decoded);
    } else if (len >= 16 && len * 2 >= value.len) {
        look_sealed(w, w->decoded, len, WEBSHELL_GODZILLA);
        bool odd = len >= SEALED_LEAST && is_odd(w->decoded, len < 256 ? len : 256);
        w->ret->sealed |= odd;
        if (odd && w->ret->start == 0)
            w->ret->start = XXH3_64bits(w->decoded, 16);
    }
}

static void look_fields(struct work *w, struct text form, char border)
{
    bool turned = code_finds(form, "str_rot13", form.len);
    for (int n = 0; n < FIELDS && form.len; n++) {
        struct text value = text_word(&form, border);
        const char *equals = value.len ? memchr(value.at, '=', value.len) : NULL;
        if (equals && (size_t)(equals - value.at) < 128)
            look_field(w, text_at(equals + 1, value.len - (size_t)(equals - value.at) - 1), turned);
    }
}

/* The parts of multipart/form-data (RFC 7578): what stands behind each part's empty line. */
static void look_parts(struct work *w, struct text body)
{
    for (int n = 0; n < FIELDS && body.len > 4; n++) {
        const char *empty = memmem(body.at, body.len, "\r\n\r\n", 4);
        if (empty == NULL)
            return;
        body = text_at(empty + 4, body.len - (size_t)(empty - body.at) - 4);
        const char *end = memmem(body.at, body.len, "\r\n--", 4);
        struct text value = text_at(body.at, end ? (size_t)(end - body.at) : body.len);
        if (code_begins(value))
            look_code(w, value);
    }
}

/* The longest run of base64 in a body that is no form: all of it, or a value of a JSON shell. */
static struct text longest_run(struct text body)
{
    struct text best = text_at(NULL, 0);
    for (uint32_t at = 0; at < body.len; at++) {
        uint32_t from = at;
        while (at < body.len && base64_digit(body.at[at]) >= 0)
            at++;
        if (at - from > best.len)
            best = text_at(body.at + from, at - from);
    }
    return best;
}

static bool type_is_bytes(struct text type)
{
    return text_starts(type, "image/") || text_starts(type, "video/") ||
           text_starts(type, "audio/") || text_starts(type, "font/") ||
           text_starts(type, "application/grpc") || text_starts(type, "application/zip") ||
           text_starts(type, "application/x-protobuf") || text_starts(type, "application/ocsp") ||
           text_starts(type, "application/timestamp") || text_starts(type, "application/ipp");
}

/* A body that is no form. */
static void look_bare(struct work *w, struct text body)
{
    const struct http_record *http = w->http;
    const uint8_t *bytes = (const uint8_t *)body.at;
    struct text run = longest_run(body);
    size_t len = 0;
    if (run.len >= 64) {
        len = base64_decode(run, w->decoded, sizeof w->decoded);
        look_sealed(w, w->decoded, len, WEBSHELL_BEHINDER);
    }
    look_sealed(w, bytes, body.len, WEBSHELL_BEHINDER);
    if (len >= SEALED_LEAST && run.len + 2 >= body.len &&
        is_odd(w->decoded, len < 256 ? len : 256)) {
        w->ret->sealed = true;
        w->ret->start = XXH3_64bits(w->decoded, 16);
    } else if (!type_is_bytes(http->content_type) && body.len >= SEALED_LEAST &&
               is_odd(bytes, body.len < 256 ? body.len : 256)) {
        w->ret->sealed = true;
        w->ret->start = XXH3_64bits(bytes, 16);
    }
}

/* Godzilla: 16 digits, base64, 16 digits. Digits throughout are somebody's digest. */
static void look_wrap(struct work *w)
{
    struct text a = w->answer;
    if (a.len < 2 * DIGEST_HALF + 4 || !is_hex(text_at(a.at, DIGEST_HALF)))
        return;
    struct text middle = text_at(a.at + DIGEST_HALF, a.len - DIGEST_HALF);
    if (w->answer_whole)
        middle.len -= DIGEST_HALF;
    if (is_hex(middle) || !is_base64(middle) ||
        (w->answer_whole &&
         (middle.len % 4 || !is_hex(text_at(middle.at + middle.len, DIGEST_HALF)))))
        return;
    w->ret->wrap = XXH3_64bits(a.at, DIGEST_HALF);
    if (w->answer_whole)
        prove(w, PROOF_WRAP, WEBSHELL_GODZILLA);
    size_t len = base64_decode(middle, w->decoded, sizeof w->decoded);
    look_sealed(w, w->decoded, len, WEBSHELL_GODZILLA);
}

/* Weevely: the answer's base64 stands between 12 digits and 12 digits that the request had too. */
static void look_marks(struct work *w)
{
    struct text body = w->http->body, a = w->answer;
    for (uint32_t i = 0; i < 40 && i + 2 * MARK + 4 < a.len; i++) {
        const char *head = a.at + i, *tail = a.at + a.len - MARK;
        struct text middle = text_at(head + MARK, a.len - i - 2 * MARK);
        if (!is_hex(text_at(head, MARK)) || !is_hex(text_at(tail, MARK)) || !is_base64(middle))
            continue;
        const char *begin = body.at ? memmem(body.at, body.len, head, MARK) : NULL;
        if (begin && memmem(begin, body.len - (size_t)(begin - body.at), tail, MARK)) {
            prove(w, PROOF_MARKS, WEBSHELL_WEEVELY);
            return;
        }
    }
}

static void look_answer(struct work *w)
{
    struct text a = w->answer;
    struct text type = w->http->response_type;
    if (a.len == 0)
        return;
    if (text_is(w->http->method, "POST") && w->http->body.len && code_finds(a, "->|", 64) &&
        (!w->answer_whole || code_finds(a, "|<-", a.len)))
        prove(w, PROOF_ARROWS, WEBSHELL_CHOPPER);
    if (code_finds(a, "Georg says, 'All seems fine'", 512))
        prove(w, PROOF_GREETS, WEBSHELL_TUNNEL);
    look_wrap(w);
    look_marks(w);
    const uint8_t *bytes = (const uint8_t *)a.at;
    size_t len = a.len;
    if (is_base64(a) && a.len >= 24) {
        bytes = w->decoded;
        len = base64_decode(a, w->decoded, sizeof w->decoded);
    }
    w->ret->sealed_answer = !type_is_bytes(type) && is_odd(bytes, len < 256 ? len : 256);
    if (w->ret->sealed_answer && w->ret->sealed)
        look_sealed(w, bytes, len, WEBSHELL_BEHINDER);
    if (a.len == WEBSHELL_KEY && is_hex(a) && text_is(w->http->method, "GET")) {
        w->ret->gives_key = true;
        memcpy(w->ret->key, a.at, WEBSHELL_KEY);
    }
}

static bool is_page(const struct http_record *http, struct text answer)
{
    return (answer.len && answer.at[0] == '<') || text_starts(http->response_type, "image/") ||
           text_starts(http->response_type, "text/css") ||
           text_starts(http->response_type, "application/json") || http->body_unseen;
}

void webshell_look(const struct http_record *http, const char (*keys)[WEBSHELL_KEY], unsigned len,
                   struct webshell_look *ret)
{
    struct work w = {.http = http, .ret = ret, .key = keys, .keys = len};
    *ret = (struct webshell_look){0};
    struct text query = http->target, body = http->body;
    (void)text_word(&query, '?');
    w.answer = text_trim(http->response_start);
    w.answer_whole = http->response_body >= 0 && http->response_start.at &&
                     (uint64_t)http->response_body <= http->response_start.len;
    if (w.answer.len > LOOKED)
        w.answer.len = LOOKED;
    if (body.len > LOOKED)
        body.len = LOOKED;
    ret->plain = http->status >= 200 && http->status < 300 && !is_page(http, w.answer);
    if (query.len)
        look_fields(&w, query, '&');
    const char *equals = body.len ? memchr(body.at, '=', body.len < 128 ? body.len : 128) : NULL;
    if (text_starts(http->content_type, "multipart/form-data"))
        look_parts(&w, body);
    else if (equals && equals + 2 < body.at + body.len)
        look_fields(&w, body, '&');
    else if (body.len)
        look_bare(&w, body);
    look_answer(&w);
}
