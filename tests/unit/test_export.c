/* Flow export: NetFlow, IPFIX, sFlow (exports.c, export_*.c, netflow5.c, netflow9.c, ipfix.c,
 * sflow.c). */
#include "export_make.h"
#include "guard.h"
#include "logs.h"
#include "source/exports.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { INSIDE = 0x0a000005, VARIABLE = 65535 };
#define OUTSIDE UINT32_C(0xcb007109)
#define MADE_AT_US ((int64_t)MADE_AT * SECOND_US)
#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct made_field usual[] = {{8, 4, 0}, {12, 4, 0}, {7, 2, 0}, {11, 2, 0}, {4, 1, 0},
                                          {6, 1, 0}, {2, 4, 0},  {1, 4, 0}, {22, 4, 0}, {21, 4, 0}};

/* A record of `usual`. */
static void record(struct made *m, uint32_t source, uint32_t target, unsigned source_port,
                   unsigned target_port, uint32_t packets, uint32_t first_ms, uint32_t last_ms)
{
    put(m, source, 4);
    put(m, target, 4);
    put(m, source_port, 2);
    put(m, target_port, 2);
    put(m, 6, 1);
    put(m, TCP_SYN | TCP_ACK | TCP_PSH, 1);
    put(m, packets, 4);
    put(m, packets * 100, 4);
    put(m, first_ms, 4);
    put(m, last_ms, 4);
}

static struct log_taken take(const struct made *m)
{
    struct log_taken t;
    log_check(&source_export, m->at, m->len);
    log_take(&t, &source_export, m->at, m->len, false);
    return t;
}

static const struct flow_record *flow_of(const struct log_taken *t, uint64_t i)
{
    const struct record *r = log_record(t, i);
    assert_int_equal(r->kind, RECORD_FLOW);
    return r->flow;
}

static void reads_v5(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_v5(&m, 2, 5000, 0);
    record_v5(&m, INSIDE, OUTSIDE, 50000, 443, 6, 0x1b, 10, 1500, 1000, 4000);
    record_v5(&m, OUTSIDE, INSIDE, 443, 50000, 6, 0x1b, 9, 9000, 1020, 4100);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 1);
    const struct record *r = log_record(&t, 0);
    assert_int_equal(r->ends.host.low & UINT32_MAX, INSIDE);
    assert_int_equal(r->ends.outside_port.number, 443);
    assert_int_equal(r->flow->packets_in, 9);
    assert_int_equal(r->flow->bytes_out, 1500);
    assert_int_equal(r->flow->first.us, MADE_AT_US + 250000 - 4000000);
    assert_int_equal(r->flow->last.us, MADE_AT_US + 250000 - 900000);
    assert_string_equal(t.source->precise, "netflow-v5");
    assert_int_equal(t.source->lacks & LACK_BIT(calls), 0);
    log_drop(&t);
}

/* The counter of milliseconds goes round between a flow's start and its export. */
static void counts_round(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_v5(&m, 1, 2000, 0);
    record_v5(&m, INSIDE, OUTSIDE, 50000, 443, 6, 2, 1, 60, UINT32_MAX - 2999, 1000);
    head_v9(&m, 2000, MADE_AT, 1);
    template_set(&m, false, false, 256, usual, COUNT(usual));
    set_begin(&m, 256);
    record(&m, INSIDE, OUTSIDE, 50001, 443, 3, UINT32_MAX - 2999, 1000);
    set_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 2);
    assert_int_equal(flow_of(&t, 0)->first.us, MADE_AT_US + 250000 - 5000000);
    assert_int_equal(flow_of(&t, 1)->first.us, MADE_AT_US - 5000000);
    assert_int_equal(flow_of(&t, 1)->last.us, MADE_AT_US - 1000000);
    assert_string_equal(t.source->precise, "export");
    log_drop(&t);
}

