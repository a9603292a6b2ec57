/* Known marks: each rule takes its made-up example and nobody else's, none takes honest words;
 * rules that do not compile are named and left out; the detector weighs what was found. */
#include "base/mem.h"
#include "detect/detect.h"
#include "evidence_double.h"
#include "guard.h"
#include "mark_cases.h"
#include "mark_text.h"
#include "marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

extern const struct detector detector_mark;

enum { CASES = sizeof mark_cases / sizeof *mark_cases };
enum { HONEST = sizeof honest_cases / sizeof *honest_cases };

struct world {
    struct marks *marks;
    struct mark_search *search;
    struct skips skips;
};

static int set_up(void **state)
{
    struct world *w = mem_new(1, sizeof *w);
    w->marks = marks_new();
    marks_compile(w->marks);
    w->search = mark_search_new(w->marks);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    mark_search_free(w->search);
    marks_free(w->marks);
    mem_free(w);
    return 0;
}

static const char *family_of(const struct marks *marks, const char *rule)
{
    for (uint32_t i = 0; i < marks_rules(marks); i++)
        if (strcmp(marks_rule(marks, i)->name, rule) == 0)
            return marks_rule(marks, i)->family;
    fail_msg("no rule %s", rule);
    return NULL;
}

static void each_takes_its_own(void **state)
{
    struct world *w = *state;
    for (unsigned i = 0; i < CASES; i++) {
        const struct mark_case *c = &mark_cases[i];
        const char *family = family_of(w->marks, c->rule);
        const struct mark_hits *hits =
            mark_search_bytes(w->search, c->part, c->bytes, c->len, 443, &w->skips);
        if (hits == NULL)
            fail_msg("%s does not take its example", c->rule);
        bool own = false;
        for (uint32_t h = 0; h < hits->len; h++) {
            own |= strcmp(hits->hit[h].rule->name, c->rule) == 0;
            if (strcmp(hits->hit[h].rule->family, family) != 0)
                fail_msg("%s takes the example of %s", hits->hit[h].rule->name, c->rule);
            assert_int_equal(hits->hit[h].part, c->part);
            assert_true(hits->hit[h].offset < c->len);
        }
        if (!own)
            fail_msg("%s does not take its example", c->rule);
    }
}

static void every_rule_has_an_example(void **state)
{
    struct world *w = *state;
    assert_true(marks_rules(w->marks) >= 60);
    for (uint32_t i = 0; i < marks_rules(w->marks); i++) {
        const struct mark_rule *rule = marks_rule(w->marks, i);
        bool has = false;
        for (unsigned c = 0; c < CASES; c++)
            has |= strcmp(mark_cases[c].rule, rule->name) == 0;
        if (!has || rule->reference == NULL || strcmp(rule->family, rule->name) == 0)
            fail_msg("%s: no example, family or reference", rule->name);
    }
}

/* What is a mark in one part is none in another. */
static void parts_are_apart(void **state)
{
    struct world *w = *state;
    for (unsigned i = 0; i < CASES; i++)
        for (enum mark_part part = MARK_REQUEST; part < MARK_PARTS; part++) {
            const struct mark_case *c = &mark_cases[i];
            const struct mark_hits *hits =
                mark_search_bytes(w->search, part, c->bytes, c->len, 443, &w->skips);
            for (uint32_t h = 0; hits && h < hits->len && part != c->part; h++)
                if (strcmp(hits->hit[h].rule->name, c->rule) == 0)
                    fail_msg("%s is found in part %d", c->rule, (int)part);
        }
}

static void honest_words_have_none(void **state)
{
    struct world *w = *state;
    for (unsigned i = 0; i < HONEST; i++) {
        const struct mark_case *c = &honest_cases[i];
        const struct mark_hits *hits =
            mark_search_bytes(w->search, c->part, c->bytes, c->len, 443, &w->skips);
        if (hits)
            fail_msg("%s takes honest text %u", hits->hit[0].rule->name, i);
    }
}

/* Each prefix against an unreadable page. */
static void search_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct world *w = context;
    for (enum mark_part part = 0; part < MARK_PARTS; part++)
        (void)mark_search_bytes(w->search, part, bytes, len, 80, &w->skips);
}

static void reads_no_byte_too_far(void **state)
{
    for (unsigned i = 0; i < CASES; i++)
        guard_prefixes(mark_cases[i].bytes, mark_cases[i].len, search_prefix, *state);
    struct world *w = *state;
    assert_int_equal(w->skips.count[SKIP_mark_slow], 0);
}

