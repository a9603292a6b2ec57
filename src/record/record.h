/*
 * Records: what the wire and the flow table make of packets, and what log sources yield ready-made.
 * Detectors see nothing else. All texts and byte runs are views that live until the detector
 * returns; a null text means "not there" or "not known".
 */
#ifndef MUSTER_RECORD_RECORD_H
#define MUSTER_RECORD_RECORD_H

#include "base/clock.h"
#include "record/address.h"
#include "record/mark.h"

enum record_kind {
    RECORD_FLOW = 1,
    RECORD_DNS = 2,
    RECORD_TLS = 4,
    RECORD_HTTP = 8,
    RECORD_TALK = 16,
    RECORD_IDENTITY = 32, /* for the identity table: no detector is asked */
    RECORD_ALERT = 64,
    RECORD_FILE = 128,
};

/* The ends of a conversation. `host` is the home end whose state the record is filed under. */
struct ends {
    struct address host, outside;
    struct port host_port, outside_port;
    uint8_t protocol;  /* IP protocol number */
    bool host_opened;  /* the home end sent the first packet (SYN where seen) */
    bool outside_home; /* the other end is home too */
};

enum { FLOW_BURSTS = 24 };

/* A conversation, whole or cut at midnight, after an hour, or when the table was full. */
struct flow_record {
    struct instant first, last;
    uint64_t packets_out, packets_in; /* out = sent by the host */
    uint64_t bytes_out, bytes_in;     /* of IP packets */
    uint64_t payload_out, payload_in; /* of transport payload */
    bool answered;    /* TCP: both sides sent payload or a handshake completed and the other
                         side sent payload; UDP/ICMP: packets both ways */
    bool established; /* TCP handshake seen complete, or data both ways */
    bool refused;     /* TCP: reset in answer to SYN */
    bool begun;       /* its first packet was seen; TCP: a SYN */
    bool cut;         /* an earlier part of the conversation was recorded already */
    char history[20]; /* Zeek's letters: S h A d D f F r R ...; upper case from the opener */
    bool unknown;     /* both sides spoke, and a log's maker looked and did not know the protocol */
    const char *app;  /* "tls", "http", "dns", "ssh", ... or NULL when not recognised */
    /* Starts of bursts (payload from the host after >= 1 s of silence), for rhythm inside long
     * connections: the first FLOW_BURSTS of `bursts_seen`; none where a source does not tell. */
    uint32_t bursts_seen;
    const struct instant *burst;
    uint32_t lost_out, lost_in; /* bytes missing in the TCP streams (gaps) */
};

enum { DNS_ANSWERS = 16 };
struct dns_answer {
    uint16_t type;
    uint32_t ttl_s;
    struct address address; /* A, AAAA */
    struct text name;       /* CNAME, NS, PTR, MX, SRV target: lower case, no final dot */
    struct text data;       /* raw rdata of the others (TXT, NULL...) */
};

/* One DNS message. Questions beyond the first are not looked at (no resolver sends them). */
struct dns_record {
    bool response;
    bool recursion; /* the asker wants it (RD) */
    uint16_t id, type, rclass;
    uint8_t rcode;
    struct text name; /* asked: lower case, no final dot, bytes outside [!-~] as \DDD (RFC 4343) */
    uint32_t message_len;   /* bytes of the whole message */
    uint16_t answers_total; /* as the header says */
    uint16_t answers_len;   /* filled below */
    struct dns_answer answer[DNS_ANSWERS];
};

struct certificate {
    uint8_t sha1[20], sha256[32];
    struct text subject, issuer;          /* RFC 4514 like "CN=a,O=b"; truncated to 255 bytes */
    struct text subject_name;             /* first DNS alternative name, else the common name */
    struct instant not_before, not_after; /* unknown when not parsed */
    bool self_signed;                     /* subject and issuer are byte-equal */
    bool name_unknown;                    /* subject_name is null because it was not told */
};

/* A TLS handshake as far as it was seen; emitted once both hellos (and, before TLS 1.3, the
 * certificate) were seen, or when the flow ends. */
struct tls_record {
    bool client, server; /* which hello was seen */
    uint16_t version;    /* negotiated: 0x0301..0x0304; the client's best when no server hello */
    struct text server_name;         /* SNI, lower case */
    struct text alpn;                /* first offered, or the chosen one */
    char ja3[33], ja3s[33], ja4[37]; /* hex / JA4 text, "" when not known */
    struct certificate certificate;
    bool certificate_seen;
};

