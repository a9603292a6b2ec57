/* Look-ups in compiled indicator sets. */
#include "base/buf.h"
#include "feed_set.h"
#include "record/indicators_format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct indicator_window window = {30, 90, {DAY_NONE}};

static struct day on(const char *text)
{
    struct day day = {DAY_NONE};
    assert_true(day_parse(text_of(text), &day));
    return day;
}

static unsigned address_hits(const struct feed_set *set, const char *text, uint16_t port,
                             struct indicator hit[INDICATOR_HITS])
{
    struct address address;
    assert_true(address_parse(text_of(text), &address));
    return indicators_address(set->all, address, (struct port){port}, on("2020-06-03"), &window,
                              hit);
}

static unsigned name_hits(const struct feed_set *set, const char *name)
{
    struct indicator hit[INDICATOR_HITS];
    return indicators_name(set->all, text_of(name), on("2020-06-03"), &window, hit);
}

static unsigned url_hits(const struct feed_set *set, const char *host, const char *target)
{
    struct indicator hit[INDICATOR_HITS];
    return indicators_url(set->all, text_of(host), text_of(target), on("2020-06-03"), &window, hit);
}

static void addresses_and_ports(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator hit[INDICATOR_HITS];
    feed_set_add(&set, "one.txt",
                 "198.51.100.7\n198.51.100.8:443\n[2001:db8::5]:8080\n"
                 "2001:db8::6\n");
    assert_int_equal(address_hits(&set, "198.51.100.7", 1234, hit), 1);
    assert_false(hit[0].port_listed);
    assert_true(text_is(hit[0].item, "198.51.100.7"));
    assert_true(text_starts(hit[0].set, "one@"));
    assert_null(hit[0].family.at);
    assert_int_equal(address_hits(&set, "198.51.100.8", 443, hit), 1);
    assert_true(hit[0].port_listed);
    assert_int_equal(address_hits(&set, "198.51.100.8", 80, hit), 0);
    assert_int_equal(address_hits(&set, "198.51.100.9", 443, hit), 0);
    assert_int_equal(address_hits(&set, "2001:db8::5", 8080, hit), 1);
    assert_true(text_is(hit[0].item, "[2001:db8::5]:8080"));
    assert_int_equal(address_hits(&set, "2001:db8::6", 1, hit), 1);
    assert_int_equal(address_hits(&set, "::ffff:198.51.100.7", 1, hit), 1);
    feed_set_free(&set);
}

static void ranges_nest(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator hit[INDICATOR_HITS];
    feed_set_add(&set, "ranges.txt",
                 "198.18.0.0/8\n203.0.113.0/24\n203.0.113.64/28\n"
                 "198.51.100.0/25\n2001:db8:1::/48\n203.0.113.70\n");
    assert_int_equal(address_hits(&set, "203.0.113.70", 1, hit), 3);
    assert_int_equal(address_hits(&set, "203.0.113.80", 1, hit), 1);
    assert_true(text_is(hit[0].item, "203.0.113.0/24"));
    assert_int_equal(hit[0].class, CLASS_NETWORK); /* wider than a machine */
    assert_int_equal(address_hits(&set, "203.0.114.0", 1, hit), 0);
    assert_int_equal(address_hits(&set, "198.51.100.127", 1, hit), 2);
    assert_int_equal(address_hits(&set, "198.51.100.128", 1, hit), 1);
    assert_int_equal(address_hits(&set, "2001:db8:1:2::3", 1, hit), 1);
    assert_int_equal(address_hits(&set, "2001:db8:2::1", 1, hit), 0);
    struct indicator again;
    assert_true(
        indicators_get(set.all, hit[0].set_index, INDICATOR_ADDRESS, hit[0].reference, &again));
    assert_true(text_same(again.item, hit[0].item));
    feed_set_free(&set);
}

static void names_by_suffix(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    feed_set_add(&set, "names.txt",
                 "bad.example.org\n*.wild.example.net\nUPPER.Example.com.\nco.uk\nlocalhost\n");
    assert_int_equal(name_hits(&set, "bad.example.org"), 1);
    assert_int_equal(name_hits(&set, "a.b.bad.example.org"), 1);
    assert_int_equal(name_hits(&set, "notbad.example.org"), 0); /* not at a label's border */
    assert_int_equal(name_hits(&set, "example.org"), 0);
    assert_int_equal(name_hits(&set, "wild.example.net"), 1);
    assert_int_equal(name_hits(&set, "x.wild.example.net"), 1);
    assert_int_equal(name_hits(&set, "upper.example.com"), 1);
    assert_int_equal(name_hits(&set, "bbc.co.uk"), 0);
    assert_int_equal(name_hits(&set, "localhost"), 0);
    assert_int_equal(name_hits(&set, ""), 0);
    assert_int_equal(name_hits(&set, "..."), 0);
    struct indicator_set_info info;
    indicators_info(set.all, 0, &info);
    assert_int_equal(info.indicators, 3);
    assert_int_equal(info.reject[REJECT_SUFFIX], 2);
    assert_true(text_is(info.reject_example[REJECT_SUFFIX], "names.txt:4: co.uk"));
    feed_set_free(&set);
}

