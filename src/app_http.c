#include "app_http.h"

#include "app_identity.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>
#define ZLIB_CONST
#include <zlib.h>

/*
 * The requester's content buffer holds the requests that wait for their response, each a head and
 * the start of its body (flow->request_len), and behind them the head that is not whole yet. The
 * responder's holds only a head that is not whole yet.
 *
 * Of what home itself serves more is kept, for there the bodies tell (detector webshell): a
 * response to an outside request waits in the responder's buffer, its head (answer_head) and the
 * start of its body behind it, until the body is whole or enough of it is there.
 */
enum { PHASE_HEAD, PHASE_BODY, PHASE_LOST };
enum { REQUESTS = 4, BODY_KEPT = 1024, SERVED_BODY_KEPT = 4096, MESSAGES_A_CALL = 70000 };

void http_start(struct flow *flow)
{
    flow->requester = REQUESTER_UNKNOWN;
    for (unsigned dir = OUT; dir <= IN; dir++)
        flow->stream[dir].phase = PHASE_HEAD;
}

static uint32_t waiting_bytes(const struct flow *flow)
{
    uint32_t sum = 0;
    for (unsigned i = 0; i < flow->requests_waiting; i++)
        sum += flow->request_len[i];
    return sum;
}

/* Emits the oldest waiting request; response fields are in `record` already when it has one. */
static void emit_oldest(struct app *app, struct flow *flow, unsigned requester,
                        struct http_record *record)
{
    uint32_t have;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, requester), &have);
    char host[256];
    size_t head_len;
    struct http_body body;
    enum parse parse = http_parse_request(at, flow->request_len[0], host, record, &head_len, &body);
    muster_assert(parse == PARSE_DONE);
    if (flow->request_len[0] > head_len)
        record->body = text_at(at + head_len, flow->request_len[0] - head_len);
    app_emit(app, flow, RECORD_HTTP, record);
    buffers_remove(app->buffers, *flow_content(flow, requester), 0, flow->request_len[0]);
    flow->requests_waiting--;
    memmove(flow->request_len, flow->request_len + 1,
            flow->requests_waiting * sizeof *flow->request_len);
}

static void emit_unanswered(struct app *app, struct flow *flow, unsigned requester)
{
    struct http_record record = {.request_body = -1, .response_body = -1};
    emit_oldest(app, flow, requester, &record);
    if (flow->stream[!requester].skip_responses < UINT8_MAX)
        flow->stream[!requester].skip_responses++;
}

/* ---- files that come to home */

static bool is_file_way(const struct app *app, const struct flow *flow, unsigned dir)
{
    return app->files && dir == IN && flow->requester == OUT;
}

/* The body that begins is a file: its request's names and its response's. */
static void file_begin(struct app *app, uint32_t index, const struct http_record *response)
{
    struct flow *flow = flows_at(app->flows, index);
    struct http_record http = {.request_body = -1, .response_body = -1};
    struct http_body body;
    char host[256];
    uint32_t have;
    size_t head_len;
    if (response->status != 200 || flow->requests_waiting == 0 ||
        flow->stream[IN].phase != PHASE_BODY)
        return;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, OUT), &have);
    if (http_parse_request(at, flow->request_len[0], host, &http, &head_len, &body) != PARSE_DONE)
        return;
    struct text path = http_path(&http), name = path;
    const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
    if (slash)
        name = text_at(slash + 1, (size_t)(path.at + path.len - slash - 1));
    char url[512];
    int url_len =
        snprintf(url, sizeof url, "%.*s%.*s", (int)http.host.len, http.host.len ? http.host.at : "",
                 (int)path.len, path.len ? path.at : "");
    const struct files_about about = {
        .name = name,
        .type = response->response_type,
        .url = text_at(url, url_len < (int)sizeof url ? (size_t)url_len : sizeof url - 1),
        .encoding = response->response_encoding,
    };
    if (!files_begin(app->files, index, &about))
        app->skips->count[SKIP_file_left]++;
}

