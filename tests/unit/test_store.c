#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/file.h"
#include "made_findings.h"
#include "store/generation.h"
#include "store/store.h"
#include "view.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MEMORY = 256 << 20 };

static char folder[64], top[64]; /* the store, and the folder it is in */

/* A name with what SQL strings and patterns would trip over. */
static int make_store(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/muster-store-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    memcpy(top, folder, sizeof top);
    (void)strncat(folder, "/it's [a*] ?", sizeof folder - strlen(folder) - 1);
    return 0;
}

static int remove_store(void **state)
{
    (void)state;
    char command[128];
    *strrchr(folder, '/') = '\0';
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* the folder made above */
}

static const struct findings_plan plan = {.source = "made/it's \"a\".pcap",
                                          .source_id = "0123456789abcdef0123456789abcdef",
                                          .procedure_id = "0123456789abcdef",
                                          .sensor = "default",
                                          .hosts = 5,
                                          .days = 2,
                                          .calls = 3,
                                          .contacts = 10};

static enum store_written put(struct findings *f, bool again)
{
    struct err err = {""};
    enum store_written written = store_write(folder, f, again, MEMORY, &err);
    if (written == STORE_FAILED)
        fail_msg("%s", err.text);
    return written;
}

static struct view view; /* the judge, without rules */

struct answer {
    const char *sql;
    struct arena arena;
    struct rows rows;
};

static bool use(const struct asker *asker, void *state, struct err *err)
{
    struct answer *answer = state;
    return asker_ask(asker, answer->sql, &answer->arena, &answer->rows, err);
}

/* One row's cells, joined by "|". */
static void assert_answer(const char *sql, const char *expected)
{
    struct answer answer = {.sql = sql};
    struct err err = {""};
    if (store_ask(folder, MEMORY, 1, &view.store, use, &answer, &err) != STORE_ANSWERED)
        fail_msg("%s", err.text);
    struct buf buf = {0};
    buf_string(&buf, "");
    for (size_t row = 0; row < answer.rows.len; row++)
        for (unsigned column = 0; column < answer.rows.columns; column++) {
            struct text cell = rows_cell(&answer.rows, row, column);
            buf_string(&buf, row || column ? "|" : "");
            buf_string(&buf, cell.at ? cell.at : "null");
        }
    assert_string_equal(buf.at ? buf.at : "", expected);
    buf_free(&buf);
    arena_free(&answer.arena);
}

static void test_empty(void **state)
{
    (void)state;
    struct answer answer = {.sql = "SELECT 1"};
    assert_int_equal(store_ask(folder, MEMORY, 1, NULL, use, &answer, NULL), STORE_EMPTY);
    assert_false(store_known(folder, text_of("default"), text_of(plan.source_id),
                             text_of(plan.procedure_id)));
    assert_false(file_exists(folder));
}

static void test_rows_come_back(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    f.sighting[1].host_port = -1;
    f.sighting[1].answered = -1;
    f.sighting[1].p = (double)NAN;
    f.sighting[1].last.us = INSTANT_NONE_US;
    f.sighting[1].family = text_of("bad \xff\" utf-8");
    assert_int_equal(put(&f, false), STORE_WRITTEN);
    struct stat st;
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_answer("SELECT count(*), count(DISTINCT day) FROM sighting", "10|2");
    assert_answer("SELECT day, host, host_port, p, answered, first, site, evidence[1].strength, "
                  "evidence[1].\"group\", evidence[1].\"where\", evidence[2].known_from, source "
                  "FROM sighting WHERE host = '10.1.0.1' ORDER BY day LIMIT 1",
                  "2020-06-01|10.1.0.1|40000|0.9971|true|2020-06-01 01:00:00.123456|null|9.5|"
                  "listed_end|made/it's \"a\".pcap#packet=100|null|made/it's \"a\".pcap");
    assert_answer("SELECT host_port, p, answered, last, family FROM sighting "
                  "WHERE host = '10.1.0.2' ORDER BY day LIMIT 1",
                  "null|null|null|null|bad \xEF\xBF\xBD\" utf-8");
    assert_answer("SELECT typeof(day), typeof(first), typeof(p), typeof(hours), typeof(answered) "
                  "FROM sighting LIMIT 1",
                  "DATE|TIMESTAMP|DOUBLE|BIGINT|BOOLEAN");
    assert_answer("SELECT len(calls), calls[2], app FROM contact ORDER BY controller LIMIT 1",
                  "3|2020-06-01 00:01:00.123456|tls");
    assert_answer("SELECT source_id, packets, skipped, len(files), len(replaces) FROM coverage",
                  "0123456789abcdef0123456789abcdef|100000|fragment=3 stream_gap=1|4|0");
    arena_free(&f.arena);
}

