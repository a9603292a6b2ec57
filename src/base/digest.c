#include "base/digest.h"

#include "base/err.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

static EVP_MD *sha1, *sha256;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void methods_free(void)
{
    EVP_MD_free(sha1);
    EVP_MD_free(sha256);
}

static void methods_fetch(void)
{
    sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    muster_assert(sha1 != NULL && sha256 != NULL); /* in every libcrypto 3 */
    (void)atexit(methods_free);
}

static void digest(EVP_MD *const *method, const void *bytes, size_t len, uint8_t *out)
{
    (void)pthread_once(&once, methods_fetch);
    muster_assert(EVP_Digest(bytes, len, out, NULL, *method, NULL) == 1); /* else no memory */
}

void digest_sha1(const void *bytes, size_t len, uint8_t out[20])
{
    digest(&sha1, bytes, len, out);
}

void digest_sha256(const void *bytes, size_t len, uint8_t out[32])
{
    digest(&sha256, bytes, len, out);
}