static void file_data(struct app *app, uint32_t index, const uint8_t *data, size_t len)
{
    if (files_is_open(app->files, index) && !files_data(app->files, index, data, len))
        app->skips->count[SKIP_file_left]++;
}

static void file_end(struct app *app, uint32_t index, bool whole)
{
    struct flow *flow = flows_at(app->flows, index);
    struct file_record file;
    struct ends ends = flow_ends(flow);
    if (!files_is_open(app->files, index))
        return;
    if (files_end(app->files, index, whole, &ends, app->now, &file))
        app_emit(app, flow, RECORD_FILE, &file);
    else
        app->skips->count[SKIP_file_left] += !whole;
}

static struct text waiting_method(struct app *app, struct flow *flow, unsigned requester)
{
    uint32_t len;
    if (flow->requester != requester || flow->requests_waiting == 0 ||
        flow->stream[!requester].skip_responses)
        return text_of(NULL);
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, requester), &len);
    const uint8_t *space = memchr(at, ' ', flow->request_len[0]);
    return space ? text_at(at, (size_t)(space - at)) : text_of(NULL);
}

/* The start of a body as it is in the file, where it was compressed on the way. */
static struct text unpacked(struct app *app, const struct http_record *record, struct text start)
{
    struct text encoding = record->response_encoding;
    z_stream z = {.next_in = (const Bytef *)start.at, .avail_in = start.len};
    if ((!text_is_nocase(encoding, "gzip") && !text_is_nocase(encoding, "deflate")) ||
        inflateInit2(&z, MAX_WBITS + 32) != Z_OK)
        return start;
    z.next_out = (Bytef *)app->unpacked;
    z.avail_out = sizeof app->unpacked;
    int state = inflate(&z, Z_SYNC_FLUSH);
    size_t len = sizeof app->unpacked - z.avail_out;
    (void)inflateEnd(&z);
    bool good = state == Z_OK || state == Z_STREAM_END || state == Z_BUF_ERROR;
    return good && len ? text_at(app->unpacked, len) : start;
}

/* The head and body start that waited at the responder, with the oldest request. */
static void answer_emit(struct app *app, struct flow *flow, unsigned dir)
{
    struct flow_stream *s = &flow->stream[dir];
    struct http_record record = {.request_body = -1, .response_body = -1};
    struct http_body body;
    size_t head_len = s->answer_head;
    uint32_t have;
    s->answer_head = 0;
    if (*flow_content(flow, dir) == 0)
        return;
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &have);
    enum parse parse = http_parse_response(at, head_len, waiting_method(app, flow, !dir), &record,
                                           &head_len, &body);
    muster_assert(parse == PARSE_DONE);
    if (have > head_len)
        record.response_start = unpacked(app, &record, text_at(at + head_len, have - head_len));
    if (s->phase == PHASE_HEAD) /* the body is behind us */
        record.response_body = (int64_t)s->body_seen;
    if (flow->requests_waiting)
        emit_oldest(app, flow, !dir, &record);
    buffers_drop(app->buffers, flow_content(flow, dir));
}

static void body_begin(struct flow_stream *s, const struct http_body *body)
{
    s->body_kind = (uint8_t)body->kind;
    s->body_left = body->kind == HTTP_BODY_LENGTH ? body->len : 0;
    s->body_seen = 0;
    s->chunk_state = 0;
    bool none = body->kind == HTTP_BODY_NONE || (body->kind == HTTP_BODY_LENGTH && body->len == 0);
    s->phase = none ? PHASE_HEAD : PHASE_BODY;
}

/* Consumes body bytes; returns how many, and the run of data among them. */
static size_t body_data(struct app *app, struct flow_stream *s, const uint8_t *bytes, size_t len,
                        const uint8_t **data, size_t *data_len)
{
    size_t used = len;
    *data = bytes;
    *data_len = len;
    if (s->body_kind == HTTP_BODY_LENGTH) {
        if (used > s->body_left)
            used = (size_t)s->body_left;
        *data_len = used;
        s->body_left -= used;
        if (s->body_left == 0)
            s->phase = PHASE_HEAD;
    } else if (s->body_kind == HTTP_BODY_CHUNKED) {
        struct http_chunks chunks = {s->body_left, s->chunk_state};
        bool done = false, bad = false;
        *data = NULL;
        *data_len = 0;
        used = http_chunks_feed(&chunks, bytes, len, &done, &bad, data, data_len);
        s->body_left = chunks.left;
        s->chunk_state = chunks.state;
        if (bad) {
            app->skips->count[SKIP_http_damaged]++;
            s->phase = PHASE_LOST;
            used = len;
        } else if (done) {
            s->phase = PHASE_HEAD;
        }
    }
    s->body_seen += *data_len;
    return used;
}