static void test_known_and_generations(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    assert_int_equal(put(&f, false), STORE_KNOWN);
    assert_true(store_known(folder, text_of("default"), text_of(plan.source_id),
                            text_of(plan.procedure_id)));
    assert_false(
        store_known(folder, text_of("other"), text_of(plan.source_id), text_of(plan.procedure_id)));
    f.sightings = 3;
    for (int i = 0; i < GENERATIONS_KEPT + 3; i++)
        assert_int_equal(put(&f, true), STORE_WRITTEN);
    assert_answer("SELECT count(*), (SELECT count(*) FROM coverage) FROM sighting", "3|1");
    struct stems stems;
    assert_true(stems_list(&stems, folder, NULL, NULL));
    assert_int_equal(stems.len, GENERATIONS_KEPT);
    stems_free(&stems);
    f.coverage.procedure_id = text_of("ffffffffffffffff");
    f.sightings = 2;
    assert_int_equal(put(&f, false), STORE_WRITTEN);
    assert_answer("SELECT count(*), (SELECT count(*) FROM coverage) FROM sighting", "2|1");
    arena_free(&f.arena);
}

/* A source without findings: only coverage; the tables are there all the same. */
static void test_no_rows(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    f.sightings = f.contacts = f.identities = 0;
    assert_int_equal(put(&f, true), STORE_WRITTEN);
    assert_answer("SELECT (SELECT count(*) FROM sightings), (SELECT count(*) FROM contact), "
                  "(SELECT len(files) FROM coverage)",
                  "0|0|0");
    arena_free(&f.arena);
}

/* Who hosts are: rows of one without a finding lie apart and are forgotten; the rest stay. */
static void test_bystanders_are_forgotten(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    assert_int_equal(put(&f, true), STORE_WRITTEN);
    assert_answer("SELECT (SELECT count(*) FROM identity), (SELECT count(*) FROM bystander), "
                  "(SELECT string_agg(name, ' ' ORDER BY name) FROM identities)",
                  "3|1|DESKTOP-XYZ PRINTER desktop-xyz");
    store_forget(folder, 30);
    assert_answer("SELECT count(*) FROM identities", "4");
    store_forget(folder, -1);
    assert_answer("SELECT (SELECT count(*) FROM identity), (SELECT count(*) FROM bystander), "
                  "(SELECT count(*) FROM sighting)",
                  "3|0|10");
    arena_free(&f.arena);
}

/* What a writer leaves that died before its coverage stood is neither counted nor in the way. */
static void test_leftovers(void **state)
{
    (void)state;
    char path[PATH_MAX];
    struct findings f;
    findings_make(&f, &plan);
    (void)put(&f, true);
    int used = snprintf(path, sizeof path,
                        "%s/sighting/%s-00000000-00000000000000000000-0000000000000000.parquet",
                        folder, plan.source_id);
    assert_true(used > 0);
    assert_true(file_write(path, "half", 4, 0600, NULL));
    assert_answer("SELECT count(*) FROM sighting", "10");
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    char marker[PATH_MAX];
    used = snprintf(marker, sizeof marker, "%s/temp/.swept", folder);
    assert_true(used > 0);
    assert_int_equal(unlink(marker), 0);
    (void)put(&f, true);
    assert_false(file_exists(path));
    assert_answer("SELECT count(*) FROM sighting", "10");
    arena_free(&f.arena);
}

static void test_outside_is_out_of_reach(void **state)
{
    (void)state;
    static const char *const foul[] = {
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT '10.0.0.1'::INET",
        "SELECT * FROM read_parquet('http://127.0.0.1:9/x.parquet')",
    };
    for (size_t i = 0; i < sizeof foul / sizeof foul[0]; i++) {
        struct answer answer = {.sql = foul[i]};
        struct err err = {""};
        assert_int_equal(store_ask(folder, MEMORY, 1, NULL, use, &answer, &err), STORE_UNREADABLE);
        assert_true(err.text[0] != '\0');
        arena_free(&answer.arena);
    }
    assert_answer("SELECT count(*) FROM duckdb_settings() WHERE "
                  "(name = 'lock_configuration' AND value = 'true') OR "
                  "(name = 'autoload_known_extensions' AND value = 'false') OR "
                  "(name = 'autoinstall_known_extensions' AND value = 'false') OR "
                  "(name = 'enable_external_access' AND value = 'false')",
                  "4");
}

