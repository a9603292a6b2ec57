/* Ends under names of dynamic DNS and tunnels: told where a host called them and was answered. */
#include "base/err.h"
#include "detect/detect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "evidence_double.h"

extern const struct detector detector_dynamic;

static void told(void **state)
{
    (void)state;
    enum { CALLED = PAIR_OPENED_HOST | PAIR_ANSWERED };
    static const struct {
        const char *name;
        unsigned flags;
        bool told;
    } row[] = {
        {"a.duckdns.org", CALLED, true},
        {"x.y.ddns.net", CALLED, true},
        {"a.loca.lt", CALLED, true},
        {"a.github.io", CALLED, false},
        {"notduckdns.org", CALLED, false},
        {"www.example.org", CALLED, false},
        {NULL, CALLED, false},
        {"a.duckdns.org", PAIR_OPENED_HOST, false}, /* it never answered */
        {"a.duckdns.org", PAIR_ANSWERED, false},    /* it called */
        {"a.duckdns.org", CALLED | PAIR_OUTSIDE_HOME, false},
        {"a.duckdns.org", CALLED | PAIR_BY_NAME, false}, /* only asked for */
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        static struct evidence_out out;
        struct pair pair = {.name = text_of(row[i].name)};
        pair.flags = (uint16_t)row[i].flags;
        struct detect detect = {.pair = &pair};
        evidence_double_reset(&out);
        detector_dynamic.close(&detect, &out);
        if ((out.len == 1) != row[i].told)
            fail_msg("row %zu", i);
        if (out.len)
            assert_true(out.evidence[0].strength < 4.0 &&
                        !(out.evidence[0].flags & EVIDENCE_CONTENT));
        evidence_double_reset(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
