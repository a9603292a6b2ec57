/* Ready-made records in a shard: how calls of a name are counted. */
#include "shard.h"

#include "base/err.h"
#include "conf.h"
#include "record/alerts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { BYTES = 8 << 20 };
#define AT(second) ((struct instant){(INT64_C(1709600400) + (second)) * SECOND_US})

static struct ends ends_of(uint8_t protocol)
{
    return (struct ends){.host = address_v4(0x0a000005),
                         .outside = address_v4(0xcb007109),
                         .host_port = {50000},
                         .outside_port = {443},
                         .protocol = protocol,
                         .host_opened = true};
}

static const struct contact *contact_named(const struct shard *shard, const char *name)
{
    size_t len;
    const struct contact *contact = shard_contacts(shard, &len);
    for (size_t i = 0; i < len; i++)
        if (text_is(contact[i].controller_name, name) && !address_known(contact[i].controller))
            return &contact[i];
    muster_never("the name has a contact row");
}

/* A hello with a name and the flow it began: one call, answered as the flow was. */
static void counts_a_named_call_once(void **state)
{
    (void)state;
    static const struct {
        uint8_t protocol;
        bool server; /* the log saw its hello too */
        const char *app;
        bool flow_answered, answered;
    } row[] = {{PROTOCOL_UDP, false, "quic", true, true},
               {PROTOCOL_UDP, false, "quic", false, false},
               {PROTOCOL_TCP, true, "tls", true, true},
               {PROTOCOL_TCP, false, "tls", false, false}};
    struct conf conf;
    conf_default(&conf);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct shard *shard = shard_new(BYTES, (struct table_seed){.a = 1, .b = 2}, &conf, NULL);
        const struct tls_record tls = {
            .client = true, .server = row[i].server, .server_name = text_of("www.named.example")};
        const struct flow_record flow = {.first = AT(0),
                                         .last = AT(5),
                                         .packets_out = 4,
                                         .begun = true,
                                         .answered = row[i].flow_answered,
                                         .app = row[i].app};
        struct record hello = {.kind = RECORD_TLS, .time = AT(0), .number = 1, .tls = &tls};
        struct record whole = {.kind = RECORD_FLOW, .time = AT(5), .number = 2, .flow = &flow};
        hello.ends = whole.ends = ends_of(row[i].protocol);
        shard_take(shard, &hello, false);
        shard_take(shard, &whole, false);
        shard_finish(shard);
        const struct contact *contact = contact_named(shard, "named.example");
        assert_int_equal(contact->flows, 1);
        assert_int_equal(contact->calls.len, 1);
        assert_int_equal(contact->calls.at[0].us, AT(0).us);
        assert_int_equal(contact->answered, row[i].answered);
        shard_free(shard);
    }
}

/* What an alert is filed under: the far end, the name that was asked for, or nothing. */
static void files_alerts(void **state)
{
    (void)state;
    static const struct {
        const char *proto, *name, *named; /* named: of the sighting; NULL: it has none */
        uint16_t port;
        bool host_opened, sighted, by_name;
    } row[] = {
        {"tls", "c2.example", "c2.example", 443, true, true, false},
        {"tls", "203.0.113.9", NULL, 443, true, true, false}, /* an address is no name */
        {"dns", "www.c2.example", "c2.example", 53, true, true, true},
        {"dns", NULL, NULL, 53, true, false, false},
        {NULL, NULL, NULL, 53, true, false, false}, /* a resolver is nobody's controller */
        {"tls", "c2.example", NULL, 443, false, false, false},
    };
    struct conf conf;
    conf_default(&conf);
    struct alert_rules *rules = alert_rules_new();
    conf.alerts = rules;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct shard *shard = shard_new(BYTES, (struct table_seed){.a = 1, .b = 2}, &conf, NULL);
        const struct alert_record alert = {
            .by = "suricata",
            .signature = text_of("ET MALWARE x CnC"),
            .category = text_of("Malware Command and Control Activity Detected"),
            .severity = text_of("1"),
            .proto = text_of(row[i].proto),
            .name = text_of(row[i].name),
            .answered = true,
            .count = 1};
        struct record record = {.kind = RECORD_ALERT, .time = AT(0), .number = 1, .alert = &alert};
        record.ends = ends_of(PROTOCOL_TCP);
        record.ends.outside_port.number = row[i].port;
        record.ends.host_opened = row[i].host_opened;
        shard_take(shard, &record, false);
        shard_finish(shard);
        size_t len;
        const struct sighting *sighting = shard_sightings(shard, &len);
        assert_int_equal(len, row[i].sighted);
        if (len) {
            assert_int_equal(address_known(sighting->controller), !row[i].by_name);
            assert_string_equal(sighting->grade.at, row[i].by_name ? "suspected" : "probable");
            if (row[i].named)
                assert_true(text_is(sighting->controller_name, row[i].named));
            else
                assert_null(sighting->controller_name.at);
        }
        shard_free(shard);
    }
    alert_rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_a_named_call_once),
        cmocka_unit_test(files_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
