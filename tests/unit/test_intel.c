/* Detector intel: hand-made records in, evidence out. */
#include "detect/intel.h"
#include "evidence_double.h"
#include "feed_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

extern const struct detector detector_intel;

enum { OPENED = PAIR_OPENED_HOST, DONE = PAIR_OPENED_HOST | PAIR_ANSWERED };
static const double knobs[] = {30, 90, -1};

struct scene {
    struct feed_set set;
    struct intel_pair state;
    struct pair pair;
    struct host host;
    struct detect detect;
    struct evidence_out out;
};

static struct address address_of(const char *text)
{
    struct address address;
    assert_true(address_parse(text_of(text), &address));
    return address;
}

static struct day on(const char *text)
{
    struct day day = {DAY_NONE};
    assert_true(day_parse(text_of(text), &day));
    return day;
}

static void scene_open(struct scene *s)
{
    memset(s, 0, sizeof *s);
    s->set = feed_set_new();
    feed_set_add(&s->set, "static-malware.txt",
                 "# Maltrail developers\n198.51.100.1\n198.51.100.2:443\nbad.example.org\n"
                 "/q8Zr4Tn2/gate.php\n/q8Zr4Tn2/load.exe\n/gate.php\nweb.example.org/x.php\n"
                 "51c64c77e60f3980eea90869b68c58a8\n203.0.113.0/24\n");
    feed_set_add(&s->set, "sinkhole_test.txt", "# Maltrail developers\n198.51.100.3\n");
    feed_set_add(&s->set, "feodo.csv",
                 "\"first_seen_utc\",\"dst_ip\",\"dst_port\",\"c2_status\",\"last_online\","
                 "\"malware\"\n"
                 "\"2020-05-20 00:00:00\",\"198.51.100.5\",\"443\",\"\",\"2020-07-01\",\"Bot\"\n"
                 "\"2020-05-20 00:00:00\",\"198.51.100.6\",\"\",\"\",\"2020-07-01\",\"Bot\"\n");
    feed_set_add(&s->set, "cert.csv",
                 "# Last updated: 2020-07-01 00:00:00\n# Listingdate,SHA1,Listingreason\n"
                 "2020-05-20 00:00:00,0000000000000000000000000000000000000000,Bot C&C\n");
}

static void scene_pair(struct scene *s, uint16_t flags, const char *name)
{
    evidence_double_reset(&s->out);
    s->state = (struct intel_pair){.len = 0};
    s->host = (struct host){.mac = 0};
    s->pair = (struct pair){
        .day = on("2020-06-03"), .flags = flags, .name = text_of(name), .port = {443}};
    s->detect = (struct detect){.pair_state = &s->state,
                                .pair = &s->pair,
                                .host = &s->host,
                                .indicators = s->set.all,
                                .knob = knobs};
}

static void scene_close(struct scene *s)
{
    evidence_double_reset(&s->out);
    feed_set_free(&s->set);
}

static struct record record_of(enum record_kind kind, const char *outside, uint64_t number)
{
    struct record record = {.kind = kind, .number = number};
    record.ends.outside = address_of(outside);
    record.ends.outside_port.number = 443;
    record.ends.host_opened = true;
    return record;
}

static void flow(struct scene *s, const char *outside, uint64_t number, bool answered)
{
    struct flow_record f = {.answered = answered};
    struct record record = record_of(RECORD_FLOW, outside, number);
    record.flow = &f;
    detector_intel.record(&s->detect, &record);
}

static void http(struct scene *s, const char *method, const char *host, const char *target,
                 const char *type)
{
    struct http_record h = {.method = text_of(method),
                            .host = text_of(host),
                            .target = text_of(target),
                            .response_type = text_of(type),
                            .status = 200};
    struct record record = record_of(RECORD_HTTP, "198.51.100.200", 7);
    record.http = &h;
    detector_intel.record(&s->detect, &record);
}

static const struct evidence *close_one(struct scene *s)
{
    detector_intel.close(&s->detect, &s->out);
    assert_int_equal(s->out.len, 1);
    return &s->out.evidence[0];
}

static void close_none(struct scene *s)
{
    detector_intel.close(&s->detect, &s->out);
    assert_int_equal(s->out.len, 0);
}

