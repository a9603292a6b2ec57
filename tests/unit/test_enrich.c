/* Country and network: the list with its dates, the compiled ASN table, damaged files. */
#include "enrich/asn_table.h"
#include "enrich/enrich.h"

#include "base/file.h"
#include "base/mem.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char csv4[] = "1.0.0.0,1.0.0.255,13335,\"Cloudflare, Inc.\"\n"
                           "1.0.4.0,1.0.7.255,38803,Gtelecom \"\"Pty\n"
                           "not,a,line\n"
                           "9.9.9.0,9.9.9.9,19281,\"Quad9 \"\"DNS\"\"\"\r\n"
                           "8.8.8.0,8.8.8.255,15169,Google LLC\n"
                           "9.9.8.0,9.9.7.0,1,backwards\n"
                           "2600::,2600:1:ffff:ffff:ffff:ffff:ffff:ffff,1239,Sprint\n"
                           "1.2.3.0,1.2.3.255,99999999999,too large\n"
                           "80.0.0.0,80.0.0.255,13335,\"Cloudflare, Inc.\"";

static struct address address(const char *text)
{
    struct address a;
    assert_true(address_parse(text_of(text), &a));
    return a;
}

static struct day day(const char *text)
{
    struct day d;
    assert_true(day_parse(text_of(text), &d));
    return d;
}

static void expect(const struct asn_table *table, const char *where, int64_t asn, const char *name)
{
    int64_t found = -1;
    struct text text = {0};
    assert_int_equal(asn_table_find(table, address(where), &found, &text), asn >= 0);
    assert_int_equal(found, asn);
    if (asn >= 0)
        assert_true(text_is(text, name));
}

static void table_finds(void **state)
{
    (void)state;
    struct buf made = {0};
    struct asn_table table;
    struct err err;
    uint64_t skipped = 0;
    assert_true(asn_csv_knows((const uint8_t *)csv4, sizeof csv4 - 1));
    assert_true(
        asn_table_compile((const uint8_t *)csv4, sizeof csv4 - 1, 7, &made, &skipped, &err));
    assert_int_equal(skipped, 3);
    assert_true(asn_table_open(&table, (const uint8_t *)made.at, made.len));
    assert_int_equal(table.ranges, 6);
    assert_int_equal(table.identity, 7);
    expect(&table, "1.0.0.0", 13335, "Cloudflare, Inc.");
    expect(&table, "1.0.0.255", 13335, "Cloudflare, Inc.");
    expect(&table, "80.0.0.7", 13335, "Cloudflare, Inc.");
    expect(&table, "1.0.1.0", -1, "");
    expect(&table, "0.255.255.255", -1, "");
    expect(&table, "9.9.9.9", 19281, "Quad9 \"DNS\"");
    expect(&table, "9.9.9.10", -1, "");
    expect(&table, "8.8.8.8", 15169, "Google LLC");
    expect(&table, "2600:1::1", 1239, "Sprint");
    expect(&table, "2600:2::", -1, "");
    expect(&table, "255.255.255.255", -1, "");
    buf_free(&made);
}

static void table_refuses(void **state)
{
    (void)state;
    struct buf made = {0};
    struct err err;
    uint64_t skipped;
    static const char other[] = "country,code\nDE,49\n";
    assert_false(asn_csv_knows((const uint8_t *)other, sizeof other - 1));
    assert_false(asn_csv_knows(NULL, 0));
    assert_false(
        asn_table_compile((const uint8_t *)other, sizeof other - 1, 0, &made, &skipped, &err));
    assert_non_null(strstr(err.text, "first,last,asn,name"));
    assert_int_equal(made.len, 0);
    buf_free(&made);
}

static void try_table(const uint8_t *at, size_t len, void *context)
{
    struct asn_table table;
    int64_t asn;
    struct text name;
    unsigned *opened = context;
    if (!asn_table_open(&table, at, len))
        return;
    (*opened)++;
    static const char *const some[] = {"1.0.0.1", "8.8.8.8", "9.9.9.9", "2600::1", "0.0.0.1"};
    for (size_t i = 0; i < 5; i++)
        if (asn_table_find(&table, address(some[i]), &asn, &name) && name.at != NULL)
            assert_true(name.at >= (const char *)at &&
                        name.at + name.len <= (const char *)at + len);
}

/* No prefix of a table opens but the whole, and a flipped byte is never read past. */
static void table_damaged(void **state)
{
    (void)state;
    struct buf made = {0};
    uint64_t skipped;
    unsigned opened = 0;
    assert_true(
        asn_table_compile((const uint8_t *)csv4, sizeof csv4 - 1, 7, &made, &skipped, NULL));
    guard_prefixes(made.at, made.len, try_table, &opened);
    assert_int_equal(opened, 1);
    for (size_t i = 0; i < made.len; i++) {
        made.at[i] ^= (char)0xff;
        try_table((const uint8_t *)made.at, made.len, &opened);
        made.at[i] ^= (char)0xff;
    }
    buf_free(&made);
}

