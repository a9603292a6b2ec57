/* Tables of flows by a mapping: table_map.c, table_source.c. */
#include "base/mem.h"
#include "table_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COLUMNS "[columns]\ntime = t\nsource = a\ntarget = b\nprotocol = p\n"
#define MORE                                                                                       \
    "source_port = ap\ntarget_port = bp\nbytes_out = out\nbytes_in = in\nstate = s\nname = n\n"    \
    "app = app\nduration = d\nflags = f\n[state]\nanswered = SF\nrefused = REJ\nfailed = S0\n"
#define HEADER "t,d,a,ap,b,bp,p,out,in,s,n,app,f\n"
#define NOON_US ((INT64_C(1709632800) + 1) * SECOND_US) /* 2024-03-05 10:00:01 UTC */

static void file_make(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

struct place {
    char folder[64], map[96], table[96];
};

static void place_make(struct place *p)
{
    (void)snprintf(p->folder, sizeof p->folder, "/tmp/muster-tables-XXXXXX");
    assert_non_null(mkdtemp(p->folder));
    (void)snprintf(p->map, sizeof p->map, "%s/map", p->folder);
    (void)snprintf(p->table, sizeof p->table, "%s/it's a [table]*.csv", p->folder);
}

static void place_clear(struct place *p)
{
    (void)unlink(p->map);
    (void)unlink(p->table);
    assert_int_equal(rmdir(p->folder), 0);
}

static void reads_mappings(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wrong; /* NULL: good */
    } row[] = {
        {COLUMNS, NULL},
        {COLUMNS "; a remark\n[values]\napp = tls\n", NULL},
        {"[columns]\nend = t\nsource = a\ntarget = b\n[values]\nprotocol = tcp\n", NULL},
        {COLUMNS "[table]\ndelimiter = tab\nnull = -\none_way = yes\ntime_unit = ns\n", NULL},
        {"", "must name the time"},
        {"[columns]\ntime = t\nsource = a\n", "must name the source and the target"},
        {"[columns]\ntime = t\nsource = a\ntarget = b\n", "must tell the protocol"},
        {COLUMNS "[table]\none_way = maybe\n", ":7: 'maybe' is none of no yes"},
        {COLUMNS "[table]\ndelimiter = dot\n", ":7: 'dot' is none of comma"},
        {COLUMNS "[table]\nspeed = 1\n", ":7: [table] knows"},
        {COLUMNS "[state]\nwon = x\n", ":7: [state] knows"},
        {COLUMNS "[what]\nx = y\n", ":7: there are [table]"},
        {COLUMNS "nothing\n", ":6:"}};
    struct place p;
    struct table_map map;
    place_make(&p);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct err err = {.text = ""};
        file_make(p.map, row[i].text);
        assert_int_equal(table_map_read(&map, p.map, &err), row[i].wrong == NULL);
        if (row[i].wrong)
            assert_non_null(strstr(err.text, row[i].wrong));
    }
    assert_true(table_map_lists("SF S1", text_of("s1")) && !table_map_lists("SF S1", text_of("S")));
    assert_false(table_map_lists("SF  S1", text_of("")));
    place_clear(&p);
}

/* Opens the table and reads its first block. */
static struct source *take(struct place *p, struct table_map *map, const char *mapping,
                           const char *table, struct block *block)
{
    struct err err;
    file_make(p->map, mapping);
    file_make(p->table, table);
    assert_true(table_map_read(map, p->map, &err));
    struct source *source = table_open(p->table, map, UINT64_C(64) << 20, &err);
    assert_non_null(source);
    (void)source_next(source, block);
    return source;
}

