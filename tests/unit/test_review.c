/* The user's rules: what the files mean, and what they do to a finding. */
#include "judge/review.h"

#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char allow_text[] = "# what we know\n"
                                 "*.office.example\n"
                                 "Update.Example.ORG. # trailing dot\n"
                                 "192.0.2.0/25\n"
                                 "192.0.2.200\n"
                                 "2001:db8::/32\n"
                                 "51C64C77e60f3980eea90869b68c58a8\n"
                                 "t13d1516h2_8daaf6152771_b186095e22b6\n"
                                 "org\n"               /* a whole top-level domain */
                                 "two words.example\n" /* not a rule */
                                 "192.0.2.0/33\n";
static const char roles_text[] = "10.1.0.0/16 client\n"
                                 "10.1.2.0/24 lab malware sandbox\n"
                                 "10.0.0.25 Mail Gateway our relay\n"
                                 "example.org shared\n"
                                 "sink.example.org sinkhole run by us\n"
                                 "10.0.0.1 king\n";

static struct review *both(void)
{
    struct review *review = review_new();
    review_read(review, "a", text_of(allow_text), false);
    review_read(review, "r", text_of(roles_text), true);
    return review;
}

static void assert_text(struct text text, const char *expected)
{
    if (expected == NULL) {
        assert_null(text.at);
        return;
    }
    assert_non_null(text.at);
    if (!text_is(text, expected))
        fail_msg("'%.*s' is not '%s'", (int)text.len, text.at, expected);
}

static void allows(void **state)
{
    (void)state;
    static const struct {
        const char *address, *name, *rule;
    } cases[] = {
        {NULL, "office.example", "a:2"},
        {NULL, "a.b.Office.example", "a:2"},
        {NULL, "notoffice.example", NULL},
        {NULL, "example", NULL},
        {"192.0.2.1", "update.example.org", "a:3"},
        {"192.0.2.127", NULL, "a:4"},
        {"192.0.2.128", NULL, NULL},
        {"192.0.2.200", NULL, "a:5"},
        {"2001:db8::5", NULL, "a:6"},
        {"2001:db9::5", NULL, NULL},
        {NULL, NULL, NULL},
    };
    struct review *review = both();
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_text(review_allows_end(review, text_of(cases[i].address), text_of(cases[i].name)),
                    cases[i].rule);
    assert_text(review_allows_mark(review, text_of("ja3 51c64c77e60f3980eea90869b68c58a8")), "a:7");
    assert_text(review_allows_mark(review, text_of("ja4 t13d1516h2_8daaf6152771_b186095e22b6")),
                "a:8");
    assert_text(review_allows_mark(review, text_of("ja3 00000000000000000000000000000000")), NULL);
    assert_text(review_allows_mark(NULL, text_of("x")), NULL);
    struct text first;
    assert_int_equal(review_bad(review, &first), 4);
    assert_text(first, "a:9: org");
    assert_int_equal(review_rules(review), 7 + 5);
    review_free(review);
}

static void roles(void **state)
{
    (void)state;
    static const struct {
        const char *address, *name, *role, *reason, *rule;
    } cases[] = {
        {"10.1.2.3", NULL, "lab", "malware sandbox", "r:2"},
        {"10.1.3.3", NULL, "client", NULL, "r:1"},
        {"10.0.0.25", NULL, "mail gateway", "our relay", "r:3"},
        {"10.0.0.1", NULL, NULL, NULL, NULL},
        {"10.1.2.3", "x.example.org", "shared", NULL, "r:4"},
        {NULL, "a.sink.example.org", "sinkhole", "run by us", "r:5"},
    };
    struct review *review = both();
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct review_role r =
            review_role_of(review, text_of(cases[i].address), text_of(cases[i].name));
        assert_text(r.role, cases[i].role);
        assert_text(r.reason, cases[i].reason);
        assert_text(r.rule, cases[i].rule);
    }
    review_free(review);
}

