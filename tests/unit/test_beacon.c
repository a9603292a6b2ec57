/*
 * Detector beacon: what it says of a pair's calls, and of whom it says nothing. The statistic
 * itself is tested in test_rhythm.c.
 */
#include "evidence_double.h"
#include "record/regular.h"
#include "simulate/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern const struct detector detector_beacon;

enum { CALLS = 200 };

struct scene {
    struct pair pair;
    struct host host;
    uint64_t state[32];
    uint32_t calls[CALLS], bursts[CALLS];
    struct detect detect;
    struct evidence_out out;
};

/* A day of calls, or the first bursts of connections, every so many seconds give or take. */
static void times(uint32_t *to, struct call_times *ret, double period_s, double jitter,
                  bool answered)
{
    struct random random = random_of(11);
    double at = 600;
    for (uint32_t i = 0; i < CALLS; i++) {
        to[i] = call_of((int64_t)(at * 1e6), answered);
        double unit = (double)(random_next(&random) >> 11) * 0x1p-53;
        at += jitter > 1 ? -period_s * log(1 - unit) : period_s * (1 + jitter * (2 * unit - 1));
    }
    *ret = (struct call_times){to, CALLS, CALLS};
}

static void scene_set(struct scene *s, double period_s, double jitter, bool answered)
{
    *s = (struct scene){.pair = {.day = {19800},
                                 .flags = PAIR_OPENED_HOST | (answered ? PAIR_ANSWERED : 0),
                                 .protocol = 6,
                                 .port = {4443},
                                 .app = "tls"}};
    s->detect = (struct detect){.pair_state = s->state, .pair = &s->pair, .host = &s->host};
    times(s->calls, &s->detect.calls, period_s, jitter, answered);
    for (uint32_t i = 0; i < CALLS; i++) {
        struct flow_record flow = {.answered = answered, .payload_out = 512 + i % 3};
        flow.payload_in = answered ? 230 : 0;
        struct record record = {.kind = RECORD_FLOW, .number = 7 + i, .flow = &flow};
        record.ends.host_opened = true;
        detector_beacon.record(&s->detect, &record);
    }
}

static unsigned scene_close(struct scene *s)
{
    detector_beacon.close(&s->detect, &s->out);
    return s->out.len;
}

static void assert_said(const struct scene *s, const char *item, const char *part, double least,
                        double most)
{
    const struct evidence *e = &s->out.evidence[0];
    assert_int_equal(s->out.len, 1);
    assert_int_equal(e->group, GROUP_RHYTHM);
    if (!text_is(e->item, item))
        fail_msg("item: %.*s", (int)e->item.len, e->item.at);
    if (!memmem(e->why.at, e->why.len, part, strlen(part)))
        fail_msg("why: %.*s", (int)e->why.len, e->why.at);
    if (e->strength < least || e->strength > most)
        fail_msg("strength %.2f", e->strength);
    assert_int_equal(e->number, 7);
}

static void test_calls(void **state)
{
    static struct scene s;
    (void)state;
    scene_set(&s, 300, 0.2, true);
    scene_close(&s);
    assert_said(&s, "calls, 300 s",
                "called 200 times, 199 of 199 gaps 300 s (spread 20 %), from 2024-03-18 00:10:00",
                3.5, 6);
    evidence_double_reset(&s.out);
}

/* The same calls to a name that was asked for: no bare address, so less. */
static void test_named_is_less(void **state)
{
    static struct scene s;
    (void)state;
    scene_set(&s, 300, 0.2, true);
    scene_close(&s);
    double bare = s.out.evidence[0].strength;
    evidence_double_reset(&s.out);
    scene_set(&s, 300, 0.2, true);
    s.pair.name = text_of("c.example");
    scene_close(&s);
    assert_int_equal(s.out.len, 1);
    assert_true(s.out.evidence[0].strength < bare);
    evidence_double_reset(&s.out);
}

static void test_failing(void **state)
{
    static struct scene s;
    (void)state;
    scene_set(&s, 120, 0.1, false);
    scene_close(&s);
    assert_said(&s, "calls in vain, 120 s", "none of 200 calls was answered", 0.5, 9.4);
    evidence_double_reset(&s.out);
}

static void test_inside(void **state)
{
    static struct scene s;
    (void)state;
    scene_set(&s, 120, 2, true);
    times(s.bursts, &s.detect.bursts, 30, 0.05, true);
    scene_close(&s);
    assert_said(&s, "inside connections, 30 s", "the host spoke by the clock", 2, 6);
    evidence_double_reset(&s.out);
}

static void test_silent(void **state)
{
    static struct scene s;
    (void)state;
    scene_set(&s, 300, 2, true); /* chance */
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.pair.flags |= PAIR_POPULAR;
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.pair.flags |= PAIR_NAMES; /* several names' calls together */
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.pair.flags |= PAIR_OUTSIDE_HOME;
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.host.proxied = 1;
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 1024, 0, true);
    s.pair.app = "ntp";
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.pair.name = text_of("agent.datadoghq.com");
    assert_int_equal(scene_close(&s), 0);
    scene_set(&s, 300, 0.2, true);
    s.pair.flags = PAIR_OPENED_OUTSIDE;
    assert_int_equal(scene_close(&s), 0);
}

static void test_regular(void **state)
{
    (void)state;
    assert_non_null(regular_name(text_of("datadoghq.com")));
    assert_non_null(regular_name(text_of("a.b.datadoghq.com")));
    assert_null(regular_name(text_of("notdatadoghq.com")));
    assert_null(regular_name(text_of("com")));
    assert_null(regular_name(text_of(NULL)));
    assert_non_null(regular_service("ntp", 17, 9999));
    assert_non_null(regular_service(NULL, 17, 4500));
    assert_null(regular_service(NULL, 6, 4500));
    assert_null(regular_service("tls", 17, 4500)); /* content told otherwise */
    assert_null(regular_service(NULL, 6, 443));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),   cmocka_unit_test(test_named_is_less),
        cmocka_unit_test(test_failing), cmocka_unit_test(test_inside),
        cmocka_unit_test(test_silent),  cmocka_unit_test(test_regular),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
