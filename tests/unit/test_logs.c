/* What all logs share (lines.c, fields.c, log.c), and the first kind of them (argus.c). */
#include "guard.h"
#include "logs.h"
#include "source/fields.h"
#include "source/lines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define HEADER                                                                                     \
    "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,"        \
    "SrcBytes,SrcPkts\n"
#define FLOW                                                                                       \
    "2024/03/05 10:00:00.250000,1.5,tcp,10.0.0.5,50000,   ->,203.0.113.9,443,FSPA_FSPA,0,0,20,"    \
    "4000,1500,11\n"

static void cuts_fields(void **state)
{
    (void)state;
    struct text field[4];
    assert_int_equal(fields_cut(text_of("a,,c"), ',', field, 4), 3);
    assert_true(text_is(field[0], "a") && text_is(field[1], "") && text_is(field[2], "c"));
    assert_int_equal(fields_cut(text_of("a,b,c,d,e"), ',', field, 3), 3);
    assert_true(text_is(field[2], "c,d,e"));
    assert_int_equal(fields_cut(text_of(""), ',', field, 4), 1);
    unsigned len;
    assert_true(fields_cut_quoted(text_of("a,\"b,\"\"c\",d"), ',', field, 4, &len));
    assert_int_equal(len, 3);
    assert_true(text_is(field[1], "b,\"\"c") && text_is(field[2], "d"));
    assert_true(fields_cut_quoted(text_of("a,\"\""), ',', field, 4, &len));
    assert_true(len == 2 && text_is(field[1], ""));
    assert_false(fields_cut_quoted(text_of("a,\"b"), ',', field, 4, &len));
    assert_false(fields_cut_quoted(text_of("\"b\"c,d"), ',', field, 4, &len));
}

static void reads_numbers(void **state)
{
    (void)state;
    uint64_t n;
    assert_true(field_u64(text_of("18446744073709551615"), &n) && n == UINT64_MAX);
    assert_false(field_u64(text_of("18446744073709551616"), &n));
    assert_false(field_u64(text_of(""), &n) || field_u64(text_of("-1"), &n) ||
                 field_u64(text_of("1x"), &n));
    struct port port;
    assert_true(field_port(text_of("65535"), &port) && port.number == 65535);
    assert_false(field_port(text_of("65536"), &port));
    static const struct {
        const char *text;
        bool good;
        int64_t us;
    } seconds[] = {{"0", true, 0},
                   {"1.5", true, 1500000},
                   {"1591213073.1234567", true, INT64_C(1591213073123456)},
                   {"-0.000001", true, -1},
                   {".5", true, 500000},
                   {".", false, 0},
                   {"", false, 0},
                   {"1.2.3", false, 0},
                   {"99999999999999", false, 0},
                   {"1e5", false, 0}};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        int64_t us = 0;
        assert_int_equal(field_seconds(text_of(seconds[i].text), &us), seconds[i].good);
        if (seconds[i].good)
            assert_int_equal(us, seconds[i].us);
    }
}

static void reads_a_flow(void **state)
{
    (void)state;
    struct log_taken t;
    static const char log[] = HEADER FLOW;
    assert_true(source_argus.knows((const uint8_t *)log, sizeof log - 1));
    log_take(&t, &source_argus, log, sizeof log - 1, false);
    assert_int_equal(t.source->used, 1);
    assert_int_equal(t.source->remarks, 1);
    const struct record *r = log_record(&t, 0);
    assert_int_equal(r->kind, RECORD_FLOW);
    assert_int_equal(r->number, 2);
    assert_int_equal(r->ends.host.low, address_v4(0x0a000005).low);
    assert_int_equal(r->ends.outside_port.number, 443);
    assert_int_equal(r->ends.protocol, PROTOCOL_TCP);
    const struct flow_record *f = r->flow;
    assert_int_equal(f->last.us - f->first.us, 1500000);
    assert_int_equal(r->time.us, f->last.us);
    assert_int_equal(f->packets_out, 11);
    assert_int_equal(f->packets_in, 9);
    assert_int_equal(f->bytes_out, 1500);
    assert_int_equal(f->bytes_in, 2500);
    assert_true(f->answered && f->established && f->begun && !f->refused);
    assert_string_equal(f->history, "SDFhdf");
    log_drop(&t);
}