static void scales_by_the_headers_rate(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_v5(&m, 1, 2000, 0x4000 | 100); /* one in 100, by order */
    record_v5(&m, INSIDE, OUTSIDE, 50000, 443, 6, 2, 3, 180, 1000, 1500);
    struct log_taken t = take(&m);
    assert_int_equal(flow_of(&t, 0)->packets_out, 300);
    assert_true(t.source->lacks & LACK_BIT(calls) && t.source->lacks & LACK_BIT(answers));
    log_drop(&t);
}

/* Records come before their template, of another exporter's part, and after it. */
static void waits_for_templates(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    for (unsigned part = 1; part <= 3; part++) {
        head_v9(&m, 10000, MADE_AT, part);
        set_begin(&m, 300);
        record(&m, INSIDE + part, OUTSIDE, 50000, 443, 5, 1000, 4000);
        put(&m, 0, 3); /* padding */
        set_end(&m);
    }
    head_v9(&m, 20000, MADE_AT + 10, 2);
    template_set(&m, false, false, 300, usual, COUNT(usual));
    set_begin(&m, 300);
    record(&m, INSIDE, OUTSIDE, 50009, 443, 5, 12000, 13000);
    set_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 2);
    assert_int_equal(log_record(&t, 0)->ends.host.low & UINT32_MAX, INSIDE + 2);
    assert_int_equal(flow_of(&t, 0)->first.us, MADE_AT_US - 9000000);
    assert_int_equal(flow_of(&t, 1)->first.us, MADE_AT_US + 10000000 - 8000000);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 2);
    assert_non_null(strstr(t.source->damage, "a template that never came"));
    log_drop(&t);
}

static void a_new_template_takes_the_place(void **state)
{
    (void)state;
    static const struct made_field other[] = {{4, 1, 0}, {12, 4, 0}, {8, 4, 0}, {2, 2, 0}};
    struct made m = {.len = 0};
    head_v9(&m, 10000, MADE_AT, 1);
    template_set(&m, false, false, 256, usual, COUNT(usual));
    template_set(&m, false, false, 256, other, COUNT(other));
    set_begin(&m, 256);
    put(&m, 17, 1);
    put(&m, OUTSIDE, 4);
    put(&m, INSIDE, 4);
    put(&m, 7, 2);
    set_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 1);
    assert_int_equal(flow_of(&t, 0)->packets_out, 7);
    assert_int_equal(flow_of(&t, 0)->last.us, MADE_AT_US); /* nothing told: when it was exported */
    log_drop(&t);
}

static void takes_templates_back(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_ipfix(&m, 1);
    template_set(&m, true, false, 256, usual, COUNT(usual));
    template_set(&m, true, false, 256, usual, 0); /* RFC 7011 8.1 */
    set_begin(&m, 256);
    record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 1000, 4000);
    set_end(&m);
    ipfix_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 0);
    assert_int_equal(t.source->remarks, 2);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 1);
    log_drop(&t);
}

/* Every way to tell the time of the same flow, 10.5 s to 10.25 s before the export. */
static void reads_all_clocks(void **state)
{
    (void)state;
    uint64_t ms = (uint64_t)MADE_AT * 1000, ntp = (uint64_t)(MADE_AT + 2208988800u) << 32;
    const struct {
        struct made_field first, last;
        uint64_t first_value, last_value;
        int64_t first_us, last_us; /* before the export */
    } row[] = {
        {{150, 4, 0}, {151, 4, 0}, MADE_AT - 11, MADE_AT - 10, 11000000, 10000000},
        {{152, 8, 0}, {153, 8, 0}, ms - 10500, ms - 10250, 10500000, 10250000},
        {{152, 8, 0}, {161, 4, 0}, ms - 10500, 250, 10500000, 10250000},
        {{153, 8, 0}, {162, 4, 0}, ms - 10250, 250000, 10500000, 10250000},
        {{154, 8, 0},
         {155, 8, 0},
         ntp - (UINT64_C(21) << 31),
         ntp - (UINT64_C(41) << 30),
         10500000,
         10250000},
        {{156, 8, 0},
         {157, 8, 0},
         ntp - (UINT64_C(21) << 31),
         ntp - (UINT64_C(41) << 30),
         10500000,
         10250000},
        {{158, 4, 0}, {159, 4, 0}, 10500000, 10250000, 10500000, 10250000},
        {{322, 4, 0}, {210, 4, 0}, MADE_AT - 10, 0, 10000000, 10000000},
        {{323, 8, 0}, {210, 4, 0}, ms - 10250, 0, 10250000, 10250000},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        const struct made_field fields[] = {{8, 4, 0}, {12, 4, 0},   {4, 1, 0},
                                            {2, 4, 0}, row[i].first, row[i].last};
        struct made m = {.len = 0};
        head_ipfix(&m, 1);
        template_set(&m, true, false, 256, fields, COUNT(fields));
        set_begin(&m, 256);
        put(&m, INSIDE, 4);
        put(&m, OUTSIDE, 4);
        put(&m, 17, 1);
        put(&m, 1, 4);
        put(&m, row[i].first_value, row[i].first.len);
        put(&m, row[i].last_value, row[i].last.len);
        set_end(&m);
        ipfix_end(&m);
        struct log_taken t = take(&m);
        assert_int_equal(t.records, 1);
        if (flow_of(&t, 0)->first.us != MADE_AT_US - row[i].first_us ||
            flow_of(&t, 0)->last.us != MADE_AT_US - row[i].last_us)
            fail_msg("row %zu", i);
        log_drop(&t);
    }
}

