/* What each format makes of lines like those its publishers write. All of them are made up. */
#include "feed_expect.h"

static const char threatfox_full_text[] =
    "################################################################\n"
    "# ThreatFox IOCs: full CSV # Last updated: 2024-04-04 07:03:03 UTC #\n"
    "# \"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\",\"fk_malware\","
    "\"malware_alias\",\"malware_printable\",\"last_seen_utc\",\"confidence_level\","
    "\"is_compromised\",\"reference\",\"tags\",\"anonymous\",\"reporter\"\n"
    "\"2024-04-01 10:00:00\", \"1\", \"198.51.100.7:443\", \"ip:port\", \"botnet_cc\", "
    "\"win.dridex\", \"None\", \"Dridex\", \"2024-04-03 01:00:00\", \"75\", \"False\", \"\", "
    "\"a,b\", \"0\", \"x\"\n"
    "\"2024-04-01 10:00:00\", \"2\", \"198.51.100.8\", \"ip:port\", \"botnet_cc\", "
    "\"win.x\", \"\", \"Unknown malware\", \"\", \"100\", \"False\", \"\", \"\", \"0\", \"x\"\n"
    "\"2024-04-01 10:00:00\", \"3\", \"shop.example.org\", \"domain\", \"botnet_cc\", "
    "\"js.x\", \"\", \"FakeUpdates\", \"\", \"50\", \"True\", \"\", \"\", \"0\", \"x\"\n"
    "\"2024-04-01 10:00:00\", \"4\", \"http://pay.example.net/x1/load\", \"url\", "
    "\"payload_delivery\", \"win.y\", \"\", \"Y\", \"\", \"50\", \"False\", \"\", \"\", \"0\", "
    "\"x\"\n"
    "\"2024-04-01 10:00:00\", \"5\", \"00112233445566778899aabbccddeeff\", \"md5_hash\", "
    "\"payload\", \"win.y\", \"\", \"Y\", \"\", \"50\", \"False\", \"\", \"\", \"0\", \"x\"\n"
    "\"cut\n"
    "# Number of entries: 5\n";

static void threatfox_full(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.7", CLASS_CONTROL, "dridex", "2024-04-01", "2024-04-03", true, 75},
        {"198.51.100.8", CLASS_CONTROL, NULL, "2024-04-01", "2024-04-01", false, 100},
        {"www.shop.example.org", CLASS_COMPROMISED, "fakeupdates", "2024-04-01", "2024-04-01",
         false, 50},
        {"pay.example.net/x1/load", CLASS_MALICIOUS, "y", "2024-04-01", "2024-04-01", false, 50},
        {"file 00112233445566778899aabbccddeeff", CLASS_MALICIOUS, "y", "2024-04-01", "2024-04-01",
         false, 50},
    };
    EXPECT("full.csv", threatfox_full_text, expected, "00112233445566778899aabbccddeeff", 5, 1, 4);
    /* the older layout: 14 columns, no is_compromised, the header no comment */
    static const struct expected older[] = {
        {"198.51.100.7", CLASS_CONTROL, "x", "2021-04-01", "2021-04-01", false, 0},
    };
    EXPECT("old.csv",
           "\"first_seen_utc\",\"ioc_id\",\"ioc_value\",\"ioc_type\",\"threat_type\","
           "\"malware_printable\"\n"
           "\"2021-04-01 10:00:00\", \"1\", \"198.51.100.7:0\", \"ip:port\", \"botnet_cc\", "
           "\"X\"\n",
           older, NULL, 1, 0, 1);
}

static const char urlhaus_text[] =
    "# abuse.ch URLhaus # Last updated: 2024-04-04 07:03:03 (UTC) #\r\n"
    "# id,dateadded,url,url_status,last_online,threat,tags,urlhaus_link,reporter\r\n"
    "\"1\",\"2024-04-01 07:00:00\",\"http://198.51.100.9:8080/bin.sh\",\"online\","
    "\"2024-04-02 07:00:00\",\"malware_download\",\"elf,mozi\",\"https://x/\",\"r\"\r\n"
    "\"2\",\"2024-03-01 07:00:00\",\"https://a.example.org/q/load.exe\",\"offline\","
    "\"2024-03-02 07:00:00\",\"malware_download\",\"\",\"https://x/\",\"r\"\r\n"
    "\"3\",\"2024-03-01 07:00:00\",\"https://b.example.org/\",\"offline\",\"\",\"m\",\"\",\"x\","
    "\"r\"\r\n\"4\",\"2024-03-01 07:00:00\",\"ftp://b.example.org/x\",\"offline\",\"\",\"m\"\r\n";

