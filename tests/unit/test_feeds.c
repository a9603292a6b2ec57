/* Feed formats, what wraps them, and the cache. */
#include "base/buf.h"
#include "feed_set.h"
#include "feeds/container.h"
#include "guard.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include <cmocka.h>

static const struct indicator_window always = {100000, 100000, {DAY_NONE}};
static const struct day some_day = {18416};

/* What a text is taken for; "-" and the reason when it is not taken. */
static void items(void **state)
{
    (void)state;
    static const struct {
        const char *text, *kept;
        int kind, reason;
    } cases[] = {
        {"198.51.100.7", "198.51.100.7", INDICATOR_ADDRESS, 0},
        {"http://198.51.100.7", "198.51.100.7", INDICATOR_ADDRESS, 0},
        {"https://198.51.100.7/", "198.51.100.7", INDICATOR_ADDRESS, 0},
        {"198.51.100.7/32", "198.51.100.7", INDICATOR_ADDRESS, 0},
        {"198.51.100.7/24", "198.51.100.0/24", INDICATOR_ADDRESS, 0},
        {"2001:DB8::1", "2001:db8::1", INDICATOR_ADDRESS, 0},
        {"198.51.100.7:443", "198.51.100.7:443", INDICATOR_ADDRESS_PORT, 0},
        {"http://198.51.100.7:8080/", "198.51.100.7:8080", INDICATOR_ADDRESS_PORT, 0},
        {"198.51.100.7:443:443", "198.51.100.7:443", INDICATOR_ADDRESS_PORT, 0},
        {"[2001:db8:0::1]:443", "[2001:db8::1]:443", INDICATOR_ADDRESS_PORT, 0},
        {"[0:0:0:0:0:ffff:c633:6407]:53", "198.51.100.7:53", INDICATOR_ADDRESS_PORT, 0},
        {"Evil.Example.ORG", "evil.example.org", INDICATOR_NAME, 0},
        {"*.example.org", "example.org", INDICATOR_NAME, 0},
        {"evil.example.org:5552", "evil.example.org", INDICATOR_NAME, 0},
        {"http://evil.example.org/", "evil.example.org", INDICATOR_NAME, 0},
        {"_dmarc.ex-ample.org", "_dmarc.ex-ample.org", INDICATOR_NAME, 0},
        {"/gate.php", "/gate.php", INDICATOR_URL, 0},
        {"Evil.example.org/A/b?C=d", "evil.example.org/A/b?C=d", INDICATOR_URL, 0},
        {"http://198.51.100.7:80/x", "198.51.100.7/x", INDICATOR_URL, 0},
        {"co.uk/x", "co.uk/x", INDICATOR_URL, 0},
        {"51C64C77E60F3980EEA90869B68C58A8", "51c64c77e60f3980eea90869b68c58a8", INDICATOR_JA3, 0},
        {"000102030405060708090a0b0c0d0e0f10111213", "000102030405060708090a0b0c0d0e0f10111213",
         INDICATOR_CERTIFICATE, 0},
        {"t13d1516h2_8daaf6152771_b186095e22b6", "t13d1516h2_8daaf6152771_b186095e22b6",
         INDICATOR_JA4, 0},
        {"0.0.0.1", NULL, 0, REJECT_RESERVED},
        {"10.1.2.3:80", NULL, 0, REJECT_RESERVED},
        {"192.168.1.0/24", NULL, 0, REJECT_RESERVED},
        {"100.64.0.1", NULL, 0, REJECT_RESERVED},
        {"224.0.0.5", NULL, 0, REJECT_RESERVED},
        {"[fe80::1]:135", NULL, 0, REJECT_RESERVED},
        {"::1", NULL, 0, REJECT_RESERVED},
        {"0.0.0.0/0", NULL, 0, REJECT_RESERVED},
        {"8.0.0.0/7", NULL, 0, REJECT_RESERVED},
        {"198.51.100.7:22:443", NULL, 0, REJECT_PORTS},
        {"198.51.100.7::8080", NULL, 0, REJECT_PORTS},
        {"com", NULL, 0, REJECT_SUFFIX},
        {"co.uk", NULL, 0, REJECT_SUFFIX},
        {"*.github.io", NULL, 0, REJECT_SUFFIX},
        {"ftp://example.org", NULL, 0, REJECT_SCHEME},
        {"backdates[0-9]{1,2}\\.(com|net)", NULL, 0, REJECT_PATTERN},
        {"198.51.100", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"198.51.100.256", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"198.51.100.7:0", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"198.51.100.7:65536", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"198.51.100.0/33", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"a..example.org", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"b\xc2\xac.example.org", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"/", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"http://", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {"[", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {".", NULL, 0, REJECT_NOT_UNDERSTOOD},
        {":", NULL, 0, REJECT_NOT_UNDERSTOOD},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_value value;
        enum indicator_reject reason;
        bool taken = feed_value_parse(text_of(cases[i].text), &value, &reason);
        if (cases[i].kept != NULL) {
            assert_true(taken);
            assert_int_equal(value.kind, cases[i].kind);
            assert_int_equal(value.len, strlen(cases[i].kept));
            assert_memory_equal(value.text, cases[i].kept, value.len);
        } else {
            assert_false(taken);
            if (!(reason == REJECT_PATTERN && cases[i].text[0] == '['))
                assert_int_equal(reason, cases[i].reason);
        }
    }
}

/* A path says the more without its host the less likely it is anywhere else. */
static void path_confidence(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint8_t confidence;
    } cases[] = {
        {"/index.php", 20},         {"/gate.php", 20},
        {"/admin/login.php", 20},   {"/a1b2", 20},
        {"/wp-admin/images/", 20},  {"/umSqqCiyMf.php", 80},
        {"/q8Zr4Tn2/gate.php", 80}, {"/zeusbot/wongs/cfg.bin", 80},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct feed_value value;
        enum indicator_reject reason;
        assert_true(feed_value_parse(text_of(cases[i].path), &value, &reason));
        assert_int_equal(value.confidence, cases[i].confidence);
    }
}

/* The one hit of a name or address in the newest set. */
static struct indicator find(const struct feed_set *set, const char *what, unsigned expected)
{
    struct indicator hit[INDICATOR_HITS] = {{0}};
    struct address address;
    unsigned hits;
    if (what[0] == '/' || strchr(what, '/') != NULL)
        hits = indicators_url(set->all, text_of(NULL), text_of(what), some_day, &always, hit);
    else if (address_parse(text_of(what), &address))
        hits = indicators_address(set->all, address, (struct port){443}, some_day, &always, hit);
    else
        hits = indicators_name(set->all, text_of(what), some_day, &always, hit);
    assert_int_equal(hits, expected);
    return hit[0];
}

static const char dridex[] = "# Copyright (c) 2014-2026 Maltrail developers\n\n# Aliases: cridex\n"
                             "# Reference: https://example.org/report\n\n"
                             "198.51.100.1:443\nbad.example.org # seen in May\n/q8Zr4Tn2/x.php\n"
                             "abc[0-9]+\\.example\\.org\n10.0.0.1\n";

static void maltrail(void **state)
{
    (void)state;
    static const char head[] = "# Maltrail developers\n";
    static const struct {
        const char *file, *name;
        int class;
    } files[] = {
        {"set/static/malware/sinkhole_x.txt", "sink.example.org", CLASS_SINKHOLE},
        {"set/static/malicious/ek_x.txt", "kit.example.org", CLASS_MALICIOUS},
        {"set/static/suspicious/dyn.txt", "dyn.example.org", CLASS_SUSPICIOUS},
        {"set/static/mass_scanner.txt", "scan.example.org", CLASS_SCANNER},
    };
    struct feed_set set = feed_set_new();
    struct err err;
    bool compiled;
    char text[256];
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(text, sizeof text, "%s%s\n", head, files[i].name);
        (void)feed_set_file(&set, files[i].file, text, strlen(text));
    }
    (void)feed_set_file(&set, "set/LICENSE", "The licence\n", 12);
    (void)feed_set_file(&set, "set/static/malware/dridex.txt", dridex, sizeof dridex - 1);
    (void)snprintf(text, sizeof text, "%s/set", set.folder);
    struct text file = feed_set_compile(&set, text, &compiled, &err);
    assert_non_null(file.at);
    assert_true(indicators_open(set.all, file.at, &err));
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++)
        assert_int_equal(find(&set, files[i].name, 1).class, files[i].class);
    struct indicator hit = find(&set, "a.bad.example.org", 1);
    assert_int_equal(hit.class, CLASS_CONTROL);
    assert_true(text_is(hit.family, "dridex"));
    assert_int_equal(hit.first_listed.number, DAY_NONE);
    struct indicator_set_info info;
    indicators_info(set.all, 0, &info);
    assert_true(text_is(info.name, "set"));
    assert_int_equal(info.indicators, 7);
    assert_int_equal(info.reject[REJECT_PATTERN], 1);
    assert_int_equal(info.reject[REJECT_RESERVED], 1);
    assert_int_equal(info.reject[REJECT_FILE], 1);
    assert_int_equal(info.rejected, 3);
    assert_true(
        text_is(info.reject_example[REJECT_RESERVED], "static/malware/dridex.txt:10: 10.0.0.1"));
    assert_int_equal(info.newest.number, DAY_NONE);
    feed_set_free(&set);
}

