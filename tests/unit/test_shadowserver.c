/* Shadowserver's reports to alerts. */
#include "guard.h"
#include "logs.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SOURCE "\"timestamp\",\"protocol\",\"src_ip\",\"src_port\",\"src_asn\",\"src_city\","
#define SINK "\"dst_ip\",\"dst_port\",\"infection\",\"family\",\"tag\",\"application\""
#define SINKHOLE SOURCE SINK ",\"http_host\"\n"
#define HIT                                                                                        \
    "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",17409,64500,\"WIEN, \"\"1\"\"\","              \
    "\"203.0.113.9\",80,\"andromeda\",,\"avalanche\",,\"A.example\"\n"
#define DARKNET SOURCE SINK ",\"count\"\n"
#define DNS SOURCE "\"infection\",\"family\",\"tag\",\"query_type\",\"query\",\"count\"\n"
#define WEBSITE                                                                                    \
    "\"timestamp\",\"ip\",\"port\",\"tag\",\"asn\",\"url\",\"http_host\",\"category\","            \
    "\"family\"\n"
#define MALWARE "\"timestamp\",\"url\",\"host\",\"ip\",\"asn\",\"tag\",\"sha256\"\n"

struct expected {
    const char *report;
    const char *category, *signature, *family, *tags, *name, *site; /* NULL: null */
    uint32_t outside;                                               /* 0: not told */
    unsigned host_port, outside_port;
    bool sinkhole, answered;
    uint64_t count;
};

static bool same(struct text text, const char *expected)
{
    return expected ? text_is(text, expected) : text.at == NULL;
}

static void reads_reports(void **state)
{
    (void)state;
    static const struct expected row[] = {
        {SINKHOLE HIT, "sinkhole", "sinkhole andromeda: a.example", "andromeda", "avalanche", NULL,
         NULL, 0xcb007109, 17409, 80, true, true, 1},
        {SINKHOLE "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",1,64500,,\"203.0.113.9\",80,,,"
                  "\"b68-zeroaccess\",,\n",
         "sinkhole", "sinkhole b68-zeroaccess", "b68-zeroaccess", "b68-zeroaccess", NULL, NULL,
         0xcb007109, 1, 80, true, true, 1},
        {DARKNET
         "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",1,64500,,,23,\"mirai\",,\"m\",,7\n",
         "honeypot_darknet", "honeypot_darknet mirai", "mirai", "m", NULL, NULL, 0, 1, 23, false,
         false, 7},
        {DNS "\"2024-03-05 10:00:01\",\"udp\",\"192.0.2.10\",1,64500,,\"calypso\",,\"x\",\"A\","
             "\"YolkIsh.COM\",2\n",
         "sinkhole_dns", "sinkhole_dns calypso: yolkish.com", "calypso", "x", "yolkish.com", NULL,
         0, 1, 0, true, false, 2},
        {WEBSITE "\"2024-03-05 10:00:01\",\"192.0.2.10\",8080,\"hacked\",64500,\"/a/h.php?x=1\","
                 "\"www.example.com\",\"spam\",\"stealrat\"\n",
         "compromised_website", "compromised_website stealrat: spam", "stealrat", "hacked", NULL,
         "www.example.com/a/h.php", 0, 8080, 0, false, false, 1},
        {MALWARE "\"2024-03-05 10:00:01\",\"http://192.0.2.10:81/Mozi.m\",\"192.0.2.10\","
                 "\"192.0.2.10\",64500,\"CVE-1\",\"00\"\n",
         "malware_url", "malware_url CVE-1", NULL, "CVE-1", NULL, "192.0.2.10:81/Mozi.m", 0, 81, 0,
         false, false, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct expected *e = &row[i];
        struct log_taken t;
        assert_true(source_shadowserver.knows((const uint8_t *)e->report, strlen(e->report)));
        log_take(&t, &source_shadowserver, e->report, strlen(e->report), false);
        assert_int_equal(t.source->used, 1);
        const struct record *r = log_record(&t, 0);
        assert_int_equal(r->kind, RECORD_ALERT);
        assert_int_equal(r->time.us, INT64_C(1709632801) * SECOND_US);
        assert_int_equal(r->ends.host.low, address_v4(0xc000020a).low);
        assert_int_equal(r->ends.outside.low, e->outside ? address_v4(e->outside).low : 0);
        assert_int_equal(r->ends.host_port.number, e->host_port);
        assert_int_equal(r->ends.outside_port.number, e->outside_port);
        const struct alert_record *a = r->alert;
        assert_true(same(a->category, e->category) && same(a->signature, e->signature));
        assert_true(same(a->family, e->family) && same(a->tags, e->tags));
        assert_true(same(a->name, e->name) && same(a->site, e->site));
        assert_int_equal(a->sinkhole, e->sinkhole);
        assert_int_equal(a->answered, e->answered);
        assert_int_equal(a->count, e->count);
        log_drop(&t);
    }
}

/* A honeypot's report has a sinkhole's columns and others: it says that a machine scans or attacks,
 * not that it is controlled. Scans of open services have none of them. */
static void ignores_other_reports(void **state)
{
    (void)state;
    static const char *const report[] = {
        SOURCE SINK ",\"service\",\"username\"\n"
                    "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",1,64500,,\"203.0.113.9\",22,,,,"
                    ",\"ssh\",\"root\"\n",
        "\"timestamp\",\"ip\",\"protocol\",\"port\",\"hostname\",\"tag\",\"asn\",\"geo\"\n"
        "\"2024-03-05 10:00:01\",\"192.0.2.10\",\"udp\",53,,\"openresolver\",64500,\"AT\"\n"};
    for (size_t i = 0; i < sizeof report / sizeof report[0]; i++) {
        struct log_taken t;
        assert_true(source_shadowserver.knows((const uint8_t *)report[i], strlen(report[i])));
        log_take(&t, &source_shadowserver, report[i], strlen(report[i]), false);
        assert_int_equal(t.records, 0);
        assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
        log_drop(&t);
    }
    static const char *const foreign[] = {
        "", "a,b,c\n", "timestamp,ip\n",
        "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State\n", "\"timestamp\n"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        assert_false(source_shadowserver.knows((const uint8_t *)foreign[i], strlen(foreign[i])));
}

static void accounts_for_bad_lines(void **state)
{
    (void)state;
    static const char log[] = SINKHOLE HIT
        "\n" SINKHOLE "\"2024-03-05 10:00:01\",\"tcp\"\n"
        "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",1,64500,\"two\nlines\",\"203.0.113.9\",80,"
        ",,,,\n"
        "\"yesterday\",\"tcp\",\"192.0.2.10\",1,64500,,\"203.0.113.9\",80,,,,,\n"
        "\"2024-03-05 10:00:01\",\"tcp\",\"192.0.2.10\",1,64500,,,80,,,,,\n";
    struct log_taken t;
    log_take(&t, &source_shadowserver, log, sizeof log - 1, false);
    assert_int_equal(t.source->units, 9);
    assert_int_equal(t.source->used, 1);
    assert_int_equal(t.source->remarks, 3);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 5);
    log_drop(&t);
    log_check(&source_shadowserver, log, sizeof log - 1);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    log_check(&source_shadowserver, bytes, len);
    (void)source_shadowserver.knows(bytes, len);
}

static void stays_inside(void **state)
{
    (void)state;
    static const char log[] = SINKHOLE HIT;
    guard_prefixes(log, sizeof log - 1, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_reports),
        cmocka_unit_test(ignores_other_reports),
        cmocka_unit_test(accounts_for_bad_lines),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
