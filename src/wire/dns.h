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

#endif