static struct day on(const char *text)
{
    struct day day = {DAY_NONE};
    assert_true(day_parse(text_of(text), &day));
    return day;
}

static void threatfox(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    feed_set_add(&set, "t.csv",
                 "ip,first_listed,last_listed,spells,listed_seconds,still_listed\n"
                 "0.0.0.1,2022-10-29T15:50:28Z,2024-03-24T09:01:01Z,1,44212233,0\n"
                 "198.51.100.1,2022-10-29T15:50:28Z,2024-03-24T09:01:01Z,1,44212233,0\n"
                 "198.51.100.2,2022-11-01T15:50:28Z,2024-03-25T09:01:01Z,1,44212233,1\nshort\n");
    struct indicator hit = find(&set, "198.51.100.1", 1);
    assert_int_equal(hit.first_listed.number, DAY_NONE); /* left-censored */
    assert_int_equal(hit.last_listed.number, on("2024-03-24").number);
    hit = find(&set, "198.51.100.2", 1);
    assert_int_equal(hit.first_listed.number, on("2022-11-01").number);
    struct indicator_set_info info;
    indicators_info(set.all, 0, &info);
    assert_int_equal(info.reject[REJECT_RESERVED], 1);
    assert_int_equal(info.reject[REJECT_NOT_UNDERSTOOD], 1);
    assert_int_equal(info.newest.number, on("2024-03-25").number);
    feed_set_free(&set);
}