/* Keeps the start of a request's body behind its head: the last waiting request's. */
static void keep_body(struct app *app, uint32_t index, unsigned dir, const uint8_t *data,
                      size_t len, uint64_t seen_before)
{
    struct flow *flow = flows_at(app->flows, index);
    size_t most = dir == IN ? SERVED_BODY_KEPT : BODY_KEPT;
    if (flow->requests_waiting == 0 || seen_before >= most || len == 0 || data == NULL)
        return;
    if (len > most - seen_before)
        len = most - (size_t)seen_before;
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    uint16_t *last = &flow->request_len[flow->requests_waiting - 1];
    if (*flow_content(flow, dir) == 0 || *last + len > UINT16_MAX)
        return;
    if (buffers_append(app->buffers, flow_content(flow, dir), owner, data, len))
        *last = (uint16_t)(*last + len);
}

/* The same of a response's body whose head waits. */
static void keep_answer(struct app *app, uint32_t index, unsigned dir, const uint8_t *data,
                        size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    uint32_t have = 0;
    if (s->answer_head == 0 || *flow_content(flow, dir) == 0)
        return;
    (void)buffers_at(app->buffers, *flow_content(flow, dir), &have);
    size_t room = SERVED_BODY_KEPT - (have - s->answer_head);
    if (data && !buffers_append(app->buffers, flow_content(flow, dir), owner, data,
                                len < room ? len : room))
        len = room;
    if (s->phase == PHASE_HEAD || (data && len >= room))
        answer_emit(app, flow, dir);
}

static void request_whole(struct app *app, uint32_t index, unsigned dir, size_t head_len)
{
    struct flow *flow = flows_at(app->flows, index);
    if (flow->requests_waiting == REQUESTS && flow->stream[!dir].answer_head)
        answer_emit(app, flow, !dir);
    if (flow->requests_waiting == REQUESTS)
        emit_unanswered(app, flow, dir);
    flow->request_len[flow->requests_waiting++] = (uint16_t)head_len;
}

/* A response head is whole at `at`: joins it with the oldest waiting request and emits both. */
static void response_whole(struct app *app, uint32_t index, unsigned dir,
                           struct http_record *record, const uint8_t *rest, size_t rest_len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    if (record->status >= 100 && record->status < 200 && record->status != 101)
        return;
    if (s->skip_responses) {
        s->skip_responses--;
        return;
    }
    if (is_file_way(app, flow, dir))
        file_begin(app, index, record);
    if (rest_len)
        record->response_start = text_at(rest, rest_len < BODY_KEPT ? rest_len : BODY_KEPT);
    if (flow->requests_waiting) {
        emit_oldest(app, flow, !dir, record);
    } else {
        app_emit(app, flow, RECORD_HTTP, record); /* its request was not captured */
    }
}

/* Bytes of the direction's buffer that are waiting requests, not a head in the making. */
static uint32_t partial_from(const struct flow *flow, unsigned dir)
{
    return flow->requester == dir ? waiting_bytes(flow) : 0;
}

/* The direction cannot be followed: what was kept of a head is dropped, the next segment that
 * starts like a head is taken up again. */
static void lose(struct app *app, struct flow *flow, unsigned dir)
{
    uint32_t have, from = partial_from(flow, dir);
    flow->stream[dir].phase = PHASE_LOST;
    if (flow->stream[dir].answer_head)
        answer_emit(app, flow, dir);
    if (*flow_content(flow, dir) == 0)
        return;
    (void)buffers_at(app->buffers, *flow_content(flow, dir), &have);
    buffers_remove(app->buffers, *flow_content(flow, dir), from, have - from);
    if (from == 0)
        buffers_drop(app->buffers, flow_content(flow, dir));
}