static void tells_who_opened(void **state)
{
    (void)state;
    static const struct {
        const char *protocol, *dir, *state;
        bool turned, answered, begun, refused;
    } row[] = {{"tcp", "->", "S_", false, false, true, false},
               {"tcp", "<-", "FSPA_FSPA", true, true, true, false},
               {"tcp", "<|", "FSA_FSPA", true, true, true, false}, /* a banner */
               {"tcp", "->", "S_RA", false, false, true, true},
               {"tcp", "o>", "SA_S", false, false, true, false},
               {"tcp", "<?>", "PA_PA", false, true, false, false},
               {"tcp", "?>", "A_PA", false, false, false, false},
               {"tcp", "->", "REQ", false, false, true, false},
               {"tcp", "|>", "RST", false, false, true, true},
               {"tcp", "->", "CLO", false, true, true, false},
               {"tcp", "->", "sR", false, false, true, true},
               {"tcp", "->", "sSEfC", false, true, true, false},
               {"6", "->", "CON", false, true, true, false},
               {"udp", "<->", "CON", false, true, true, false},
               {"udp", "->", "INT", false, false, true, false},
               {"udp", "<-", "INT", false, false, false, false}, /* goes on, from the other end */
               {"icmp", "<->", "ECO", false, true, true, false}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char log[512];
        (void)snprintf(log, sizeof log,
                       HEADER "2024/03/05 10:00:00,1,%s,10.0.0.5,50000,%s,203.0.113.9,443,%s,0,0,"
                              "4,400,100,1\n",
                       row[i].protocol, row[i].dir, row[i].state);
        struct log_taken t;
        log_take(&t, &source_argus, log, strlen(log), false);
        const struct record *r = log_record(&t, 0);
        assert_int_equal(r->ends.host_port.number == 443, row[i].turned);
        assert_int_equal(r->flow->answered, row[i].answered);
        assert_int_equal(r->flow->begun, row[i].begun);
        assert_int_equal(r->flow->refused, row[i].refused);
        assert_int_equal(r->flow->bytes_out, row[i].turned ? 300 : 100);
        log_drop(&t);
    }
}

/* A download that Argus reports once a minute is one call; a new connection is one more. */
static void joins_the_parts_of_a_conversation(void **state)
{
    (void)state;
    static const struct {
        const char *start, *protocol, *state;
        bool begun, cut;
    } row[] = {
        {"10:00:00", "udp", "CON", true, false},      {"10:01:00", "udp", "CON", false, true},
        {"10:02:00.5", "udp", "CON", false, true},    {"10:30:00", "udp", "CON", true, false},
        {"10:00:00", "tcp", "SPA_SPA", true, false},  {"10:01:00", "tcp", "PA_PA", false, true},
        {"10:02:00", "tcp", "FSPA_FSPA", true, false}};
    char log[2048] = HEADER;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        size_t len = strlen(log);
        (void)snprintf(log + len, sizeof log - len,
                       "2024/03/05 %s,60,%s,10.0.0.5,50000,<->,203.0.113.9,443,%s,0,0,4,400,100,"
                       "1\n",
                       row[i].start, row[i].protocol, row[i].state);
    }
    struct log_taken t;
    log_take(&t, &source_argus, log, strlen(log), false);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        assert_int_equal(log_record(&t, i)->flow->begun, row[i].begun);
        assert_int_equal(log_record(&t, i)->flow->cut, row[i].cut);
    }
    log_drop(&t);
}

static void dates_a_clock_that_starts_at_zero(void **state)
{
    (void)state;
    static const char log[] = HEADER "1970/01/01 01:00:08.5,0,udp,10.0.0.5,1,->,203.0.113.9,53,INT,"
                                     "0,0,1,60,60,1\n";
    struct log_taken t;
    log_take(&t, &source_argus, log, sizeof log - 1, false);
    assert_int_equal(log_record(&t, 0)->time.us, (INT64_C(946684800) + 3608) * SECOND_US + 500000);
    assert_int_equal(t.block[0].relative, 1);
    log_drop(&t);
}

