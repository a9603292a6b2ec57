/*
 * http.log: a request and its response. Bodies and the list of header fields are not told; of the
 * types of bodies Zeek says what it saw in them, not what the fields claimed.
 */
#include "source/zeek.h"

enum {
    HTTP_METHOD = VALUE_OWN,
    HTTP_HOST,
    HTTP_URI,
    HTTP_REFERRER,
    HTTP_AGENT,
    HTTP_REQUEST_BODY,
    HTTP_RESPONSE_BODY,
    HTTP_STATUS,
    HTTP_REQUEST_TYPES,
    HTTP_RESPONSE_TYPES,
};

static enum log_line http_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct ends ends;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!zeek_ends(zeek, &ends)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    ends.protocol = PROTOCOL_TCP;
    struct http_record *http = block_http(block, entry->time, entry->number, &ends);
    http->method = zeek_text(zeek, block, value[HTTP_METHOD]);
    http->target = zeek_text(zeek, block, value[HTTP_URI]);
    http->host = zeek_lower(block, zeek_text(zeek, block, value[HTTP_HOST]));
    http->user_agent = zeek_text(zeek, block, value[HTTP_AGENT]);
    http->referer = zeek_text(zeek, block, value[HTTP_REFERRER]);
    http->has_host = http->host.at != NULL;
    http->has_user_agent = http->user_agent.at != NULL;
    http->content_type = zeek_text(zeek, block, zeek_first(zeek, value[HTTP_REQUEST_TYPES]));
    http->response_type = zeek_text(zeek, block, zeek_first(zeek, value[HTTP_RESPONSE_TYPES]));
    /* A body whose type Zeek could not tell from its bytes is no text that it knows. */
    http->body_unseen = zeek_count(value[HTTP_REQUEST_BODY]) > 0 && http->content_type.at == NULL;
    uint64_t status = zeek_count(value[HTTP_STATUS]);
    http->status = status < 1000 ? (int)status : 0;
    http->request_body =
        value[HTTP_REQUEST_BODY].at ? (int64_t)zeek_count(value[HTTP_REQUEST_BODY]) : -1;
    http->response_body = value[HTTP_RESPONSE_BODY].at && http->status
                              ? (int64_t)zeek_count(value[HTTP_RESPONSE_BODY])
                              : -1;
    return LOG_USED;
}

const struct zeek_kind zeek_http = {
    .name = "http",
    .rank = 5,
    .columns = ZEEK_COMMON "method host uri referrer user_agent request_body_len "
                           "response_body_len status_code orig_mime_types resp_mime_types",
    .marks = "request_body_len",
    .read = http_read,
};
