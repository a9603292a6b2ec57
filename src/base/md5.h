/*
 * MD5 (RFC 1321), one shot, no allocation. Not for secrets: JA3 and JA3S are defined by it.
 */
#ifndef MUSTER_BASE_MD5_H
#define MUSTER_BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

void md5(const void *bytes, size_t len, uint8_t out[16]);

#endif
