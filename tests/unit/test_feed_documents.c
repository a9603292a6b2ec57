/* Feeds that are documents: JSON, XML, and zip archives. All content is made up. */
#include "feed_expect.h"

#include "base/buf.h"

#include <zlib.h>

static const char feodo_text[] =
    "[{\"ip_address\":\"198.51.100.9\",\"port\":443,\"status\":\"online\",\"hostname\":null,"
    "\"first_seen\":\"2023-05-23 17:51:44\",\"last_online\":\"2024-04-01\",\"malware\":\"Pika\"},"
    "{\"ip_address\":\"198.51.100.10\",\"port\":\"8080\",\"first_seen\":\"2023-05-23 17:51:44\","
    "\"last_online\":null,\"malware\":\"Q\"},{\"ip_address\":\"10.0.0.1\",\"port\":1},{}]";

static void feodo(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.9", CLASS_CONTROL, "pika", "2023-05-23", "2024-04-01", true, 0},
    };
    EXPECT("feodo.json", feodo_text, expected, "198.51.100.10", 2, 2, 0); /* port 8080 alone */
}

#define ATTRIBUTE(type, value, more)                                                               \
    "{\"type\":\"" type "\",\"category\":\"Network activity\",\"to_ids\":true,\"timestamp\":"      \
    "\"1584662400\",\"value\":\"" value "\"" more "}"
static const char misp_text[] =
    "{\"Event\":{\"info\":\"x\",\"date\":\"2020-03-01\",\"timestamp\":\"1583020800\",\"Tag\":["
    "{\"name\":\"tlp:white\"},{\"name\":\"misp-galaxy:malpedia=\\\"Dridex\\\"\"}],"
    "\"Attribute\":[" ATTRIBUTE("ip-dst", "198.51.100.7", "") "," ATTRIBUTE("ip-dst|port", "198.51.100.8|443", "") "," ATTRIBUTE("domain|ip", "bad.example.org|198.51.100.99", "") "," ATTRIBUTE(
        "url", "https://a.example.net/q8/gate.php",
        ",\"Tag\":[{\"name\":"
        "\"misp-galaxy:mitre-malware=\\\"Emotet - "
        "S0367\\\"\"}]") "," ATTRIBUTE("hostname", "seen.example.org",
                                       ",\"first_seen\":"
                                       "\"2020-02-01T00:00:"
                                       "00+00:00\","
                                       "\"last_seen\":"
                                       "\"2020-02-03T00:00:"
                                       "00+00:00\"") "," ATTRIBUTE("md5",
                                                                   "00112233445566778899aabbccddeef"
                                                                   "f",
                                                                   "") "," ATTRIBUTE("ja3-"
                                                                                     "fingerprint-"
                                                                                     "md5",
                                                                                     "51c64c77e60f3"
                                                                                     "980eea90869b6"
                                                                                     "8c58a8",
                                                                                     "") "," ATTRIBUTE("x509-fingerprint-sha256",
                                                                                                       "abababababababababababababababababababababababababababababababab",
                                                                                                       "") "," ATTRIBUTE("domain",
                                                                                                                         "gone.example.org",
                                                                                                                         ",\"deleted\":\"1\"") ",{\"type\":\"domain\",\"value\":\"not.example.org\",\"to_ids\":\"0\"}],"
                                                                                                                                               "\"Object\":[{\"name\":\"ip-port\",\"Attribute\":[" ATTRIBUTE(
                                                                                                                                                   "ip-dst",
                                                                                                                                                   "2001:db8::7",
                                                                                                                                                   ",\"object_relation\":\"ip\"") "," ATTRIBUTE("port",
                                                                                                                                                                                                "443",
                                                                                                                                                                                                ",\"object_relation\":\"dst-port\"") "]}]}}";

