/* Following: what a state file may hold, which part of a log a day's reading takes. */
#include "guard.h"
#include "logs.h"
#include "source/follow_inside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#define HEADER "StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,TotPkts,TotBytes\n"
#define FLOW(time, host)                                                                           \
    "2024/03/" time ",0,tcp," host ",50000,->,203.0.113.9,443,FSPA_FSPA,9,900\n"

struct place {
    char folder[64], path[128], state[128];
};

static void place_make(struct place *p)
{
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/muster-follow-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->path, sizeof p->path, "%s/flows.log", p->folder);
    (void)snprintf(p->state, sizeof p->state, "%s/.state", p->folder);
}

static void place_clear(struct place *p)
{
    (void)unlink(p->path);
    (void)unlink(p->state);
    assert_int_equal(rmdir(p->folder), 0);
}

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* The seconds of the day of every record that the item yields. */
static unsigned take(const struct source_item *item, int64_t *ret, struct source *ret_counts)
{
    struct err err;
    struct block *block = mem_new(1, sizeof *block);
    struct source *source = source_open_item(item, NULL, &err);
    unsigned len = 0;
    assert_non_null(source);
    while (source_next(source, block))
        for (uint32_t i = 0; i < block->records; i++)
            ret[len++] = block->record[i].time.us / SECOND_US % 86400;
    *ret_counts = *source;
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    return len;
}

/* Days overlap, a line comes late, another run goes on: each record is yielded once. */
static void yields_each_record_once(void **state)
{
    (void)state;
    struct place p;
    struct err err;
    place_make(&p);
    char *folder = p.folder;
    append(p.path, HEADER FLOW("05 23:50:00", "10.0.0.5") FLOW("06 00:00:01", "10.0.0.5")
                       FLOW("05 23:59:59", "10.0.0.5") FLOW("06 00:05:00", "10.0.0.5"));
    struct follow *f = follow_new(&folder, 1, p.state, &err);
    assert_non_null(f);
    const struct source_item *item;
    bool again;
    int64_t at[16];
    struct source counts;
    assert_true(follow_look(f, false, &err));
    assert_false(follow_due(f, false, &item, &again)); /* ten minutes are not over */
    append(p.path, FLOW("06 00:10:00", "10.0.0.5"));
    assert_true(follow_look(f, false, &err));
    assert_true(follow_due(f, false, &item, &again));
    assert_false(again);
    assert_int_equal(take(item, at, &counts), 2);
    assert_true(at[0] == 86400 - 600 && at[1] == 86399);
    assert_int_equal(counts.units, 3); /* two flows and the header */
    assert_int_equal(counts.remarks, 1);
    assert_true(follow_begin(f, &err));
    follow_free(f);

    /* Killed before it was done: the next run does it again. */
    f = follow_new(&folder, 1, p.state, &err);
    assert_true(f && follow_look(f, false, &err));
    assert_true(follow_due(f, false, &item, &again));
    assert_true(again);
    assert_int_equal(take(item, at, &counts), 2);
    assert_true(follow_begin(f, &err) && follow_done(f, &err));
    assert_false(follow_due(f, false, &item, &again));
    follow_free(f);

    append(p.path, FLOW("05 23:59:58", "10.0.0.5") FLOW("06 23:00:00", "10.0.0.5"));
    f = follow_new(&folder, 1, p.state, &err);
    assert_true(f && follow_look(f, true, &err));
    assert_true(follow_due(f, true, &item, &again));
    assert_false(again);
    assert_int_equal(take(item, at, &counts), 5);
    assert_true(at[0] == 1 && at[1] == 300 && at[2] == 600 && at[3] == 86398 && at[4] == 82800);
    assert_int_equal(counts.skips.count[SKIP_late], 1);
    assert_int_equal(counts.units, 5);
    assert_true(follow_begin(f, &err) && follow_done(f, &err));
    assert_false(follow_due(f, true, &item, &again));
    follow_free(f);
    place_clear(&p);
}

#define ZEEK "#separator \\x09\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\t"
#define ENDS "id.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto"

/* A header in the middle that names other columns: a later run goes on behind it by its word. */
static void goes_on_by_the_last_header(void **state)
{
    (void)state;
    struct place p;
    struct err err;
    place_make(&p);
    char *folder = p.folder;
    append(p.path, ZEEK ENDS "\n1709632800.0\tC1\t10.0.0.5\t1\t203.0.113.9\t443\ttcp\n"
                             "#close\tx\n" ZEEK "note\t" ENDS "\n"
                             "1709632801.0\tC2\tx\t10.0.0.5\t1\t203.0.113.9\t443\ttcp\n"
                             "1709683200.0\tC3\tx\t10.0.0.6\t1\t203.0.113.9\t443\ttcp\n"
                             "1709686800.0\tC4\tx\t10.0.0.7\t1\t203.0.113.9\t443\ttcp\n");
    const struct source_item *item;
    bool again;
    int64_t at[16];
    struct source counts;
    for (int run = 0; run < 2; run++) {
        struct follow *f = follow_new(&folder, 1, p.state, &err);
        assert_true(f && follow_look(f, true, &err) && follow_due(f, run == 1, &item, &again));
        assert_int_equal(take(item, at, &counts), 2);
        assert_int_equal(at[0], run ? 0 : 36000);
        assert_int_equal(counts.skips.count[SKIP_line_damaged], 0);
        assert_int_equal(counts.remarks, run ? 0 : 9);
        assert_true(follow_begin(f, &err) && follow_done(f, &err));
        follow_free(f);
    }
    place_clear(&p);
}