static void abuse_ch(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator hit[INDICATOR_HITS];
    static const uint8_t sha1[20] = {0};
    feed_set_add(&set, "cert.csv",
                 "##\r\n# Last updated: 2023-11-14 06:52:51 UTC #\r\n#\r\n"
                 "# Listingdate,SHA1,Listingreason\r\n"
                 "2023-11-13 06:52:51,0000000000000000000000000000000000000000,Test C&C\r\n"
                 "2023-11-13 06:52:51,0000000000000000000000000000000000000001,Odd\r\n"
                 "# END (2) entries\r\n");
    assert_int_equal(indicators_certificate(set.all, sha1, on("2023-11-14"), &always, hit), 1);
    assert_true(text_is(hit[0].family, "test"));
    assert_int_equal(hit[0].class, CLASS_CONTROL);
    assert_int_equal(hit[0].first_listed.number, on("2023-11-13").number);
    assert_int_equal(hit[0].last_listed.number, on("2023-11-14").number);
    feed_set_add(
        &set, "ja3.csv",
        "# ja3_md5,Firstseen,Lastseen,Listingreason\n"
        "b386946a5a44d1ddcc843bc75336dfce,2017-07-14 18:08:15,2019-07-27 20:42:54,Dridex\n");
    assert_int_equal(
        indicators_ja3(set.all, "b386946a5a44d1ddcc843bc75336dfce", on("2018-01-01"), &always, hit),
        1);
    assert_int_equal(hit[0].last_listed.number, on("2019-07-27").number);
    feed_set_add(&set, "feodo.csv",
                 "# x\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\","
                 "\"malware\"\n"
                 "\"2023-05-23 17:51:44\", \"198.51.100.9\", \"443\",\"online\",\"2024-04-01\","
                 "\"Pika\"\n\"2023-05-23 17:51:44\",\"198.51.100.8\",\"\",\"\",\"\",\"P\"\n");
    assert_true(find(&set, "198.51.100.9", 1).port_listed);
    assert_false(find(&set, "198.51.100.8", 1).port_listed);
    feed_set_free(&set);
}