static void misp(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.7", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-20", false, 0},
        {"198.51.100.8", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-20", true, 0},
        {"www.bad.example.org", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-20", false, 0},
        {"a.example.net/q8/gate.php", CLASS_CONTROL, "emotet", "2020-03-01", "2020-03-20", false,
         0},
        {"seen.example.org", CLASS_CONTROL, "dridex", "2020-02-01", "2020-02-03", false, 0},
        {"51c64c77e60f3980eea90869b68c58a8", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-20",
         false, 0},
        {"abababababababababababababababababababababababababababababababab", CLASS_CONTROL,
         "dridex", "2020-03-01", "2020-03-20", false, 0},
        {"2001:db8::7", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-20", true, 0},
        {"file 00112233445566778899aabbccddeeff", CLASS_CONTROL, "dridex", "2020-03-01",
         "2020-03-20", false, 0},
    };
    EXPECT("event.json", misp_text, expected, "198.51.100.99", 9, 2, 1);
    EXPECT("event.json", misp_text, expected, "00112233445566778899aabbccddeeff", 9, 2, 1);
    EXPECT("event.json", misp_text, expected, "not.example.org", 9, 2, 1);
    EXPECT("event.json", misp_text, expected, "gone.example.org", 9, 2, 1);
}

/* A feed's folder: the manifest and the hashes list nothing, the events do; a cut one is named. */
static void misp_feed(void **state)
{
    (void)state;
    struct feed_set set = feed_set_new();
    struct indicator_set_info info;
    struct indicator hit;
    struct err err;
    bool compiled;
    static const char manifest[] =
        "{\"5de7f1a0-0000-4000-8000-000000000001\":{\"info\":\"x\",\"date\":\"2020-03-01\","
        "\"timestamp\":\"1583020800\",\"Orgc\":{\"name\":\"o\"}}}";
    static const char hashes[] = "d41d8cd98f00b204e9800998ecf8427e,"
                                 "5de7f1a0-0000-4000-8000-000000000001\nshort\n";
    (void)feed_set_file(&set, "feed/manifest.json", manifest, sizeof manifest - 1);
    (void)feed_set_file(&set, "feed/hashes.csv", hashes, sizeof hashes - 1);
    (void)feed_set_file(&set, "feed/5de7f1a0-0000-4000-8000-000000000001.json", misp_text,
                        sizeof misp_text - 1);
    (void)feed_set_file(&set, "feed/5de7f1a0-0000-4000-8000-000000000002.json", misp_text, 900);
    char folder[128];
    (void)snprintf(folder, sizeof folder, "%s/feed", set.folder);
    struct text file = feed_set_compile(&set, folder, &compiled, &err);
    assert_non_null(file.at);
    assert_true(indicators_open(set.all, file.at, &err));
    assert_true(lookup(&set, "198.51.100.7", &hit));
    indicators_info(set.all, 0, &info);
    assert_int_equal(info.lines_used, 9);
    assert_int_equal(info.lines_refused, 2 + 1);
    assert_int_equal(info.lines_remark, 1 + 1 + 1);
    assert_int_equal(info.reject[REJECT_FILE], 1);
    assert_non_null(strstr(info.reject_example[REJECT_FILE].at, "000000000002.json: "));
    feed_set_free(&set);
}

#define INDICATOR(id, pattern, more)                                                               \
    "{\"type\":\"indicator\",\"id\":\"indicator--" id "\",\"pattern_type\":\"stix\","              \
    "\"valid_from\":\"2020-03-01T00:00:00Z\",\"modified\":\"2020-03-05T00:00:00Z\",\"pattern\":"   \
    "\"" pattern "\"" more "}"
static const char stix_text[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[" INDICATOR("1", "[ipv4-addr:value = '198.51.100.7']", ",\"confidence\":80") "," INDICATOR(
        "2",
        "[ne"
        "two"
        "rk-"
        "tra"
        "ffi"
        "c:"
        "dst"
        "_re"
        "f."
        "typ"
        "e "
        "= "
        "'ip"
        "v4-"
        "add"
        "r' "
        "AND"
        " ne"
        "two"
        "rk-"
        "tra"
        "ffi"
        "c:"
        "dst"
        "_re"
        "f."
        "val"
        "ue "
        "= "
        "'19"
        "8."
        "51."
        "100"
        ".8'"
        " AN"
        "D "
        "net"
        "wor"
        "k-"
        "tra"
        "ffi"
        "c:"
        "dst"
        "_po"
        "rt "
        "= "
        "443"
        "]",
        ",\""
        "val"
        "id_"
        "unt"
        "il"
        "\":"
        "\"2"
        "020"
        "-06"
        "-01"
        "T00"
        ":00"
        ":00"
        "Z"
        "\"") "," INDICATOR("3",
                            "[domain-name:value = 'bad.example.org' OR domain-name:value IN "
                            "('b.example.org','c.example.org')] OR [url:value = "
                            "'http://a.example.net/it\\\\'s/q8.php']",
                            "") "," INDICATOR("4",
                                              "[x509-certificate:hashes.'SHA-256' = "
                                              "'abababababababababababababababababababababababababa"
                                              "babababababab']",
                                              "") "," INDICATOR("5", "[file:hashes.MD5 = '00112233445566778899aabbccddeeff']", "") "," INDICATOR("6", "[ipv4-addr:value = '198.51.100.20' AND file:name = 'x.exe']", "") "," INDICATOR("7", "[ipv4-addr:value = '198.51.100.21'] AND [domain-name:value = 'd.example.org']", "") "," INDICATOR("8", "[ipv4-addr:value = '198.51.100.22'] WITHIN 5 SECONDS", "") "," INDICATOR("9", "[ipv4-addr:value = '198.51.100.23']", ",\"revoked\":true") "," INDICATOR("10", "[ipv4-addr:value = '198.51.100.24", "") "," INDICATOR("11",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "[(ipv4-addr:value = '198.51.100.25' OR ipv4-addr:value = '198.51.100.26') AND "
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "(network-traffic:dst_port = 443 OR network-traffic:dst_port = 8443)]",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "") "," INDICATOR("12",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "[domain-name:value LIKE '%.e.example.org']",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                            "") "," INDICATOR("13",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "[ipv4-addr:value ISSUBSET '203.0.113.0/28' OR ipv6-addr:value = "
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              "'2001:db8::9']",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                              ",\"indicator_types\":[\"compromised\"]") "," INDICATOR("14",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "[NOT ipv4-addr:value = '198.51.100.27' OR ipv4-addr:value != "
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "'198.51.100.28' OR ipv4-addr:value NOT IN ('198.51.100.29')]",
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                      "") ","
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "{\"type\":\"malware\",\"id\":\"malware--1\",\"name\":\"Dridex\"},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "{\"type\":\"relationship\",\"relationship_type\":\"indicates\",\"source_ref\":"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "\"indicator--1\",\"target_ref\":\"malware--1\"},"
                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                          "{\"type\":\"identity\",\"id\":\"identity--1\"}]}";

static void stix(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.7", CLASS_CONTROL, "dridex", "2020-03-01", "2020-03-05", false, 80},
        {"198.51.100.8", CLASS_CONTROL, NULL, "2020-03-01", "2020-06-01", true, 0},
        {"www.bad.example.org", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", false, 0},
        {"c.example.org", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", false, 0},
        {"a.example.net/it's/q8.php", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", false, 0},
        {"abababababababababababababababababababababababababababababababab", CLASS_CONTROL, NULL,
         "2020-03-01", "2020-03-05", false, 0},
        {"198.51.100.25", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", true, 0},
        {"198.51.100.26", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", true, 0},
        {"203.0.113.3", CLASS_COMPROMISED, NULL, "2020-03-01", "2020-03-05", false, 0},
        {"2001:db8::9", CLASS_COMPROMISED, NULL, "2020-03-01", "2020-03-05", false, 0},
    };
    static const char *const absent[] = {"198.51.100.20",
                                         "198.51.100.21",
                                         "d.example.org",
                                         "198.51.100.22",
                                         "198.51.100.23",
                                         "198.51.100.24",
                                         "e.example.org",
                                         "198.51.100.27",
                                         "198.51.100.28",
                                         "198.51.100.29",
                                         "00112233445566778899aabbccddeeff"};
    for (unsigned i = 0; i < sizeof absent / sizeof *absent; i++)
        EXPECT("bundle.json", stix_text, expected, absent[i], 7, 7, 3);
}

/* Deep, wide and odd patterns: counted, not followed. */
static void stix_limits(void **state)
{
    (void)state;
    struct buf text = {0};
    static const struct expected wide[] = {
        {"n000.example.org", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", false, 0},
        {"n499.example.org", CLASS_CONTROL, NULL, "2020-03-01", "2020-03-05", false, 0},
    };
    buf_string(&text, "{\"type\":\"bundle\",\"objects\":[{\"type\":\"indicator\",\"valid_from\":"
                      "\"2020-03-01\",\"modified\":\"2020-03-05T00:00:00Z\",\"pattern\":\"[");
    for (unsigned i = 0; i < 500; i++)
        buf_format(&text, "%sdomain-name:value = 'n%03u.example.org'", i ? " OR " : "", i);
    buf_string(
        &text,
        "]\"}," INDICATOR("2", "[((((((((((((((((((((((((url:value='x'", "") "," INDICATOR(
            "3", "[]", "") "," INDICATOR("4", "",
                                         "") "," INDICATOR("5", "[a]",
                                                           "") "," INDICATOR("6",
                                                                             "[ipv4-addr:value = "
                                                                             "'198.51.100.1' AND]",
                                                                             "") "]}");
    EXPECT("wide.json", text.at, wide, NULL, 1, 5, 0);
    buf_free(&text);
}

#define ITEM(search, content)                                                                      \
    "<IndicatorItem id=\"i\" condition=\"is\"><Context document=\"x\" search=\"" search            \
    "\" type=\"mir\"/><Content type=\"string\">" content "</Content></IndicatorItem>"
static const char openioc_text[] =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ioc "
    "xmlns=\"http://schemas.mandiant.com/2010/ioc\" id=\"1\" last-modified=\"2013-02-05T00:00:00\">"
    "<short_description>Zeus &amp; co</short_description><authored_date>2013-01-05T00:00:00"
    "</authored_date><definition><Indicator operator=\"OR\" id=\"o\">" ITEM("Network/DNS",
                                                                            "bad.example.org")
        ITEM("PortItem/remoteIP", "198.51.100.7") ITEM("Network/URI", "/q8Zr4Tn2/gate.php") ITEM(
            "FileItem/Md5sum",
            "00112233445566778899aabbccddeeff") "<Indicator operator=\"AND\" id=\"a\">" ITEM("PortI"
                                                                                             "tem/"
                                                                                             "remot"
                                                                                             "eIP",
                                                                                             "198."
                                                                                             "51."
                                                                                             "100."
                                                                                             "8")
            ITEM("PortItem/remotePort",
                 "443") "</Indicator>"
                        "<Indicator operator=\"AND\" id=\"b\">" ITEM("PortItem/remoteIP",
                                                                     "198.51.100.9")
                            ITEM("FileItem/FileName", "x.exe") "</Indicator>"
                                                               "</Indicator></definition></ioc>\n";

static void openioc(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"www.bad.example.org", CLASS_CONTROL, "zeus & co", "2013-01-05", "2013-02-05", false, 0},
        {"198.51.100.7", CLASS_CONTROL, "zeus & co", "2013-01-05", "2013-02-05", false, 0},
        {"198.51.100.8", CLASS_CONTROL, "zeus & co", "2013-01-05", "2013-02-05", true, 0},
        {"file 00112233445566778899aabbccddeeff", CLASS_CONTROL, "zeus & co", "2013-01-05",
         "2013-02-05", false, 0},
        {"x.example.org/q8Zr4Tn2/gate.php", CLASS_CONTROL, "zeus & co", "2013-01-05", "2013-02-05",
         false, 80},
    };
    EXPECT("zeus.ioc", openioc_text, expected, "198.51.100.9", 5, 2, 3);
}

static const char entities_text[] =
    "<?xml version=\"1.0\"?><!DOCTYPE ioc [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
    "<ioc xmlns=\"http://schemas.mandiant.com/2010/ioc\"><x>&b;</x></ioc>";

/* A file that is refused as a whole, with its reason. */
static void refused(const char *name, const char *content, size_t len, const char *why)
{
    struct feed_sink *sink = feed_sink_new();
    feed_container_read(sink, text_of(name), text_at(content, len));
    assert_int_equal(sink->rejects[REJECT_FILE], 1);
    assert_int_equal(sink->total, 0);
    const char *example = sink->pool.at + sink->reject_example[REJECT_FILE] + 2;
    if (memmem(example, sink->pool.len - sink->reject_example[REJECT_FILE] - 2, why, strlen(why)) ==
        NULL)
        fail_msg("%s is not in %.100s", why, example);
    feed_sink_free(sink);
}

static void refused_files(void **state)
{
    (void)state;
    struct buf deep = {0};
    refused("x.ioc", entities_text, strlen(entities_text), "a document type");
    buf_string(&deep, "{\"Event\":");
    for (unsigned i = 0; i < 5000; i++)
        buf_char(&deep, '[');
    for (unsigned i = 0; i < 5000; i++)
        buf_char(&deep, ']');
    buf_char(&deep, '}');
    refused("deep.json", deep.at, deep.len, "too deep");
    refused("cut.json", misp_text, 200, "cut.json: ");
    refused("x.xz",
            "\xfd"
            "7zXZ\0aaaaaaaaaaaaaaa",
            20, "xz: unpack it first");
    refused("x.bz2", "BZh91AY&SYaaaaaaaaaaaaaaaa", 20, "bzip2: unpack it first");
    buf_free(&deep);
}

/* ---- zip */

static void put16(struct buf *out, unsigned n)
{
    buf_char(out, (char)(n & 255));
    buf_char(out, (char)(n >> 8 & 255));
}

static void put32(struct buf *out, unsigned n)
{
    put16(out, n & 65535);
    put16(out, n >> 16);
}

/* An archive of one deflated file. */
static struct buf zip_made(const char *name, const char *content, unsigned unpacked, unsigned crc)
{
    struct buf zip = {0};
    char packed[4096];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)content,
                  .avail_in = (uInt)strlen(content),
                  .next_out = (Bytef *)packed,
                  .avail_out = sizeof packed};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    unsigned len = (unsigned)z.total_out, name_len = (unsigned)strlen(name);
    (void)deflateEnd(&z);
    buf_string(&zip, "PK\3\4");
    for (unsigned i = 0; i < 22; i++) /* the directory counts, not this */
        buf_char(&zip, '\0');
    put16(&zip, name_len);
    put16(&zip, 0);
    buf_string(&zip, name);
    buf_add(&zip, packed, len);
    unsigned at = (unsigned)zip.len;
    buf_string(&zip, "PK\1\2");
    put32(&zip, 0);
    put16(&zip, 0);
    put16(&zip, 8);
    put32(&zip, 0);
    put32(&zip, crc);
    put32(&zip, len);
    put32(&zip, unpacked);
    put16(&zip, name_len);
    put32(&zip, 0);
    put32(&zip, 0);
    put32(&zip, 0);
    put32(&zip, 0);
    buf_string(&zip, name);
    unsigned size = (unsigned)zip.len - at;
    buf_string(&zip, "PK\5\6");
    put32(&zip, 0);
    put16(&zip, 1);
    put16(&zip, 1);
    put32(&zip, size);
    put32(&zip, at);
    put16(&zip, 0);
    return zip;
}

static void zip(void **state)
{
    (void)state;
    static const char list[] = "198.51.100.7\nbad.example.org\n10.0.0.1\n";
    unsigned len = sizeof list - 1;
    unsigned crc = (unsigned)crc32(0, (const Bytef *)list, len);
    struct buf zip = zip_made("list.txt", list, len, crc);
    static const struct expected expected[] = {
        {"198.51.100.7", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"bad.example.org", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    expect("list.zip", zip.at, zip.len, expected, 2, NULL, (struct expected_counts){2, 1, 0});
    guard_prefixes(zip.at, zip.len, feed_read_bytes, NULL);
    refused("cut.zip", zip.at, zip.len - 30, "zip archive that is cut");
    buf_free(&zip);
    zip = zip_made("list.txt", list, len, crc + 1);
    refused("crc.zip", zip.at, zip.len, "zip archive that is damaged");
    buf_free(&zip);
    zip = zip_made("list.txt", list, 2000000000, crc);
    refused("bomb.zip", zip.at, zip.len, "unpacks to too much");
    buf_free(&zip);
}

static void guard_page(void **state)
{
    (void)state;
    static const char *const text[] = {feodo_text, misp_text, stix_text, openioc_text,
                                       entities_text};
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++)
        guard_prefixes(text[i], strlen(text[i]), feed_read_bytes, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feodo),         cmocka_unit_test(misp),
        cmocka_unit_test(misp_feed),     cmocka_unit_test(stix),
        cmocka_unit_test(stix_limits),   cmocka_unit_test(openioc),
        cmocka_unit_test(refused_files), cmocka_unit_test(zip),
        cmocka_unit_test(guard_page),
    };
    return cmocka_run_group_tests_name("feed_documents", tests, NULL, NULL);
}