/* The heads of records are rebuilt as marks/README shows them. */
static void heads_are_rebuilt(void **state)
{
    (void)state;
    char room[MARK_TEXT_MAX];
    struct http_record http = {.method = text_of("POST"),
                               .target = text_of("/a?b"),
                               .host = text_of("x\ny"),
                               .cookie = text_of(""),
                               .body = text_of("d=1\n"),
                               .status = 404,
                               .server = text_of("s")};
    struct record record = {.kind = RECORD_HTTP, .http = &http};
    struct text t = mark_text(&record, MARK_REQUEST, room);
    assert_true(text_is(t, "POST /a?b\nHost: x y\nCookie: \n\nd=1\n"));
    assert_true(text_is(mark_text(&record, MARK_RESPONSE, room), "404\nServer: s\n\n"));
    assert_int_equal(mark_text(&record, MARK_TLS, room).len, 0);
    assert_int_equal(mark_text(&record, MARK_SENT, room).len, 0);
    struct tls_record tls = {.server_name = text_of("a.example"),
                             .ja3 = "12",
                             .certificate_seen = true,
                             .certificate = {.subject = text_of("CN=a"),
                                             .issuer = text_of("CN=a"),
                                             .self_signed = true,
                                             .not_before = {0},
                                             .not_after = {10 * DAY_US}}};
    record = (struct record){.kind = RECORD_TLS, .tls = &tls};
    assert_true(text_is(mark_text(&record, MARK_TLS, room),
                        "\nname: a.example\nja3: 12\nsubject: CN=a\nissuer: CN=a\nself-signed\n"
                        "days: 10\n"));
}

static void fields_are_cut_to_the_room(void **state)
{
    (void)state;
    static char long_one[20000];
    char room[MARK_TEXT_MAX];
    memset(long_one, 'a', sizeof long_one);
    struct text t = text_at(long_one, sizeof long_one);
    struct http_record http = {.method = t,
                               .target = t,
                               .host = t,
                               .user_agent = t,
                               .referer = t,
                               .content_type = t,
                               .cookie = t,
                               .body = t,
                               .status = 2147483647,
                               .server = t,
                               .response_type = t,
                               .response_start = t};
    struct record record = {.kind = RECORD_HTTP, .http = &http};
    assert_in_range(mark_text(&record, MARK_REQUEST, room).len, 3000, MARK_TEXT_MAX);
    assert_in_range(mark_text(&record, MARK_RESPONSE, room).len, 2000, MARK_TEXT_MAX);
}

/* ---- the user's rules */

struct told {
    unsigned len;
    char text[4][400];
};

static void on_complaint(void *context, const char *text)
{
    struct told *told = context;
    assert_true(told->len < 4);
    (void)snprintf(told->text[told->len++], sizeof told->text[0], "%s", text);
}

static void file_make(const char *folder, const char *name, const char *content)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    (void)fputs(content, f);
    assert_int_equal(fclose(f), 0);
}

