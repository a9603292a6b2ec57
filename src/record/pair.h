/*
 * A pair: a UTC day's dealings of one host with one outside end, an address or (for what is only
 * asked in DNS) a registered domain. The shard keeps this summary; detectors keep their own state
 * beside it.
 */
#ifndef MUSTER_RECORD_PAIR_H
#define MUSTER_RECORD_PAIR_H

#include "base/clock.h"
#include "record/address.h"

enum {
    PAIR_BY_NAME = 1, /* the outside end is a registered domain asked for in DNS */
    PAIR_OPENED_HOST = 2,
    PAIR_OPENED_OUTSIDE = 4,
    PAIR_ANSWERED = 8,      /* a conversation that the host opened was answered */
    PAIR_OUTSIDE_HOME = 16, /* the outside end is home too */
    PAIR_PORTS = 32,        /* several outside ports */
    PAIR_PROTOCOLS = 64,    /* several transports */
    PAIR_POPULAR = 128,     /* its name is on the popular list */
    PAIR_NAMES = 256,       /* an address reached by several registered domains */
    PAIR_IMPLANT = 1024,    /* the host's backdoored site, which is the pair's name */
    PAIR_VIA_PROXY = 512,   /* reached by name through a proxy inside home: no address is known */
};

/*
 * Times of calls, each a number of CALL_TICK_US since the day's start and, in the lowest bit,
 * whether the call was answered. All are kept up to CALLS_MOST; of more, the earliest CALLS_WHOLE
 * and a sample of the rest, chosen by hash. Where they lie: calls.h.
 */
enum { CALLS_INLINE = 4, CALLS_WHOLE = 448, CALLS_MOST = 512, CALL_TICK_US = 50 };

struct call_list {
    uint32_t seen;
    uint32_t slot; /* where the times lie (calls.c) */
    uint16_t kept;
    uint32_t at[CALLS_INLINE];
};

struct call_times { /* sorted */
    const uint32_t *at;
    uint32_t len, seen;
};

static inline uint32_t call_of(int64_t us_of_day, bool answered)
{
    int64_t us = us_of_day < 0 ? 0 : us_of_day < DAY_US ? us_of_day : DAY_US - 1;
    return (uint32_t)(us / CALL_TICK_US) << 1 | answered;
}

static inline int64_t call_us(uint32_t call) /* since the day's start */
{
    return (int64_t)(call >> 1) * CALL_TICK_US;
}

struct pair {
    struct day day;
    uint16_t flags;
    uint8_t protocol;
    struct address host;
    struct address outside; /* none for PAIR_BY_NAME */
    struct text name;       /* SNI, Host, or what DNS told this host of the address; or null */
    struct port host_port;  /* of the first conversation */
    struct port port;       /* outside end's, of the conversation with most bytes */
    uint64_t port_bytes;    /* of that conversation */
    const char *app;        /* of that conversation; static, or NULL */
    struct instant first, last;
    uint32_t hours;                 /* 24-bit mask */
    uint32_t flows, flows_answered; /* a cut flow's parts count once */
    uint64_t bytes_out, bytes_in;
    uint64_t payload_out, payload_in;
    struct call_list calls;  /* conversations the host opened; by name: also what was asked */
    struct call_list bursts; /* what the host said after silence, inside long connections */
};

/* What the shard knows of the host on that day: figures that its role is told by (host.c). */
enum host_platform {
    PLATFORM_WINDOWS,
    PLATFORM_MAC,
    PLATFORM_IOS,
    PLATFORM_ANDROID,
    PLATFORM_LINUX,
    PLATFORMS
};
enum host_hops { HOPS_64, HOPS_128, HOPS_KINDS }; /* initial hop limits of systems */
enum { HOST_OWN_ADDRESS = 1 };                    /* asked a service for its own outside address */
enum { HOST_ENDS_BITS = 1024 };
struct host {
    struct day day;
    struct address address;
    uint64_t mac;   /* 48 bits of the frames it sent; 0 = none or several */
    uint16_t flags; /* HOST_ */
    uint32_t flows_opened, flows_answered;
    uint32_t served;            /* answered TCP conversations that others opened */
    uint32_t dns_answered;      /* questions of others */
    uint32_t dns_asked_outside; /* of outside servers */
    uint32_t dns_iterative;     /* of them without the wish for recursion (RFC 1035 4.1.1) */
    uint32_t proxied;           /* proxy requests of home clients that it served */
    uint32_t mail_from_outside, mail_from_home, mail_sent; /* SMTP conversations, answered */
    uint32_t syn_hops[HOPS_KINDS];                         /* TCP calls by initial hop limit */
    uint32_t platform[PLATFORMS];                          /* browser requests */
    uint64_t dns_servers;                     /* outside servers asked iteratively, a bit each */
    uint64_t unanswered[HOST_ENDS_BITS / 64]; /* outside ends of unanswered TCP calls */
};

enum host_role {
    ROLE_CLIENT,
    ROLE_SERVER,
    ROLE_RESOLVER,
    ROLE_PROXY,
    ROLE_MAIL_GATEWAY,
    ROLE_NAT,
    ROLE_LAB, /* said by the user's roles file only */
    ROLE_SCANNER,
    HOST_ROLES
};
extern const char *const host_role_name[HOST_ROLES]; /* "mail gateway" */
/* What its traffic says it is. */
enum host_role host_role(const struct host *host);
/* How many outside ends did not answer its TCP calls, about. */
double host_unanswered_ends(const struct host *host);
static inline bool host_is_resolver(const struct host *host)
{
    enum { SERVERS_LEAST = 4, ITERATIVE_LEAST = 20 };
    return (host->dns_answered && host->dns_asked_outside) ||
           (host->dns_iterative >= ITERATIVE_LEAST &&
            __builtin_popcountll(host->dns_servers) >= SERVERS_LEAST);
}
static inline bool host_is_proxy(const struct host *host)
{
    return host->proxied > 0;
}
static inline bool host_is_mail_gateway(const struct host *host)
{
    return host->mail_from_outside || (host->mail_from_home && host->mail_sent);
}
/* Counts a TCP call by the initial hop limit that its own lets guess. */
void host_count_hops(struct host *host, uint8_t hops);
/* Counts a browser's request by the operating system that its user agent names. */
void host_count_platform(struct host *host, struct text user_agent);
/* Whether the pair is what somebody behind the host had it do: a resolver's questions, a proxy's
 * requests, a mail gateway's mail and look-ups. */
bool pair_is_relayed(const struct pair *pair, const struct host *host);

#endif
