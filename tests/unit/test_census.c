#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "census/census.h"
#include "made_findings.h"
#include "record/counting.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64];

static int make_store(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/muster-census-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_store(void **state)
{
    (void)state;
    char command[128];
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* the folder made above */
}

static const struct findings_plan plan = {.source = "made/a.pcap",
                                          .source_id = "0123456789abcdef0123456789abcdef",
                                          .procedure_id = "0123456789abcdef",
                                          .sensor = "default",
                                          .hosts = 21,
                                          .days = 3,
                                          .calls = 2,
                                          .contacts = 4};

static void put(const struct findings_plan *p, bool again, enum store_written expected)
{
    struct findings f;
    struct err err = {""};
    findings_make(&f, p);
    enum store_written written = store_write(folder, &f, again, 256 << 20, &err);
    if (written != expected)
        fail_msg("store_write says %d, %s", (int)written, err.text);
    arena_free(&f.arena);
}

static bool make(const struct asker *asker, void *state, struct err *err)
{
    struct day none = {DAY_NONE};
    return census_make(state, asker, none, none, NULL, err);
}

static bool make_first_day(const struct asker *asker, void *state, struct err *err)
{
    struct day day = day_of(2020, 6, 1);
    return census_make(state, asker, day, day, NULL, err);
}

static void ask(struct census *census, bool (*use)(const struct asker *, void *, struct err *))
{
    struct err err = {""};
    enum store_answer answer = store_ask(folder, 256 << 20, 1, NULL, use, census, &err);
    if (answer != STORE_ANSWERED)
        fail_msg("store_ask says %d: %s", (int)answer, err.text);
    for (unsigned i = 0; i < census->checks; i++)
        if (!census_check_holds(&census->check[i]))
            fail_msg("check fails: %s: %lld, %lld", census->check[i].what.at,
                     (long long)census->check[i].left, (long long)census->check[i].right);
    assert_true(census->checks >= 9);
}

static int64_t cell(const struct census *census, const char *table, const char *key,
                    const char *column)
{
    const struct rows *rows = &census_table(census, table)->rows;
    for (size_t row = 0; row < rows->len; row++)
        if (text_is(rows_cell(rows, row, 0), key))
            for (unsigned c = 0; c < rows->columns; c++)
                if (text_is(rows->name[c], column))
                    return rows_count(rows, row, c);
    return -1;
}

/* 21 hosts: 7 confirmed, 7 probable, 7 suspected by n % 3; controllers n % 7 (3: a sinkhole). */
static void test_counts(void **state)
{
    (void)state;
    struct census census;
    put(&plan, false, STORE_WRITTEN);
    ask(&census, make);
    assert_int_equal(census.number[CENSUS_hosts_confirmed], 6);
    assert_int_equal(census.number[CENSUS_hosts_probable], 6);
    assert_int_equal(census.number[CENSUS_hosts_suspected], 6);
    assert_int_equal(census.number[CENSUS_hosts_counted], 12);
    assert_int_equal(census.number[CENSUS_hosts_sinkhole], 2);
    assert_int_equal(census.number[CENSUS_controllers], 6);
    assert_int_equal(census.number[CENSUS_countries], 2);
    assert_int_equal(census.number[CENSUS_days_watched], 3);
    assert_int_equal(cell(&census, "country", "NL", "hosts"), 6);
    assert_int_equal(cell(&census, "country", "NL", "controllers"), 3);
    assert_int_equal(cell(&census, "country", "US", "hosts"), 6);
    assert_int_equal(cell(&census, "country", "US", "shared"), 0);
    assert_int_equal(cell(&census, "day", "2020-06-01", "new_hosts"), 12);
    assert_int_equal(cell(&census, "day", "2020-06-02", "new_hosts"), 0);
    assert_int_equal(cell(&census, "day", "2020-06-02", "hosts"), 12);
    assert_int_equal(census.pair.len, 12);
    assert_int_equal(census.evidence.len, 24);
    assert_int_equal(census.evidence.columns, CENSUS_EVIDENCE_COLUMNS);
    census_free(&census);
}

static void test_reading_again_changes_nothing(void **state)
{
    (void)state;
    struct census census;
    put(&plan, false, STORE_KNOWN);
    put(&plan, true, STORE_WRITTEN);
    struct findings_plan other = plan;
    other.procedure_id = "fedcba9876543210";
    put(&other, false, STORE_WRITTEN);
    put(&plan, false, STORE_WRITTEN); /* the older procedure had been replaced */
    ask(&census, make);
    assert_int_equal(census.number[CENSUS_hosts_counted], 12);
    assert_int_equal(census.number[CENSUS_sources], 1);
    assert_int_equal(cell(&census, "country", "NL", "hosts"), 6);
    census_free(&census);
}

/* Another source with the same pairs and days: nothing more, evidence not doubled. */
static void test_overlapping_sources_merge(void **state)
{
    (void)state;
    struct census census;
    struct findings_plan other = plan;
    other.source_id = "ffffffffffffffffffffffffffffffff";
    put(&other, false, STORE_WRITTEN);
    ask(&census, make);
    assert_int_equal(census.number[CENSUS_hosts_counted], 12);
    assert_int_equal(census.number[CENSUS_sources], 2);
    assert_int_equal(census.pair.len, 12);
    assert_int_equal(census.evidence.len, 24);
    census_free(&census);
    other.sensor = "branch"; /* private addresses at another sensor are other machines */
    put(&other, false, STORE_WRITTEN);
    ask(&census, make);
    assert_int_equal(census.number[CENSUS_hosts_counted], 24);
    assert_int_equal(census.number[CENSUS_controllers], 6);
    assert_int_equal(census.number[CENSUS_sensors], 2);
    census_free(&census);
}

static void test_period(void **state)
{
    (void)state;
    struct census census;
    ask(&census, make_first_day);
    assert_int_equal(census.number[CENSUS_days_watched], 1);
    assert_int_equal(census_table(&census, "day")->rows.len, 1);
    /* one day only, but the probable ones have two kinds of evidence */
    assert_int_equal(census.number[CENSUS_hosts_counted], 24);
    census_free(&census);
}

static const char *const roles[] = {"dedicated", "unknown", "shared", "sinkhole", NULL};
static const char *const grades[] = {"suspected", "probable", "confirmed", "probable", "probable"};

/* Findings of every mixture: one kind of evidence or two, grades, roles, names, no country. */
static void make_mixture(struct findings *f)
{
    static const struct findings_plan mixed = {.source = "made/mixed.pcap",
                                               .source_id = "00000000000000000000000000000001",
                                               .procedure_id = "0123456789abcdef",
                                               .sensor = "default",
                                               .hosts = 240,
                                               .days = 2};
    uint64_t random = 88172645463325252U;
    findings_make(f, &mixed);
    size_t kept = 0;
    for (size_t i = 0; i < f->sightings; i++) {
        struct sighting *s = &f->sighting[i];
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        unsigned dice = (unsigned)(random >> 11);
        if (dice % 4 == 0) /* seen on one day only, or not at all */
            continue;
        s->evidence.len = 1 + dice / 4 % 3 / 2;
        s->grade = text_of(grades[dice / 16 % 5]);
        s->controller_role = text_of(roles[dice / 128 % 5]);
        if (dice / 1024 % 4 == 0) {
            s->controller = (struct address){0, 0};
            s->controller_name = arena_format(&f->arena, "c%u.example", dice % 3);
        }
        if (dice / 8192 % 3 == 0)
            s->controller_country = text_of(NULL);
        f->sighting[kept++] = *s;
    }
    f->sightings = kept;
}

/* What a read says of its findings and what the report says of the same store. */
static void test_one_rule(void **state)
{
    (void)state;
    struct findings f;
    struct err err = {""};
    struct census census;
    struct counting counting;
    char store[80];
    (void)snprintf(store, sizeof store, "%s/mixed", folder);
    make_mixture(&f);
    const struct sighting **all = calloc(f.sightings, sizeof *all);
    assert_non_null(all);
    for (size_t i = 0; i < f.sightings; i++)
        all[i] = &f.sighting[f.sightings - 1 - i];
    counting_make(&counting, all, f.sightings);
    free(all);
    if (store_write(store, &f, false, 256 << 20, &err) != STORE_WRITTEN)
        fail_msg("%s", err.text);
    arena_free(&f.arena);
    if (store_ask(store, 256 << 20, 1, NULL, make, &census, &err) != STORE_ANSWERED)
        fail_msg("%s", err.text);
    assert_int_equal(counting.counted, census.number[CENSUS_hosts_counted]);
    assert_int_equal(counting.confirmed, census.number[CENSUS_hosts_confirmed]);
    assert_int_equal(counting.probable, census.number[CENSUS_hosts_probable]);
    assert_int_equal(counting.suspected, census.number[CENSUS_hosts_suspected]);
    assert_int_equal(counting.sinkhole, census.number[CENSUS_hosts_sinkhole]);
    assert_int_equal(counting.controllers, census.number[CENSUS_controllers]);
    assert_int_equal(counting.countries, census.number[CENSUS_countries]);
    /* the mixture has them all, and some that are probable and do not count */
    assert_true(counting.counted > 0 && counting.suspected > 0 && counting.sinkhole > 0);
    assert_true(counting.confirmed + counting.probable > counting.counted);
    census_free(&census);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_reading_again_changes_nothing),
        cmocka_unit_test(test_overlapping_sources_merge),
        cmocka_unit_test(test_period),
        cmocka_unit_test(test_one_rule),
    };
    return cmocka_run_group_tests(tests, make_store, remove_store);
}