static void accounts_for_bad_lines(void **state)
{
    (void)state;
    static const char log[] =
        HEADER "junk\n"
               "\n" FLOW "2024/03/05 10:00:00,0,arp,10.0.0.5,,who,10.0.0.6,,CON,,,2,1,1,1\n"
               "2024/03/05 10:00:00,0,tcp,10.0.0.300,1,->,10.0.0.6,2,S_,0,0,2,1,"
               "1,1\n"
               "2024/03/05 10:00:00,0,tcp,10.0";
    struct log_taken t;
    log_take(&t, &source_argus, log, sizeof log - 1, false);
    assert_int_equal(t.source->units, 7);
    assert_int_equal(t.source->used, 1);
    assert_int_equal(t.source->remarks, 2);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 3);
    assert_non_null(strstr(t.source->damage, "line 2: fewer fields than the header names"));
    log_drop(&t);
    log_check(&source_argus, log, sizeof log - 1);
}

/* A line longer than any may be, read as a stream: passed over, the next one is found. */
static void passes_long_lines(void **state)
{
    (void)state;
    size_t longest = 3 * (size_t)LINE_BYTES_MAX, head = sizeof HEADER - 1, tail = sizeof FLOW - 1;
    char *log = mem_new(head + longest + 1 + tail, 1);
    memcpy(log, HEADER, head);
    memset(log + head, 'x', longest);
    log[head + longest] = '\n';
    memcpy(log + head + longest + 1, FLOW, tail);
    for (int stream = 0; stream < 2; stream++) {
        struct log_taken t;
        log_take(&t, &source_argus, log, head + longest + 1 + tail, stream);
        assert_int_equal(t.records, 1);
        assert_int_equal(t.source->units, 3);
        assert_int_equal(t.source->skips.count[SKIP_line_damaged], 1);
        assert_non_null(strstr(t.source->damage, "line 2 is over 524288 bytes"));
        log_drop(&t);
    }
    log_check(&source_argus, log, head + longest + 1 + tail);
    mem_free(log);
}

/* Lines that become no records end a block too: a mapped file gives its pages back between blocks.
 */
static void ends_blocks_without_records(void **state)
{
    (void)state;
    size_t head = sizeof HEADER - 1, len = head + 3 * (size_t)LINES_BLOCK_BYTES;
    char *log = mem_new(len, 1);
    memset(log, '\n', len);
    memcpy(log, HEADER, head);
    struct log_taken t;
    log_take(&t, &source_argus, log, len, false);
    assert_int_equal(t.blocks, LOG_BLOCKS - 1);
    assert_int_equal(t.source->remarks, t.source->units);
    log_drop(&t);
    mem_free(log);
}

/* Many lines: blocks follow each other, numbers go on, nothing is lost between them. */
static void goes_on_in_the_next_block(void **state)
{
    (void)state;
    enum { LINES = 5000 };
    size_t head = sizeof HEADER - 1, flow = sizeof FLOW - 1;
    char *log = mem_new(head + LINES * flow, 1);
    memcpy(log, HEADER, head);
    for (size_t i = 0; i < LINES; i++)
        memcpy(log + head + i * flow, FLOW, flow);
    struct log_taken t;
    log_take(&t, &source_argus, log, head + LINES * flow, true);
    assert_int_equal(t.records, LINES);
    assert_int_equal(t.source->units, LINES + 1);
    assert_int_equal(t.block[1].record[0].number, t.block[0].records + 2);
    log_drop(&t);
    log_check(&source_argus, log, head + LINES * flow);
    mem_free(log);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    log_check(&source_argus, bytes, len);
    (void)source_argus.knows(bytes, len);
}

static void stays_inside(void **state)
{
    (void)state;
    static const char log[] = HEADER FLOW;
    guard_prefixes(log, sizeof log - 1, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_fields),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(reads_a_flow),
        cmocka_unit_test(tells_who_opened),
        cmocka_unit_test(joins_the_parts_of_a_conversation),
        cmocka_unit_test(dates_a_clock_that_starts_at_zero),
        cmocka_unit_test(accounts_for_bad_lines),
        cmocka_unit_test(passes_long_lines),
        cmocka_unit_test(ends_blocks_without_records),
        cmocka_unit_test(goes_on_in_the_next_block),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
