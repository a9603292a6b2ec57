/* What alerts of other watchers say of control: the table of rules, and the detector over it. */
#include "base/mem.h"
#include "detect/detect.h"
#include "evidence_double.h"
#include "record/alerts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

extern const struct detector detector_alert;

static struct alert_record alert_of(const char *signature, const char *category,
                                    const char *severity, const char *confidence)
{
    return (struct alert_record){.by = "suricata",
                                 .signature = text_of(signature),
                                 .id = text_of("2024897"),
                                 .category = text_of(category),
                                 .severity = text_of(severity),
                                 .confidence = text_of(confidence),
                                 .count = 1};
}

#define C2 "Malware Command and Control Activity Detected"
#define TROJAN "A Network Trojan was detected"

static void comes_with_a_table(void **state)
{
    (void)state;
    static const struct {
        const char *signature, *category, *severity, *confidence;
        double strength; /* -1: no rule fits */
        unsigned flags;
    } row[] = {
        {"ET MALWARE Emotet CnC", C2, "1", "High", 12, EVIDENCE_CONTENT},
        {"ET MALWARE Emotet CnC", C2, "1", "Medium", 9.4, 0},
        {"ET MALWARE Emotet CnC", C2, "1", NULL, 9.4, 0},
        {"ET MALWARE Emotet", C2, "1", "Low", 6, 0},
        {"ET TROJAN x Checkin", TROJAN, "1", NULL, 9.4, 0},
        {"ET TROJAN x", TROJAN, "1", NULL, 7.5, 0},
        {"ET TROJAN x", TROJAN, "2", NULL, -1, 0},
        {"ET MALWARE x Sinkhole Response", TROJAN, "1", NULL, 9.4, EVIDENCE_SINKHOLE},
        {"ET SCAN x", C2, "1", "High", 0, 0},
        {"ET INFO x", TROJAN, "1", "High", 0, 0},
        {"ET POLICY x", "Potential Corporate Privacy Violation", "1", NULL, 0, 0},
        {"ET EXPLOIT_KIT x", "Exploit Kit Activity Detected", "1", "High", 0, 0},
        {"SURICATA STREAM x", "Generic Protocol Command Decode", "3", NULL, 0, 0},
        {"ET CINS Active", "Misc Attack", "2", NULL, 0, 0},
        {"own rule", "Misc activity", "1", "High", -1, 0},
    };
    struct alert_rules *rules = alert_rules_new();
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct alert_record a =
            alert_of(row[i].signature, row[i].category, row[i].severity, row[i].confidence);
        const struct alert_rule *rule = alert_rules_find(rules, &a);
        if (row[i].strength < 0) {
            assert_null(rule);
            continue;
        }
        assert_non_null(rule);
        assert_int_equal(rule->strength * 10, row[i].strength * 10);
        assert_int_equal(rule->flags, row[i].flags);
        assert_true(rule->why[0] != '\0');
    }
    struct alert_record zeek = alert_of("ET MALWARE", C2, "1", "High");
    zeek.by = "zeek";
    assert_null(alert_rules_find(rules, &zeek));
    alert_rules_free(rules);
    alert_rules_free(NULL);
}

static void asks_the_users_rules_first(void **state)
{
    (void)state;
    struct alert_rules *rules = alert_rules_new();
    uint64_t before = alert_rules_digest(rules);
    struct err err;
    const char *const mine = "# mine\n\n"
                             "suricata | id=2024897; category=malware* | 0 | | known here\r\n"
                             "* | signature=Own * RULE; family= | 11 | content suspect | own\n";
    assert_true(alert_rules_add(rules, "mine", text_of(mine), &err));
    assert_true(alert_rules_digest(rules) != before);
    struct alert_record a = alert_of("ET MALWARE x", C2, "1", "High");
    assert_int_equal(alert_rules_find(rules, &a)->strength, 0);
    a.id = text_of("20248977");
    assert_int_equal(alert_rules_find(rules, &a)->strength, 12);
    a = alert_of("own very rule", "x", "3", NULL);
    const struct alert_rule *own = alert_rules_find(rules, &a);
    assert_int_equal(own->strength, 11);
    assert_int_equal(own->flags, EVIDENCE_CONTENT | EVIDENCE_SUSPECT);
    assert_string_equal(own->why, "own");
    a.family = text_of("x"); /* an empty pattern fits only what is not told */
    assert_null(alert_rules_find(rules, &a));
    a = alert_of("own rules", "x", "3", NULL);
    assert_null(alert_rules_find(rules, &a));
    alert_rules_free(rules);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *line, *wrong;
    } row[] = {
        {"suricata", "mine:2: a rule is ENGINE | CONDITIONS"},
        {"suricata | id=1 | 3 | why", "mine:2: a rule is ENGINE | CONDITIONS"},
        {"| id=1 | 3 | | why", "mine:2: no engine"},
        {"suricata | sid=1 | 3 | | why", "mine:2: no such field"},
        {"suricata | id | 3 | | why", "mine:2: a condition is field=pattern"},
        {"suricata | id=1 | -3 | | why", "mine:2: the strength is no number from 0 to 12.5"},
        {"suricata | id=1 | 13 | | why", "mine:2: the strength is no number from 0 to 12.5"},
        {"suricata | id=1 | nan | | why", "mine:2: the strength is no number from 0 to 12.5"},
        {"suricata | id=1 | | | why", "mine:2: the strength is no number"},
        {"suricata | id=1 | 3 | sure | why", "mine:2: no such flag"},
    };
    struct alert_rules *rules = alert_rules_new();
    struct alert_record a = alert_of("x", "x", "3", NULL);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char content[200];
        struct err err;
        (void)snprintf(content, sizeof content, "* | severity=3 | 1 | | x\n%s\n", row[i].line);
        assert_false(alert_rules_add(rules, "mine", text_of(content), &err));
        assert_non_null(strstr(err.text, row[i].wrong));
        assert_null(alert_rules_find(rules, &a)); /* nothing of the file is in force */
    }
    struct err err;
    assert_false(alert_rules_read(rules, "/nonexistent/rules", &err));
    assert_non_null(strstr(err.text, "/nonexistent/rules"));
    alert_rules_free(rules);
}

