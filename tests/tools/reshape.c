/*
 * Writes an Ethernet capture of IP packets again on another link, or in fragments:
 *   reshape IN OUT LINK [FRAGMENT]
 * LINK is a LINKTYPE_ number below. Packets whose IPv4 payload has more than FRAGMENT bytes (a
 * multiple of 8) are sent in parts of so many, every second one of them last part first.
 */
#include "base/err.h"
#include "base/mem.h"
#include "source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct shape {
    uint16_t link;
    uint8_t len;
    int8_t type_at; /* where the EtherType goes; -1: nowhere */
    uint8_t header[24];
} shapes[] = {
    {1, 14, 12, {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2}},
    {0, 4, -1, {2, 0, 0, 0}},
    {9, 4, -1, {0xFF, 3, 0, 0x21}},
    {51, 8, -1, {0x11, 0, 0, 1, 0, 0, 0, 0x21}},
    {101, 0, -1, {0}},
    {104, 4, 2, {0x0F, 0}},
    {108, 4, -1, {0, 0, 0, 2}},
    {113, 16, 14, {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2}},
    {228, 0, -1, {0}},
    {276, 20, 0, {0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2}},
};

static void put32(FILE *out, uint32_t value)
{
    (void)fwrite(&value, sizeof value, 1, out);
}

/* One packet: the link's header, an IP header, payload. */
static void put(FILE *out, const struct shape *shape, const struct packet *p, const uint8_t *ip,
                size_t ip_len, const uint8_t *payload, size_t payload_len)
{
    uint8_t header[24];
    uint32_t len = (uint32_t)(shape->len + ip_len + payload_len);
    memcpy(header, shape->header, sizeof header);
    if (shape->type_at >= 0)
        header[shape->type_at] = 8;
    put32(out, (uint32_t)(p->time.us / 1000000));
    put32(out, (uint32_t)(p->time.us % 1000000));
    put32(out, len);
    put32(out, len);
    (void)fwrite(header, shape->len, 1, out);
    (void)fwrite(ip, ip_len, 1, out);
    (void)fwrite(payload, payload_len, 1, out);
}

static void put_part(FILE *out, const struct shape *shape, const struct packet *p, uint8_t ip[20],
                     const uint8_t *payload, size_t from, size_t len, bool more, uint16_t id)
{
    size_t total = 20 + len;
    ip[2] = (uint8_t)(total >> 8);
    ip[3] = (uint8_t)total;
    ip[4] = (uint8_t)(id >> 8);
    ip[5] = (uint8_t)id;
    ip[6] = (uint8_t)(from / 8 >> 8 | (more ? 0x20 : 0));
    ip[7] = (uint8_t)(from / 8);
    put(out, shape, p, ip, 20, payload + from, len);
}

static void put_fragments(FILE *out, const struct shape *shape, const struct packet *p,
                          size_t fragment, uint16_t id)
{
    uint8_t ip[20];
    memcpy(ip, p->at + 14, sizeof ip);
    size_t len = (size_t)(ip[2] << 8 | ip[3]) - 20,
           parts = fragment ? (len + fragment - 1) / fragment : 1;
    if (ip[0] != 0x45 || parts < 2) {
        put(out, shape, p, p->at + 14, len + 20, NULL, 0);
        return;
    }
    for (size_t i = 0; i < parts; i++) {
        size_t k = id % 2 ? i : parts - 1 - i, from = k * fragment;
        size_t rest = len - from;
        put_part(out, shape, p, ip, p->at + 34, from, rest < fragment ? rest : fragment,
                 k + 1 < parts, id);
    }
}

static int reshape(struct source *source, FILE *out, const struct shape *shape, size_t fragment)
{
    const uint32_t head[6] = {0xA1B2C3D4, 2 | 4 << 16, 0, 0, 262144, shape->link};
    struct block *block = mem_new(1, sizeof *block);
    uint16_t id = 0;
    (void)fwrite(head, sizeof head, 1, out);
    while (source_next(source, block))
        for (uint32_t i = 0; i < block->packets; i++) {
            const struct packet *p = &block->packet[i];
            bool ipv4 = p->captured >= 34 && p->at[12] == 8 && p->at[13] == 0;
            if (ipv4 && p->captured == p->length &&
                (size_t)(p->at[16] << 8 | p->at[17]) + 14 <= p->captured)
                put_fragments(out, shape, p, fragment, ++id);
        }
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return fclose(out) == 0 ? 0 : 3;
}

int main(int argc, char **argv)
{
    struct err err = {""};
    if (argc < 4) {
        (void)fprintf(stderr, "usage: reshape IN OUT LINK [FRAGMENT]\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++)
        if (shapes[i].link == strtoul(argv[3], NULL, 10)) {
            struct source *source = source_open(argv[1], NULL, &err);
            FILE *out = fopen(argv[2], "wb");
            if (source && out)
                return reshape(source, out, &shapes[i],
                               argc > 4 ? strtoul(argv[4], NULL, 10) / 8 * 8 : 0);
            (void)fprintf(stderr, "%s %s\n", argv[1], err.text);
            return 1;
        }
    (void)fprintf(stderr, "link type %s is not one of ours\n", argv[3]);
    return 2;
}
