/* A Kerberos message. */
#include "touch.h"
#include "wire/kerberos.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct printable_room room;
    struct kerberos_message m;
    (void)kerberos_recognise(bytes, len, len);
    room.used = 0;
    if (!kerberos_parse(bytes, len, &room, &m))
        return 0;
    muster_assert(room.used <= sizeof room.text);
    touch(m.client);
    touch(m.realm);
    touch(m.machine);
    return 0;
}
