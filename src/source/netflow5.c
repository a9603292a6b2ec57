/*
 * NetFlow of fixed records: v1, v5 and v7 (Cisco, "NetFlow Export Datagram Format"). A header with
 * the exporter's clock and how long it has run, then records of one size, whose times count from
 * its start in milliseconds. That counter goes round every 49.7 days, so times are taken as
 * distances from the header's. v5 says a sampling rate in its header.
 */
#include "source/export_parse.h"

static const struct layout {
    uint8_t version, head, record, most; /* bytes; records of a datagram */
    uint8_t flags, protocol;             /* where they are in a record */
} layouts[] = {{1, 16, 52, 24, 40, 38}, {5, 24, 48, 30, 37, 38}, {7, 24, 52, 28, 37, 38}};

static const struct layout *layout_of(const uint8_t *at, size_t len)
{
    for (size_t i = 0; len >= 2 && i < sizeof layouts / sizeof layouts[0]; i++)
        if (field_u16(at) == layouts[i].version)
            return &layouts[i];
    return NULL;
}

size_t netflow5_len(const uint8_t *at, size_t len, bool whole)
{
    const struct layout *l = layout_of(at, len);
    if (l == NULL || len < l->head)
        return 0;
    size_t count = field_u16(at + 2), used = l->head + count * l->record;
    if (count == 0 || count > l->most)
        return 0;
    return !whole || used <= len ? used : 0;
}

static struct instant time_of(const struct export_job *job, uint32_t uptime_ms)
{
    int32_t before_ms = (int32_t)(job->uptime_ms - uptime_ms);
    return (struct instant){job->exported.us - (int64_t)before_ms * 1000};
}

static void record_read(struct export_job *job, const struct layout *l, const uint8_t *at,
                        uint32_t sampling)
{
    struct piece p = {
        .source = address_v4(field_u32(at)),
        .target = address_v4(field_u32(at + 4)),
        .packets = field_u32(at + 16),
        .bytes = field_u32(at + 20),
        .first = time_of(job, field_u32(at + 24)),
        .last = time_of(job, field_u32(at + 28)),
        .source_port = {field_u16(at + 32)},
        .target_port = {field_u16(at + 34)},
        .tcp_flags = at[l->flags],
        .protocol = at[l->protocol],
        .sampling = sampling,
    };
    p.flags_known = p.protocol == PROTOCOL_TCP && p.tcp_flags != 0;
    export_piece(job, &p, 0);
}

void netflow5_read(struct export_job *job)
{
    const uint8_t *at = job->datagram->at;
    const struct layout *l = layout_of(at, job->datagram->len);
    muster_assert(l != NULL);
    unsigned count = field_u16(at + 2);
    uint32_t sampling = 0, engine = 0;
    job->uptime_ms = field_u32(at + 4);
    job->exported.us =
        (int64_t)field_u32(at + 8) * SECOND_US + (int64_t)(field_u32(at + 12) / 1000);
    if (l->version == 5) {
        engine = field_u16(at + 20);
        sampling = field_u16(at + 22) & 0x3fff; /* two bits above it say how */
    } else if (l->version == 7) {
        engine = field_u32(at + 20);
    }
    export_domain_find(job, engine);
    for (unsigned i = 0; i < count; i++)
        record_read(job, l, at + l->head + (size_t)i * l->record, sampling);
}
