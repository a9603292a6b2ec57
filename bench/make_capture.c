/*
 * Writes a capture of one shape to standard output:
 *     make_capture bulk PACKETS     one TCP transfer in segments of 1460 bytes, acknowledged
 *     make_capture flows CALLS      as many TCP conversations, all open at once, of 4 packets each
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 54, SEGMENT = 1460, SYN = 2, ACK = 16, PUSH = 8 };

struct ends {
    uint32_t host, outside;
    uint16_t host_port, outside_port;
};

static uint64_t now_us = UINT64_C(1709632800000000);

static void put(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> 8 * (bytes - 1 - i));
}

static void packet(const struct ends *e, int out, unsigned flags, uint32_t seq, uint32_t ack,
                   const uint8_t *payload, uint32_t len)
{
    uint8_t frame[HEADERS + SEGMENT] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    uint32_t record[4] = {(uint32_t)(now_us / 1000000), (uint32_t)(now_us % 1000000), HEADERS + len,
                          HEADERS + len};
    put(frame + 16, 40 + len, 2);
    frame[22] = 64;
    frame[23] = 6;
    put(frame + 26, out ? e->host : e->outside, 4);
    put(frame + 30, out ? e->outside : e->host, 4);
    put(frame + 34, out ? e->host_port : e->outside_port, 2);
    put(frame + 36, out ? e->outside_port : e->host_port, 2);
    put(frame + 38, seq, 4);
    put(frame + 42, ack, 4);
    frame[46] = 5 << 4;
    frame[47] = (uint8_t)flags;
    put(frame + 48, 65535, 2);
    if (len > 0)
        memcpy(frame + HEADERS, payload, len);
    (void)fwrite(record, sizeof record, 1, stdout);
    (void)fwrite(frame, HEADERS + len, 1, stdout);
}

static void bulk(uint64_t packets)
{
    const struct ends e = {0x0a000001, 0xc6336401, 40000, 9000};
    uint8_t payload[SEGMENT];
    uint64_t state = 88172645463325252u;
    for (unsigned i = 0; i < SEGMENT; i++) { /* no protocol that anybody knows */
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        payload[i] = (uint8_t)(state >> 32);
    }
    uint32_t seq = 1000;
    packet(&e, 1, SYN, 99, 0, NULL, 0);
    packet(&e, 0, SYN | ACK, 999, 100, NULL, 0);
    for (uint64_t i = 0; i < packets; i++) {
        now_us += 2;
        packet(&e, 0, ACK, seq, 100, payload, SEGMENT);
        seq += SEGMENT;
        if (i % 8 == 7)
            packet(&e, 1, ACK, 100, seq, NULL, 0);
    }
}

static void flows(uint64_t calls)
{
    const uint8_t *words = (const uint8_t *)"a few words that are no protocol's";
    for (int step = 0; step < 4; step++)
        for (uint64_t i = 0; i < calls; i++) {
            struct ends e = {0x0a000000 + (uint32_t)(i % 4000), 0xc6000000 + (uint32_t)(i % 60000),
                             (uint16_t)(1024 + i / 4000 % 60000), 443};
            if (i % 16 == 0)
                now_us++;
            if (step < 2)
                packet(&e, step == 0, step == 0 ? SYN : SYN | ACK, step == 0 ? 99 : 999, 100, NULL,
                       0);
            else
                packet(&e, step == 2, ACK | PUSH, step == 2 ? 100 : 1000, step == 2 ? 1000 : 134,
                       words, 34);
        }
}

int main(int argc, char **argv)
{
    const uint32_t header[6] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
    uint64_t count = argc == 3 ? strtoull(argv[2], NULL, 10) : 0;
    if (count == 0)
        return 2;
    (void)fwrite(header, sizeof header, 1, stdout);
    if (strcmp(argv[1], "bulk") == 0)
        bulk(count);
    else
        flows(count);
    return ferror(stdout) != 0;
}