/* Times since the exporter's start over IPFIX, which must be told when that was: in the record, in
 * an option, or not at all. */
static void reads_uptimes_over_ipfix(void **state)
{
    (void)state;
    static const struct made_field option[] = {{149, 4, 0}, {160, 8, 0}};
    for (int told = 0; told < 2; told++) {
        struct made m = {.len = 0};
        head_ipfix(&m, 1);
        template_set(&m, true, false, 256, usual, COUNT(usual));
        template_set(&m, true, true, 257, option, COUNT(option));
        if (told) {
            set_begin(&m, 257);
            put(&m, 1, 4);
            put(&m, (uint64_t)MADE_AT * 1000 - (UINT64_C(1) << 32) - 60000,
                8); /* gone round once */
            set_end(&m);
        }
        set_begin(&m, 256);
        record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 20000, 40000);
        record(&m, INSIDE, OUTSIDE, 50001, 443, 5, 30000, 50000);
        record(&m, INSIDE, OUTSIDE, 50002, 443, 5, 20000, 40000);
        set_end(&m);
        ipfix_end(&m);
        struct log_taken t = take(&m);
        assert_int_equal(t.records, 3);
        int64_t late_us = told ? -20000000 : 0; /* else the first flow's end is the export */
        assert_int_equal(flow_of(&t, 0)->first.us, MADE_AT_US + late_us - 20000000);
        assert_int_equal(flow_of(&t, 0)->last.us, MADE_AT_US + late_us);
        assert_int_equal(flow_of(&t, 1)->last.us, told ? MADE_AT_US - 10000000 : MADE_AT_US);
        log_drop(&t);
    }
}

/* v9's header has whole seconds: the start that several tell best keeps milliseconds apart. */
static void keeps_milliseconds_of_v9(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_v9(&m, 10000, MADE_AT, 1); /* on the second: none could tell the start better */
    template_set(&m, false, false, 256, usual, COUNT(usual));
    for (unsigned i = 0; i < 3; i++) {
        if (i)
            head_v9(&m, 10000 + 700 * i, MADE_AT + 700 * i / 1000, 1);
        set_begin(&m, 256);
        record(&m, INSIDE, OUTSIDE, 50000 + i, 443, 5, 10000 + 100 * i, 10000 + 100 * i);
        set_end(&m);
    }
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 3);
    for (unsigned i = 0; i < 3; i++)
        assert_int_equal(flow_of(&t, i)->first.us, MADE_AT_US + (int64_t)i * 100000);
    log_drop(&t);
}