/* One HTTP/1 exchange: a request head and, when it was seen, the head of its response. */
struct http_record {
    struct text method, target; /* as sent; target with its query */
    struct text host;           /* Host field: lower case, with port if sent */
    struct text user_agent, referer, content_type;
    struct text cookie;
    struct text authorization; /* of the server or, without that, the proxy */
    bool has_host, has_user_agent;
    int64_t request_body; /* bytes by Content-Length; -1 = not said */
    struct text body;     /* captured start of the request body; may be null */
    bool body_unseen;     /* bodies are not what the source tells of */
    int status;           /* 0 = no response seen */
    struct text server, response_type, response_encoding;
    int64_t response_body;      /* bytes by Content-Length or chunks seen; -1 unknown */
    struct text response_start; /* first captured bytes of the response body; may be null */
};

/* Of its target what tells a program from another: without the query and ";jsessionid=". */
static inline struct text http_path(const struct http_record *http)
{
    struct text rest = http->target;
    struct text path = text_word(&rest, '?');
    return text_word(&path, ';');
}

enum { TALK_KEPT = 1024 };

/* How a conversation began that none of the parsers above takes: the first bytes of both sides, as
 * many as were seen of TALK_KEPT. Emitted once, when both are full or the first part of the
 * conversation ends. */
struct talk_record {
    const char *app;     /* as in flow_record: "irc", "smtp", "ftp", or NULL when not recognised */
    struct text out, in; /* of the host, of the outside end; null when it said nothing */
    bool host_first;     /* the host spoke first */
    bool begun;          /* the conversation's first packet was seen: these are its first words */
    bool retold;         /* not the words themselves: commands of them that a log tells, others left
                            out; `out` alone is there */
    struct text file;    /* name of a file that was sent along, as a log tells; or null */
};

/* What one message told of who a home address is. Texts are printable UTF-8, null when not told. */
struct identity_record {
    const char *known_by; /* "dhcp", "netbios", ...; static */
    uint64_t mac;         /* 48 bits; 0 = not told */
    struct text client;   /* DHCP client identifier */
    struct text name, domain, user;
    struct text fingerprint;
    bool pending;  /* only wished for (DHCP INIT-REBOOT): counts once the server has agreed */
    bool confirms; /* the server agreed: address and MAC belong together */
};

/* What another watcher said of a conversation: an intrusion detector's alert, a sinkhole's visitor.
 * Texts are as that watcher wrote them; null when not told. */
struct alert_record {
    const char *by; /* "suricata", "zeek", "shadowserver"; static */
    struct text signature, id, category, severity, confidence;
    struct text rank, target, product, tags; /* what else its author says of the rule */
    struct text family;
    struct text name;  /* asked for in DNS, where the alert is about that; else of the far end */
    struct text site;  /* of a backdoored website: host name and path */
    struct text proto; /* as said of the application: "http" */
    bool sinkhole;     /* the outside end is a sinkhole */
    bool answered;     /* the watcher saw both sides speak */
    uint64_t count;    /* times it happened; at least 1 */
    uint64_t packet;   /* of the capture that the watcher read; 0 = not told */
};

/* A file that a conversation carried, whole: to the host, or by mail from it. Texts are null when
 * not known. */
struct file_record {
    struct text name, type;        /* of it, as the other end said; URL's last part, media type */
    struct text md5, sha1, sha256; /* lower case hex */
    int64_t size;                  /* bytes; -1 = not known */
    bool sent;                     /* by the host */
    struct text rule, rule_family; /* a rule, structure or clamd that knows it; null = none does */
    double rule_strength;          /* natural log of a likelihood ratio */
};

struct record {
    enum record_kind kind;
    struct instant time; /* of the packet that completed it; a flow: its last packet */
    uint64_t number;     /* packet or line that completed it; a flow: its first. Of a source of
                            several files, the file's place << RECORD_PART_BITS stands above */
    struct ends ends;
    const struct mark_hits *marks; /* known marks found in it; NULL = none, or not looked for */
    union {
        const struct flow_record *flow;
        const struct dns_record *dns;
        const struct tls_record *tls;
        const struct http_record *http;
        const struct talk_record *talk;
        const struct identity_record *identity;
        const struct alert_record *alert;
        const struct file_record *file;
    };
};

enum { RECORD_PART_BITS = 48 };

#endif
