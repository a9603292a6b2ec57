/* The start of a stream, read as a client's and as a server's, whole and cut in the middle: what
 * was done early must still be done, and say the same, when more bytes have come. */
#include "touch.h"
#include "wire/tls.h"

#include "base/err.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct tls_scratch scratch;

static void look(const struct tls_record *r)
{
    touch(r->server_name);
    touch(r->alpn);
    touch(r->certificate.subject);
    touch(r->certificate.issuer);
    touch(r->certificate.subject_name);
    muster_assert(scratch.used <= sizeof scratch.text);
    muster_assert(strlen(r->ja3) <= 32 && strlen(r->ja3s) <= 32 && strlen(r->ja4) <= 36);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct tls_record early = {0}, late = {0};
    enum parse first, then;
    (void)tls_recognise(bytes, len);
    first = tls_parse_client(bytes, len / 2, &scratch, &early);
    look(&early);
    then = tls_parse_client(bytes, len, &scratch, &late);
    look(&late);
    muster_assert(first != PARSE_DONE || (then == PARSE_DONE && !strcmp(early.ja3, late.ja3)));
    muster_assert(late.client == (then == PARSE_DONE));

    early = late = (struct tls_record){0};
    first = tls_parse_server(bytes, len / 2, &scratch, &early);
    look(&early);
    then = tls_parse_server(bytes, len, &scratch, &late);
    look(&late);
    muster_assert(first != PARSE_DONE || (then == PARSE_DONE && !strcmp(early.ja3s, late.ja3s)));
    muster_assert(late.server == (then == PARSE_DONE));
    return 0;
}
