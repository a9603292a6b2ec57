/* Flows as nfdump prints them of files of nfcapd (nfcapd.c). */
#include "guard.h"
#include "logs.h"
#include "source/nfcapd.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define RECEIVED "1709632900.250"
#define OUT                                                                                        \
    "1709632800.125,  1.500," RECEIVED ",6    ,   10.0.0.5,  203.0.113.9, 50000,   443,...AP.SF,"  \
    "      10,    1500,       0,       0,  I,   192.0.2.1,  0/0  \n"
#define IN                                                                                         \
    "1709632800.145,  1.490," RECEIVED ",6    ,203.0.113.9,     10.0.0.5,   443, 50000,...AP.SF,"  \
    "       8,    9000,       0,       0,  I,   192.0.2.1,  0/0  \n"

static struct source_kind printed;

static void pairs_what_nfdump_prints(void **state)
{
    (void)state;
    static const char log[] = OUT IN;
    struct log_taken t;
    log_take(&t, &printed, log, sizeof log - 1, false);
    assert_int_equal(t.records, 1);
    const struct record *r = log_record(&t, 0);
    assert_int_equal(r->ends.outside_port.number, 443);
    assert_int_equal(r->flow->packets_out, 10);
    assert_int_equal(r->flow->bytes_in, 9000);
    assert_int_equal(r->flow->first.us, INT64_C(1709632800125000));
    assert_int_equal(r->flow->last.us, INT64_C(1709632801635000));
    assert_true(r->flow->begun && r->flow->answered);
    assert_int_equal(t.source->lacks & LACK_BIT(calls), 0);
    log_drop(&t);
    log_check(&printed, log, sizeof log - 1);
}

static void reads_fields(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        unsigned records;
        uint8_t protocol;
        uint64_t packets;
        const char *host;
    } row[] = {
        {"1709632800.125,0.000," RECEIVED ",17,10.0.0.5,9.9.9.9,50000,53,........,1,60,0,0,I,"
         "192.0.2.1,0/0",
         1, 17, 1, "10.0.0.5"},
        {"1709632800.125,0.000," RECEIVED ",1,10.0.0.5,9.9.9.9,0,8.0,........,1,60,0,0,I,1.1.1.1,0",
         1, 1, 1, "10.0.0.5"},
        {"1709632800.125,0.000," RECEIVED ",58,2001:db8::1,2001:db8::2,0,129.0,........,4,60,0,0,I,"
         "2001:db8::9,0",
         1, 58, 4, "2001:db8::1"},
        {"1709632800.125,0.000," RECEIVED
         ",17,10.0.0.5,9.9.9.9,50000,53,........,0,0,7,420,E,1.1.1.1,"
         "0",
         1, 17, 7, "10.0.0.5"},
        {"1709632800.125,0.000," RECEIVED
         ",17,10.0.0.5,9.9.9.9,50000,53,........,0,0,0,0,E,1.1.1.1,0",
         0, 0, 0, ""},
        {"No matching flows", 0, 0, 0, ""},
        {"x,0.000," RECEIVED ",17,10.0.0.5,9.9.9.9,50000,53,........,1,60,0,0,I,192.0.2.1,0/0", 0,
         0, 0, ""},
        {"1709632800.125,0.000," RECEIVED
         ",17,10.0.0.5,9.9.9,50000,53,........,1,60,0,0,I,1.1.1.1,0",
         0, 0, 0, ""},
        {"1709632800.125,0.000," RECEIVED
         ",17,10.0.0.5,9.9.9.9,50000,53,........,1.2 M,60,0,0,I,1.1,"
         "0",
         0, 0, 0, ""},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct log_taken t;
        struct address host;
        log_take(&t, &printed, row[i].line, strlen(row[i].line), false);
        if (t.records != row[i].records)
            fail_msg("row %zu", i);
        if (t.records) {
            const struct record *r = log_record(&t, 0);
            assert_true(address_parse(text_of(row[i].host), &host));
            assert_true(address_same(r->ends.host, host));
            assert_int_equal(r->ends.protocol, row[i].protocol);
            assert_int_equal(r->flow->packets_out, row[i].packets);
        }
        log_drop(&t);
        log_check(&printed, row[i].line, strlen(row[i].line));
    }
}

/* nfcapd multiplied all counts by the rate, which nothing else tells. */
static void notices_sampling(void **state)
{
    (void)state;
    char log[4096] = "";
    size_t len = 0;
    for (unsigned i = 1; i <= 12; i++)
        len += (size_t)snprintf(log + len, sizeof log - len,
                                "1709632800.125,0.000," RECEIVED ",17,10.0.0.5,9.9.9.%u,50000,53,"
                                "........,%u,6000,0,0,I,192.0.2.1,0/0\n",
                                i, 100 * i);
    struct log_taken t;
    log_take(&t, &printed, log, len, false);
    assert_int_equal(t.records, 12);
    assert_true(t.source->lacks & LACK_BIT(calls));
    log_drop(&t);
}

static void tells_files_by_content(void **state)
{
    (void)state;
    static const uint8_t file[] = {0x0c, 0xa5, 2, 0, 0, 1, 7, 1},
                         other[] = {0xa5, 0x0c, 2, 0, 0, 1, 7, 1};
    assert_true(source_nfcapd.knows(file, sizeof file));
    assert_false(source_nfcapd.knows(file, sizeof file - 1));
    assert_false(source_nfcapd.knows(other, sizeof other));
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    log_check(&printed, bytes, len);
}

static void stays_inside(void **state)
{
    (void)state;
    static const char log[] = OUT;
    guard_prefixes(log, sizeof log - 1, parse_prefix, NULL);
}

int main(void)
{
    printed = source_nfcapd;
    printed.open = nfcapd_printed;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs_what_nfdump_prints),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(notices_sampling),
        cmocka_unit_test(tells_files_by_content),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
