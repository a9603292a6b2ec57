/*
 * SHA-1 and SHA-256, one shot, by libcrypto, whose own one-shot functions look the method up by
 * name for every call: for a short text that costs more than the digest. No allocation.
 */
#ifndef MUSTER_BASE_DIGEST_H
#define MUSTER_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

void digest_sha1(const void *bytes, size_t len, uint8_t out[20]);
void digest_sha256(const void *bytes, size_t len, uint8_t out[32]);

#endif