static void other_formats(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    feed_set_add(&set, "bb.csv",
                 "Domain,Malware,Date added,Source\nbad.example.org,Loki,2018-10-29,X\n"
                 "new.example.org,\"a, b\",2024-09-01,X\n");
    struct indicator hit = find(&set, "bad.example.org", 1);
    assert_true(text_is(hit.family, "loki"));
    assert_int_equal(hit.last_listed.number, on("2024-09-01").number);
    feed_set_add(&set, "drop.txt", "; Spamhaus DROP List 2024\n203.0.113.0/24 ; SBL256894\n");
    assert_int_equal(find(&set, "203.0.113.5", 1).class, CLASS_NETWORK);
    feed_set_add(&set, "drop.json",
                 "{\"cidr\":\"198.51.100.0/24\",\"sblid\":\"SBL1\",\"rir\":\"apnic\"}\n"
                 "{\"type\":\"metadata\",\"timestamp\":1744682874}\n");
    assert_int_equal(find(&set, "198.51.100.5", 1).class, CLASS_NETWORK);
    feed_set_add(&set, "hosts",
                 "# hosts\n127.0.0.1 localhost\n0.0.0.0 h.example.net # x\n"
                 "0.0.0.0\ti.example.net\n198.51.100.77 ; remark\n");
    assert_int_equal(find(&set, "h.example.net", 1).class, CLASS_CONTROL);
    (void)find(&set, "i.example.net", 1);
    (void)find(&set, "198.51.100.77", 2);
    feed_set_free(&set);
}

/* ---- wrapping */

static void tar_add(struct buf *tar, const char *name, const char *content, char type)
{
    uint8_t block[512] = {0};
    size_t len = strlen(content);
    (void)snprintf((char *)block, 100, "%s", name);
    (void)snprintf((char *)block + 124, 12, "%011o", (unsigned)len);
    block[156] = (uint8_t)type;
    memcpy(block + 257, "ustar\00000", 8);
    buf_add(tar, block, sizeof block);
    buf_add(tar, content, len);
    memset(block, 0, sizeof block);
    buf_add(tar, block, (512 - len % 512) % 512);
}

static struct buf tar_made(void)
{
    struct buf tar = {0};
    static const char end[1024];
    tar_add(&tar, "trails/static/", "", '5');
    tar_add(&tar, "trails/static/malware/dridex.txt", dridex, '0');
    tar_add(&tar, "trails/static/malware/emotet.txt", "# Maltrail developers\nemo.example.org\n",
            '0');
    buf_add(&tar, end, sizeof end);
    return tar;
}