/* Between the look and the reading another log took the place: nothing of it is read. */
static void notices_a_rotation(void **state)
{
    (void)state;
    struct place p;
    struct err err;
    place_make(&p);
    char *folder = p.folder;
    append(p.path, HEADER FLOW("05 23:50:00", "10.0.0.5") FLOW("06 00:10:01", "10.0.0.5"));
    struct follow *f = follow_new(&folder, 1, p.state, &err);
    const struct source_item *item;
    bool again;
    assert_true(f && follow_look(f, false, &err) && follow_due(f, false, &item, &again));
    assert_int_equal(unlink(p.path), 0);
    assert_null(source_open_item(item, NULL, &err));
    append(p.path, HEADER);
    assert_null(source_open_item(item, NULL, &err));
    assert_non_null(strstr(err.text, "another log lies there now"));
    append(p.path, FLOW("06 00:50:00", "10.0.0.9") FLOW("06 00:51:01", "10.0.0.9"));
    assert_null(source_open_item(item, NULL, &err));
    follow_free(f);
    place_clear(&p);
}

/* Whether a state is taken; what it then holds of logs. */
static bool parse(const void *bytes, size_t len, size_t *ret_logs)
{
    struct follow f = {0};
    const char *why = NULL;
    bool good = follow_state_parse(&f, text_at(bytes, len), &why);
    *ret_logs = f.logs;
    for (size_t i = 0; i < f.logs; i++)
        muster_assert(f.log[i].from.offset <= f.log[i].taken.offset && f.log[i].kind < f.kinds &&
                      f.log[i].digested <= FOLLOW_HEAD);
    mem_free(f.log);
    muster_assert(good || why != NULL);
    return good;
}

static size_t sealed(char *out, size_t room, const char *body)
{
    int used = snprintf(out, room, "%send %016llx\n", body,
                        (unsigned long long)XXH3_64bits(body, strlen(body)));
    return (size_t)used;
}

#define KIND "muster follow 1\nkind argus 2024-03-05 -\n"
#define LOG "log argus c44d9445ac93f811 4096 500 5 0 600 6 0 1118 693509 1795665403436339733 0 0\n"

static void refuses_a_damaged_state(void **state)
{
    (void)state;
    char text[1024];
    size_t logs;
    static const struct {
        const char *body;
        bool good;
    } row[] = {
        {KIND LOG, true},
        {"muster follow 1\n", true},
        {"muster follow 2\n" LOG, false},
        {"muster follow 1\n" LOG, false}, /* of no kind */
        {KIND "kind argus - -\n", false}, /* twice */
        {KIND "kind pcap - -\n", false},  /* no log */
        {KIND "kind argus 2024-13-05 -\n", false},
        {KIND "log argus c44d9445ac93f811 4097 500 5 0 600 6 0 1 1 1 0 0\n", false},
        {KIND "log argus c44d9445ac93f811 4096 500 5 501 600 6 0 1 1 1 0 0\n", false},
        {KIND "log argus c44d9445ac93f811 4096 700 5 0 600 6 0 1 1 1 0 0\n", false},
        {KIND "log argus c44d9445ac93f811 4096 500 5 0 600 6 0 1 1 1 2 0\n", false},
        {KIND "log argus c44d9445ac93f811 4096 500 5 0 600 6 0 1 1 1 0\n", false},
        {KIND "log argus xyz 4096 500 5 0 600 6 0 1 1 1 0 0\n", false},
        {KIND "what\n", false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        size_t len = sealed(text, sizeof text, row[i].body);
        assert_int_equal(parse(text, len, &logs), row[i].good);
    }
    size_t len = sealed(text, sizeof text, KIND LOG);
    assert_true(parse(text, len, &logs) && logs == 1);
    for (size_t i = 0; i < len; i++) { /* any byte changed, any end cut off */
        text[i] ^= 1;
        assert_false(parse(text, len, &logs));
        text[i] ^= 1;
        assert_false(parse(text, i, &logs));
    }
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    size_t logs;
    (void)parse(bytes, len, &logs);
}

static void stays_inside(void **state)
{
    (void)state;
    char text[1024];
    size_t len = sealed(text, sizeof text, KIND LOG);
    guard_prefixes(text, len, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(yields_each_record_once),
        cmocka_unit_test(goes_on_by_the_last_header),
        cmocka_unit_test(notices_a_rotation),
        cmocka_unit_test(refuses_a_damaged_state),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
