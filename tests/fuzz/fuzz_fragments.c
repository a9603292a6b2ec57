/*
 * A run of fragments made of any bytes, six each: packet, offset in units of 8 (2), length, time,
 * flags. Every byte of a packet is told by its place, so whatever comes whole must hold just that;
 * and every piece must be given back.
 */
#include "base/err.h"
#include "flow/fragments.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static uint8_t content(uint32_t id, uint32_t i)
{
    return (uint8_t)(id * 31 + i * 7 + i / 256);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static uint8_t payload[16384], whole_bytes[65536];
    struct fragments f;
    struct skips skips = {{0}};
    int64_t second = 1000;
    fragments_init(&f, len % 2 ? 1 : 256 << 10, (struct table_seed){1, 2});
    for (; len >= 6; bytes += 6, len -= 6) {
        bool v6 = bytes[5] & 2, cut = bytes[5] & 4;
        uint32_t id = bytes[0] & 7, offset = (uint32_t)(bytes[1] << 8 | bytes[2]) * 8 & 0xFFF8;
        uint32_t wire = bytes[3] * (bytes[5] & 8 ? 64u : 8u) + (bytes[5] & 16 ? 3 : 0);
        uint32_t captured = cut ? wire / 2 : wire;
        for (uint32_t i = 0; i < captured && i < sizeof payload; i++)
            payload[i] = content(id, offset + i);
        second += (int8_t)bytes[4];
        struct frame frame = {.time = {second * SECOND_US},
                              .source = v6 ? (struct address){1, 2} : address_v4(0x0A000001),
                              .target = v6 ? (struct address){1, 3} : address_v4(0x0A000002),
                              .protocol = PROTOCOL_UDP,
                              .payload = payload,
                              .payload_len = captured,
                              .payload_wire = wire,
                              .ip_bytes = wire + 20};
        struct fragment part = {.id = id, .offset = offset, .more = bytes[5] & 1};
        uint32_t whole = fragments_add(&f, &frame, &part, &skips);
        if (whole == 0)
            continue;
        muster_assert(fragments_len(&f, whole) <= 65535);
        fragments_take(&f, whole, whole_bytes, &frame);
        muster_assert(frame.payload_len <= frame.payload_wire);
        for (uint32_t i = 0; i < frame.payload_len; i++)
            muster_assert(whole_bytes[i] == content(id, i));
    }
    fragments_reset(&f, &skips);
    muster_assert(f.free == f.pieces && f.table.used == 0);
    fragments_free(&f);
    return 0;
}