static void wrapped(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct buf tar = tar_made();
    struct err err;
    struct indicator_set_info info;
    bool compiled;
    char packed[8192], digest[17];
    size_t len = ZSTD_compress(packed, sizeof packed, tar.at, tar.len, 3);
    const char *path = feed_set_file(&set, "trails-2026.tar.zst", packed, len);
    struct text file = feed_set_compile(&set, path, &compiled, &err);
    assert_non_null(file.at);
    assert_true(indicators_open(set.all, file.at, &err));
    indicators_info(set.all, 0, &info);
    assert_true(text_is(info.name, "trails-2026"));
    assert_int_equal(info.indicators, 4);
    assert_int_equal(info.files, 2);
    memcpy(digest, info.digest, sizeof digest);
    /* gzip */
    z_stream z = {.next_in = (Bytef *)tar.at,
                  .avail_in = (uInt)tar.len,
                  .next_out = (Bytef *)packed,
                  .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    path = feed_set_file(&set, "trails.tgz", packed, z.total_out);
    (void)deflateEnd(&z);
    file = feed_set_compile(&set, path, &compiled, &err);
    assert_non_null(file.at);
    assert_true(indicators_open(set.all, file.at, &err));
    indicators_info(set.all, 1, &info);
    assert_int_equal(info.indicators, 4);
    assert_string_equal(info.digest, digest); /* the content is the same */
    /* cut: what came through is used, the damage is counted */
    path = feed_set_file(&set, "cut.tar.zst", packed, z.total_out - 20);
    file = feed_set_compile(&set, path, &compiled, &err);
    assert_non_null(file.at);
    assert_true(indicators_open(set.all, file.at, &err));
    indicators_info(set.all, 2, &info);
    assert_int_equal(info.reject[REJECT_FILE] >= 1, 1);
    buf_free(&tar);
    feed_set_free(&set);
}

/* A large archive is read in groups by threads: it says the same as its files in a folder, and the
 * families that two groups share are one. */
static void wrapped_in_groups(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator_set_info alone, joined;
    struct indicator hit;
    struct buf tar = {0}, text = {0};
    struct err err;
    bool compiled;
    char name[64], folder[128];
    static const char end[1024];
    for (unsigned file = 0; file < 40; file++) {
        text.len = 0;
        buf_string(&text, "# Maltrail developers\n10.0.0.1\n198.51.100.0/24\nshared.example.org\n");
        for (unsigned i = 0; i < 6000; i++)
            buf_format(&text, "n%u.f%u.example.org\n", i, file);
        (void)snprintf(name, sizeof name, "trails/static/malware/family%u.txt", file % 7);
        if (file >= 7)
            (void)snprintf(name, sizeof name, "trails/%u/family%u.txt", file, file % 7);
        tar_add(&tar, name, text.at, '0');
        (void)feed_set_file(&set, name, text.at, text.len);
    }
    buf_add(&tar, end, sizeof end);
    assert_true(tar.len > 4 << 20);
    (void)snprintf(folder, sizeof folder, "%s/trails", set.folder);
    struct text file = feed_set_compile(&set, folder, &compiled, &err);
    assert_true(file.at != NULL && indicators_open(set.all, file.at, &err));
    indicators_info(set.all, 0, &alone);
    const char *path = feed_set_file(&set, "trails.tar", tar.at, tar.len);
    file = feed_set_compile(&set, path, &compiled, &err);
    assert_true(file.at != NULL && indicators_open(set.all, file.at, &err));
    indicators_info(set.all, 1, &joined);
    assert_string_equal(alone.digest, joined.digest);
    assert_int_equal(alone.indicators, joined.indicators);
    assert_int_equal(joined.by_kind[INDICATOR_NAME], 40 * 6000 + 7);
    assert_int_equal(joined.by_kind[INDICATOR_ADDRESS], 7);
    assert_int_equal(joined.lines_used, 40 * 6002);
    assert_int_equal(joined.lines_refused, 40);
    assert_int_equal(joined.lines_remark, 40);
    assert_int_equal(joined.reject[REJECT_RESERVED], alone.reject[REJECT_RESERVED]);
    assert_non_null(strstr(joined.reject_example[REJECT_RESERVED].at, "family0.txt:2: 10.0.0.1"));
    hit = find(&set, "n5999.f39.example.org", 2);
    assert_true(text_is(hit.family, "family4"));
    buf_free(&tar);
    buf_free(&text);
    feed_set_free(&set);
}

static void read_bytes(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct feed_sink *sink = feed_sink_new();
    struct buf out = {0};
    feed_container_read(sink, text_of("x.txt"), text_at(bytes, len));
    feed_sink_build(sink, text_of("x"), text_of("/x"), &out);
    buf_free(&out);
    feed_sink_free(sink);
}

static void guard_page(void **state)
{
    (void)state;
    struct buf tar = tar_made();
    static const char csv[] =
        "ip,first_listed,last_listed,\n198.51.100.1,2022-10-29T15:50:28Z,\"20";
    static const char plain[] = "198.51.100.7:443\n[2001:db8::1]:443\n*.example.org\n0.0.0.0 a.b\n"
                                "http://a.example.org/b?c\nt13d1516h2_8daaf6152771_b186095e22b6";
    static const char banner[] = "# Last updated: 2023-11-14 06\n# Listingdate,SHA1,Listingreason\n"
                                 "2023-11-13,0000000000000000000000000000000000000000,T C&C";
    static const char json[] = "{\"cidr\":\"198.51.100.0/24\",\"sblid\":\"SBL1\"}\n{\"cidr\":\"";
    guard_prefixes(plain, sizeof plain - 1, read_bytes, NULL);
    guard_prefixes(csv, sizeof csv - 1, read_bytes, NULL);
    guard_prefixes(banner, sizeof banner - 1, read_bytes, NULL);
    guard_prefixes(json, sizeof json - 1, read_bytes, NULL);
    guard_prefixes(tar.at, 1100, read_bytes, NULL);
    static const uint8_t empty[1100] = {
        [257] = 'u', 's', 't', 'a', 'r'}; /* one that holds nothing */
    read_bytes(empty, sizeof empty, NULL);
    buf_free(&tar);
}

/* ---- cache */

static void cache_follows_changes(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct err err = {""};
    bool compiled = false;
    static const struct timespec old[2] = {{1000000000, 0}, {1000000000, 0}};
    const char *path = feed_set_file(&set, "l.txt", "a.example.org\n", 14);
    struct text first = feed_set_compile(&set, path, &compiled, &err);
    assert_true(compiled);
    struct text again = feed_set_compile(&set, path, &compiled, &err);
    assert_false(compiled);
    assert_true(text_same(first, again));
    assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0); /* another time: read again */
    struct text touched = feed_set_compile(&set, path, &compiled, &err);
    assert_true(compiled);
    assert_false(text_same(first, touched));
    assert_false(file_exists(first.at)); /* the old one is gone */
    FILE *damage = fopen(touched.at, "r+");
    assert_int_equal(fputc('X', damage), 'X');
    (void)fclose(damage);
    struct text mended = feed_set_compile(&set, path, &compiled, &err);
    assert_true(compiled); /* a damaged file is made again */
    assert_true(text_same(mended, touched));
    path = feed_set_file(&set, "none.txt", "# nothing\n", 10);
    assert_null(feed_set_compile(&set, path, &compiled, &err).at);
    assert_non_null(strstr(err.text, "no indicator in"));
    assert_null(feed_set_compile(&set, "/nowhere/at/all", &compiled, &err).at);
    feed_set_free(&set);
}