static void ends(void **state)
{
    (void)state;
    static const struct {
        const char *outside;
        bool answered;
        uint16_t flags;
        const char *name;
        double strength;
        int evidence_flags;
    } cases[] = {
        {"198.51.100.2", true, DONE, NULL, 9.6, EVIDENCE_UNDATED},
        {"198.51.100.1", true, DONE, NULL, 9.3, EVIDENCE_UNDATED},
        {"198.51.100.5", true, DONE, NULL, 12, EVIDENCE_CONTENT},
        {"198.51.100.6", true, DONE, NULL, 10.5, 0},
        {"198.51.100.3", true, DONE, NULL, 9.6, EVIDENCE_UNDATED | EVIDENCE_SINKHOLE},
        {"203.0.113.7", true, DONE, NULL, 1.5, EVIDENCE_UNDATED},
        {"198.51.100.2", false, OPENED, NULL, 5, EVIDENCE_UNDATED},
        {"198.51.100.5", false, OPENED, NULL, 5, EVIDENCE_UNDATED},
        /* a name that nobody lists */
        {"198.51.100.1", true, DONE, "cdn.example.com", 4.5, EVIDENCE_UNDATED},
        {"198.51.100.1", true, DONE | PAIR_POPULAR, "cdn.example.com", 2, EVIDENCE_UNDATED},
        {"198.51.100.2", true, DONE, "cdn.example.com", 9.6, EVIDENCE_UNDATED},
        {"198.51.100.2", true, DONE | PAIR_POPULAR, "cdn.example.com", 6.5, EVIDENCE_UNDATED},
        {"198.51.100.1", true, DONE, "198.51.100.1", 9.3, EVIDENCE_UNDATED}, /* no name at all */
        {"198.51.100.3", true, DONE, "dga.example.com", 9.6, EVIDENCE_UNDATED | EVIDENCE_SINKHOLE},
    };
    struct scene s;
    scene_open(&s);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene_pair(&s, cases[i].flags, cases[i].name);
        flow(&s, cases[i].outside, 9, cases[i].answered);
        const struct evidence *e = close_one(&s);
        assert_true(e->strength == cases[i].strength);
        assert_int_equal(e->flags, cases[i].evidence_flags);
        assert_int_equal(e->group, GROUP_LISTED_END);
        assert_int_equal(e->number, 9);
    }
    scene_close(&s);
}

static void says_it_with_figures(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_pair(&s, DONE, NULL);
    flow(&s, "198.51.100.5", 30, true);
    flow(&s, "198.51.100.5", 20, true);
    const struct evidence *e = close_one(&s);
    assert_int_equal(e->number, 20); /* the first, whatever came first */
    assert_int_equal(e->known_from.number, on("2020-05-20").number);
    assert_true(text_is(e->family, "bot"));
    assert_true(text_is(e->item, "198.51.100.5:443"));
    assert_non_null(strstr(e->why.at, "198.51.100.5:443 is listed as bot by feodo@"));
    assert_non_null(strstr(e->why.at, "(from 2020-05-20 to 2020-07-01); the host opened 2 answered "
                                      "conversations with it"));
    scene_close(&s);
}

/* What others open, and what is not listed, says nothing. */
static void nothing(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    scene_pair(&s, PAIR_OPENED_OUTSIDE, NULL);
    struct flow_record f = {.answered = true};
    struct record record = record_of(RECORD_FLOW, "198.51.100.5", 1);
    record.ends.host_opened = false;
    record.flow = &f;
    detector_intel.record(&s.detect, &record);
    close_none(&s);
    scene_pair(&s, DONE, "clean.example.com");
    flow(&s, "198.51.100.99", 1, true);
    close_none(&s);
    scene_pair(&s, DONE, NULL);
    s.pair.day = on("2021-06-03"); /* long after its last listing */
    flow(&s, "198.51.100.5", 1, true);
    close_none(&s);
    scene_pair(&s, DONE, "bad.example.org"); /* no --intel */
    s.detect.indicators = NULL;
    flow(&s, "198.51.100.5", 1, true);
    close_none(&s);
    scene_close(&s);
}

static void names(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    /* told by DNS, contacted, answered */
    scene_pair(&s, DONE, "www.bad.example.org");
    flow(&s, "198.51.100.99", 1, true);
    const struct evidence *e = close_one(&s);
    assert_true(e->strength == 9.6);
    assert_true(text_is(e->item, "bad.example.org"));
    /* never answered */
    scene_pair(&s, OPENED, "bad.example.org");
    flow(&s, "198.51.100.99", 1, false);
    assert_true(close_one(&s)->strength == 5);
    /* SNI; the pair goes by another name at its end */
    struct tls_record t = {
        .client = true, .server = true, .server_name = text_of("bad.example.org")};
    struct record record = record_of(RECORD_TLS, "198.51.100.99", 5);
    record.tls = &t;
    scene_pair(&s, DONE, "other.example.com");
    detector_intel.record(&s.detect, &record);
    assert_true(close_one(&s)->strength == 9.6);
    /* asked for only */
    struct dns_record d = {.name = text_of("x.bad.example.org"), .type = 1};
    record = record_of(RECORD_DNS, "198.51.100.53", 6);
    record.dns = &d;
    scene_pair(&s, PAIR_BY_NAME | OPENED, "example.org");
    detector_intel.record(&s.detect, &record);
    d.response = true;
    detector_intel.record(&s.detect, &record);
    e = close_one(&s);
    assert_true(e->strength == 7);
    assert_int_equal(e->flags, EVIDENCE_SUSPECT);
    assert_non_null(strstr(e->why.at, "the host asked DNS for it 1 time;"));
    /* a resolver passes on what somebody behind it asked */
    scene_pair(&s, PAIR_BY_NAME | OPENED, "example.org");
    s.host.dns_answered = s.host.dns_asked_outside = 1;
    detector_intel.record(&s.detect, &record);
    assert_non_null(strstr(close_one(&s)->why.at, "somebody behind this resolver asked"));
    /* the same record under the resolver's own pair says nothing of the resolver */
    scene_pair(&s, DONE, NULL);
    detector_intel.record(&s.detect, &record);
    close_none(&s);
    scene_close(&s);
}

