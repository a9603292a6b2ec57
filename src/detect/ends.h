/* Outside ends as what counts and chooses among them needs them; the same in every run. */
#ifndef MUSTER_DETECT_ENDS_H
#define MUSTER_DETECT_ENDS_H

#include "base/table.h"
#include "record/address.h"

/* Its /16 network of IPv4, /64 of IPv6. */
static inline struct address address_site(struct address a)
{
    return (struct address){a.high, address_is_v4(a) ? a.low & ~UINT64_C(0xffff) : 0};
}

/* Never 0. */
static inline uint64_t address_digest(struct address a)
{
    return table_mix(a.high, a.low) | 1;
}

#endif
