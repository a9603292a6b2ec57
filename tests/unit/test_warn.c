/* Warning lists: what they do to a match, and that they are never a match themselves. */
#include "detect/intel.h"

#include "evidence_double.h"
#include "feed_set.h"
#include "record/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern const struct detector detector_intel;

#define WARNING(name, type, attribute, list)                                                       \
    "{\"description\":\"made\",\"list\":[" list "],\"matching_attributes\":[\"" attribute          \
    "\"],\"name\":\"" name "\",\"type\":\"" type "\",\"version\":1}"

/* Indicators; the dated ones were last listed on 2020-07-01. */
static const char plain[] =
    "198.51.100.1\n198.51.100.2:443\n198.51.101.1\n198.51.102.1:80\n"
    "198.51.103.1\n203.0.113.9\n9.9.9.9\nbad.example.org\nparked.example.net\n"
    "top.example.com\npastebin.com\nx.trycloudflare.com\n";
static const char dated[] = "# feodo\n\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\","
                            "\"last_online\",\"malware\"\n\"2020-05-20 10:00:00\","
                            "\"198.51.100.5\",\"443\",\"offline\",\"2020-07-01\",\"bot\"\n";

static struct feed_set set;

static int open_all(void **state)
{
    (void)state;
    set = feed_set_new();
    feed_set_add(&set, "plain.txt", plain);
    feed_set_add(&set, "feodo.csv", dated);
    feed_set_add(&set, "blackbook.csv",
                 "Domain,Malware,Date added,Source\nfamily.example.com,bot,2020-05-20,x\n");
    feed_set_add(&set, "cloud.json",
                 WARNING("List of known clouds", "cidr", "ip-dst", "\"198.51.100.0/24\""));
    feed_set_add(&set, "sinkholes.json",
                 WARNING("List of known sinkholes", "cidr", "ip-dst", "\"198.51.101.1\""));
    feed_set_add(&set, "scan.json",
                 WARNING("X IP Ranges Used for Scanning", "cidr", "ip-dst", "\"198.51.102.0/24\""));
    feed_set_add(&set, "vpn.json",
                 WARNING("VPN providers and datacenters", "cidr", "ip-dst", "\"198.51.103.0/24\""));
    feed_set_add(&set, "parking.json",
                 WARNING("Parking domains", "hostname", "hostname", "\".parked.example.net\""));
    feed_set_add(&set, "top.json",
                 WARNING("Top 1000", "string", "domain",
                         "\"top.example.com\",\"example.org\","
                         "\"family.example.com\""));
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    feed_set_free(&set);
    return 0;
}

static struct day on(const char *date)
{
    struct day day = {DAY_NONE};
    assert_true(day_parse(text_of(date), &day));
    return day;
}

/* The evidence of one answered conversation with the end. */
static struct evidence meet(const char *outside, const char *name, const char *day)
{
    static struct evidence_out out;
    struct intel_pair state = {.len = 0};
    double knob[8] = {
        [INTEL_BEFORE] = 30, [INTEL_AFTER] = 90, [INTEL_KNOWN_BY] = -1, [INTEL_CLOUD] = 7};
    struct host host = {.mac = 0};
    struct pair pair = {
        .flags = PAIR_OPENED_HOST | PAIR_ANSWERED, .day = on(day), .name = text_of(name)};
    assert_true(address_parse(text_of(outside), &pair.outside));
    struct detect detect = {
        .pair_state = &state, .pair = &pair, .host = &host, .indicators = set.all, .knob = knob};
    struct flow_record flow = {.answered = true};
    struct record record = {.kind = RECORD_FLOW,
                            .number = 1,
                            .ends = {.outside = pair.outside,
                                     .outside_port = {strcmp(outside, "198.51.102.1") ? 443 : 80},
                                     .host_opened = true},
                            .flow = &flow};
    evidence_double_reset(&out);
    detector_intel.record(&detect, &record);
    detector_intel.close(&detect, &out);
    struct evidence none = {.strength = 0};
    return out.len ? out.evidence[0] : none;
}