/* What several sources found together is judged again. */
static void test_merged_sources_are_judged_again(void **state)
{
    (void)state;
    struct findings f;
    findings_make(&f, &plan);
    f.coverage.source_id = text_of("00000000000000000000000000000001");
    struct evidence_list whole = f.sighting[1].evidence;
    f.sighting[0] = f.sighting[1];
    f.sighting[0].evidence.len = 1;
    f.sighting[0].p = 0.08;
    f.sighting[0].grade = text_of("suspected");
    f.sighting[0].host = address_v4(0x0a020001U);
    f.sightings = 1;
    (void)put(&f, true);
    f.coverage.source_id = text_of("00000000000000000000000000000002");
    f.sighting[0].evidence = (struct evidence_list){whole.at + 1, 1};
    f.sighting[0].p = 0.02;
    (void)put(&f, true);
    /* logit(0.001) + 4.5 + 3.25 = 0.8432 */
    assert_answer("SELECT parts, len(evidence), round(p, 3), grade, flows FROM sightings "
                  "WHERE host = '10.2.0.1'",
                  "2|2|0.699|suspected|24");
    arena_free(&f.arena);
}

/* The same evidence judged in C and through the store: equal to the last bit, with the settings of
 * that moment. */
static void test_one_judge(void **state)
{
    (void)state;
    static const struct {
        uint8_t group[3];
        uint16_t flags[3];
        double strength[3];
        unsigned len;
        double prior;
        bool answered;
    } cases[] = {
        {{GROUP_LISTED_END, GROUP_RHYTHM}, {EVIDENCE_UNDATED, 0}, {4.5, 3.25}, 2, 1e-3, true},
        {{GROUP_LISTED_END, GROUP_RHYTHM}, {EVIDENCE_CONTENT, 0}, {12, 9}, 2, 1e-3, true},
        {{GROUP_LISTED_END, GROUP_RHYTHM}, {EVIDENCE_CONTENT, 0}, {12, 9}, 2, 1e-3, false},
        {{GROUP_LISTED_END, GROUP_NAMES}, {EVIDENCE_SUSPECT, 0}, {7, 3.9}, 2, 1e-3, true},
        {{GROUP_LISTED_END, GROUP_NAMES}, {EVIDENCE_SUSPECT, 0}, {7, 4.1}, 2, 1e-3, true},
        {{GROUP_SHAPE, GROUP_RHYTHM, GROUP_ROLE}, {0, 0, 0}, {30, 30, -30}, 3, 1e-3, true},
        {{GROUP_SHAPE, GROUP_RHYTHM, GROUP_ROLE},
         {0, 0, EVIDENCE_RELAYED},
         {9, 6, 0},
         3,
         1e-2,
         true},
        {{GROUP_LISTED_END, GROUP_RHYTHM}, {0, 0}, {4.5, 3.25}, 2, 0.2, true},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conf conf;
        conf_default(&conf);
        conf.judge[JUDGE_PRIOR] = cases[i].prior;
        view_open(&view, &conf, NULL);
        struct evidence e[3];
        for (unsigned k = 0; k < cases[i].len; k++)
            e[k] = (struct evidence){.detector = "made",
                                     .group = cases[i].group[k],
                                     .flags = cases[i].flags[k],
                                     .strength = cases[i].strength[k],
                                     .known_from = {DAY_NONE},
                                     .item = text_of(k ? k > 1 ? "c" : "b" : "a"),
                                     .why = text_of("made")};
        struct verdict verdict;
        judge_pair(cases[i].answered, e, cases[i].len, conf.judge, &verdict);
        struct findings f;
        findings_make(&f, &plan);
        f.sightings = 1;
        f.sighting[0].host = address_v4(0x0a030001U + i);
        f.sighting[0].answered = cases[i].answered;
        f.sighting[0].p = 0;
        f.sighting[0].grade = text_of("suspected");
        for (unsigned part = 0; part < 2; part++) { /* in two sources */
            f.coverage.source_id = text_of(part ? "000000000000000000000000000000f1"
                                                : "000000000000000000000000000000f2");
            f.sighting[0].evidence = (struct evidence_list){e + part, part ? cases[i].len - 1 : 1};
            (void)put(&f, true);
        }
        char sql[160], expected[64];
        (void)snprintf(sql, sizeof sql,
                       "SELECT p = '%.17g'::DOUBLE, grade FROM sightings WHERE host = '10.3.0.%u'",
                       verdict.p, i + 1);
        (void)snprintf(expected, sizeof expected, "true|%s",
                       verdict.grade ? verdict.grade : "suspected");
        assert_answer(sql, expected);
        arena_free(&f.arena);
    }
    struct conf conf;
    conf_default(&conf);
    view_open(&view, &conf, NULL);
}

