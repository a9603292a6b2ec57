/* Both sides of HTTP conversations, in whatever segments, through a shard: heads, bodies, answers
 * that wait, files that are put together, pages and backdoors that home serves. The first byte of a
 * segment says which side speaks, whether bytes are missing before it and whether it ends; the
 * second its length. */
#include "conf.h"
#include "shard.h"
#include "shard_state.h"

#include "base/err.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { BYTES = 4 << 20, CLIENT = 0, SERVER = 1, MISSES = 2, ENDS = 4, OUTGOING = 8, LONG = 16 };

struct talk {
    struct shard *shard;
    uint64_t packets;
    uint32_t seq[2];
    bool outgoing; /* home is the client */
};

static void segment(struct talk *t, unsigned side, unsigned flags, const uint8_t *bytes, size_t len)
{
    const struct address home = address_v4(0x0a000050), outside = address_v4(0xcb007109);
    bool from_home = (side == CLIENT) == t->outgoing;
    struct frame frame = {
        .time = {INT64_C(1709600400) * SECOND_US + (int64_t)t->packets * 20000},
        .number = ++t->packets,
        .payload = bytes,
        .payload_len = (uint32_t)len,
        .payload_wire = (uint32_t)len,
        .ip_bytes = (uint32_t)len + 40,
        .source = from_home ? home : outside,
        .target = from_home ? outside : home,
        .source_port = {side == CLIENT ? 40000 : 80},
        .target_port = {side == CLIENT ? 80 : 40000},
        .seq = t->seq[side],
        .ack = t->seq[!side],
        .protocol = PROTOCOL_TCP,
        .tcp_flags = (uint8_t)(flags | (t->packets > 1 ? TCP_ACK : 0)),
        .home = from_home ? FRAME_SOURCE_HOME : FRAME_TARGET_HOME,
    };
    t->seq[side] += (uint32_t)len + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
    shard_frame(t->shard, &frame, from_home);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct shard *shard;
    static struct conf conf;
    static const struct files_plan files = {NULL, NULL};
    if (shard == NULL) {
        conf_default(&conf);
        conf.files = &files;
        shard = shard_new(BYTES, (struct table_seed){.a = 1, .b = 2}, &conf, NULL);
    }
    struct talk t = {.shard = shard, .outgoing = len && (bytes[0] & OUTGOING)};
    segment(&t, CLIENT, TCP_SYN, NULL, 0);
    segment(&t, SERVER, TCP_SYN, NULL, 0);
    while (len >= 2) {
        unsigned how = bytes[0], side = how & 1;
        size_t most = how & LONG ? (size_t)bytes[1] * 16 : bytes[1];
        bytes += 2;
        len -= 2;
        size_t n = most < len ? most : len;
        t.seq[side] += how & MISSES ? 100 : 0;
        segment(&t, side, TCP_PSH | (how & ENDS ? TCP_FIN : 0), bytes, n);
        bytes += n;
        len -= n;
    }
    shard_finish(shard);
    shard_reset(shard, NULL, false);
    return 0;
}