/* Both directions in one record (RFC 5103): reverse elements, Cisco's initiator and responder. */
static void reads_biflows(void **state)
{
    (void)state;
    static const struct {
        struct made_field bytes, packets, bytes_back, packets_back, extra;
        uint64_t extra_value;
        bool turned;
    } row[] = {
        {{1, 4, 0}, {2, 4, 0}, {1, 4, 29305}, {2, 4, 29305}, {210, 1, 0}, 0, false},
        {{85, 4, 0}, {86, 4, 0}, {85, 4, 29305}, {86, 4, 29305}, {239, 1, 0}, 1, false},
        {{1, 4, 0}, {2, 4, 0}, {1, 4, 29305}, {2, 4, 29305}, {239, 1, 0}, 2, true},
        {{231, 4, 0}, {298, 4, 0}, {232, 4, 0}, {299, 4, 0}, {233, 1, 0}, 2, false},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        const struct made_field fields[] = {
            {8, 4, 0},      {12, 4, 0},   {7, 2, 0},           {11, 2, 0},        {4, 1, 0},
            row[i].packets, row[i].bytes, row[i].packets_back, row[i].bytes_back, row[i].extra};
        struct made m = {.len = 0};
        head_ipfix(&m, 1);
        template_set(&m, true, false, 256, fields, COUNT(fields));
        set_begin(&m, 256);
        put(&m, INSIDE, 4);
        put(&m, OUTSIDE, 4);
        put(&m, 1000, 2);
        put(&m, 50000, 2);
        put(&m, 17, 1);
        put(&m, 4, 4);
        put(&m, 400, 4);
        put(&m, 6, 4);
        put(&m, 6000, 4);
        put(&m, row[i].extra_value, 1);
        set_end(&m);
        ipfix_end(&m);
        struct log_taken t = take(&m);
        assert_int_equal(t.records, 1);
        const struct record *r = log_record(&t, 0);
        bool turned = r->ends.host_port.number == 50000;
        assert_int_equal(turned, row[i].turned);
        assert_int_equal(turned ? r->flow->packets_in : r->flow->packets_out, 4);
        assert_int_equal(turned ? r->flow->bytes_out : r->flow->bytes_in, 6000);
        assert_true(r->flow->answered);
        log_drop(&t);
    }
}

/* Lengths of their own: numbers in fewer and more bytes, none, variable ones before and behind. */
static void reads_odd_lengths(void **state)
{
    (void)state;
    static const struct made_field fields[] = {
        {371, VARIABLE, 0}, {27, 16, 0}, {28, 16, 0}, {2, 3, 0},          {1, 8, 0},  {6, 2, 0},
        {8, 0, 0},          {4, 1, 0},   {7, 2, 0},   {371, VARIABLE, 9}, {11, 2, 0}, {210, 5, 0}};
    struct made m = {.len = 0};
    head_ipfix(&m, 1);
    template_set(&m, true, false, 256, fields, COUNT(fields));
    set_begin(&m, 256);
    for (unsigned i = 0; i < 2; i++) {
        if (i) {
            put(&m, 255, 1); /* the length in two bytes */
            put(&m, 300, 2);
            put(&m, 0, 300);
        } else {
            put(&m, 0, 1);
        }
        put(&m, UINT64_C(0x20010db800000000), 8);
        put(&m, 0x10 + i, 8);
        put(&m, UINT64_C(0x20010db800000000), 8);
        put(&m, 0x99, 8);
        put(&m, 70000, 3);
        put(&m, 7000000, 8);
        put(&m, TCP_SYN, 2);
        put(&m, 6, 1);
        put(&m, 50000, 2);
        put(&m, 2, 1);
        put(&m, 0, 2);
        put(&m, 443, 2);
        put(&m, 0, 5);
    }
    put(&m, 0, 2); /* padding */
    set_end(&m);
    ipfix_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 2);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 0);
    assert_int_equal(log_record(&t, 1)->ends.host.low, 0x11);
    assert_int_equal(flow_of(&t, 1)->packets_out, 70000);
    assert_int_equal(flow_of(&t, 1)->bytes_out, 7000000);
    assert_int_equal(log_record(&t, 1)->ends.outside_port.number, 443);
    assert_string_equal(flow_of(&t, 1)->history, "S");
    log_drop(&t);
}