static void bad_rules_are_named_and_left_out(void **state)
{
    (void)state;
    char folder[] = "/tmp/muster-marks-XXXXXX", command[64];
    struct told told = {0};
    struct skips skips = {0};
    assert_non_null(mkdtemp(folder));
    file_make(folder, "a.yar", "rule one { strings: $a = \"magic words\" condition: $a }\n");
    file_make(folder, "b.yar", "rule two\n{\n condition: nonsense\n}\n");
    file_make(folder, "c.yara",
              "rule one { meta: family = \"F\" confidence = \"high\"\n"
              " condition: talk and port == 4444 }\n");
    file_make(folder, "d.yar", "include \"a.yar\"\n");
    file_make(folder, "e.yar", "");
    file_make(folder, "f.txt", "not looked at");
    struct marks *marks = marks_new();
    uint64_t before = marks_digest(marks);
    marks_add(marks, folder, (struct rule_complaint){on_complaint, &told});
    marks_add(marks, "/nowhere/rules.yar", (struct rule_complaint){on_complaint, &told});
    assert_true(marks_digest(marks) != before);
    assert_int_equal(told.len, 4);
    assert_non_null(strstr(told.text[0], "b.yar:3: "));
    assert_non_null(strstr(told.text[1], "d.yar:1: "));
    assert_non_null(strstr(told.text[2], "e.yar"));
    assert_non_null(strstr(told.text[3], "/nowhere/rules.yar"));
    marks_compile(marks);
    struct mark_search *search = mark_search_new(marks);
    const struct mark_hits *hits =
        mark_search_bytes(search, MARK_GOT, "magic words", 11, 1, &skips);
    assert_non_null(hits);
    assert_string_equal(hits->hit[0].rule->family, "one");
    assert_int_equal(hits->hit[0].rule->confidence, MARK_MEDIUM);
    hits = mark_search_bytes(search, MARK_GOT, "magic words", 11, 4444, &skips);
    assert_non_null(hits);
    assert_int_equal(hits->len, 2);
    assert_string_equal(hits->hit[0].rule->family, "F"); /* the surer one first */
    mark_search_free(search);
    marks_free(marks);
    (void)snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* ---- the detector */

static const struct mark_rule rules[] = {
    {"sure", "A", "https://a.example/", 0, MARK_HIGH},
    {"also", "A", NULL, 1, MARK_MEDIUM},
    {"weak", "B", NULL, 2, MARK_LOW},
};

struct bench {
    uint64_t pair_state[32], host_state[4];
    struct pair pair;
    struct host host;
    struct evidence_out out;
};

static void meet(struct bench *b, const struct mark_rule *rule, uint64_t number, bool opened)
{
    struct mark_hits hits = {.len = 1, .hit = {{rule, MARK_SENT, 4}}};
    struct record record = {.kind = RECORD_TALK,
                            .time = {(int64_t)number * 1000},
                            .number = number,
                            .ends = {.host_opened = opened, .outside_port = {4444}},
                            .marks = &hits};
    struct detect detect = {.pair_state = b->pair_state,
                            .host_state = b->host_state,
                            .pair = &b->pair,
                            .host = &b->host};
    assert_true(detector_mark.pair_bytes <= sizeof b->pair_state);
    detector_mark.record(&detect, &record);
}

static void finish(struct bench *b, unsigned flags)
{
    b->pair.flags = (uint16_t)flags;
    struct detect detect = {.pair_state = b->pair_state,
                            .host_state = b->host_state,
                            .pair = &b->pair,
                            .host = &b->host};
    evidence_double_reset(&b->out);
    detector_mark.close(&detect, &b->out);
}

static void sure_marks_may_confirm(void **state)
{
    (void)state;
    static struct bench b;
    meet(&b, &rules[0], 9, true);
    meet(&b, &rules[0], 7, true);
    finish(&b, PAIR_ANSWERED);
    assert_int_equal(b.out.len, 1);
    const struct evidence *e = &b.out.evidence[0];
    assert_int_equal(e->group, GROUP_MARK);
    assert_int_equal(e->flags, EVIDENCE_CONTENT);
    assert_int_equal(e->number, 7);
    assert_true(e->strength > 9.1);
    assert_true(text_is(e->item, "sure"));
    assert_true(text_is(e->family, "A"));
    assert_true(text_is(e->why,
                        "known bytes of A in what the host sent first (at 4), port 4444, 2 times; "
                        "see https://a.example/"));
    finish(&b, 0); /* nobody answered */
    assert_int_equal(b.out.len, 0);
    finish(&b, PAIR_ANSWERED | PAIR_POPULAR);
    assert_int_equal(b.out.len, 0);
}

static void order_does_not_matter(void **state)
{
    (void)state;
    static const unsigned order[][3] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {2, 0, 1}};
    for (unsigned i = 0; i < 4; i++) {
        struct bench b = {0};
        for (unsigned r = 0; r < 3; r++)
            meet(&b, &rules[order[i][r]], 5 + order[i][r], true);
        finish(&b, PAIR_ANSWERED);
        assert_int_equal(b.out.len, 3);
        for (unsigned r = 0; r < 3; r++) {
            assert_true(text_is(b.out.evidence[r].item, rules[r].name));
            assert_int_equal(b.out.evidence[r].number, 5 + r);
        }
        /* the sure one and another of its family */
        assert_true(trait_holds(&b.out.evidence[0].traits, TRAIT_mark_several));
        assert_false(trait_holds(&b.out.evidence[2].traits, TRAIT_mark_several));
        evidence_double_reset(&b.out);
    }
}

static void weak_marks_everywhere_are_none(void **state)
{
    (void)state;
    struct bench b = {0};
    meet(&b, &rules[2], 1, true);
    finish(&b, PAIR_ANSWERED);
    assert_int_equal(b.out.len, 1);
    for (unsigned end = 0; end < 40; end++) {
        memset(b.pair_state, 0, sizeof b.pair_state);
        meet(&b, &rules[2], 2, true);
    }
    finish(&b, PAIR_ANSWERED);
    assert_int_equal(b.out.len, 0);
    evidence_double_reset(&b.out);
}

static void others_conversations_say_nothing(void **state)
{
    (void)state;
    struct bench b = {0};
    meet(&b, &rules[0], 1, false);
    finish(&b, PAIR_ANSWERED);
    assert_int_equal(b.out.len, 0);
    evidence_double_reset(&b.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_takes_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_rule_has_an_example, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parts_are_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(honest_words_have_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_no_byte_too_far, set_up, tear_down),
        cmocka_unit_test(heads_are_rebuilt),
        cmocka_unit_test(fields_are_cut_to_the_room),
        cmocka_unit_test(bad_rules_are_named_and_left_out),
        cmocka_unit_test(sure_marks_may_confirm),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(weak_marks_everywhere_are_none),
        cmocka_unit_test(others_conversations_say_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
