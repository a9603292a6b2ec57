/*
 * Any bytes as a packet of any link type: the first two are the type, the third how much longer it
 * was on the wire. Beyond not crashing: what is found lies inside the packet.
 */
#include "base/err.h"
#include "wire/frame.h"

#include <stddef.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len < 3)
        return 0;
    struct packet packet = {.time = {1},
                            .number = 1,
                            .at = bytes + 3,
                            .captured = (uint32_t)(len - 3),
                            .length = (uint32_t)(len - 3 + bytes[2]),
                            .link = (uint16_t)(bytes[0] << 8 | bytes[1])};
    struct frame frame;
    struct fragment part;
    enum skip skip = frame_decode(&packet, &frame, &part);
    if (skip == SKIP_fragment)
        muster_assert(part.offset % 8 == 0 && part.offset <= 65535);
    else if (skip != SKIPS)
        return 0;
    muster_assert(frame.payload >= packet.at &&
                  frame.payload + frame.payload_len <= packet.at + packet.captured);
    muster_assert(frame.payload_len <= frame.payload_wire);
    muster_assert(frame.ip_bytes >= 20 && frame.payload_wire <= frame.ip_bytes - 20);
    return 0;
}
