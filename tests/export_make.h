/* Datagrams of flow export, put together field by field. */
#ifndef MUSTER_TESTS_EXPORT_MAKE_H
#define MUSTER_TESTS_EXPORT_MAKE_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MADE_AT UINT32_C(1709632800) /* 2024-03-05 10:00 */

struct made {
    uint8_t at[4096];
    size_t len, set, head; /* where the set in hand and the datagram begin */
};

static inline void put(struct made *m, uint64_t value, unsigned bytes)
{
    muster_assert(m->len + bytes <= sizeof m->at);
    for (unsigned i = bytes; i-- > 0;)
        m->at[m->len++] = i < 8 ? (uint8_t)(value >> 8 * i) : 0;
}

static inline void patch(struct made *m, size_t at, size_t value)
{
    m->at[at] = (uint8_t)(value >> 8);
    m->at[at + 1] = (uint8_t)value;
}

/* v5: engine 1, sampling as given. */
static inline void head_v5(struct made *m, unsigned count, uint32_t uptime_ms, unsigned sampling)
{
    put(m, 5, 2);
    put(m, count, 2);
    put(m, uptime_ms, 4);
    put(m, MADE_AT, 4);
    put(m, 250000000, 4);
    put(m, 7, 4);
    put(m, 1, 2);
    put(m, sampling, 2);
}

static inline void record_v5(struct made *m, uint32_t source, uint32_t target, unsigned source_port,
                             unsigned target_port, unsigned protocol, unsigned flags,
                             uint32_t packets, uint32_t bytes, uint32_t first_ms, uint32_t last_ms)
{
    put(m, source, 4);
    put(m, target, 4);
    put(m, 0, 4);
    put(m, 0x00010002, 4);
    put(m, packets, 4);
    put(m, bytes, 4);
    put(m, first_ms, 4);
    put(m, last_ms, 4);
    put(m, source_port, 2);
    put(m, target_port, 2);
    put(m, flags << 16 | protocol << 8, 4);
    put(m, 0, 8);
}

static inline void head_v9(struct made *m, uint32_t uptime_ms, uint32_t seconds, uint32_t source)
{
    put(m, 9, 2);
    put(m, 1, 2);
    put(m, uptime_ms, 4);
    put(m, seconds, 4);
    put(m, 7, 4);
    put(m, source, 4);
}

static inline void head_ipfix(struct made *m, uint32_t domain)
{
    m->head = m->len;
    put(m, 10, 2);
    put(m, 0, 2);
    put(m, MADE_AT, 4);
    put(m, 7, 4);
    put(m, domain, 4);
}

static inline void set_begin(struct made *m, unsigned id)
{
    m->set = m->len;
    put(m, id, 2);
    put(m, 0, 2);
}

static inline void set_end(struct made *m)
{
    patch(m, m->set + 2, m->len - m->set);
}

static inline void ipfix_end(struct made *m)
{
    patch(m, m->head + 2, m->len - m->head);
}

struct made_field {
    uint16_t id, len;
    uint32_t enterprise;
};

/* A template set of one template. options: of its fields the first is scope. */
static inline void template_set(struct made *m, bool ipfix, bool options, unsigned id,
                                const struct made_field *field, unsigned n)
{
    set_begin(m, (ipfix ? 2u : 0u) + options);
    put(m, id, 2);
    if (options && !ipfix) {
        put(m, 4, 2);
        put(m, 4 * (n - 1), 2);
    } else {
        put(m, n, 2);
        if (options)
            put(m, 1, 2);
    }
    for (unsigned i = 0; i < n; i++) {
        put(m, field[i].id | (field[i].enterprise ? 0x8000u : 0u), 2);
        put(m, field[i].len, 2);
        if (field[i].enterprise)
            put(m, field[i].enterprise, 4);
    }
    set_end(m);
}

#endif
