/*
 * DNS messages (RFC 1035, 3596, 6891) into a dns_record. Pure: no allocation, no state.
 */
#ifndef MUSTER_WIRE_DNS_H
#define MUSTER_WIRE_DNS_H

#include "record/record.h"

struct dns_scratch {
    char text[8192]; /* decoded names live here */
    uint32_t used;
};

/* True only for a whole, plausible DNS message: header, one question, and as many answers as the
 * header says or DNS_ANSWERS (answers beyond are walked, not kept). Compression pointers must point
 * strictly backwards. Texts in ret live in scratch or in bytes. Strict enough to recognise DNS by
 * content on any port. */
bool dns_parse(const uint8_t *bytes, size_t len, struct dns_scratch *scratch,
               struct dns_record *ret);

enum { DNS_HOSTS = 16 };
/* The machine names of a message: whose address records (A, AAAA) stand in any of its sections. */
struct dns_hosts {
    bool response;
    struct text question; /* the first; or null */
    uint16_t type;        /* of it */
    unsigned len;
    struct {
        struct text name; /* owner, as in dns_record */
        struct address address;
    } at[DNS_HOSTS];
};
/* For multicast DNS (RFC 6762) and LLMNR (RFC 4795), where machines announce themselves so. As
 * strict as dns_parse; what is cut off behind the answers is not looked at. */
bool dns_parse_hosts(const uint8_t *bytes, size_t len, struct dns_scratch *scratch,
                     struct dns_hosts *ret);

#endif