static void urlhaus(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.9:8080/bin.sh", CLASS_MALICIOUS, NULL, "2024-04-01", "2024-04-04", false, 0},
        {"a.example.org/q/load.exe", CLASS_MALICIOUS, NULL, "2024-03-01", "2024-03-02", false, 0},
        {"b.example.org", CLASS_MALICIOUS, NULL, "2024-03-01", "2024-03-01", false, 0},
    };
    EXPECT("urlhaus.csv", urlhaus_text, expected, "a.example.org", 3, 1, 2);
}

static const char zeek_text[] =
    "#separator \\x09\n#fields\tindicator\tindicator_type\tmeta.source\tmeta.desc\n"
    "198.51.100.20\tIntel::ADDR\tmine\t-\n"
    "203.0.113.0/28\tIntel::SUBNET\tmine\t-\n"
    "Bad.example.org\tIntel::DOMAIN\tmine\t-\n"
    "bad.example.net/a\\x20b/x.php\tIntel::URL\tmine\t-\n"
    "bad.example.net/q8/gate.php\tIntel::URL\tmine\t-\n"
    "0011223344556677889900112233445566778899\tIntel::CERT_HASH\tmine\t-\n"
    "0011223344556677889900112233445566770000\tIntel::FILE_HASH\tmine\t-\n"
    "198.51.100.21\tIntel::DOMAIN\tmine\t-\n"
    "short\n";

static void zeek(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.20", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"203.0.113.9", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"bad.example.org", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"bad.example.net/q8/gate.php", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"0011223344556677889900112233445566778899", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    EXPECT("intel.dat", zeek_text, expected, "0011223344556677889900112233445566770000", 6, 3, 2);
}

static const char ipset_text[] = "create bad hash:net family inet hashsize 1024 maxelem 65536\n"
                                 "add bad 198.51.100.30\nadd bad 203.0.113.0/25 timeout 300\n"
                                 "add bad 198.51.100.31,tcp:443 comment \"x\"\nadd bad 10.0.0.1\n"
                                 "add bad\n";

static void ipset(void **state)
{
    (void)state;
    static const struct expected saved[] = {
        {"198.51.100.30", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"203.0.113.3", CLASS_NETWORK, NULL, NULL, NULL, false, 0},
        {"198.51.100.31", CLASS_CONTROL, NULL, NULL, NULL, true, 0},
    };
    EXPECT("bad.ipset", ipset_text, saved, "203.0.113.200", 3, 2, 1);
    static const struct expected attacks[] = {
        {"198.51.100.30", CLASS_SCANNER, NULL, NULL, NULL, false, 0},
    };
    EXPECT("a.netset",
           "#\n# a\n#\n# Maintainer : x\n# Category        : attacks\n#\n198.51.100.30\n", attacks,
           NULL, 1, 0, 6);
    static const struct expected malware[] = {
        {"198.51.100.30", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    EXPECT("m.netset", "#\n# m\n# Category        : malware\n\n198.51.100.30\n", malware, NULL, 1,
           0, 4);
}

static const char hosts_text[] = "# hosts\n127.0.0.1 localhost\n::1 ip6-localhost\n"
                                 "255.255.255.255 broadcasthost\n0.0.0.0 h.example.net # x\n"
                                 "0.0.0.0\ti.example.net j.example.net\n0.0.0.0 com\n"
                                 "0.0.0.0 k.example.net\n0.0.0.0 l.example.net\n"
                                 "0.0.0.0 m.example.net\n0.0.0.0 n.example.net\n"
                                 "0.0.0.0 o.example.net\n0.0.0.0 p.example.net\n";

static void hosts(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"h.example.net", CLASS_MALICIOUS, NULL, NULL, NULL, false, 0},
        {"i.example.net", CLASS_MALICIOUS, NULL, NULL, NULL, false, 0},
        {"www.j.example.net", CLASS_MALICIOUS, NULL, NULL, NULL, false, 0},
    };
    EXPECT("hosts", hosts_text, expected, "localhost", 8, 1, 4);
}

