/* A line of a web server's access log, cut but not weighed: weblog.c (text), weblog_json.c. */
#ifndef MUSTER_SOURCE_WEBLOG_H
#define MUSTER_SOURCE_WEBLOG_H

#include "record/home.h"
#include "source/fields.h"
#include "source/log.h"

struct weblog {
    struct json_lines *json; /* made when the first JSON line is met */
};

/* Null texts are not told; views into the line or, of JSON, into what the next line overwrites. */
struct weblog_line {
    struct instant time;
    struct text client, site;
    struct text request;        /* "GET / HTTP/1.1"; or, when the log has them apart: */
    struct text method, target; /* the target with its query */
    struct text status, bytes, referer, agent;
    struct text port; /* the server's */
    bool agent_told;  /* the log has a place for the user agent */
    bool escaped;     /* the texts hold \" and \xNN, and lie in the line */
};

/* "10/Oct/2000:13:55:36 -0700" or RFC 3339, in any zone. */
bool weblog_time(struct text text, struct instant *ret);
/* A JSON object of an access log into `ret`; false: it is none. */
bool weblog_json(struct weblog *log, struct text line, struct weblog_line *ret);
void weblog_free(void *weblog);

#endif
