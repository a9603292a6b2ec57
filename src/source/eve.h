/*
 * Suricata's EVE log: one JSON object a line, an event each. eve.c reads what all events share, and
 * flows; eve_web.c HTTP, TLS and QUIC; eve_dns.c DNS; eve_alert.c alerts; eve_dhcp.c DHCP;
 * eve_smtp.c mail; eve_file.c files; eve_netflow.c flows in halves.
 *
 * An event's addresses are those of some packet of the conversation: of its first in one version,
 * of the one that completed the event in another. Here every event's `ends` have who opened as the
 * host. What an event does not tell is left unknown, never taken to be absent.
 */
#ifndef MUSTER_SOURCE_EVE_H
#define MUSTER_SOURCE_EVE_H

#include "base/json.h"
#include "source/conversations.h"
#include "source/log.h"

/* Members of an event that are looked for. */
enum {
    EVE_TIMESTAMP,
    EVE_EVENT_TYPE,
    EVE_FLOW_ID,
    EVE_SRC_IP,
    EVE_SRC_PORT,
    EVE_DEST_IP,
    EVE_DEST_PORT,
    EVE_PROTO,
    EVE_APP_PROTO,
    EVE_DIRECTION,
    EVE_FLOW,
    EVE_TCP,
    EVE_DNS,
    EVE_HTTP,
    EVE_TLS,
    EVE_QUIC,
    EVE_DHCP,
    EVE_ALERT,
    EVE_PACKET,
    EVE_SMTP,
    EVE_EMAIL,
    EVE_NETFLOW,
    EVE_FILEINFO,
    EVE_MEMBERS
};

/* What is kept of a flow between its events, so that later ones know who opened it. */
struct eve_flow {
    uint64_t id; /* 0 = free */
    struct address opener;
    struct port opener_port;
    const char *app;
};

enum { EVE_WORDS = 48 };

struct eve {
    struct json *reader;
    struct json_names members, flow, dns, answer, http, tls, alert, metadata, dhcp, smtp, netflow,
        file;
    struct json_names kinds, apps, types; /* of events, protocols, DNS records */
    const char *kind_name[EVE_WORDS], *app_name[EVE_WORDS], *type_name[EVE_WORDS];
    struct eve_flow *known; /* EVE_FLOWS of them, by id; a newer one takes the place */
    uint32_t seen;          /* of kinds of events, a bit each, and of flows' protocols */
    /* The last answer of DNS's first version, which writes a line for each record of a message. */
    struct dns_record *answer_open;
    uint64_t answer_flow, answer_id;
    struct conversations pieces; /* of netflow events, while there are no flow events */
    bool pieced;                 /* it is in use */
};
enum { EVE_FLOWS = 1 << 16 };

/* Bits of `seen`. */
enum {
    EVE_SEEN_FLOW = 1,
    EVE_SEEN_DNS = 2,
    EVE_SEEN_HTTP = 4,
    EVE_SEEN_TLS = 8,
    EVE_SEEN_CERTIFICATE = 16,
    EVE_SEEN_DHCP = 32,
    EVE_SPOKE_DNS = 64, /* a flow's protocol: its events should be there too */
    EVE_SPOKE_HTTP = 128,
    EVE_SPOKE_TLS = 256,
    EVE_SEEN_NETFLOW = 512,
};

struct eve_event {
    struct eve *eve;
    struct log_entry *entry;
    const struct json_value *member; /* EVE_MEMBERS of them */
    struct instant time;
    uint64_t flow_id; /* 0 = not told */
    struct ends ends;
};

/* The other end becomes the host. */
void eve_turn(struct ends *ends);
/* Turns the event's ends when an earlier event of its flow tells that the other end opened it;
 * false: no earlier event tells. */
bool eve_known(struct eve_event *event);
/* Remembers of the event's flow that the host opened it, and what it speaks (or NULL). */
void eve_remember(const struct eve_event *event, const char *app);
/* Our name of what Suricata calls a protocol; NULL when it knows none. */
const char *eve_app(const struct eve *eve, struct text name);

/* A text of ours: lives as long as the block. Null stays null. */
struct text eve_text(const struct eve_event *event, struct json_value value);
/* The same as a name of a machine: lower case, no final dot, bytes outside [!-~] as \DDD. */
struct text eve_name(const struct eve_event *event, struct json_value value);
uint64_t eve_count(struct json_value value); /* 0 when it is no number */
bool eve_time(struct json_value value, struct instant *ret);
unsigned eve_tcp_flags(struct json_value value); /* "1b"; 0 when it is none */
enum { EVE_FRAME_HEADER = 14 };                  /* Suricata counts whole frames: Ethernet's */

/* An event of its kind into records. */
enum log_line eve_dns(struct eve_event *event);
enum log_line eve_http(struct eve_event *event);
enum log_line eve_tls(struct eve_event *event);
enum log_line eve_quic(struct eve_event *event);
enum log_line eve_alert(struct eve_event *event);
enum log_line eve_dhcp(struct eve_event *event);
enum log_line eve_smtp(struct eve_event *event);
enum log_line eve_netflow(struct eve_event *event);
enum log_line eve_file(struct eve_event *event);
/* Each file's names, made once. */
void eve_dns_names(struct eve *eve);
void eve_web_names(struct eve *eve);
void eve_alert_names(struct eve *eve);
void eve_dhcp_names(struct eve *eve);
void eve_smtp_names(struct eve *eve);
void eve_netflow_names(struct eve *eve);
void eve_file_names(struct eve *eve);
/* A flow event was seen: netflow events tell the same, less well. */
void eve_netflow_drop(struct eve *eve);
bool eve_netflow_finish(void *state, struct block *block);

#endif
