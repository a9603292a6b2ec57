/* DER of a certificate. */
#include "touch.h"
#include "wire/x509.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct x509_scratch scratch;
    struct certificate c, before;
    memset(&c, 0x5a, sizeof c);
    memcpy(&before, &c, sizeof c);
    if (!x509_parse(bytes, len, &scratch, &c)) {
        muster_assert(memcmp(&c, &before, sizeof c) == 0);
        return 0;
    }
    muster_assert(scratch.used <= sizeof scratch.text);
    muster_assert(c.subject.at != NULL && c.issuer.at != NULL);
    muster_assert(c.subject.len <= 255 && c.issuer.len <= 255 && c.subject_name.len <= 255);
    touch(c.subject);
    touch(c.issuer);
    touch(c.subject_name);
    return 0;
}