static void urls(void **state)
{
    (void)state;
    static const struct {
        const char *method, *host, *target, *type;
        double strength;
    } cases[] = {
        {"POST", "any.example.com", "/q8Zr4Tn2/gate.php", "text/html", 9.4},
        {"GET", "any.example.com", "/q8Zr4Tn2/gate.php?id=1", "text/html", 9.4},
        {"GET", "any.example.com", "/q8Zr4Tn2/gate.php", "application/octet-stream", 5.5},
        {"GET", "any.example.com", "/q8Zr4Tn2/load.exe", NULL, 5.5},
        {"POST", "any.example.com", "/gate.php", "text/html", 2},
        {"POST", "web.example.org", "/x.php", "text/html", 9.4},
    };
    struct scene s;
    scene_open(&s);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        scene_pair(&s, DONE, cases[i].host);
        http(&s, cases[i].method, cases[i].host, cases[i].target, cases[i].type);
        const struct evidence *e = close_one(&s);
        assert_true(e->strength == cases[i].strength);
        assert_int_equal(e->group, GROUP_LISTED_CONTENT);
    }
    scene_close(&s);
}

static void marks(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s);
    struct tls_record t = {.client = true,
                           .server = true,
                           .ja3 = "51c64c77e60f3980eea90869b68c58a8",
                           .certificate_seen = true};
    struct record record = record_of(RECORD_TLS, "198.51.100.99", 5);
    record.tls = &t;
    scene_pair(&s, DONE, NULL);
    detector_intel.record(&s.detect, &record);
    detector_intel.close(&s.detect, &s.out);
    assert_int_equal(s.out.len, 2);
    assert_true(s.out.evidence[0].strength == 12);
    assert_int_equal(s.out.evidence[0].flags, EVIDENCE_CONTENT);
    assert_true(text_starts(s.out.evidence[0].item, "certificate 00"));
    assert_true(s.out.evidence[1].strength == 4);
    assert_true(text_starts(s.out.evidence[1].item, "ja3 51c6"));
    record.ends.host_opened = false; /* somebody else's client calling in */
    scene_pair(&s, DONE, NULL);
    detector_intel.record(&s.detect, &record);
    close_none(&s);
    scene_close(&s);
}

/* More items than are kept: the same ones stay in whatever order the records come. */
static void order_does_not_matter(void **state)
{
    (void)state;
    struct scene s;
    memset(&s, 0, sizeof s);
    s.set = feed_set_new();
    feed_set_add(&s.set, "l.txt",
                 "a.example.org\nb.example.org\nc.example.org\nd.example.org\n"
                 "e.example.org\nf.example.org\ng.example.org\nh.example.org\n"
                 "198.51.100.200\n");
    struct intel_pair kept[2];
    for (unsigned round = 0; round < 2; round++) {
        scene_pair(&s, DONE, NULL);
        flow(&s, "198.51.100.200", 3, true);
        for (unsigned i = 0; i < 8; i++) {
            char name[] = "?.example.org";
            name[0] = (char)('a' + (round ? 7 - i : i));
            http(&s, "GET", name, "/", "text/html");
        }
        assert_int_equal(s.state.len, INTEL_HITS);
        kept[round] = s.state;
    }
    assert_memory_equal(&kept[0], &kept[1], sizeof kept[0]);
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends),
        cmocka_unit_test(says_it_with_figures),
        cmocka_unit_test(nothing),
        cmocka_unit_test(names),
        cmocka_unit_test(urls),
        cmocka_unit_test(marks),
        cmocka_unit_test(order_does_not_matter),
    };
    return cmocka_run_group_tests_name("intel", tests, NULL, NULL);
}
