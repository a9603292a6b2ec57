/*
 * The application layer of conversations: takes bytes in order (flow/tcp.h) or datagrams, tells the
 * protocol by content, never by port, and emits DNS, TLS, HTTP and identity records. All its memory
 * is the flow's and the buffers'.
 *
 * Order: app_init -> app_datagram / the tcp_sink for each frame -> app_finish at the flow's end.
 */
#ifndef MUSTER_APP_H
#define MUSTER_APP_H

#include "files.h"
#include "flow/tcp.h"
#include "record/skip.h"
#include "wire/dns.h"
#include "wire/http.h"
#include "wire/identity.h"
#include "wire/tls.h"

enum { APP_UNPACKED = 8192 };

struct app {
    struct flows *flows;
    struct buffers *buffers;
    struct tcp_sink sink;
    struct skips *skips;
    struct instant now;  /* of the frame in hand */
    uint64_t number;     /* likewise */
    uint64_t mac;        /* likewise: who sent it, if it was sent to all or many; else 0 */
    struct files *files; /* NULL = files are not put together */
    struct mails *mails; /* there when files are */
    void *context;       /* of emit */
    void (*emit)(void *context, const struct record *record);
    struct tls_scratch client, server; /* parsers' working room */
    struct dns_scratch dns;
    struct identity_scratch identity;
    char unpacked[APP_UNPACKED]; /* the start of an answer that home serves compressed */
};

void app_init(struct app *app, struct flows *flows, struct buffers *buffers, struct skips *skips,
              void (*emit)(void *context, const struct record *record), void *context);
void app_datagram(struct app *app, uint32_t flow, unsigned dir, const uint8_t *bytes, size_t len);
/* Emits what need not wait for the end; before a part of the flow is recorded. */
void app_part(struct app *app, uint32_t flow);
/* Emits what is half done; before the flow is removed. */
void app_finish(struct app *app, uint32_t flow);

#endif
