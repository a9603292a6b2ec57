/* A DNS message. What is parsed must point into the message or the scratch; what is not must have
 * left the record alone. */
#include "touch.h"
#include "wire/dns.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct dns_scratch scratch;
    struct dns_record r, before;
    memset(&r, 0x5a, sizeof r);
    memcpy(&before, &r, sizeof r);
    if (!dns_parse(bytes, len, &scratch, &r)) {
        muster_assert(memcmp(&r, &before, sizeof r) == 0);
        return 0;
    }
    muster_assert(scratch.used <= sizeof scratch.text && r.answers_len <= DNS_ANSWERS);
    muster_assert(r.answers_len <= r.answers_total && r.message_len == len);
    touch(r.name);
    for (unsigned i = 0; i < r.answers_len; i++) {
        touch(r.answer[i].name);
        touch(r.answer[i].data);
    }
    return 0;
}
