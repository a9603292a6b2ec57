/* Base64 (RFC 4648 4): decoding, into the caller's room. Pure. */
#ifndef MUSTER_BASE_BASE64_H
#define MUSTER_BASE_BASE64_H

#include "base/text.h"

#include <stddef.h>

/* What a character stands for, 0 to 63; -1 when it is none of them ('=' is none). */
int base64_digit(char c);
/* As far as it goes and as there is room; how many bytes came out. */
size_t base64_decode(struct text text, uint8_t *out, size_t room);

#endif
