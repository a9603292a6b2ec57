/*
 * Made-up flow export of a site, for measuring: conversations of many hosts with many ends outside,
 * each told in two records, one a direction.
 * usage: export_make v5|v9|ipfix RECORDS [SEED] >FILE
 */
#include "base/cursor.h"
#include "base/mem.h"
#include "base/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RECORDS_V5 = 30,
    RECORDS_TEMPLATE = 28,
    HOSTS = 4000,
    OUTSIDE = 60000,
    TEMPLATE_EVERY = 500
};
#define START UINT32_C(1709596800) /* 2024-03-05 */

struct bytes {
    uint8_t at[2048];
    size_t len;
};

static void put(struct bytes *b, uint64_t value, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        b->at[b->len++] = (uint8_t)(value >> 8 * i);
}

struct flow {
    uint32_t source, target, packets, bytes, first_ms, last_ms; /* since START */
    uint16_t source_port, target_port;
    uint8_t flags, protocol;
};

static uint64_t state;
static uint64_t draw(uint64_t below)
{
    state += UINT64_C(0x9E3779B97F4A7C15);
    return table_mix(state, UINT64_C(0xBF58476D1CE4E5B9)) % below;
}

/* An end's rank: as likely among the first ten as among the next ninety, and so on (Zipf). */
static uint32_t rank(void)
{
    return (uint32_t)exp(log(OUTSIDE) * (double)draw(1 << 30) / (1 << 30)) - 1;
}

static void conversation(struct flow f[2], uint32_t now_ms)
{
    uint32_t host = 0x0a000000u + (uint32_t)draw(HOSTS) * 3;
    uint32_t outside = 0x50000000u + rank() * 7919u;
    bool dns = draw(3) == 0;
    uint32_t lasted = dns ? (uint32_t)draw(200) : (uint32_t)draw(20000);
    uint32_t packets = dns ? 1 : 3 + (uint32_t)draw(40);
    uint32_t first = now_ms > 61000 + lasted ? now_ms - 61000 - lasted : 0;
    uint16_t port = (uint16_t)(20000 + draw(40000)), served = dns ? 53 : draw(4) ? 443 : 80;
    f[0] = (struct flow){host,           outside, packets, packets * 80,   first,
                         first + lasted, port,    served,  dns ? 0 : 0x1b, dns ? 17 : 6};
    f[1] =
        (struct flow){outside, host, packets,        packets * 700, first + 15, first + lasted + 15,
                      served,  port, dns ? 0 : 0x1b, dns ? 17 : 6};
}

/* The fields of the templates, in the order in which they are put below. */
static const uint16_t fields_v9[][2] = {{8, 4}, {12, 4}, {22, 4}, {21, 4}, {1, 4},
                                        {2, 4}, {10, 4}, {14, 4}, {7, 2},  {11, 2},
                                        {4, 1}, {6, 1},  {60, 1}, {5, 1}};
static const uint16_t fields_ipfix[][2] = {{8, 4}, {12, 4}, {152, 8}, {153, 8}, {1, 8},
                                           {2, 8}, {10, 4}, {14, 4},  {7, 2},   {11, 2},
                                           {4, 1}, {6, 1},  {60, 1},  {5, 1}};

static void record(struct bytes *b, const struct flow *f, bool ipfix)
{
    put(b, f->source, 4);
    put(b, f->target, 4);
    if (ipfix) {
        put(b, (uint64_t)START * 1000 + f->first_ms, 8);
        put(b, (uint64_t)START * 1000 + f->last_ms, 8);
    } else {
        put(b, f->first_ms, 4);
        put(b, f->last_ms, 4);
    }
    put(b, f->bytes, ipfix ? 8 : 4);
    put(b, f->packets, ipfix ? 8 : 4);
    put(b, 1, 4);
    put(b, 2, 4);
    put(b, f->source_port, 2);
    put(b, f->target_port, 2);
    put(b, f->protocol, 1);
    put(b, f->flags, 1);
    put(b, 4, 1);
    put(b, 0, 1);
}

static void record_v5(struct bytes *b, const struct flow *f)
{
    put(b, f->source, 4);
    put(b, f->target, 4);
    put(b, 0, 4);
    put(b, 0x00010002, 4);
    put(b, f->packets, 4);
    put(b, f->bytes, 4);
    put(b, f->first_ms, 4);
    put(b, f->last_ms, 4);
    put(b, f->source_port, 2);
    put(b, f->target_port, 2);
    put(b, (uint64_t)f->flags << 16 | (uint64_t)f->protocol << 8, 4);
    put(b, 0, 4);
    put(b, 0, 4);
}

static void template(struct bytes *b, bool ipfix)
{
    unsigned n = sizeof fields_v9 / sizeof fields_v9[0];
    put(b, ipfix ? 2 : 0, 2);
    put(b, 8 + 4 * n, 2);
    put(b, 256, 2);
    put(b, n, 2);
    for (unsigned i = 0; i < n; i++) {
        put(b, ipfix ? fields_ipfix[i][0] : fields_v9[i][0], 2);
        put(b, ipfix ? fields_ipfix[i][1] : fields_v9[i][1], 2);
    }
}

static void head(struct bytes *b, unsigned version, unsigned count, uint32_t now_ms,
                 uint32_t sequence)
{
    put(b, version, 2);
    put(b, count, 2); /* of IPFIX the length, put right at the end */
    if (version != 10)
        put(b, now_ms, 4);
    put(b, START + now_ms / 1000, 4);
    if (version == 5)
        put(b, (uint64_t)(now_ms % 1000) * 1000000, 4);
    put(b, sequence, 4);
    put(b, 0, 4);
}

int main(int argc, char **argv)
{
    unsigned version = argc < 3 ? 0 : argv[1][0] == 'i' ? 10 : strcmp(argv[1], "v9") == 0 ? 9 : 5;
    if (version == 0) {
        (void)fprintf(stderr, "usage: export_make v5|v9|ipfix RECORDS [SEED] >FILE\n");
        return 2;
    }
    uint64_t records = strtoull(argv[2], NULL, 10), made = 0;
    state = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    struct flow waiting[2];
    unsigned per = version == 5 ? RECORDS_V5 : RECORDS_TEMPLATE, have = 0;
    for (uint32_t n = 0; made < records; n++) {
        uint32_t now_ms = 70000 + (uint32_t)(made * 80000000 / records); /* most of a day */
        struct bytes b = {.len = 0};
        bool with_template = version != 5 && n % TEMPLATE_EVERY == 0;
        head(&b, version, per + with_template, now_ms, n);
        if (with_template)
            template(&b, version == 10);
        size_t set = b.len;
        if (version != 5)
            put(&b, 0x01000000, 4);
        unsigned fit = with_template ? per - 4 : per;
        if (version == 10)
            fit -= 8;
        for (unsigned i = 0; i < fit; i++, made++) {
            if (have == 0)
                conversation(waiting, now_ms);
            const struct flow *f = &waiting[have];
            have = (have + 1) % 2;
            if (version == 5)
                record_v5(&b, f);
            else
                record(&b, f, version == 10);
        }
        if (version != 5) {
            b.at[set + 2] = (uint8_t)((b.len - set) >> 8);
            b.at[set + 3] = (uint8_t)(b.len - set);
        }
        if (version == 10) {
            b.at[2] = (uint8_t)(b.len >> 8);
            b.at[3] = (uint8_t)b.len;
        }
        (void)fwrite(b.at, 1, b.len, stdout);
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