/* A head, read but not yet acted on. */
struct head {
    enum parse parse;
    bool request;
    bool tunnel;  /* what follows is another protocol, both ways */
    bool proxied; /* and it is a proxy that passes it on */
    bool waits;   /* a response that home serves: told when the start of its body is there too */
    size_t len;
    struct http_body body;
    struct http_record record;
    char host[256];
};

static void head_read(struct app *app, struct flow *flow, unsigned dir, const uint8_t *at,
                      size_t len, struct head *ret)
{
    ret->record = (struct http_record){.request_body = -1, .response_body = -1};
    ret->tunnel = ret->proxied = ret->waits = false;
    ret->parse = http_recognise_request(at, len);
    ret->request = ret->parse == PARSE_DONE;
    if (ret->request) {
        ret->parse = http_parse_request(at, len, ret->host, &ret->record, &ret->len, &ret->body);
    } else {
        enum parse response = http_recognise_response(at, len);
        if (response == PARSE_DONE)
            ret->parse = http_parse_response(at, len, waiting_method(app, flow, !dir), &ret->record,
                                             &ret->len, &ret->body);
        else if (response == PARSE_MORE)
            ret->parse = PARSE_MORE;
        ret->proxied = ret->parse == PARSE_DONE && ret->record.status / 100 == 2 &&
                       text_is(waiting_method(app, flow, !dir), "CONNECT"); /* RFC 9110 9.3.6 */
        ret->tunnel = ret->record.status == 101 || ret->proxied;
    }
    if (ret->parse == PARSE_MORE && len >= HTTP_HEAD_MAX)
        ret->parse = PARSE_BAD;
    if (ret->parse == PARSE_DONE && flow->requester != REQUESTER_UNKNOWN &&
        ret->request != (flow->requester == dir))
        ret->parse = PARSE_BAD; /* requests from both sides: not HTTP as we know it */
    ret->waits = ret->parse == PARSE_DONE && !ret->request && dir == OUT && !ret->tunnel &&
                 flow->requests_waiting && flow->stream[dir].skip_responses == 0 &&
                 (ret->body.kind == HTTP_BODY_CHUNKED ||
                  (ret->body.kind == HTTP_BODY_LENGTH && ret->body.len > 0));
}

/* Acts on a whole head that lies at `at`, with at_len bytes there. */
static void head_done(struct app *app, uint32_t index, unsigned dir, struct head *head,
                      const uint8_t *at, size_t at_len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    flow->requester = (uint8_t)(head->request ? dir : !dir);
    body_begin(s, &head->body);
    if (head->request && head->record.authorization.at)
        app_identity_http(app, flow, dir, head->record.authorization);
    if (head->request)
        request_whole(app, index, dir, head->len);
    else if (head->waits)
        s->answer_head = (uint16_t)head->len;
    else
        response_whole(app, index, dir, &head->record, at + head->len, at_len - head->len);
    bool file = is_file_way(app, flow, dir) && files_is_open(app->files, index);
    if ((head->body.kind == HTTP_BODY_UNTIL_CLOSE && !file) || head->tunnel)
        s->state = STREAM_DONE;
    if (head->tunnel) {
        lose(app, flow, !dir);
        flow->stream[!dir].state = STREAM_DONE;
    }
    if (head->proxied && flow->requests_waiting == 0)
        app_tunnel(app, index);
}

static size_t head_lost(struct app *app, struct flow *flow, unsigned dir, size_t len)
{
    app->skips->count[SKIP_http_damaged]++;
    lose(app, flow, dir);
    return len;
}

/* A head that begins in these bytes: read where they lie; kept are a request's head, until its
 * response comes, and what is not whole yet. Returns how many bytes are used up. */
