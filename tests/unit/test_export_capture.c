/* Captures of flow export, told from captures of traffic (export_capture.c). */
#include "base/mem.h"
#include "export_capture.h"
#include "export_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROOM = 64 * 1024, TCP = 6, UDP = 17, ICMP = 1 };
#define EXPORTER UINT32_C(0x0a000001)
#define COLLECTOR UINT32_C(0x0a000002)

/* A capture of raw IP packets in the making. */
struct capture {
    uint8_t at[ROOM];
    size_t len;
    unsigned packets;
};

static void number(struct capture *c, uint64_t n, unsigned bytes)
{
    assert_true(c->len + bytes <= ROOM);
    for (unsigned i = bytes; i-- > 0;)
        c->at[c->len++] = (uint8_t)(n >> 8 * i);
}

static void start(struct capture *c)
{
    c->len = 0;
    c->packets = 0;
    number(c, 0xa1b2c3d400020004, 8);
    number(c, 0, 8);
    number(c, 65535, 4);
    number(c, 101, 4); /* raw IP */
}

/* An IPv4 packet; fragment: flags and offset as in its header. */
static void packet(struct capture *c, uint32_t to, unsigned protocol, unsigned fragment,
                   const void *bytes, size_t len)
{
    number(c, MADE_AT + c->packets++, 4);
    number(c, 0, 4);
    number(c, 20 + len, 4);
    number(c, 20 + len, 4);
    number(c, 0x4500, 2);
    number(c, 20 + len, 2);
    number(c, 7, 2); /* identification */
    number(c, fragment, 2);
    number(c, 0x4000 | protocol, 2);
    number(c, 0, 2);
    number(c, EXPORTER, 4);
    number(c, to, 4);
    assert_true(c->len + len <= ROOM);
    memcpy(c->at + c->len, bytes, len);
    c->len += len;
}

/* UDP's header and what it carries. */
static size_t udp(uint8_t out[ROOM], unsigned port, const void *bytes, size_t len)
{
    const uint8_t head[] = {0x9c,
                            0x40,
                            (uint8_t)(port >> 8),
                            (uint8_t)port,
                            (uint8_t)((len + 8) >> 8),
                            (uint8_t)(len + 8),
                            0,
                            0};
    memcpy(out, head, sizeof head);
    memcpy(out + sizeof head, bytes, len);
    return len + sizeof head;
}

static void datagram(struct capture *c, uint32_t to, unsigned port, const void *bytes, size_t len)
{
    static uint8_t out[ROOM];
    packet(c, to, UDP, 0, out, udp(out, port, bytes, len));
}

/* n records of v5; each is a conversation of its own. */
static struct made export_of(unsigned n)
{
    struct made m = {.len = 0};
    head_v5(&m, n, 50000, 0);
    for (unsigned i = 0; i < n; i++)
        record_v5(&m, 0x0a000105 + i, 0xcb007109, 50000 + i, 443, TCP, 0x1b, 5, 900, 1000, 2000);
    return m;
}

struct taken {
    const char *kind;
    unsigned long long packets, records, damaged, ignored;
};

static struct taken take(const struct capture *c, const char *as)
{
    char path[] = "/tmp/export-capture-XXXXXX", *paths[] = {path};
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, c->at, c->len) == (ssize_t)c->len);
    (void)close(fd);
    struct source_item item = {.name = path, .path = paths, .len = 1};
    struct err err;
    struct source *source = export_capture_open(&item, as, &err);
    assert_non_null(source);
    struct taken t = {.kind = source->kind->name};
    struct block *block = mem_new(1, sizeof *block);
    while (source_next(source, block)) {
        t.packets += block->packets;
        t.records += block->records;
    }
    t.damaged = source->skips.count[SKIP_line_damaged];
    t.ignored = source->skips.count[SKIP_line_ignored];
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    (void)unlink(path);
    return t;
}

static void reads_export_alone(void **state)
{
    (void)state;
    static struct capture c;
    struct made m = export_of(3);
    start(&c);
    datagram(&c, COLLECTOR, 2055, m.at, m.len);
    packet(&c, COLLECTOR, ICMP, 0, "\x03\x03\0\0\0\0\0\0", 8);
    struct taken t = take(&c, NULL);
    assert_string_equal(t.kind, "export");
    assert_int_equal(t.records, 3);
    assert_int_equal(t.packets, 0);
}

/* What a host of the capture could send to tell the flows of others. */
static void leaves_traffic_alone(void **state)
{
    (void)state;
    static const uint8_t syn[20] = {0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0, 0x50, 2, 1, 0};
    struct made m = export_of(3);
    for (unsigned what = 0; what < 6; what++) {
        static struct capture c;
        start(&c);
        if (what != 5)
            datagram(&c, COLLECTOR, 2055, m.at, m.len);
        if (what == 0)
            packet(&c, 0xcb007109, TCP, 0, syn, sizeof syn);
        else if (what == 1)
            datagram(&c, COLLECTOR, 2055, "not an export at all", 20);
        else if (what == 2)
            datagram(&c, COLLECTOR + 1, 2055, m.at, m.len); /* two collectors */
        else if (what == 3)
            datagram(&c, COLLECTOR, 2056, m.at, m.len);
        else if (what == 4)
            datagram(&c, COLLECTOR, 2055, m.at, m.len - 1);
        else
            packet(&c, COLLECTOR, ICMP, 0, "\x08\0\0\0\0\0\0\0", 8); /* no export at all */
        struct taken t = take(&c, NULL);
        assert_string_equal(t.kind, "pcap");
        assert_int_equal(t.packets, c.packets);
        if (what == 5)
            continue;
        t = take(&c, "export"); /* but if the user says so */
        assert_string_equal(t.kind, "export");
        assert_int_equal(t.records, 3);
        assert_int_equal(t.ignored, what == 0 || what == 2 || what == 3); /* TCP, copies */
        assert_int_equal(t.damaged, what == 1 || what == 4);
    }
}

/* A datagram that came in fragments, its second part first. */
static void puts_fragments_together(void **state)
{
    (void)state;
    enum { RECORDS = 30, FIRST = 800 };
    static struct capture c;
    static uint8_t whole[ROOM];
    struct made m = export_of(RECORDS), one = export_of(1);
    size_t len = udp(whole, 2055, m.at, m.len);
    start(&c);
    datagram(&c, COLLECTOR, 2055, one.at, one.len);
    packet(&c, COLLECTOR, UDP, FIRST / 8, whole + FIRST, len - FIRST);
    packet(&c, COLLECTOR, UDP, 0x2000, whole, FIRST);
    struct taken t = take(&c, NULL);
    assert_string_equal(t.kind, "export");
    assert_int_equal(t.damaged, 0);
    assert_int_equal(t.records, RECORDS); /* one is a piece of another's conversation */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_export_alone),
        cmocka_unit_test(leaves_traffic_alone),
        cmocka_unit_test(puts_fragments_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