static void urls(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    feed_set_add(&set, "urls.txt",
                 "http://198.51.100.9/a/b.php\nhost.example.org/x\n"
                 "/q8Zr4Tn2/gate.php\nhost.example.org:8080/port\n"
                 "/with?query=1\nhttp://dir.example.org/panel/\n");
    assert_int_equal(url_hits(&set, "198.51.100.9", "/a/b.php"), 1);
    assert_int_equal(url_hits(&set, "198.51.100.9", "/a/b.php?id=7"), 1);
    assert_int_equal(url_hits(&set, "198.51.100.9:80", "/a/b.php"), 1);
    assert_int_equal(url_hits(&set, "198.51.100.8", "/a/b.php"), 0);
    assert_int_equal(url_hits(&set, "host.example.org", "/x"), 1);
    assert_int_equal(url_hits(&set, "www.host.example.org", "/x"), 1);
    assert_int_equal(url_hits(&set, "host.example.org", "/X"), 0);
    assert_int_equal(url_hits(&set, "host.example.org", "/x/y"), 0);
    assert_int_equal(url_hits(&set, "host.example.org:8080", "/port"), 1);
    assert_int_equal(url_hits(&set, "host.example.org", "/port"), 0);
    assert_int_equal(url_hits(&set, "any.example.com", "/q8Zr4Tn2/gate.php"), 1);
    assert_int_equal(url_hits(&set, NULL, "/q8Zr4Tn2/gate.php?x"), 1);
    assert_int_equal(url_hits(&set, NULL, "/with?query=1"), 1);
    assert_int_equal(url_hits(&set, NULL, "/with"), 0);
    assert_int_equal(url_hits(&set, "dir.example.org", "/panel/login.php"), 1);
    assert_int_equal(url_hits(&set, "dir.example.org", "/panel/a/b"), 0);
    assert_int_equal(url_hits(&set, NULL, "http://host.example.org/x"), 1);
    assert_int_equal(url_hits(&set, NULL, "http://"), 0);
    assert_int_equal(url_hits(&set, NULL, "*"), 0);
    assert_int_equal(url_hits(&set, NULL, ""), 0);
    feed_set_free(&set);
}

static void fingerprints(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator hit[INDICATOR_HITS];
    feed_set_add(&set, "marks.txt",
                 "000102030405060708090A0B0C0D0E0F10111213\n"
                 "51c64c77e60f3980eea90869b68c58a8\n"
                 "t13d1516h2_8daaf6152771_b186095e22b6\n");
    uint8_t sha1[20];
    for (uint8_t i = 0; i < 20; i++)
        sha1[i] = i;
    struct day day = on("2020-06-03");
    assert_int_equal(indicators_certificate(set.all, sha1, day, &window, hit), 1);
    sha1[19] = 0;
    assert_int_equal(indicators_certificate(set.all, sha1, day, &window, hit), 0);
    assert_int_equal(indicators_ja3(set.all, "51c64c77e60f3980eea90869b68c58a8", day, &window, hit),
                     1);
    assert_int_equal(indicators_ja3(set.all, "", day, &window, hit), 0);
    assert_int_equal(
        indicators_ja4(set.all, "t13d1516h2_8daaf6152771_b186095e22b6", day, &window, hit), 1);
    feed_set_free(&set);
}

static const char feodo[] =
    "# banner\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\","
    "\"malware\"\n\"2020-06-10 17:51:44\",\"198.51.100.7\",\"443\",\"online\",\"2020-07-01\","
    "\"Testbot\"\n# END 1 entries\n";

static void dates_bound_it(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    feed_set_add(&set, "feodo.csv", feodo);
    static const struct {
        const char *day, *known_by;
        unsigned hits;
    } cases[] = {
        {"2020-06-10", NULL, 1}, {"2020-05-11", NULL, 1}, /* first - 30 days */
        {"2020-05-10", NULL, 0}, {"2020-09-29", NULL, 1}, /* last + 90 days */
        {"2020-09-30", NULL, 0}, {"2020-06-10", "2020-06-10", 1}, {"2020-06-10", "2020-06-09", 0},
    };
    struct address address;
    assert_true(address_parse(text_of("198.51.100.7"), &address));
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct indicator hit[INDICATOR_HITS];
        struct indicator_window w = window;
        if (cases[i].known_by)
            w.known_by = on(cases[i].known_by);
        unsigned hits =
            indicators_address(set.all, address, (struct port){443}, on(cases[i].day), &w, hit);
        assert_int_equal(hits, cases[i].hits);
        if (hits) {
            assert_int_equal(hit[0].first_listed.number, on("2020-06-10").number);
            assert_int_equal(hit[0].last_listed.number, on("2020-07-01").number);
            assert_true(text_is(hit[0].family, "testbot"));
        }
    }
    feed_set_free(&set);
}

