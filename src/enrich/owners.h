/*
 * Who answers for an address: lines CIDR,OWNER[,E-MAIL] or ASN,OWNER[,E-MAIL] of a file that the
 * user keeps. The longest prefix decides, then the network's number.
 *
 * Order: owners_read -> owners_find ... -> owners_free.
 */
#ifndef MUSTER_ENRICH_OWNERS_H
#define MUSTER_ENRICH_OWNERS_H

#include "base/arena.h"
#include "record/address.h"

struct owner {
    struct text name, email; /* email null: not said */
};

struct owners {
    struct arena arena;
    struct owner_rule {
        struct network network; /* or: */
        int64_t asn;            /* -1: the range counts */
        struct owner owner;
    } * rule;
    size_t len, room;
    uint64_t refused;
    char first_refused[120]; /* "line 3: why" */
};

enum { OWNERS_MOST = 1000000 };

/* Lines that make no sense are counted; '#' begins a remark. */
void owners_read(struct owners *owners, struct text file);
void owners_free(struct owners *owners);
/* asn -1: not known. NULL: nobody is named. */
const struct owner *owners_find(const struct owners *owners, struct address address, int64_t asn);

#endif
