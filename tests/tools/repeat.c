/*
 * Makes a large capture out of small ones: repeat OUT BYTES CAPTURE... writes the captures again
 * and again, one copy after the other in time, until OUT has BYTES. In each copy the second byte of
 * 10.x addresses, and the third of all others, is moved, so that every conversation is a new one.
 * Checksums are left alone: nobody here checks them.
 */
#include "base/err.h"
#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put32(FILE *out, uint32_t value)
{
    (void)fwrite(&value, sizeof value, 1, out);
}

static void move_address(uint8_t *address, unsigned copy)
{
    unsigned byte = address[0] == 10 ? 1 : 2;
    if (address[0] < 224)
        address[byte] = (uint8_t)(address[byte] + copy);
}

struct copying {
    FILE *out;
    uint64_t written, packets;
    int64_t now_us; /* time of the next packet's copy */
    unsigned copy;
};

static void write_packet(struct copying *c, const struct packet *p, int64_t time_us)
{
    static uint8_t bytes[1 << 18];
    if (p->captured > sizeof bytes || p->link != 1)
        return;
    memcpy(bytes, p->at, p->captured);
    if (p->captured >= 34 && bytes[12] == 8 && bytes[13] == 0) {
        move_address(bytes + 26, c->copy);
        move_address(bytes + 30, c->copy);
    }
    put32(c->out, (uint32_t)(time_us / 1000000));
    put32(c->out, (uint32_t)(time_us % 1000000));
    put32(c->out, p->captured);
    put32(c->out, p->length);
    (void)fwrite(bytes, p->captured, 1, c->out);
    c->written += 16 + p->captured;
    c->packets++;
}

static void copy_file(struct copying *c, const char *path)
{
    struct err err;
    struct source *source = source_open(path, NULL, &err);
    if (source == NULL)
        return; /* a capture of a kind we do not read */
    struct block *block = mem_new(1, sizeof *block);
    int64_t first = INSTANT_NONE_US, start = c->now_us;
    while (source_next(source, block))
        for (uint32_t i = 0; i < block->packets; i++) {
            const struct packet *p = &block->packet[i];
            if (first == INSTANT_NONE_US)
                first = p->time.us;
            int64_t after = p->time.us - first;
            if (after < 0 || after > INT64_C(43200) * 1000000)
                continue;
            write_packet(c, p, start + after);
            if (start + after > c->now_us)
                c->now_us = start + after;
        }
    /* The next file begins soon after this one did, so that they overlap. */
    c->now_us = start + (c->now_us - start) / 64 + 1000;
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
}

int main(int argc, char **argv)
{
    if (argc < 4) {
        (void)fprintf(stderr, "usage: repeat OUT BYTES CAPTURE...\n");
        return 2;
    }
    static const uint32_t header[6] = {0xA1B2C3D4, 2 | 4 << 16, 0, 0, 262144, 1};
    uint64_t bytes = strtoull(argv[2], NULL, 10);
    bool piped = strcmp(argv[1], "-") == 0;
    struct copying c = {.out = piped ? stdout : fopen(argv[1], "wb"),
                        .now_us = INT64_C(1715644800) * 1000000};
    if (c.out == NULL || fwrite(header, sizeof header, 1, c.out) != 1)
        return 3;
    for (c.copy = 0; c.written < bytes && c.copy < 250; c.copy++) {
        uint64_t before = c.written;
        for (int i = 3; i < argc; i++)
            copy_file(&c, argv[i]);
        if (c.written == before)
            break;
    }
    (void)fprintf(piped ? stderr : stdout, "%llu\n", (unsigned long long)c.packets);
    return fclose(c.out) == 0 ? 0 : 3;
}