/* Rates in options: of all, of one sampler among several, one in a space. */
static void reads_sampling_options(void **state)
{
    (void)state;
    static const struct {
        struct made_field option[3];
        uint64_t value[3];
        unsigned fields, sampler, rate;
    } row[] = {
        {{{1, 4, 0}, {34, 4, 0}}, {0, 50}, 2, 0, 50},
        {{{1, 4, 0}, {48, 1, 0}, {50, 4, 0}}, {0, 3, 64}, 3, 3, 64},
        {{{1, 4, 0}, {48, 1, 0}, {50, 4, 0}}, {0, 4, 64}, 3, 3, 1},
        {{{302, 4, 0}, {305, 4, 0}, {306, 4, 0}}, {3, 1, 999}, 3, 3, 1000},
        {{{1, 4, 0}, {309, 4, 0}, {310, 4, 0}}, {0, 10, 1000}, 3, 0, 100},
    };
    for (size_t i = 0; i < COUNT(row); i++)
        for (int ipfix = 0; ipfix < 2; ipfix++) {
            struct made_field fields[COUNT(usual) + 1];
            memcpy(fields, usual, sizeof usual);
            fields[COUNT(usual)] = (struct made_field){48, 1, 0};
            if (!ipfix && row[i].option[0].id == 302)
                continue; /* a scope of v9 is no field */
            struct made m = {.len = 0};
            if (ipfix)
                head_ipfix(&m, 1);
            else
                head_v9(&m, 10000, MADE_AT, 1);
            template_set(&m, ipfix, true, 300, row[i].option, row[i].fields);
            template_set(&m, ipfix, false, 256, fields, COUNT(fields) - (row[i].sampler == 0));
            set_begin(&m, 300);
            for (unsigned f = 0; f < row[i].fields; f++)
                put(&m, row[i].value[f], row[i].option[f].len);
            set_end(&m);
            set_begin(&m, 256);
            record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 1000, 4000);
            if (row[i].sampler)
                put(&m, row[i].sampler, 1);
            set_end(&m);
            if (ipfix)
                ipfix_end(&m);
            struct log_taken t = take(&m);
            assert_int_equal(t.records, 1);
            if (flow_of(&t, 0)->packets_out != 5 * row[i].rate)
                fail_msg("row %zu: %llu packets", i,
                         (unsigned long long)flow_of(&t, 0)->packets_out);
            assert_int_equal((t.source->lacks & LACK_BIT(calls)) != 0, row[i].rate > 1);
            log_drop(&t);
        }
}

/* One exporter tells what comes in and what goes out; a firewall tells beginnings. */
static void counts_once(void **state)
{
    (void)state;
    struct made_field fields[COUNT(usual) + 2];
    memcpy(fields, usual, sizeof usual);
    fields[COUNT(usual)] = (struct made_field){61, 1, 0};
    fields[COUNT(usual) + 1] = (struct made_field){233, 1, 0};
    struct made m = {.len = 0};
    head_v9(&m, 10000, MADE_AT, 1);
    template_set(&m, false, false, 256, fields, COUNT(fields));
    set_begin(&m, 256);
    static const unsigned told[][3] = {{0, 1, 0}, {5, 2, 0}, {5, 2, 1}}; /* packets, event, side */
    for (size_t i = 0; i < COUNT(told); i++) {
        record(&m, INSIDE, OUTSIDE, 50000, 443, told[i][0], 1000, 4000);
        put(&m, told[i][2], 1);
        put(&m, told[i][1], 1);
    }
    set_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.records, 1);
    assert_int_equal(flow_of(&t, 0)->packets_out, 5);
    assert_int_equal(t.source->used, 2);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    log_drop(&t);
}

/* ---- what is wrong */