/* A folder that goes away at the end of its test. */
static char *folder_new(void)
{
    char *path = mem_strdup("/tmp/muster-enrich-XXXXXX");
    assert_non_null(mkdtemp(path));
    return path;
}

static void folder_free(char *path)
{
    char command[200];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
    mem_free(path);
}

static char *put(const char *folder, const char *name, const void *bytes, size_t len)
{
    char path[300];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(file_write(path, bytes, len, 0600, NULL));
    return mem_strdup(path);
}

static struct enrich *open_with(const char *cache, const char *const *from_file, size_t len)
{
    struct enrich *enrich = enrich_new(cache);
    struct err err = {0};
    for (size_t i = 0; i < len; i++)
        if (!enrich_add(enrich, from_file[i], &err))
            fail_msg("%s", err.text);
    return enrich;
}

static void by_date(void **state)
{
    (void)state;
    char *folder = folder_new(), late[400];
    static const char old_csv[] = "8.8.8.0,8.8.8.255,1,Old\n1.0.0.0,1.0.0.255,2,Only old\n";
    static const char new_csv[] = "8.8.8.0,8.8.8.255,3,New\n";
    char *old_path = put(folder, "old.csv", old_csv, sizeof old_csv - 1);
    char *new_path = put(folder, "new.csv", new_csv, sizeof new_csv - 1);
    (void)snprintf(late, sizeof late, "2020-01-01=%s", new_path);
    const char *list[] = {old_path, late};
    struct enrich *enrich = open_with(folder, list, 2);
    struct place place;
    enrich_place(enrich, address("8.8.8.8"), day("2019-12-31"), &place);
    assert_int_equal(place.asn, 1);
    assert_true(text_is(place.version, "old"));
    enrich_place(enrich, address("8.8.8.8"), day("2020-01-01"), &place);
    assert_int_equal(place.asn, 3);
    assert_true(text_is(place.network, "New"));
    assert_true(text_is(place.version, "new"));
    assert_string_equal(place.country, "");
    enrich_place(enrich, address("1.0.0.1"), day("2021-01-01"), &place);
    assert_int_equal(place.asn, 2);
    enrich_place(enrich, address("8.8.4.4"), day("2021-01-01"), &place);
    assert_int_equal(place.asn, -1);
    assert_null(place.version.at);
    enrich_free(enrich);
    mem_free(old_path);
    mem_free(new_path);
    folder_free(folder);
}

/* The second opening maps the cache; a changed CSV or a damaged cache is compiled again. */
static void cache_follows(void **state)
{
    (void)state;
    char *folder = folder_new(), cache[300], command[700];
    (void)snprintf(cache, sizeof cache, "%s/cache", folder);
    char *path = put(folder, "asn.csv", csv4, sizeof csv4 - 1);
    const char *const list[] = {path};
    for (int round = 0; round < 4; round++) {
        if (round == 2) {
            static const char changed[] = "8.8.8.0,8.8.8.255,77,Changed\n";
            mem_free(put(folder, "asn.csv", changed, sizeof changed - 1));
        } else if (round == 3) {
            (void)snprintf(command, sizeof command, "for f in '%s'/asn-*; do echo x > $f; done",
                           cache);
            assert_int_equal(system(command), 0);
        }
        struct enrich *enrich = open_with(cache, list, 1);
        struct place place;
        enrich_place(enrich, address("8.8.8.8"), day("2020-01-01"), &place);
        assert_int_equal(place.asn, round < 2 ? 15169 : 77);
        enrich_free(enrich);
    }
    mem_free(path);
    folder_free(folder);
}

static void refused(void **state)
{
    (void)state;
    char *folder = folder_new();
    struct enrich *enrich = enrich_new(folder);
    struct err err = {0};
    assert_false(enrich_add(enrich, "/nonexistent/geo.mmdb", &err));
    assert_non_null(strstr(err.text, "/nonexistent/geo.mmdb"));
    char *path = put(folder, "text.csv", "hello\n", 6);
    assert_false(enrich_add(enrich, path, &err));
    assert_non_null(strstr(err.text, "is no geo database"));
    mem_free(path);
    path = put(folder, "empty", "", 0);
    assert_false(enrich_add(enrich, path, &err));
    mem_free(path);
    static const char cut[] = "\xab\xcd\xefMaxMind.com\xe9";
    path = put(folder, "cut.mmdb", cut, sizeof cut - 1);
    assert_false(enrich_add(enrich, path, &err));
    assert_non_null(strstr(err.text, "cut.mmdb cannot be used"));
    mem_free(path);
    assert_int_equal(enrich_count(enrich), 0);
    enrich_free(enrich);
    enrich_free(NULL);
    folder_free(folder);
}

#define ADD(bytes) buf_add(&out, bytes, sizeof(bytes) - 1)
/* The smallest MaxMind DB: one node, 24-bit records; addresses under 0/1 have one entry. `data` is
 * that entry, encoded as the MaxMind DB specification says. */
