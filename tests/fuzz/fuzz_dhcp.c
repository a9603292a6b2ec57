/* A DHCP or DHCPv6 message: what is told points into the room, and fits. */
#include "touch.h"
#include "wire/dhcp.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct printable_room room;
    bool (*const parse[])(const uint8_t *, size_t, struct printable_room *,
                          struct dhcp_message *) = {dhcp_parse, dhcp6_parse};
    for (unsigned i = 0; i < 2; i++) {
        struct dhcp_message m;
        room.used = 0;
        if (!parse[i](bytes, len, &room, &m))
            continue;
        muster_assert(room.used <= sizeof room.text && m.type > 0);
        muster_assert(m.name.len <= PRINTABLE_NAME && m.fingerprint.len <= PRINTABLE_LONG);
        touch(m.client);
        touch(m.name);
        touch(m.domain);
        touch(m.fingerprint);
    }
    return 0;
}