static void counts_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        size_t cut;     /* bytes off the end */
        int set_longer; /* added to the last set's length */
        unsigned records, damaged;
    } row[] = {
        {"", 0, 0, 1, 0},
        {"a flow set is longer than its datagram", 0, 7, 0, 1},
        {"a flow set is longer than its datagram", 1, 0, 0, 1},
    };
    for (size_t i = 0; i < COUNT(row); i++) {
        struct made m = {.len = 0};
        head_v9(&m, 10000, MADE_AT, 1);
        template_set(&m, false, false, 256, usual, COUNT(usual));
        set_begin(&m, 256);
        record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 1000, 4000);
        set_end(&m);
        patch(&m, m.set + 2, (size_t)((int)(m.len - m.set) + row[i].set_longer));
        m.len -= row[i].cut;
        struct log_taken t = take(&m);
        assert_int_equal(t.records, row[i].records);
        assert_int_equal(t.source->skips.count[SKIP_line_damaged], row[i].damaged);
        assert_non_null(strstr(t.source->damage, row[i].says));
        log_drop(&t);
    }
}

static void refuses_bad_templates(void **state)
{
    (void)state;
    static const struct made_field empty[] = {{8, 0, 0}};
    struct made_field many[140];
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = (struct made_field){8, 4, 0};
    struct made m = {.len = 0};
    head_ipfix(&m, 1);
    template_set(&m, true, false, 256, empty, 1);
    template_set(&m, true, false, 257, many, COUNT(many));
    set_begin(&m, 2);
    put(&m, 258, 2);
    put(&m, 9, 2); /* nine fields, of which none is there */
    put(&m, 8, 2);
    set_end(&m);
    ipfix_end(&m);
    struct log_taken t = take(&m);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 3);
    assert_non_null(strstr(t.source->damage, "a template of no bytes"));
    log_drop(&t);
}

/* Far more than is kept waiting, of exporters without end: bounded, and the last ones are known. */
static void forgets_the_oldest(void **state)
{
    (void)state;
    enum { PARTS = 40000 };
    struct made one = {.len = 0};
    head_v9(&one, 10000, MADE_AT, 0);
    set_begin(&one, 256);
    record(&one, INSIDE, OUTSIDE, 50000, 443, 5, 1000, 4000);
    set_end(&one);
    uint8_t *all = mem_new(PARTS + 1, one.len);
    for (unsigned i = 0; i < PARTS; i++) {
        one.at[18] = (uint8_t)(i >> 8);
        one.at[19] = (uint8_t)i;
        one.at[17] = (uint8_t)(i >> 16);
        memcpy(all + i * one.len, one.at, one.len);
    }
    struct log_taken t;
    log_take(&t, &source_export, all, PARTS * one.len, false);
    assert_int_equal(t.source->units, PARTS);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], PARTS);
    log_drop(&t);
    mem_free(all);
}

static void tells_exports_by_content(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_v5(&m, 1, 5000, 0);
    record_v5(&m, INSIDE, OUTSIDE, 50000, 443, 6, 0x1b, 10, 1500, 1000, 4000);
    assert_true(source_export.knows(m.at, m.len));
    assert_true(source_export.knows(m.at, m.len - 1)); /* a file's first bytes */
    size_t one = m.len, len;
    assert_int_equal(export_look(m.at, m.len, true, &len), EXPORT_NETFLOW5);
    assert_int_equal(export_look(m.at, m.len - 1, true, &len), EXPORT_NONE);
    head_v5(&m, 0, 5000, 0);
    assert_false(source_export.knows(m.at, m.len)); /* what follows is none */
    m.len = one;
    m.at[3] = 31; /* records, more than a datagram has */
    assert_false(source_export.knows(m.at, m.len));
    static const char others[][40] = {"\x00\x05", "\x00\x09\x00\x01 not an export at all, no",
                                      "\x00\x0a\x00\x1c nor is this one, though",
                                      "\x00\x00\x00\x05\x00\x00\x00\x07 no sFlow, nor this"};
    for (size_t i = 0; i < COUNT(others); i++)
        assert_int_equal(export_look((const uint8_t *)others[i], 28, true, &len), EXPORT_NONE);
}

/* ---- sFlow */

static void head_sflow(struct made *m, unsigned samples)
{
    put(m, 5, 4);
    put(m, 1, 4);
    put(m, 0xc0000201, 4);
    put(m, 0, 4);
    put(m, 9, 4);
    put(m, 1000, 4);
    put(m, samples, 4);
}

