/* Two strange ends of one host that look the very same: more than each alone; anything else: not.
 */
#include "company.h"
#include "judge/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/err.h"

struct end {
    const char *host, *controller;
    enum trait trait;
    int day;
    double strength;
};

static void make(struct findings *f, const struct end *end, size_t len)
{
    *f = (struct findings){.sightings = len};
    f->sighting = arena_new(&f->arena, len * sizeof *f->sighting);
    for (size_t i = 0; i < len; i++) {
        struct evidence *e = arena_new(&f->arena, sizeof *e);
        *e = (struct evidence){.detector = "tls",
                               .group = GROUP_SHAPE,
                               .strength = end[i].strength,
                               .known_from = {DAY_NONE},
                               .why = text_of("")};
        trait_set(&e->traits, end[i].trait, true);
        struct sighting *s = &f->sighting[i];
        *s = (struct sighting){.day = {end[i].day},
                               .kind = text_of("control"),
                               .opened_by = text_of("host"),
                               .answered = 1,
                               .evidence = {e, 1}};
        assert_true(address_parse(text_of(end[i].host), &s->host));
        assert_true(address_parse(text_of(end[i].controller), &s->controller));
        double knob[JUDGE_KNOBS] = {[JUDGE_PRIOR] = 1e-3};
        struct verdict v;
        judge_pair(true, e, 1, knob, &v);
        s->p = v.p;
        s->grade = text_of(v.grade);
    }
}

static unsigned in_company(const struct end *end, size_t len)
{
    struct findings f;
    double knob[JUDGE_KNOBS] = {[JUDGE_PRIOR] = 1e-3};
    unsigned n = 0;
    make(&f, end, len);
    company_find(&f, knob);
    for (size_t i = 0; i < len; i++) {
        const struct sighting *s = &f.sighting[i];
        bool told = strcmp(s->evidence.at[s->evidence.len - 1].detector, "company") == 0;
        if (told)
            assert_true(text_is(s->grade, "probable") && s->p > 0.9);
        n += told;
    }
    arena_free(&f.arena);
    return n;
}

#define A TRAIT_tls_bare
#define B TRAIT_tls_bare_self_signed

static void together(void **state)
{
    (void)state;
    static const struct {
        struct end end[2];
        unsigned told;
    } row[] = {
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.1", "203.0.113.1", A, 1, 7.5}}, 2},
        /* other traits, another day, another host, the same network, too little */
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.1", "203.0.113.1", B, 1, 7.5}}, 0},
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.1", "203.0.113.1", A, 2, 7.5}}, 0},
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.2", "203.0.113.1", A, 1, 7.5}}, 0},
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.1", "198.51.7.1", A, 1, 7.5}}, 0},
        /* the surer of two stays as it is, the other gains */
        {{{"10.0.0.1", "198.51.100.1", A, 1, 7.5}, {"10.0.0.1", "203.0.113.1", A, 1, 9.4}}, 1},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        if (in_company(row[i].end, 2) != row[i].told)
            fail_msg("row %zu", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(together)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