static void known_paths(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct feed_paths known;
    struct err err;
    char store[96];
    (void)snprintf(store, sizeof store, "%s/store", set.folder);
    assert_true(feeds_known(store, &set.arena, &known, &err));
    assert_int_equal(known.len, 0);
    const char *path = feed_set_file(&set, "l.txt", "a.example.org\n", 14);
    assert_true(feeds_remember(store, path, &err));
    assert_true(feeds_remember(store, path, &err));
    assert_true(feeds_remember(store, set.folder, &err));
    assert_true(feeds_known(store, &set.arena, &known, &err));
    assert_int_equal(known.len, 2); /* none twice */
    assert_string_equal(known.at[0], path);
    assert_false(feeds_remember(store, "/nowhere/at/all", &err));
    assert_false(feeds_remember("none", path, &err));
    assert_true(feeds_known("none", &set.arena, &known, &err));
    assert_int_equal(known.len, 0);
    feed_set_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items),       cmocka_unit_test(path_confidence),
        cmocka_unit_test(maltrail),    cmocka_unit_test(threatfox),
        cmocka_unit_test(abuse_ch),    cmocka_unit_test(other_formats),
        cmocka_unit_test(wrapped),     cmocka_unit_test(wrapped_in_groups),
        cmocka_unit_test(guard_page),  cmocka_unit_test(cache_follows_changes),
        cmocka_unit_test(known_paths),
    };
    return cmocka_run_group_tests_name("feeds", tests, NULL, NULL);
}
