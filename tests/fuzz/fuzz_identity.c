/* A datagram that may tell who its sender is: the first two bytes choose the ports. */
#include "touch.h"
#include "wire/identity.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct identity_scratch scratch;
    static const uint16_t port[] = {67, 68, 88, 137, 138, 546, 547, 5353, 5355, 40000, 1900};
    enum { PORTS = sizeof port / sizeof port[0] };
    if (len < 2)
        return 0;
    struct frame frame = {.payload = bytes + 2,
                          .payload_len = (uint32_t)(len - 2),
                          .protocol = PROTOCOL_UDP,
                          .mac_source = 0x0008021c47ae,
                          .mac_target = 0xffffffffffff,
                          .source = address_v4(0x0a060365),
                          .target = address_v4(0xffffffff),
                          .source_port = {port[bytes[0] % PORTS]},
                          .target_port = {port[bytes[1] % PORTS]}};
    struct identity_ends ends = identity_ends_of(&frame);
    struct address about;
    struct identity_record r;
    bool tells;
    (void)identity_hears(&frame, &scratch, &about);
    (void)identity_of_datagram(&ends, bytes + 2, len - 2, &scratch, &r, &about, &tells);
    if (!tells)
        return 0;
    muster_assert(r.known_by != NULL && address_known(about));
    touch(r.client);
    touch(r.name);
    touch(r.domain);
    touch(r.user);
    touch(r.fingerprint);
    return 0;
}
