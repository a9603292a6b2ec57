#include "simulate/message.h"

void http_request(struct buf *out, const char *method, const char *target, const char *host,
                  const char *agent, long body_len)
{
    buf_format(out, "%s %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: %s\r\nAccept: */*\r\n", method,
               target, host, agent);
    if (body_len >= 0)
        buf_format(out,
                   "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %ld\r\n",
                   body_len);
    buf_string(out, "\r\n");
}

static const char *reason(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 304:
        return "Not Modified";
    default:
        return "Not Found";
    }
}

void http_reply(struct buf *out, int status, const char *type, long body_len)
{
    buf_format(out, "HTTP/1.1 %d %s\r\nServer: made-up\r\n", status, reason(status));
    if (body_len >= 0)
        buf_format(out, "Content-Type: %s\r\nContent-Length: %ld\r\n", type, body_len);
    buf_string(out, "\r\n");
}