static size_t head_begin(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                         size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    struct head head;
    head_read(app, flow, dir, bytes, len, &head);
    bool done = head.parse == PARSE_DONE;
    size_t keep = !done ? len : head.request || head.waits ? head.len : 0;
    if (head.parse == PARSE_BAD ||
        (keep && !buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, keep)))
        return head_lost(app, flow, dir, len);
    if (!done)
        return len;
    head_done(app, index, dir, &head, bytes, len);
    return head.len;
}

/* A head whose first bytes were kept. */
static size_t head_go_on(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                         size_t len, uint32_t kept)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    struct head head;
    uint32_t have;
    if (!buffers_append(app->buffers, flow_content(flow, dir), owner, bytes, len))
        return head_lost(app, flow, dir, len);
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &have);
    uint32_t from = partial_from(flow, dir);
    head_read(app, flow, dir, at + from, have - from, &head);
    if (head.parse == PARSE_BAD)
        return head_lost(app, flow, dir, len);
    if (head.parse != PARSE_DONE || head.len <= kept)
        return len;
    if (head.request || head.waits) /* what is behind it was appended too: the caller hands it on */
        buffers_remove(app->buffers, *flow_content(flow, dir), from + (uint32_t)head.len,
                       have - from - (uint32_t)head.len);
    head_done(app, index, dir, &head, at + from, head.request ? head.len : have - from);
    if (!head.request && !head.waits)
        buffers_drop(app->buffers, flow_content(flow, dir));
    return head.len - kept;
}

static size_t head_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes,
                        size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    uint32_t have = 0;
    if (*flow_content(flow, dir))
        (void)buffers_at(app->buffers, *flow_content(flow, dir), &have);
    uint32_t kept = have - partial_from(flow, dir);
    return kept ? head_go_on(app, index, dir, bytes, len, kept)
                : head_begin(app, index, dir, bytes, len);
}

void http_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    uint8_t http = flow->app_state;
    for (int i = 0; len && s->state != STREAM_DONE && i < MESSAGES_A_CALL; i++) {
        size_t used = len;
        if (s->phase == PHASE_LOST && (http_recognise_request(bytes, len) == PARSE_DONE ||
                                       http_recognise_response(bytes, len) == PARSE_DONE))
            s->phase = PHASE_HEAD;
        if (s->phase == PHASE_HEAD) {
            used = head_data(app, index, dir, bytes, len);
        } else if (s->phase == PHASE_BODY) {
            const uint8_t *data;
            size_t data_len;
            uint64_t before = s->body_seen;
            used = body_data(app, s, bytes, len, &data, &data_len);
            if (is_file_way(app, flow, dir)) {
                file_data(app, index, data, data_len);
                if (s->phase != PHASE_BODY)
                    file_end(app, index, s->phase == PHASE_HEAD);
            }
            if (flow->requester == dir)
                keep_body(app, index, dir, data, data_len, before);
            else
                keep_answer(app, index, dir, data, data_len);
        }
        bytes += used;
        len -= used;
        if (flow->app_state != http) { /* a tunnel; it cannot open another one in these bytes */
            if (len)
                app->sink.data(app->sink.context, index, dir, bytes, len);
            return;
        }
    }
}

void http_gap(struct app *app, uint32_t index, unsigned dir, uint32_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct flow_stream *s = &flow->stream[dir];
    if (is_file_way(app, flow, dir))
        file_end(app, index, false);
    if (s->answer_head) /* what comes next does not follow upon what was kept */
        answer_emit(app, flow, dir);
    if (s->phase == PHASE_BODY && s->body_kind == HTTP_BODY_LENGTH && len < s->body_left) {
        s->body_left -= len;
        s->body_seen += len;
        return;
    }
    lose(app, flow, dir);
}

void http_finish(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    if (is_file_way(app, flow, IN)) /* a body that lasts until the other end closes */
        file_end(app, index,
                 flow->stream[IN].body_kind == HTTP_BODY_UNTIL_CLOSE && flow->stream[IN].fin &&
                     flow->stream[IN].lost == 0);
    if (flow->stream[OUT].answer_head)
        answer_emit(app, flow, OUT);
    while (flow->requests_waiting)
        emit_unanswered(app, flow, flow->requester);
}