static const char suricata_text[] =
    "# rules\n#alert ip any any -> 198.51.100.44 any (msg:\"off\"; sid:1;)\n"
    "alert tcp $HOME_NET any -> [198.51.100.40,198.51.100.41] 443 (msg:\"ET CNC X; group 1\"; "
    "flags:S; threshold: type limit, track by_src, seconds 3600, count 1; "
    "classtype:trojan-activity; sid:2; metadata:created_at 2012_05_04, updated_at 2021_05_12;)\n"
    "alert ip [203.0.113.0/28] any -> $HOME_NET any (msg:\"ET CINS Y\"; sid:3;)\n"
    "alert dns $HOME_NET any -> any any (msg:\"ET MALWARE Z\"; dns.query; "
    "content:\".bad.example.org\"; nocase; endswith; classtype:command-and-control; sid:4; "
    "metadata:created_at 2020_01_02, malware_family Zed_One, updated_at 2020_02_03;)\n"
    "alert tls $HOME_NET any -> $EXTERNAL_NET any (msg:\"J\"; ja3.hash; "
    "content:\"00112233445566778899aabbccddeeff\"; classtype:trojan-activity; sid:5;)\n"
    "alert http $HOME_NET any -> $EXTERNAL_NET any (msg:\"two\"; http.host; "
    "content:\"two.example.org\"; http.uri; content:\"/x\"; sid:6;)\n"
    "alert tcp $HOME_NET any -> 198.51.100.45 any (msg:\"payload\"; content:\"x\"; sid:7;)\n"
    "alert dns $EXTERNAL_NET any -> $HOME_NET any (msg:\"in\"; dns.query; "
    "content:\"in.example.org\"; sid:8;)\n"
    "alert tcp $HOME_NET any -> 198.51.100.46 1024: (msg:\"range\"; sid:9;)\n";

static void suricata(void **state)
{
    (void)state;
    static const struct expected expected[] = {
        {"198.51.100.40", CLASS_CONTROL, NULL, NULL, "2021-05-12", true, 0},
        {"198.51.100.41", CLASS_CONTROL, NULL, NULL, "2021-05-12", true, 0},
        {"203.0.113.9", CLASS_SCANNER, NULL, NULL, NULL, false, 0},
        {"www.bad.example.org", CLASS_CONTROL, "zed_one", "2020-01-02", "2020-02-03", false, 0},
        {"00112233445566778899aabbccddeeff", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    EXPECT("x.rules", suricata_text, expected, "198.51.100.45", 4, 4, 2);
}

/* A prefix lacks the keys that come behind it: the sanitizers look on. */
static const char warninglist_text[] =
    "{\"description\": \"made\", \"list\": [\"198.51.100.0/24\"], \"name\": \"Known clouds\", "
    "\"matching_attributes\": [\"ip-dst\"], \"type\": \"cidr\"}\n";

static void guard_page(void **state)
{
    (void)state;
    static const char *const text[] = {threatfox_full_text, urlhaus_text, zeek_text,
                                       ipset_text,          hosts_text,   suricata_text,
                                       warninglist_text};
    for (unsigned i = 0; i < sizeof text / sizeof *text; i++)
        guard_prefixes(text[i], strlen(text[i]), feed_read_bytes, NULL);
}

/* Bare digests: of files where the list's own name says so, else JA3 and certificates. */
static void digests(void **state)
{
    (void)state;
    static const char text[] = "# sha256 of samples\n"
                               "00112233445566778899aabbccddeeff\n"
                               "0011223344556677889900112233445566770000\n198.51.100.9\n";
    static const struct expected files[] = {
        {"file 00112233445566778899aabbccddeeff", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"file 0011223344556677889900112233445566770000", CLASS_CONTROL, NULL, NULL, NULL, false,
         0},
        {"198.51.100.9", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    static const struct expected others[] = {
        {"00112233445566778899aabbccddeeff", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
        {"0011223344556677889900112233445566770000", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    EXPECT("full_sha256.txt", text, files, "00112233445566778899aabbccddeeff", 3, 0, 1);
    EXPECT("mine.txt", text, others, NULL, 3, 0, 1);
}

/* A list of what is harmless, by its name, is no feed: each of its lines is refused. */
static void harmless(void **state)
{
    (void)state;
    static const char text[] = "domain\nexample.org\nwww.example.net\n";
    static const struct expected as_feed[] = {
        {"example.org", CLASS_CONTROL, NULL, NULL, NULL, false, 0},
    };
    EXPECT("seen.csv", text, as_feed, NULL, 2, 1, 0);
    for (unsigned i = 0; i < 3; i++) {
        static const char *const names[] = {"benign.csv", "top-1m.csv", "my-allowlist.txt"};
        struct feed_set set = feed_set_new();
        struct err err = {""};
        bool compiled;
        const char *path = feed_set_file(&set, names[i], text, strlen(text));
        assert_null(feed_set_compile(&set, path, &compiled, &err).at);
        assert_non_null(strstr(err.text, "3 taken back, or not meant for detection"));
        feed_set_free(&set);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threatfox_full), cmocka_unit_test(urlhaus),  cmocka_unit_test(zeek),
        cmocka_unit_test(ipset),          cmocka_unit_test(hosts),    cmocka_unit_test(suricata),
        cmocka_unit_test(digests),        cmocka_unit_test(harmless), cmocka_unit_test(guard_page),
    };
    return cmocka_run_group_tests_name("feed_formats", tests, NULL, NULL);
}
