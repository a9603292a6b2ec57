/* A direction of an HTTP conversation: as a request, as a response, and as a chunked body in two
 * pieces, which must end where the same body in one piece ends. */
#include "touch.h"
#include "wire/http.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void request(const uint8_t *bytes, size_t len)
{
    char host[256];
    struct http_record r = {0};
    struct http_body body = {0};
    size_t head = 0, head_early = 0;
    enum parse early = http_parse_request(bytes, len / 2, host, &r, &head_early, &body);
    enum parse parse = http_parse_request(bytes, len, host, &r, &head, &body);
    muster_assert(early != PARSE_DONE || (parse == PARSE_DONE && head == head_early));
    muster_assert(early != PARSE_BAD || parse == PARSE_BAD);
    if (parse != PARSE_DONE)
        return;
    muster_assert(head <= len && http_recognise_request(bytes, len) == PARSE_DONE);
    touch(r.method);
    touch(r.target);
    touch(r.host);
    touch(r.user_agent);
    touch(r.referer);
    touch(r.content_type);
    touch(r.cookie);
}

static void response(const uint8_t *bytes, size_t len)
{
    struct http_record r = {0};
    struct http_body body = {0};
    size_t head = 0;
    enum parse parse = http_parse_response(bytes, len, text_of("GET"), &r, &head, &body);
    if (parse != PARSE_DONE)
        return;
    muster_assert(head <= len && http_recognise_response(bytes, len) == PARSE_DONE);
    touch(r.server);
    touch(r.response_type);
}

struct fed {
    size_t used, data;
    bool done, bad;
};

static void feed(struct http_chunks *chunks, const uint8_t *bytes, size_t len, struct fed *ret)
{
    const uint8_t *at;
    size_t data_len;
    while (len && !ret->done && !ret->bad) {
        size_t used = http_chunks_feed(chunks, bytes, len, &ret->done, &ret->bad, &at, &data_len);
        muster_assert(used > 0 && used <= len && data_len <= used);
        touch(text_at(at, data_len));
        ret->used += used;
        ret->data += data_len;
        bytes += used;
        len -= used;
    }
}

static void chunked(const uint8_t *bytes, size_t len)
{
    struct http_chunks whole = {0}, cut = {0};
    struct fed one = {0}, two = {0};
    size_t half = len / 2;
    feed(&whole, bytes, len, &one);
    feed(&cut, bytes, half, &two);
    feed(&cut, bytes + half, len - half, &two);
    muster_assert(one.used == two.used && one.data == two.data && one.done == two.done &&
                  one.bad == two.bad && one.used <= len);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    request(bytes, len);
    response(bytes, len);
    chunked(bytes, len);
    return 0;
}
