/* Detectors over made flow records: one shard, one host at home, a day that begins at FLOWS_AT(0).
 */
#ifndef MUSTER_TESTS_FLOWS_H
#define MUSTER_TESTS_FLOWS_H

#include "shard.h"

#include "base/err.h"
#include "conf.h"
#include "record/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FLOWS_SHARD_BYTES = 8 << 20, FLOWS_HOST = 0x0a000005 };
#define FLOWS_AT(second) ((struct instant){(INT64_C(1709600400) + (second)) * SECOND_US})

static inline struct shard *flows_shard(void)
{
    static struct conf conf;
    conf_default(&conf);
    return shard_new(FLOWS_SHARD_BYTES, (struct table_seed){.a = 1, .b = 2}, &conf, NULL);
}

/* Ends the shard's day. */
static inline const struct sighting *flows_found(struct shard *shard, size_t *len)
{
    shard_finish(shard);
    return shard_sightings(shard, len);
}

/* One look-up, so that the source is one that tells protocols. */
static inline void flows_tell_protocols(struct shard *shard)
{
    const struct flow_record flow = {.first = FLOWS_AT(0),
                                     .last = FLOWS_AT(1),
                                     .packets_out = 1,
                                     .packets_in = 1,
                                     .app = "dns",
                                     .begun = true,
                                     .answered = true};
    struct record record = {
        .kind = RECORD_FLOW, .time = flow.last, .number = 1000000, .flow = &flow};
    record.ends = (struct ends){.host = address_v4(FLOWS_HOST),
                                .outside = address_v4(0x08080808),
                                .host_port = {50000},
                                .outside_port = {53},
                                .protocol = PROTOCOL_UDP,
                                .host_opened = true};
    shard_take(shard, &record, false);
}

#endif
