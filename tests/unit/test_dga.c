/* Names made up by a program, and everything ordinary that is not there or looks odd. Made names
 * are drawn here; no family's are needed. */
#include "detect/detect.h"
#include "detect/dga_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "evidence_double.h"
#include "guard.h"

extern const struct detector detector_dga;

enum { PAIRS = 64, RECORDS = 256, NAME = 112, MISSING = 3 };

/* A host's day: its answers, told to the detector in any order, then all pairs closed. */
struct world {
    uint64_t host_state[128], pair_state[PAIRS][4];
    char name[PAIRS][NAME];
    struct pair pair[PAIRS];
    struct host host;
    unsigned pairs;
    struct {
        unsigned pair;
        char asked[NAME];
        uint8_t rcode;
        uint16_t type;
        bool there;
        int second;
    } answer[RECORDS];
    unsigned answers;
    struct evidence_out out;
    struct evidence found;
    char why[401], where[NAME];
    unsigned findings;
};

static struct world *world_make(void)
{
    static struct world w;
    evidence_double_reset(&w.out);
    memset(&w, 0, sizeof w);
    return &w;
}

static unsigned pair_of(struct world *w, const char *domain)
{
    for (unsigned i = 0; i < w->pairs; i++)
        if (strcmp(w->name[i], domain) == 0 && (w->pair[i].flags & PAIR_BY_NAME))
            return i;
    assert_true(w->pairs < PAIRS);
    (void)snprintf(w->name[w->pairs], NAME, "%s", domain);
    w->pair[w->pairs].flags = PAIR_BY_NAME | PAIR_OPENED_HOST;
    return w->pairs++;
}

static void answer(struct world *w, const char *domain, const char *asked, uint8_t rcode)
{
    unsigned i = w->answers++;
    assert_true(i < RECORDS);
    w->answer[i].pair = pair_of(w, domain);
    (void)snprintf(w->answer[i].asked, NAME, "%s", asked);
    w->answer[i].rcode = rcode;
    w->answer[i].type = 1;
    w->answer[i].second = 10 * (int)i;
}

static void missing(struct world *w, const char *name)
{
    answer(w, name, name, MISSING);
}

static void there(struct world *w, const char *name, bool called)
{
    answer(w, name, name, 0);
    w->answer[w->answers - 1].there = true;
    w->pair[pair_of(w, name)].flags |= called ? PAIR_ANSWERED : 0;
}