static void sample(struct made *m, bool expanded, unsigned format, unsigned record_bytes)
{
    put(m, expanded ? 3 : 1, 4);
    put(m, (expanded ? 44u : 32u) + 8 + record_bytes, 4);
    put(m, 1, 4);
    put(m, 3, expanded ? 8 : 4);
    put(m, 512, 4); /* one in so many */
    put(m, 0, expanded ? 24 : 16);
    put(m, 1, 4);
    put(m, format, 4);
    put(m, record_bytes, 4);
}

struct sflow_taken {
    struct source source;
    struct exports exports;
    struct block *block;
};

static void sflow_take(struct sflow_taken *t, const struct made *m)
{
    memset(t, 0, sizeof *t);
    t->block = mem_new(1, sizeof *t->block);
    exports_init(&t->exports, &t->source, 1 << 20, (struct table_seed){1, 2});
    const struct datagram d = {
        .at = m->at, .len = m->len, .exporter = address_v4(7), .received = {MADE_AT_US}};
    assert_true(exports_roomy(&t->exports, t->block));
    exports_take(&t->exports, &d, t->block);
    assert_true(exports_finish(&t->exports, t->block));
}

static void sflow_drop(struct sflow_taken *t)
{
    exports_free(&t->exports);
    block_free_bytes(t->block);
    mem_free(t->block);
}

static void hands_on_sampled_packets(void **state)
{
    (void)state;
    for (int expanded = 0; expanded < 2; expanded++) {
        struct made m = {.len = 0};
        head_sflow(&m, 3);
        sample(&m, expanded, 1, 16 + 60);
        put(&m, 1, 4);    /* Ethernet */
        put(&m, 1518, 4); /* as it was */
        put(&m, 4, 4);
        put(&m, 60, 4);
        put(&m, 0x0a0b0c0d, 4);
        put(&m, 0, 56);
        sample(&m, expanded, 3, 32); /* decoded IPv4 */
        put(&m, 100, 4);
        put(&m, 6, 4);
        put(&m, INSIDE, 4);
        put(&m, OUTSIDE, 4);
        put(&m, 50000, 4);
        put(&m, 443, 4);
        put(&m, TCP_SYN, 4);
        put(&m, 0, 4);
        put(&m, 2, 4); /* counters */
        put(&m, 4, 4);
        put(&m, 0, 4);
        struct sflow_taken t;
        sflow_take(&t, &m);
        assert_int_equal(t.block->packets, 1);
        const struct packet *p = &t.block->packet[0];
        assert_int_equal(p->link, 1);
        assert_int_equal(p->captured, 60);
        assert_int_equal(p->length, 1518);
        assert_int_equal(p->time.us, MADE_AT_US);
        assert_memory_equal(p->at, "\x0a\x0b\x0c\x0d", 4);
        assert_int_equal(t.block->records, 1);
        assert_int_equal(t.block->record[0].flow->packets_out, 512);
        assert_int_equal(t.source.units, 3);
        assert_int_equal(t.source.remarks, 1);
        assert_true(t.source.lacks & LACK_BIT(calls));
        assert_string_equal(t.source.precise, "sflow-v5");
        sflow_drop(&t);
        log_check(&source_export, m.at, m.len); /* without a time of arrival: counted */
    }
}

static void counts_bad_samples(void **state)
{
    (void)state;
    struct made m = {.len = 0};
    head_sflow(&m, 2);
    sample(&m, false, 1, 20);
    put(&m, 1, 4);
    put(&m, 1518, 4);
    put(&m, 4, 4);
    put(&m, 60, 4); /* but there are 4 */
    put(&m, 0, 4);
    sample(&m, false, 4711, 4); /* a record of another kind alone */
    put(&m, 0, 4);
    struct sflow_taken t;
    sflow_take(&t, &m);
    assert_int_equal(t.block->packets, 0);
    assert_int_equal(t.source.units, 2);
    assert_int_equal(t.source.skips.count[SKIP_line_damaged], 1);
    assert_int_equal(t.source.skips.count[SKIP_line_ignored], 1);
    sflow_drop(&t);
}

