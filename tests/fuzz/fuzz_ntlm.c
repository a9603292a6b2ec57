/* NTLM messages in any bytes: one that is whole stays whole when more bytes follow. */
#include "touch.h"
#include "wire/ntlm.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct printable_room room;
    struct ntlm_message m;
    const uint8_t *at = ntlm_find(bytes, len);
    if (at == NULL)
        return 0;
    len -= (size_t)(at - bytes);
    room.used = 0;
    if (ntlm_parse(at, len, &room, &m) != PARSE_DONE)
        return 0;
    muster_assert(room.used <= sizeof room.text);
    touch(m.user);
    touch(m.domain);
    touch(m.machine);
    for (size_t n = 0; n < len; n += 7) {
        room.used = 0;
        (void)ntlm_parse(at, n, &room, &m);
    }
    return 0;
}
