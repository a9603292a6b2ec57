/* Old functions that 3.0 keeps: nothing is looked up or allocated. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/digest.h"

#include <openssl/sha.h>

void digest_sha1(const void *bytes, size_t len, uint8_t out[20])
{
    SHA_CTX context;
    (void)SHA1_Init(&context);
    (void)SHA1_Update(&context, bytes, len);
    (void)SHA1_Final(out, &context);
}

void digest_sha256(const void *bytes, size_t len, uint8_t out[32])
{
    SHA256_CTX context;
    (void)SHA256_Init(&context);
    (void)SHA256_Update(&context, bytes, len);
    (void)SHA256_Final(out, &context);
}