/* A day's end while templates and conversations live on: nothing is told twice, none is lost. */
static void goes_on_with_another_source(void **state)
{
    (void)state;
    struct source first = {.units = 0}, second = {.units = 0};
    struct block *block = mem_new(1, sizeof *block);
    struct exports exports;
    exports_init(&exports, &first, 1 << 20, (struct table_seed){1, 2});
    for (unsigned day = 0; day < 2; day++) {
        struct made m = {.len = 0};
        head_v9(&m, 10000 + 10000 * day, MADE_AT + 10 * day, 1);
        if (day == 0)
            template_set(&m, false, false, 256, usual, COUNT(usual));
        set_begin(&m, 256);
        record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 5000 + 10000 * day, 9000 + 10000 * day);
        set_end(&m);
        const struct datagram d = {.at = m.at,
                                   .len = m.len,
                                   .exporter = address_v4(7),
                                   .received = {MADE_AT_US + 10 * day * SECOND_US}};
        block->records = 0;
        assert_true(exports_roomy(&exports, block));
        exports_take(&exports, &d, block);
        if (day == 0) {
            assert_true(exports_cut(&exports, block));
            assert_int_equal(block->records, 1);
            assert_false(block->record[0].flow->cut);
            exports_go_on(&exports, &second);
        }
    }
    assert_true(exports_finish(&exports, block));
    assert_int_equal(block->records, 1);
    assert_int_equal(first.used, 1);
    assert_int_equal(second.used, 1);
    assert_int_equal(second.remarks, 0); /* the template came the day before */
    exports_free(&exports);
    block_free_bytes(block);
    mem_free(block);
}

/* ---- the edge */

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    log_check(&source_export, bytes, len);
    (void)source_export.knows(bytes, len);
}

static void stays_inside(void **state)
{
    (void)state;
    static const struct made_field fields[] = {
        {371, VARIABLE, 0}, {8, 4, 0}, {12, 4, 0}, {2, 4, 0}};
    struct made m = {.len = 0};
    head_v5(&m, 1, 5000, 0);
    record_v5(&m, INSIDE, OUTSIDE, 50000, 443, 6, 0x1b, 10, 1500, 1000, 4000);
    guard_prefixes(m.at, m.len, parse_prefix, NULL);
    m.len = 0;
    head_v9(&m, 10000, MADE_AT, 1);
    template_set(&m, false, false, 256, usual, COUNT(usual));
    set_begin(&m, 256);
    record(&m, INSIDE, OUTSIDE, 50000, 443, 5, 1000, 4000);
    set_end(&m);
    guard_prefixes(m.at, m.len, parse_prefix, NULL);
    m.len = 0;
    head_ipfix(&m, 1);
    template_set(&m, true, false, 256, fields, COUNT(fields));
    set_begin(&m, 256);
    put(&m, 0x02414200, 3);
    put(&m, INSIDE, 4);
    put(&m, OUTSIDE, 4);
    put(&m, 1, 4);
    set_end(&m);
    ipfix_end(&m);
    guard_prefixes(m.at, m.len, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_v5),
        cmocka_unit_test(counts_round),
        cmocka_unit_test(scales_by_the_headers_rate),
        cmocka_unit_test(waits_for_templates),
        cmocka_unit_test(a_new_template_takes_the_place),
        cmocka_unit_test(takes_templates_back),
        cmocka_unit_test(reads_all_clocks),
        cmocka_unit_test(reads_uptimes_over_ipfix),
        cmocka_unit_test(keeps_milliseconds_of_v9),
        cmocka_unit_test(reads_biflows),
        cmocka_unit_test(reads_odd_lengths),
        cmocka_unit_test(reads_sampling_options),
        cmocka_unit_test(counts_once),
        cmocka_unit_test(counts_what_is_wrong),
        cmocka_unit_test(refuses_bad_templates),
        cmocka_unit_test(forgets_the_oldest),
        cmocka_unit_test(tells_exports_by_content),
        cmocka_unit_test(hands_on_sampled_packets),
        cmocka_unit_test(counts_bad_samples),
        cmocka_unit_test(goes_on_with_another_source),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
