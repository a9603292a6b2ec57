/*
 * HTTP/1.x heads (RFC 9112) in both directions, and the length of what follows. Pure.
 */
#ifndef MUSTER_WIRE_HTTP_H
#define MUSTER_WIRE_HTTP_H

#include "record/record.h"
#include "wire/parse.h"

enum { HTTP_HEAD_MAX = 16384, HTTP_FIELDS_MAX = 100 };

enum http_body_kind { HTTP_BODY_NONE, HTTP_BODY_LENGTH, HTTP_BODY_CHUNKED, HTTP_BODY_UNTIL_CLOSE };
struct http_body {
    enum http_body_kind kind;
    uint64_t len; /* bytes, of HTTP_BODY_LENGTH */
};

/* Whether a direction that starts with these bytes can be HTTP: a known method and a space, or
 * "HTTP/1."; PARSE_MORE while too few bytes. */
enum parse http_recognise_request(const uint8_t *bytes, size_t len);
enum parse http_recognise_response(const uint8_t *bytes, size_t len);

/* A request head. On PARSE_DONE sets ret's request fields (views into bytes; host is lower-cased in
 * `host`, 256 bytes the caller gives), *head_len and *body. Leading empty lines are skipped. */
enum parse http_parse_request(const uint8_t *bytes, size_t len, char host[256],
                              struct http_record *ret, size_t *head_len, struct http_body *body);
/* A response head; `method` is the request's ("HEAD", "CONNECT" decide the body), null if unknown.
 */
enum parse http_parse_response(const uint8_t *bytes, size_t len, struct text method,
                               struct http_record *ret, size_t *head_len, struct http_body *body);

/* Walks a chunked body over any cuts. */
struct http_chunks {
    uint64_t left; /* bytes of the current chunk not yet seen */
    uint8_t state; /* zeroed at the start */
};
/* Consumes up to len bytes, as far as one run of chunk data goes (data_at, data_len; none: null);
 * returns how many; *done when the last chunk and trailer are behind, or *bad when it is no chunked
 * body. */
size_t http_chunks_feed(struct http_chunks *chunks, const uint8_t *bytes, size_t len, bool *done,
                        bool *bad, const uint8_t **data_at, size_t *data_len);

#endif