static void strongest_first_over_sets(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator hit[INDICATOR_HITS];
    feed_set_add(&set, "plain.txt", "198.51.100.7\n198.51.100.7:443\n");
    feed_set_add(&set, "feodo.csv", feodo);
    assert_int_equal(indicators_sets(set.all), 2);
    assert_int_equal(address_hits(&set, "198.51.100.7", 443, hit), 3);
    assert_true(text_starts(hit[0].set, "feodo@")); /* dated first */
    assert_true(hit[1].port_listed);                /* then with its port */
    assert_false(hit[2].port_listed);
    feed_set_free(&set);
}

/* Every one of many is found, and none that is not there. */
static void many(void **state)
{
    enum { MANY = 20000 };
    (void)state;
    struct feed_set set = feed_set_new();
    struct buf list = {0};
    for (unsigned i = 0; i < MANY; i++)
        buf_format(&list, "n%u.example.org\n198.51.%u.%u:%u\n", i * 2, i >> 8 & 255, i & 255,
                   1000 + i);
    feed_set_add(&set, "many.txt", list.at);
    for (unsigned i = 0; i < MANY; i++) {
        char text[64];
        struct indicator hit[INDICATOR_HITS];
        (void)snprintf(text, sizeof text, "www.n%u.example.org", i * 2);
        assert_int_equal(name_hits(&set, text), 1);
        (void)snprintf(text, sizeof text, "www.n%u.example.org", i * 2 + 1);
        assert_int_equal(name_hits(&set, text), 0);
        (void)snprintf(text, sizeof text, "198.51.%u.%u", i >> 8 & 255, i & 255);
        assert_int_equal(address_hits(&set, text, (uint16_t)(1000 + i), hit), 1);
        assert_int_equal(address_hits(&set, text, (uint16_t)(999 + i), hit), 0);
    }
    buf_free(&list);
    feed_set_free(&set);
}

static const char mixed[] = "198.51.100.7\n198.51.100.8:443\nbad.example.org\n/x/y.php\n"
                            "203.0.113.0/24\n51c64c77e60f3980eea90869b68c58a8\n";

static void look_everywhere(const struct indicators *all)
{
    struct indicator hit[INDICATOR_HITS];
    struct indicator_set_info info;
    static const char *const ends[] = {"198.51.100.7", "198.51.100.8", "203.0.113.9",
                                       "2001:db8::1"};
    struct day day = on("2020-06-03");
    for (unsigned i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct address address;
        assert_true(address_parse(text_of(ends[i]), &address));
        (void)indicators_address(all, address, (struct port){443}, day, &window, hit);
    }
    (void)indicators_name(all, text_of("a.bad.example.org"), day, &window, hit);
    (void)indicators_url(all, text_of("bad.example.org"), text_of("/x/y.php"), day, &window, hit);
    (void)indicators_ja3(all, "51c64c77e60f3980eea90869b68c58a8", day, &window, hit);
    for (uint32_t i = 0; i < 8; i++)
        for (uint8_t kind = 0; kind < INDICATOR_KINDS; kind++) {
            (void)indicators_get(all, 0, kind, i, hit);
            (void)indicators_get(all, 0, kind, i | UINT32_C(0x80000000), hit);
        }
    if (indicators_sets(all))
        indicators_info(all, 0, &info);
}

/* Any damage to the file is refused or harmless: never a read outside of it. */
static void damaged_files(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct err err;
    struct file_map map;
    bool compiled = false;
    char path[96];
    const char *list = feed_set_file(&set, "mixed.txt", mixed, sizeof mixed - 1);
    struct text file = feed_set_compile(&set, list, &compiled, &err);
    assert_non_null(file.at);
    assert_true(file_map(&map, file.at, &err));
    uint8_t *copy = malloc(map.len);
    (void)snprintf(path, sizeof path, "%s/damaged", set.folder);
    size_t header = sizeof(struct indicator_header);
    for (size_t i = 0; i < map.len; i += i < header + 600 ? 1 : 37) {
        memcpy(copy, map.at, map.len);
        copy[i] ^= 0xff;
        FILE *out = fopen(path, "wb");
        assert_int_equal(fwrite(copy, 1, map.len, out), map.len);
        (void)fclose(out);
        struct indicators *all = indicators_new();
        bool opened = indicators_open(all, path, &err);
        assert_true(i < header ? !opened : true);
        look_everywhere(all);
        indicators_free(all);
    }
    for (size_t len = 0; len < map.len; len += len < header ? 8 : 1001) {
        FILE *out = fopen(path, "wb");
        assert_int_equal(fwrite(map.at, 1, len, out), len);
        (void)fclose(out);
        struct indicators *all = indicators_new();
        assert_false(indicators_open(all, path, &err));
        indicators_free(all);
    }
    free(copy);
    file_unmap(&map);
    feed_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_and_ports),
        cmocka_unit_test(ranges_nest),
        cmocka_unit_test(names_by_suffix),
        cmocka_unit_test(urls),
        cmocka_unit_test(fingerprints),
        cmocka_unit_test(dates_bound_it),
        cmocka_unit_test(strongest_first_over_sets),
        cmocka_unit_test(many),
        cmocka_unit_test(damaged_files),
    };
    return cmocka_run_group_tests_name("indicators", tests, NULL, NULL);
}