/* The order of lines and files changes nothing. */
static void order(void **state)
{
    (void)state;
    struct review *one = review_new(), *other = review_new();
    review_read(one, "a", text_of("a.example.org\nb.example.org\n10.0.0.0/8\n"), false);
    review_read(other, "a", text_of("10.0.0.0/8\nb.example.org\n"), false);
    review_read(other, "b", text_of("a.example.org"), false);
    assert_true(review_digest(one) == review_digest(other));
    assert_true(review_digest(one) != 0);
    review_free(one);
    review_free(other);
}

static void read_guarded(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct review *review = review_new();
    struct text whole = text_at(bytes, len);
    review_read(review, "r", whole, true);
    review_read(review, "a", whole, false);
    (void)review_allows_end(review, whole, whole);
    (void)review_allows_mark(review, whole);
    review_free(review);
}

/* Every prefix of a file, laid against an unreadable page. */
static void guarded(void **state)
{
    (void)state;
    guard_prefixes(roles_text, sizeof roles_text - 1, read_guarded, NULL);
    guard_prefixes(allow_text, sizeof allow_text - 1, read_guarded, NULL);
}

static void on_a_finding(void **state)
{
    (void)state;
    double knob[JUDGE_KNOBS] = {[JUDGE_PRIOR] = 1e-3};
    struct review *review = both();
    struct evidence e[] = {{.group = GROUP_LISTED_CONTENT,
                            .strength = 9.5,
                            .known_from = {DAY_NONE},
                            .item = text_of("ja3 51c64c77e60f3980eea90869b68c58a8")},
                           {.group = GROUP_SHAPE,
                            .strength = 7.5,
                            .known_from = {DAY_NONE},
                            .item = text_of("http check-in")}};
    struct review_row row = {.host = text_of("10.9.9.9"),
                             .controller = text_of("198.51.100.1"),
                             .host_role = text_of("client"),
                             .controller_role = text_of("unknown"),
                             .port = 443,
                             .answered = true,
                             .p = 0.9899,
                             .evidence = {e, 2}};
    struct reviewed said;
    /* the fingerprint counts no more; what else there is still does */
    judge_review(review, knob, &row, &said);
    assert_null(said.allowed_by.at);
    assert_true(said.dropped[0] && !said.dropped[1]);
    assert_string_equal(judge_grade(said.p), "suspected");
    /* with nothing else the pair is hidden by that rule */
    row.evidence.len = 1;
    judge_review(review, knob, &row, &said);
    assert_text(said.allowed_by, "a:7");
    /* a relay, said by the user: somebody behind it, for what such a host relays */
    row.evidence = (struct evidence_list){e + 1, 1};
    e[1].strength = 9.4;
    row.host = text_of("10.0.0.25");
    row.port = 25;
    judge_review(review, knob, &row, &said);
    assert_true(said.relayed);
    assert_text(said.host_role, "mail gateway");
    assert_string_equal(said.host_why, "r:3 says so: our relay");
    assert_string_equal(judge_grade(said.p), "suspected");
    row.port = 443;
    judge_review(review, knob, &row, &said);
    assert_false(said.relayed);
    assert_string_equal(judge_grade(said.p), "probable");
    /* and the other way: traffic took it for a resolver, the user knows better */
    struct evidence relayed[] = {e[1],
                                 {.group = GROUP_ROLE,
                                  .flags = EVIDENCE_RELAYED,
                                  .known_from = {DAY_NONE},
                                  .item = text_of("host is resolver")}};
    row.evidence = (struct evidence_list){relayed, 2};
    row.host = text_of("10.1.9.9");
    row.host_role = text_of("resolver");
    row.p = 0.8999;
    judge_review(review, knob, &row, &said);
    assert_text(said.host_role, "client");
    assert_string_equal(judge_grade(said.p), "probable");
    /* no rule: nothing changes */
    row.host = text_of("10.9.9.9");
    judge_review(review, knob, &row, &said);
    assert_true(said.p == row.p);
    assert_text(said.host_role, "resolver");
    review_free(review);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(allows),  cmocka_unit_test(roles),        cmocka_unit_test(order),
        cmocka_unit_test(guarded), cmocka_unit_test(on_a_finding),
    };
    return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