static unsigned draw(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* The made names of a bot: `len` letters by lot. */
static void made(char name[NAME], unsigned *seed, unsigned len, const char *suffix)
{
    for (unsigned i = 0; i < len; i++)
        name[i] = (char)('a' + draw(seed) % 26);
    (void)snprintf(name + len, NAME - len, ".%s", suffix);
}

static void missing_made(struct world *w, unsigned count, unsigned len, const char *suffix)
{
    unsigned seed = 7;
    char name[NAME];
    for (unsigned i = 0; i < count; i++) {
        made(name, &seed, len, suffix);
        missing(w, name);
    }
}

static struct detect view(struct world *w, unsigned pair, const double knob[2])
{
    w->pair[pair].name = text_of(w->name[pair]);
    struct detect detect = {.pair_state = w->pair_state[pair],
                            .host_state = w->host_state,
                            .pair = &w->pair[pair],
                            .host = &w->host,
                            .knob = knob};
    return detect;
}

static void tell(struct world *w, unsigned i, const double knob[2])
{
    struct dns_record dns = {.response = true,
                             .type = w->answer[i].type,
                             .rclass = 1,
                             .rcode = w->answer[i].rcode,
                             .name = text_of(w->answer[i].asked),
                             .answers_len = w->answer[i].there};
    assert_true(address_parse(text_of("203.0.113.5"), &dns.answer[0].address));
    struct record record = {.kind = RECORD_DNS,
                            .time = {w->answer[i].second * SECOND_US},
                            .number = i + 1,
                            .ends = {.host_opened = true},
                            .dns = &dns};
    struct detect detect = view(w, w->answer[i].pair, knob);
    detector_dga.record(&detect, &record);
}

/* How many findings; the last one's texts are kept. */
static unsigned run(struct world *w, bool backwards)
{
    double knob[2] = {detector_dga.knobs[0].value, detector_dga.knobs[1].value};
    assert_true(detector_dga.host_bytes <= sizeof w->host_state);
    assert_true(detector_dga.pair_bytes <= sizeof w->pair_state[0]);
    for (unsigned i = 0; i < w->answers; i++)
        tell(w, backwards ? w->answers - 1 - i : i, knob);
    for (unsigned p = 0; p < w->pairs; p++) {
        struct detect detect = view(w, p, knob);
        unsigned before = w->out.len;
        detector_dga.close(&detect, &w->out);
        if (w->out.len == before)
            continue;
        w->found = w->out.evidence[w->out.len - 1];
        (void)snprintf(w->why, sizeof w->why, "%.*s", (int)w->found.why.len, w->found.why.at);
        (void)snprintf(w->where, sizeof w->where, "%s", w->name[p]);
    }
    w->findings = w->out.len;
    return w->findings;
}

static void test_none_there(void **state)
{
    (void)state;
    struct world *w = world_make();
    missing_made(w, 20, 12, "com");
    there(w, "ordinaryshop.com", true);
    assert_int_equal(run(w, false), 1);
    assert_int_equal(w->found.flags, EVIDENCE_SUSPECT);
    assert_true(w->found.strength > 9.1);
    assert_non_null(strstr(w->why, " registered domains under 1 suffix that"));
    assert_non_null(strstr(w->why, "12 to 12 characters"));
    char where[NAME];
    memcpy(where, w->where, sizeof where);
    char why[401];
    memcpy(why, w->why, sizeof why);
    w = world_make(); /* the order makes no difference */
    missing_made(w, 20, 12, "com");
    assert_int_equal(run(w, true), 1);
    assert_string_equal(w->where, where);
    assert_string_equal(w->why, why);
}

static void test_controller(void **state)
{
    (void)state;
    struct world *w = world_make();
    missing_made(w, 10, 12, "com");
    unsigned seed = 99;
    char name[NAME];
    made(name, &seed, 13, "com");
    there(w, name, true);
    there(w, "weatherforecast.com", true);
    assert_int_equal(run(w, false), 1);
    assert_string_equal(w->where, name);
    assert_int_equal(w->found.flags, 0);
    assert_true(w->found.strength > 9.1);
    assert_non_null(strstr(w->why, "exists, and was called"));

    w = world_make(); /* found, but never called */
    missing_made(w, 10, 12, "com");
    there(w, name, false);
    assert_int_equal(run(w, false), 1);
    assert_string_equal(w->where, name);
    assert_int_equal(w->found.flags, EVIDENCE_SUSPECT);

    w = world_make(); /* the address pair is told as well */
    missing_made(w, 10, 12, "com");
    there(w, name, true);
    (void)snprintf(w->name[w->pairs], NAME, "www.%.100s", name);
    w->pair[w->pairs++].flags = PAIR_OPENED_HOST | PAIR_ANSWERED;
    assert_int_equal(run(w, false), 2);

    w = world_make(); /* another suffix, another length: not its controller */
    missing_made(w, 10, 12, "com");
    made(name, &seed, 25, "com");
    there(w, name, false);
    made(name, &seed, 12, "net");
    there(w, name, false);
    assert_int_equal(run(w, false), 1);
    assert_non_null(strstr(w->why, "none that looks like them"));
}

static void test_many(void **state)
{
    (void)state;
    struct world *w = world_make();
    missing_made(w, 60, 14, "biz");
    assert_int_equal(run(w, false), 1);
    assert_true(w->found.strength > 10.9);
    unsigned names = 0;
    const char *at = strstr(w->why, "asked for ");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "asked for about %u", &names), 1);
    assert_in_range(names, 50, 70); /* counted by hash */
    w = world_make();
    missing_made(w, 15, 14, "biz");
    assert_int_equal(run(w, false), 1);
    assert_non_null(strstr(w->why, "asked for 15 registered"));
}

/* Too few; and what ordinary days have of names that are not there. */
static void test_hard_negatives(void **state)
{
    (void)state;
    static const char *const mistyped[] = {
        "gogle.com",    "facebok.com", "youtub.com",  "amazn.com",       "wikpedia.org",
        "twiter.com",   "netflx.com",  "linkdin.com", "instagrm.com",    "microsft.com",
        "newspapr.net", "weathr.com",  "maill.com",   "bankofamerca.com"};
    static const char *const blocked[] = {
        "adnxs.com",      "adsrvr.org",       "trackpixel.net",
        "zqtk.net",       "bidswitch.net",    "adcolony.com",
        "clickserve.net", "rlcdn.com",        "mookie1.com",
        "tapad.com",      "statcounter.com",  "quantserve.com",
        "popads.net",     "krxd.net",         "bluekai.com",
        "exelator.com",   "trafficjunky.net", "adsafeprotected.com",
        "innovid.com",    "mathtag.com"};
    unsigned seed = 3;
    char name[NAME], under[NAME];
    struct world *w = world_make();
    missing_made(w, 7, 12, "com");
    assert_int_equal(run(w, false), 0);
    w = world_make();
    for (size_t i = 0; i < sizeof mistyped / sizeof *mistyped; i++)
        missing(w, mistyped[i]);
    assert_int_equal(run(w, false), 0);
    w = world_make();
    for (size_t i = 0; i < sizeof blocked / sizeof *blocked; i++)
        missing(w, blocked[i]);
    assert_int_equal(run(w, false), 0);
    /* under search suffixes; a browser's probes too; block lists; antivirus; reverse; content
     * networks */
    static const char *const zones[] = {"example.com", "example.co.uk", "blocklist.example",
                                        "antivirus.example", "cloudfront.net"};
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        w = world_make();
        for (unsigned i = 0; i < 40; i++) {
            made(name, &seed, 12, zones[z]);
            answer(w, z == 4 ? name : zones[z], name, MISSING);
        }
        assert_int_equal(run(w, false), 0);
    }
    static const char *const own[] = {"lan",  "local",    "home",
                                      "corp", "internal", "10.in-addr.arpa"};
    for (size_t z = 0; z < sizeof own / sizeof *own; z++) {
        w = world_make();
        missing_made(w, 40, 12, own[z]);
        assert_int_equal(run(w, false), 0);
    }
    w = world_make();
    for (unsigned i = 0; i < 40; i++) {
        made(name, &seed, 7 + i % 9, "x");
        name[7 + i % 9] = '\0';
        missing(w, name);
    }
    assert_int_equal(run(w, false), 0);
    /* there, but below it is nothing; or the resolver failed; or it is there, without such records
     */
    w = world_make();
    for (unsigned i = 0; i < 20; i++) {
        made(name, &seed, 12, "com");
        (void)snprintf(under, sizeof under, "mail.%.100s", name);
        answer(w, name, under, MISSING);
        answer(w, name, name, i % 2 ? 2 : 0);
    }
    assert_int_equal(run(w, false), 0);
}