/* --allow and --roles on what is stored already. */
static void test_rules_on_stored_rows(void **state)
{
    (void)state;
    char path[128];
    struct err err = {""};
    struct conf conf;
    struct findings f;
    conf_default(&conf);
    findings_make(&f, &plan);
    f.coverage.source_id = text_of("000000000000000000000000000000e1");
    f.sightings = 4;
    static const char *const names[] = {"a.allowed.example", NULL, NULL, NULL};
    struct evidence mark = {.detector = "intel",
                            .group = GROUP_LISTED_CONTENT,
                            .strength = 9.5,
                            .known_from = {DAY_NONE},
                            .item = text_of("ja3 51c64c77e60f3980eea90869b68c58a8"),
                            .why = text_of("made")};
    struct evidence role = {.detector = "role",
                            .group = GROUP_ROLE,
                            .known_from = {DAY_NONE},
                            .item = text_of("host is client"),
                            .why = text_of("opened 9 conversations")};
    for (unsigned i = 0; i < 4; i++) {
        struct evidence *e = arena_new(&f.arena, 2 * sizeof *e);
        e[0] = mark;
        e[1] = role;
        if (i != 1)
            e[0].item = text_of("ja3 00000000000000000000000000000000");
        f.sighting[i].host = address_v4(0x0a040001U + i);
        f.sighting[i].controller_name = text_of(names[i]);
        f.sighting[i].evidence = (struct evidence_list){e, 2};
        f.sighting[i].p = 0.93;
        f.sighting[i].grade = text_of("probable");
        f.sighting[i].answered = 1;
    }
    (void)put(&f, true);
    arena_free(&f.arena);

    struct review *review = review_new();
    static const char allow[] = "# ours\n*.allowed.example\n51c64c77e60f3980eea90869b68c58a8\n";
    static const char roles[] = "10.4.0.3 lab malware sandbox\n10.4.0.4 proxy\n";
    (void)snprintf(path, sizeof path, "%s/office.allow", top);
    assert_true(file_write(path, allow, sizeof allow - 1, 0600, &err));
    assert_true(review_allow(review, path, &err));
    (void)snprintf(path, sizeof path, "%s/office.roles", top);
    assert_true(file_write(path, roles, sizeof roles - 1, 0600, &err));
    assert_true(review_roles(review, path, &err));
    view_open(&view, &conf, review);
    assert_answer("SELECT host, host_role, grade, "
                  "array_to_string([e.why FOR e IN evidence IF e.detector = 'role'], ';') "
                  "FROM sightings WHERE starts_with(host, '10.4.') ORDER BY host",
                  "10.4.0.3|lab|probable|office.roles:1 says so: malware sandbox|"
                  "10.4.0.4|proxy|suspected|office.roles:2 says so");
    assert_answer("SELECT host, allowed_by FROM suppressed WHERE starts_with(host, '10.4.') ORDER "
                  "BY host",
                  "10.4.0.1|office.allow:2|10.4.0.2|office.allow:3");
    view_open(&view, &conf, NULL); /* nothing was lost */
    assert_answer("SELECT count(*) FROM sightings WHERE starts_with(host, '10.4.') AND grade = "
                  "'probable'",
                  "4");
    review_free(review);
}

int main(void)
{
    struct conf conf;
    conf_default(&conf);
    view_open(&view, &conf, NULL);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_rows_come_back),
        cmocka_unit_test(test_known_and_generations),
        cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_bystanders_are_forgotten),
        cmocka_unit_test(test_leftovers),
        cmocka_unit_test(test_outside_is_out_of_reach),
        cmocka_unit_test(test_merged_sources_are_judged_again),
        cmocka_unit_test(test_one_judge),
        cmocka_unit_test(test_rules_on_stored_rows),
    };
    return cmocka_run_group_tests(tests, make_store, remove_store);
}
