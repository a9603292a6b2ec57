/*
 * MD5 (RFC 1321), one shot, no allocation. Not for secrets: JA3, JA3S and HASSH are defined by
 * it.
 */
#ifndef MUSTER_BASE_MD5_H
#define MUSTER_BASE_MD5_H

#include <stddef.h>
#include <stdint.h>

void md5(const void *bytes, size_t len, uint8_t out[16]);
/* The same as lower-case hex, NUL-terminated: what JA3, JA3S and HASSH are. */
void md5_hex(const void *bytes, size_t len, char out[33]);

#endif
