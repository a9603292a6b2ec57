#include "base/md5.h"

#include <string.h>

/* RFC 1321 3.4: T[i] is the integer part of 2^32 * abs(sin(i + 1)). */
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

/* One step: the four words change places by the order of the arguments, not by moves. */
#define STEP(f, a, b, c, d, word, i, shift)                                                        \
    do {                                                                                           \
        (a) += f(b, c, d) + x[word] + sines[i];                                                    \
        (a) = ((a) << (shift) | (a) >> (32 - (shift))) + (b);                                      \
    } while (0)
#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))
#define FOUR(f, i, w0, w1, w2, w3, s0, s1, s2, s3)                                                 \
    STEP(f, a, b, c, d, (w0)&15, i, s0);                                                           \
    STEP(f, d, a, b, c, (w1)&15, (i) + 1, s1);                                                     \
    STEP(f, c, d, a, b, (w2)&15, (i) + 2, s2);                                                     \
    STEP(f, b, c, d, a, (w3)&15, (i) + 3, s3)

static void block(uint32_t state[4], const uint8_t *bytes)
{
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], x[16];
    for (size_t i = 0; i < 16; i++)
        x[i] = (uint32_t)bytes[4 * i] | (uint32_t)bytes[4 * i + 1] << 8 |
               (uint32_t)bytes[4 * i + 2] << 16 | (uint32_t)bytes[4 * i + 3] << 24;
    for (unsigned i = 0; i < 16; i += 4) {
        FOUR(F, i, i, i + 1, i + 2, i + 3, 7, 12, 17, 22);
    }
    for (unsigned i = 16; i < 32; i += 4) {
        FOUR(G, i, 5 * i + 1, 5 * i + 6, 5 * i + 11, 5 * i + 16, 5, 9, 14, 20);
    }
    for (unsigned i = 32; i < 48; i += 4) {
        FOUR(H, i, 3 * i + 5, 3 * i + 8, 3 * i + 11, 3 * i + 14, 4, 11, 16, 23);
    }
    for (unsigned i = 48; i < 64; i += 4) {
        FOUR(I, i, 7 * i, 7 * i + 7, 7 * i + 14, 7 * i + 21, 6, 10, 15, 21);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

static void put_le(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> 8 * i);
}

void md5(const void *bytes, size_t len, uint8_t out[16])
{
    uint32_t state[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const uint8_t *at = bytes;
    size_t left = len;
    for (; left >= 64; at += 64, left -= 64)
        block(state, at);
    uint8_t last[128] = {0}; /* the rest, a one bit, zeros, the length in bits */
    if (left > 0)
        memcpy(last, at, left);
    last[left] = 0x80;
    size_t padded = left < 56 ? 64 : 128;
    put_le(last + padded - 8, (uint64_t)len * 8, 8);
    for (size_t i = 0; i < padded; i += 64)
        block(state, last + i);
    for (size_t i = 0; i < 4; i++)
        put_le(out + 4 * i, state[i], 4);
}

void md5_hex(const void *bytes, size_t len, char out[33])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[16];
    md5(bytes, len, digest);
    for (unsigned i = 0; i < sizeof digest; i++) {
        *out++ = digits[digest[i] >> 4];
        *out++ = digits[digest[i] & 15];
    }
    *out = '\0';
}
