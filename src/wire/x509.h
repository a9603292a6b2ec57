/* X.509 certificates (RFC 5280), as far as an analyst reads them: names, validity, digests. */
#ifndef MUSTER_WIRE_X509_H
#define MUSTER_WIRE_X509_H

#include "record/record.h"

struct x509_scratch {
    char text[2048];
    uint32_t used;
};

/* DER of one certificate. True only when subject, issuer and validity were read; digests are over
 * the bytes as given. Texts live in scratch. */
bool x509_parse(const uint8_t *der, size_t len, struct x509_scratch *scratch,
                struct certificate *ret);
/* Sets only the digests: what can be said of any bytes that were presented as a certificate. */
void x509_digest(const uint8_t *der, size_t len, struct certificate *ret);

#endif