static char *put_mmdb(const char *folder, const char *name, const char *type, const char *data,
                      size_t len)
{
    struct buf out = {0};
    ADD("\x00\x00\x11\x00\x00\x01"); /* left: data at 0 (1 + 16); right: nothing */
    ADD("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
    buf_add(&out, data, len);
    ADD("\xab\xcd\xefMaxMind.com\xe9");
    ADD("\x4anode_count\xc1\x01\x4brecord_size\xa1\x18\x4aip_version\xa1\x04");
    buf_format(&out,
               "\x4d"
               "database_type%c%s",
               (char)(0x40 + strlen(type)), type);
    ADD("\x5b"
        "binary_format_major_version\xa1\x02");
    ADD("\x5b"
        "binary_format_minor_version\xa0");
    ADD("\x49languages"
        "\x00\x04");
    ADD("\x4b"
        "description\xe0");
    /* 2020-06-03T00:00:00Z; an extended type: uint64 is 9 */
    ADD("\x4b"
        "build_epoch\x04\x02\x5e\xd6\xe8\x00");
    char *path = put(folder, name, out.at, out.len);
    buf_free(&out);
    return path;
}

#define NESTED                                                                                     \
    "\xe3\x47"                                                                                     \
    "country\xe1\x48iso_code\x42"                                                                  \
    "FR"                                                                                           \
    "\x52registered_country\xe1\x48iso_code\x42"                                                   \
    "DE"                                                                                           \
    "\x58"                                                                                         \
    "autonomous_system_number\xc2\xfb\xf4"
#define FLAT                                                                                       \
    "\xe1\x4c"                                                                                     \
    "country_code\x42"                                                                             \
    "NL"

static void mmdb_layouts(void **state)
{
    (void)state;
    char *folder = folder_new(), first[400];
    char *nested = put_mmdb(folder, "city.mmdb", "GeoLite2-X", NESTED, sizeof NESTED - 1);
    char *flat = put_mmdb(folder, "a-whois.mmdb", "country", FLAT, sizeof FLAT - 1);
    (void)snprintf(first, sizeof first, "2020-01-01=%s", nested);
    const char *const list[] = {flat, first};
    struct enrich *enrich = open_with(NULL, list, 2);
    struct place place;
    enrich_place(enrich, address("8.8.8.8"), day("2020-06-03"), &place);
    assert_string_equal(place.country, "FR");
    assert_string_equal(place.registered, "DE");
    assert_int_equal(place.asn, 64500);
    assert_true(text_is(place.version, "GeoLite2-X 2020-06-03"));
    enrich_place(enrich, address("8.8.8.8"), day("2019-06-03"), &place);
    assert_string_equal(place.country, "NL");
    assert_string_equal(place.registered, "NL");
    assert_int_equal(place.asn, -1);
    assert_true(text_is(place.version, "a-whois 2020-06-03 (by registration)"));
    static const char *const nowhere[] = {"10.0.0.1", "224.0.0.1",    "100.64.1.1",
                                          "fc00::1",  "198.51.100.7", "2001:db8::1",
                                          "fe80::1",  "128.0.0.1",    "2600::1"};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++) {
        enrich_place(enrich, address(nowhere[i]), day("2020-06-03"), &place);
        assert_string_equal(place.country, "");
        assert_null(place.version.at);
    }
    struct enrich_info info;
    enrich_info(enrich, 1, &info);
    assert_true(info.by_registration && info.from.number == DAY_NONE);
    enrich_free(enrich);
    mem_free(nested);
    mem_free(flat);
    folder_free(folder);
}

/* Every byte of a small database turned over: refused or read, never a crash. */
static void mmdb_damaged(void **state)
{
    (void)state;
    char *folder = folder_new();
    char *path = put_mmdb(folder, "x.mmdb", "GeoLite2-X", NESTED, sizeof NESTED - 1);
    struct file_map map;
    assert_true(file_map(&map, path, NULL));
    unsigned refused_ones = 0;
    for (size_t i = 0; i < map.len; i++) {
        struct buf bad = {0};
        buf_add(&bad, map.at, map.len);
        bad.at[i] ^= (char)0xff;
        char *bad_path = put(folder, "bad.mmdb", bad.at, bad.len);
        struct enrich *enrich = enrich_new(NULL);
        struct err err;
        struct place place;
        refused_ones += !enrich_add(enrich, bad_path, &err);
        enrich_place(enrich, address("8.8.8.8"), day("2020-06-03"), &place);
        enrich_free(enrich);
        mem_free(bad_path);
        buf_free(&bad);
    }
    assert_in_range(refused_ones, 20, map.len - 10); /* some bytes are mere text */
    file_unmap(&map);
    mem_free(path);
    folder_free(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_finds),   cmocka_unit_test(table_refuses),
        cmocka_unit_test(table_damaged), cmocka_unit_test(by_date),
        cmocka_unit_test(cache_follows), cmocka_unit_test(refused),
        cmocka_unit_test(mmdb_layouts),  cmocka_unit_test(mmdb_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