static void reads_times(void **state)
{
    (void)state;
    static const struct {
        const char *time, *unit;
        int64_t us; /* 0: damaged */
    } row[] = {{"2024-03-05 10:00:01", "auto", NOON_US},
               {"2024-03-05T10:00:01.5Z", "auto", NOON_US + 500000},
               {"2024-03-05 10:00:01+00", "auto", NOON_US},
               {"1709632801", "auto", NOON_US},
               {"1709632801.25", "auto", NOON_US + 250000},
               {"1709632801250", "auto", NOON_US + 250000},
               {"1709632801250000", "auto", NOON_US + 250000},
               {"1709632801250000000", "auto", NOON_US + 250000},
               {"1709632801250", "ms", NOON_US + 250000},
               {"yesterday", "auto", 0},
               {"", "auto", 0}};
    struct place p;
    struct table_map map;
    struct block *block = mem_new(1, sizeof *block);
    place_make(&p);
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char mapping[256], table[256];
        (void)snprintf(mapping, sizeof mapping, COLUMNS "[table]\ntime_unit = %s\n", row[i].unit);
        (void)snprintf(table, sizeof table, "t,a,b,p\n%s,10.0.0.5,203.0.113.9,6\n", row[i].time);
        struct source *source = take(&p, &map, mapping, table, block);
        assert_int_equal(block->records, row[i].us != 0);
        if (row[i].us)
            assert_int_equal(block->record[0].time.us, row[i].us);
        else
            assert_int_equal(source->skips.count[SKIP_line_damaged], 1);
        source_close(source);
    }
    block_free_bytes(block);
    mem_free(block);
    place_clear(&p);
}

static void reads_rows(void **state)
{
    (void)state;
    static const char table[] =
        HEADER "1709632801,2.5,10.0.0.5,50000,203.0.113.9,443,TCP,900,5000,sf,A.Example,https,\n"
               "1709632801,0,10.0.0.5,50001,203.0.113.9,80,tcp,60,,REJ,b.example,,2\n"
               "1709632801,0,10.0.0.5,50002,203.0.113.9,25,tcp,60,0,S0,,,16\n"
               "1709632801,,10.0.0.5,50003,2001:db8::9,53,udp,60,90,,,dns,\n"
               "1709632801,,10.0.0.5,,10.0.0.6,,gre,60,90,,,,\n"
               "1709632801,,10.0.0.5,1,10.0.0.600,2,udp,60,90,,,,\n"
               "1709632801,,10.0.0.5\n";
    struct place p;
    struct table_map map;
    struct block *block = mem_new(1, sizeof *block);
    place_make(&p);
    struct source *source = take(&p, &map, COLUMNS MORE, table, block);
    assert_int_equal(block->records, 6);
    const struct record *tls = &block->record[0], *r = &block->record[1];
    assert_int_equal(tls->kind, RECORD_TLS);
    assert_true(text_is(tls->tls->server_name, "a.example"));
    assert_int_equal(r->kind, RECORD_FLOW);
    assert_int_equal(r->number, 1);
    assert_true(r->flow->answered && r->flow->begun && strcmp(r->flow->app, "tls") == 0);
    assert_int_equal(r->flow->first.us, NOON_US);
    assert_int_equal(r->time.us, NOON_US + 2500000);
    assert_int_equal(r->flow->bytes_in, 5000);
    assert_int_equal(block->record[2].kind, RECORD_HTTP);
    assert_true(text_is(block->record[2].http->host, "b.example"));
    const struct flow_record *refused = block->record[3].flow, *failed = block->record[4].flow;
    assert_true(refused->refused && !refused->answered && refused->begun);
    assert_true(!failed->refused && !failed->answered && !failed->begun); /* an ACK, no SYN */
    assert_int_equal(block->record[5].ends.protocol, PROTOCOL_UDP);
    assert_false(address_is_v4(block->record[5].ends.outside));
    while (source_next(source, block))
        ;
    assert_int_equal(source->units, 7);
    assert_int_equal(source->used, 4);
    assert_int_equal(source->skips.count[SKIP_line_ignored], 1);
    assert_int_equal(source->skips.count[SKIP_line_damaged], 2);
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    place_clear(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_mappings),
        cmocka_unit_test(reads_times),
        cmocka_unit_test(reads_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
