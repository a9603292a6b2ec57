/* The start of an SSH side, as a client's and a server's, whole and cut; and the same bytes as a
 * user agent. */
#include "touch.h"
#include "wire/ssh.h"
#include "wire/user_agent.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ssh_hello early, late;
    for (int client = 0; client < 2; client++) {
        enum parse first = ssh_parse(bytes, len / 2, client, &early);
        enum parse then = ssh_parse(bytes, len, client, &late);
        touch(early.software);
        touch(late.software);
        muster_assert(first != PARSE_DONE ||
                      (then == PARSE_DONE && !strcmp(early.hassh, late.hassh)));
        muster_assert(first != PARSE_BAD || then == PARSE_BAD);
    }
    touch(user_agent_platform(text_at(bytes, len)));
    return 0;
}
