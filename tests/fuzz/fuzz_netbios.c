/* A message of the NetBIOS name or datagram service. */
#include "touch.h"
#include "wire/netbios.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct printable_room room;
    bool (*const parse[])(const uint8_t *, size_t, struct printable_room *,
                          struct netbios_message *) = {netbios_parse_name, netbios_parse_datagram};
    for (unsigned i = 0; i < 2; i++) {
        struct netbios_message m;
        room.used = 0;
        if (!parse[i](bytes, len, &room, &m))
            continue;
        muster_assert(i == 1 || netbios_recognise_name(bytes, len));
        muster_assert(room.used <= sizeof room.text && m.names <= NETBIOS_NAMES);
        touch(m.version);
        for (unsigned n = 0; n < m.names; n++)
            touch(m.name[n].text);
    }
    return 0;
}