static void test_roles(void **state)
{
    (void)state;
    struct world *w = world_make();
    w->host.dns_answered = w->host.dns_asked_outside = 5;
    missing_made(w, 30, 12, "com");
    assert_int_equal(run(w, false), 0);
    w = world_make();
    w->host.mail_from_outside = 1;
    missing_made(w, 30, 12, "com");
    assert_int_equal(run(w, false), 0);
}

static void test_single(void **state)
{
    (void)state;
    struct world *w = world_make();
    there(w, "xkqzvjwpfhgtrx.com", true);
    assert_int_equal(run(w, false), 1);
    assert_true(w->found.strength < 2);
    assert_non_null(strstr(w->why, "the name reads as if drawn by lot"));
    w = world_make();
    there(w, "xkqzvjwpfhgtrx.com", false);
    assert_int_equal(run(w, false), 0);
    w = world_make();
    there(w, "xkqzvjwpfhgtrx.com", true);
    w->pair[0].flags |= PAIR_POPULAR;
    assert_int_equal(run(w, false), 0);
}

static void test_scores(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double least, most;
    } cases[] = {{"weatherforecast.com", -60, -8},   {"uni-heidelberg.de", -60, -5},
                 {"bookshop.co.uk", -60, -2},        {"xkqzvjwpfhgtrx.com", 20, 80},
                 {"qwxzkjvh.net", 12, 60},           {"k3v9xq2zr7w4hm1.info", 15, 90},
                 {"7f3a9c0e51bd2846.org", 10, 60},   {"xq7.com", -15, 0},
                 {"xkqzvjwpfhgtrx.ddns.net", 20, 80}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dga_name name;
        bool read = dga_name_read(text_of(cases[i].name), &name);
        assert_true(read);
        if (name.score < cases[i].least || name.score > cases[i].most)
            fail_msg("%s: %f", cases[i].name, name.score);
    }
    static const char *const refused[] = {"",
                                          "com",
                                          ".com",
                                          "xkqzvjwpfhgtrx",
                                          "xkqzvjwpfhgtrx.",
                                          "a..com",
                                          "xn--80ak6aa92e.com",
                                          "x\\200y.com",
                                          "a b.com",
                                          "XKQZV.com",
                                          "d1a2b3c4d5e6f7.cloudfront.net",
                                          "xkqzvjwpf.lan",
                                          "xkqzvjwpf.a.b.com",
                                          "1.2.3.4"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct dga_name name;
        if (dga_name_read(text_of(refused[i]), &name))
            fail_msg("taken: %s", refused[i]);
    }
    struct dga_name a, b;
    assert_true(dga_name_read(text_of("abcdef1.com"), &a));
    assert_true(dga_name_read(text_of("zzzzz.com"), &b));
    assert_true(a.digits && !b.digits && a.len == 7 && b.len == 5 && a.place == b.place);
}

static void read_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct dga_name name;
    (void)context;
    (void)dga_name_read(text_at(bytes, len), &name);
}

static void test_guard(void **state)
{
    (void)state;
    static const char *const names[] = {"xkqzvjwpf-12.co.uk", "\xff\x01.com", "xn--a.com",
                                        "a.b.c.d"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        guard_prefixes(names[i], strlen(names[i]), read_prefix, NULL);
    char most[255];
    memset(most, 'q', sizeof most);
    guard_prefixes(most, sizeof most, read_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none_there), cmocka_unit_test(test_controller),
        cmocka_unit_test(test_many),       cmocka_unit_test(test_hard_negatives),
        cmocka_unit_test(test_roles),      cmocka_unit_test(test_single),
        cmocka_unit_test(test_scores),     cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