static void actions(void **state)
{
    (void)state;
    enum { ALL = EVIDENCE_DEMOTED | EVIDENCE_RELABELLED | EVIDENCE_FLAGGED | EVIDENCE_SINKHOLE };
    static const struct {
        const char *outside, *name, *day;
        double strength;
        int flags;
        const char *says; /* NULL = nothing of warning lists */
    } cases[] = {
        /* demote: the bare address of a cloud; with its port it stands */
        {"198.51.100.1", NULL, "2020-06-03", 2, EVIDENCE_DEMOTED, "\"list of known clouds\""},
        {"198.51.100.2", NULL, "2020-06-03", 9.6, 0, NULL},
        /* a cloud's address holds 7 days after its last listing, others 90 */
        {"198.51.100.5", NULL, "2020-07-08", 12, 0, NULL},
        {"198.51.100.5", NULL, "2020-07-09", 2, EVIDENCE_DEMOTED, "last listed 8 days before"},
        /* a public resolver, on no warning list here */
        {"9.9.9.9", NULL, "2020-06-03", 2, EVIDENCE_DEMOTED, "public resolver (Quad9)"},
        /* relabel */
        {"198.51.101.1", NULL, "2020-06-03", 9.3, EVIDENCE_RELABELLED | EVIDENCE_SINKHOLE,
         "\"list of known sinkholes\""},
        {"198.51.102.1", NULL, "2020-06-03", 0.5, EVIDENCE_RELABELLED, "a known scanner"},
        {"192.0.2.1", "www.parked.example.net", "2020-06-03", 2, EVIDENCE_RELABELLED, "parked"},
        /* flag: no weight */
        {"198.51.103.1", NULL, "2020-06-03", 9.3, EVIDENCE_FLAGGED, "flagged"},
        /* a popular name: demoted where the listing says neither date nor family, else only said */
        {"192.0.2.1", "top.example.com", "2020-06-03", 2, EVIDENCE_DEMOTED, "\"top 1000\""},
        {"192.0.2.1", "www.family.example.com", "2020-06-03", 12, EVIDENCE_FLAGGED, "\"top 1000\""},
        /* a string is that name alone, not all under it */
        {"192.0.2.1", "bad.example.org", "2020-06-03", 9.6, 0, NULL},
        /* without any list: a whole service's name, and a name under it */
        {"192.0.2.1", "x.trycloudflare.com", "2020-06-03", 9.6, 0, NULL},
        {"192.0.2.1", "pastebin.com", "2020-06-03", 2, EVIDENCE_DEMOTED, "covers all of Pastebin"},
        /* a warning list is no indicator */
        {"198.51.100.77", NULL, "2020-06-03", 0, 0, NULL},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct evidence e = meet(cases[i].outside, cases[i].name, cases[i].day);
        if (e.strength != cases[i].strength || (e.flags & ALL) != cases[i].flags)
            fail_msg("case %u: strength %g, flags %u: %.*s", i, e.strength, e.flags, (int)e.why.len,
                     e.why.at ? e.why.at : "");
        if (cases[i].says &&
            memmem(e.why.at, e.why.len, cases[i].says, strlen(cases[i].says)) == NULL)
            fail_msg("case %u: '%.*s' does not say '%s'", i, (int)e.why.len, e.why.at,
                     cases[i].says);
    }
}

/* An address behind a dynamic name changes hands too: no list is needed for that. */
static void dynamic_name(void **state)
{
    (void)state;
    struct evidence e = meet("198.51.100.5", "home.duckdns.org", "2020-07-20");
    assert_true(e.flags & EVIDENCE_DEMOTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions),
        cmocka_unit_test(dynamic_name),
    };
    return cmocka_run_group_tests_name("warn", tests, open_all, close_all);
}