/* ---- the detector */

struct world {
    struct alert_rules *rules;
    struct pair pair;
    struct host host;
    char *state;
    struct detect detect;
    struct evidence_out out;
};

static void world_make(struct world *w, uint16_t flags)
{
    *w = (struct world){.rules = alert_rules_new()};
    w->state = mem_new(1, detector_alert.pair_bytes);
    w->pair.flags = flags;
    w->detect = (struct detect){
        .pair_state = w->state, .pair = &w->pair, .host = &w->host, .alerts = w->rules};
}

static void world_free(struct world *w)
{
    evidence_double_reset(&w->out);
    alert_rules_free(w->rules);
    mem_free(w->state);
}

static void raise_alert(struct world *w, const struct alert_record *alert, int64_t second,
                        bool host_opened, bool outside_home)
{
    const struct record record = {
        .kind = RECORD_ALERT,
        .time = {(INT64_C(1709600400) + second) * SECOND_US},
        .number = 100 + (uint64_t)second,
        .ends = {.host_opened = host_opened, .outside_home = outside_home},
        .alert = alert};
    detector_alert.record(&w->detect, &record);
}

static void tells_the_strongest(void **state)
{
    (void)state;
    struct alert_record strong = alert_of("ET MALWARE Emotet CnC", C2, "1", "High"),
                        weak = alert_of("ET TROJAN x", TROJAN, "1", NULL),
                        weaker = alert_of("ET DROP x", "Misc Attack", "2", NULL),
                        scan = alert_of("ET SCAN x", C2, "1", NULL);
    strong.family = text_of("Emotet");
    const struct alert_record *const order[][4] = {{&strong, &weak, &weaker, &scan},
                                                   {&weaker, &scan, &weak, &strong},
                                                   {&weak, &weaker, &strong, &scan}};
    for (size_t o = 0; o < sizeof order / sizeof order[0]; o++) {
        struct world w;
        world_make(&w, PAIR_OPENED_HOST);
        for (int again = 2; again >= 0; again--)
            for (int i = 0; i < 4; i++)
                raise_alert(&w, order[o][i], again, true, false);
        detector_alert.close(&w.detect, &w.out);
        assert_int_equal(w.out.len, 2);
        const struct evidence *e = &w.out.evidence[0];
        assert_int_equal(e->group, GROUP_ALERT);
        assert_int_equal(e->flags, EVIDENCE_CONTENT);
        assert_int_equal(e->strength, 12);
        assert_int_equal(e->number, 100);
        assert_true(text_is(e->item, "2024897 ET MALWARE Emotet CnC"));
        assert_true(text_is(e->family, "Emotet"));
        assert_true(text_is(e->why, "Suricata raised \"ET MALWARE Emotet CnC\" 3 times, first at "
                                    "2024-03-05 01:00:00 UTC: the rule's author is sure that this "
                                    "is what a controller and its host say; 3 alerts of other "
                                    "rules"));
        assert_true(text_is(w.out.evidence[1].item, "2024897 ET TROJAN x"));
        assert_null(w.out.evidence[1].family.at);
        world_free(&w);
    }
}

static void leaves_out_what_others_opened(void **state)
{
    (void)state;
    struct alert_record strong = alert_of("ET MALWARE Emotet CnC", C2, "1", "High");
    struct world w;
    world_make(&w, PAIR_OPENED_OUTSIDE);
    raise_alert(&w, &strong, 0, false, false);
    raise_alert(&w, &strong, 0, true, true); /* both ends are home */
    detector_alert.close(&w.detect, &w.out);
    assert_int_equal(w.out.len, 0);
    world_free(&w);
}

static void only_suspects_of_a_question(void **state)
{
    (void)state;
    struct alert_record strong = alert_of("ET MALWARE Emotet CnC Domain", C2, "1", "High");
    struct world w;
    world_make(&w, PAIR_BY_NAME | PAIR_OPENED_HOST);
    raise_alert(&w, &strong, 0, true, true); /* the resolver is home */
    detector_alert.close(&w.detect, &w.out);
    assert_int_equal(w.out.len, 1);
    assert_int_equal(w.out.evidence[0].flags, EVIDENCE_SUSPECT);
    world_free(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_with_a_table),
        cmocka_unit_test(asks_the_users_rules_first),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(tells_the_strongest),
        cmocka_unit_test(leaves_out_what_others_opened),
        cmocka_unit_test(only_suspects_of_a_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
