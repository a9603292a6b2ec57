/*
 * One file over HTTP or HTTPS, with limits on everything: bytes, time to connect, time without
 * progress, time in all, redirections. Only `muster feeds add URL` and `muster feeds update` call
 * it; libcurl is loaded then, so that no other run has a network in it. Inside feeds/ only.
 */
#ifndef MUSTER_FEEDS_FETCH_H
#define MUSTER_FEEDS_FETCH_H

#include "base/buf.h"
#include "base/err.h"

enum { FETCH_URL = 2000, FETCH_TAG = 256 };

struct fetch_wish {
    const char *url;
    const char *etag, *modified; /* of what is here already: asks for it only if changed; or NULL */
    const double *knob;          /* feeds_knobs' values */
};

struct fetch_reply {
    bool unchanged; /* 304: body is empty */
    struct buf body;
    char etag[FETCH_TAG], modified[FETCH_TAG]; /* of the reply; "" when it has none */
};

/* Whether the text is a URL that can be fetched. */
bool fetch_url_is(const char *text);
/* False and why when anything but a whole 200 or a 304 came. The caller frees ret->body. */
bool fetch(const struct fetch_wish *wish, struct fetch_reply *ret, struct err *err);

#endif
