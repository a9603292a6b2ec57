/* Known marks over hostile records: the input's first byte picks the kind, the rest is cut into the
 * fields that a text is rebuilt from; muster's rules search it. */
#include "mark_text.h"
#include "marks.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* The next field: a length byte (times 8), then so many bytes; 255 = the source does not tell. */
static struct text field(const uint8_t **at, const uint8_t *end)
{
    if (*at == end || **at == 255) {
        *at += *at < end;
        return text_of(NULL);
    }
    size_t len = (size_t) * (*at)++ * 8;
    if (len > (size_t)(end - *at))
        len = (size_t)(end - *at);
    struct text t = text_at(*at, len);
    *at += len;
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct marks *marks;
    static struct mark_search *search;
    static struct skips skips;
    if (marks == NULL) {
        marks = marks_new();
        marks_compile(marks);
        search = mark_search_new(marks);
    }
    if (len < 1)
        return 0;
    const uint8_t *at = bytes + 1, *end = bytes + len;
    struct text f[8];
    for (unsigned i = 0; i < 8; i++)
        f[i] = bytes[0] % 4 == 0 && i == 0 ? text_at(at, len - 1) : field(&at, end);
    struct talk_record talk = {.out = f[0], .in = f[1]};
    struct http_record http = {.method = f[0],
                               .target = f[1],
                               .host = f[2],
                               .user_agent = f[3],
                               .referer = f[4],
                               .content_type = f[5],
                               .cookie = f[6],
                               .body = f[7],
                               .status = bytes[0],
                               .server = f[2],
                               .response_type = f[3],
                               .response_start = f[7]};
    struct tls_record tls = {
        .server_name = f[0],
        .certificate_seen = true,
        .certificate = {.subject = f[1], .issuer = f[2], .self_signed = bytes[0] & 4}};
    struct record record = {.kind = RECORD_TALK, .talk = &talk};
    if (bytes[0] % 4 == 1)
        record = (struct record){.kind = RECORD_HTTP, .http = &http};
    else if (bytes[0] % 4 == 2)
        record = (struct record){.kind = RECORD_TLS, .tls = &tls};
    if (talk.out.len > TALK_KEPT)
        talk.out.len = TALK_KEPT;
    if (talk.in.len > TALK_KEPT)
        talk.in.len = TALK_KEPT;
    const struct mark_hits *hits = mark_search_record(search, &record, &skips);
    muster_assert(hits == NULL || (hits->len > 0 && hits->len <= MARKS_KEPT));
    for (uint32_t i = 0; hits && i < hits->len; i++)
        muster_assert(hits->hit[i].offset < MARK_TEXT_MAX);
    return 0;
}
