/* Roles of hosts and controllers, and what is never held against a host: what it relays. */
#include "base/mem.h"
#include "feed_set.h"
#include "judge/judge.h"
#include "record/provider.h"
#include "simulate/message.h"
#include "simulate/talk.h"
#include "way.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define OUTSIDE UINT32_C(0xc6336440) /* 198.51.100.64 */
#define GATEWAY_MAC UINT64_C(0x0024d5500001)
enum { CLIENT_HOST = 0x0a000007, RELAY = 0x0a000035 };

/* ---- a small network's traffic, read through the whole way */

struct scene {
    struct feed_set set;
    struct random random;
    struct packets *packets;
    struct instant now;
    uint16_t port;
    char path[128];
    struct conf conf;
    struct home home;
    struct way *way;
    struct findings findings;
    struct way_notes notes;
    struct progress progress;
};

static void scene_open(struct scene *s, const char *listed)
{
    struct err err = {""};
    memset(s, 0, sizeof *s);
    s->set = feed_set_new();
    feed_set_add(&s->set, "l.txt", listed);
    s->random = random_of(1);
    (void)snprintf(s->path, sizeof s->path, "%s/c.pcap", s->set.folder);
    s->packets = packets_new(s->path, &err);
    assert_non_null(s->packets);
    s->now.us = (int64_t)day_of(2020, 6, 3).number * DAY_US + 3600 * SECOND_US;
    s->port = 50000;
}

static void scene_read(struct scene *s)
{
    struct err err = {""};
    uint64_t packets, bytes;
    assert_true(packets_finish(s->packets, &packets, &bytes, &err));
    conf_default(&s->conf);
    home_default(&s->home);
    progress_start(&s->progress, true);
    struct way_setup setup = {.conf = &s->conf,
                              .indicators = s->set.all,
                              .home = &s->home,
                              .sensor = "t",
                              .procedure_id = "0123456789abcdef",
                              .detectors = "",
                              .sets = "",
                              .workers = 1,
                              .memory_bytes = 256 << 20,
                              .progress = &s->progress};
    s->way = way_new(&setup);
    char *paths[] = {s->path};
    struct source_item item = {.path = paths, .len = 1, .name = s->path};
    assert_true(way_read(s->way, &item, NULL, &s->findings, &s->notes, &err));
}

static void scene_close(struct scene *s)
{
    way_free(s->way);
    feed_set_free(&s->set);
}

static struct end end_of(uint32_t address, uint16_t port)
{
    bool home = address >> 24 == 10;
    struct end end = {
        home ? UINT64_C(0x020000000000) | address : GATEWAY_MAC, address_v4(address), {port}};
    return end;
}

static void step(struct scene *s, int64_t us)
{
    s->now.us += us;
}

static void ask(struct scene *s, uint32_t who, uint32_t whom, const char *name, bool iterative)
{
    struct end from = end_of(who, s->port++), to = end_of(whom, 53);
    struct address answer = address_v4(OUTSIDE);
    struct buf out = {0};
    dns_question(&out, s->port, name, DNS_TYPE_A);
    if (iterative)
        out.at[2] = (char)(out.at[2] & ~1);
    packets_udp(s->packets, s->now, &from, &to, out.at, out.len);
    step(s, 2000);
    out.len = 0;
    dns_reply(&out, s->port, name, DNS_TYPE_A, DNS_NOERROR, &answer);
    packets_udp(s->packets, s->now, &to, &from, out.at, out.len);
    step(s, 2000);
    buf_free(&out);
}

/* One exchange of text over TCP; reply NULL: refused, not even that when `reset` is false. */
static void exchange(struct scene *s, uint32_t who, uint32_t whom, uint16_t port,
                     const char *request, const char *reply)
{
    struct talk talk = {.packets = s->packets,
                        .random = &s->random,
                        .client = end_of(who, s->port++),
                        .server = end_of(whom, port),
                        .now = s->now,
                        .rtt_us = 1000};
    struct buf out = {0};
    if (reply == NULL) {
        talk_refused(&talk, false);
    } else {
        talk_open(&talk);
        buf_string(&out, request);
        talk_say(&talk, CLIENT, &out);
        out.len = 0;
        buf_string(&out, reply);
        talk_say(&talk, SERVER, &out);
        talk_close(&talk);
    }
    s->now = talk.now;
    step(s, 5000);
    buf_free(&out);
}

static const struct sighting *sighting_of(const struct scene *s, uint32_t host, const char *name)
{
    for (size_t i = 0; i < s->findings.sightings; i++) {
        const struct sighting *f = &s->findings.sighting[i];
        if (address_same(f->host, address_v4(host)) && text_is(f->controller_name, name))
            return f;
    }
    return NULL;
}

static struct text why_of(const struct sighting *s, const char *item)
{
    for (uint32_t i = 0; i < s->evidence.len; i++)
        if (text_is(s->evidence.at[i].item, item))
            return s->evidence.at[i].why;
    fail_msg("no evidence '%s'", item);
    return text_of(NULL);
}

static void holds(struct text text, const char *part)
{
    if (memmem(text.at, text.len, part, strlen(part)) == NULL)
        fail_msg("'%.*s' does not say '%s'", (int)text.len, text.at, part);
}

/* A client asks the resolver, which asks outside: both are seen asking, neither is more than
 * suspected, and the resolver's finding names the client. */
static void resolver(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, "bad.example.org\n");
    ask(&s, CLIENT_HOST, RELAY, "x.bad.example.org", false);
    ask(&s, RELAY, 0x08080808, "x.bad.example.org", false);
    scene_read(&s);
    const struct sighting *relay = sighting_of(&s, RELAY, "example.org");
    const struct sighting *client = sighting_of(&s, CLIENT_HOST, "example.org");
    assert_non_null(relay);
    assert_non_null(client);
    assert_true(text_is(relay->host_role, "resolver"));
    assert_true(text_is(relay->grade, "suspected"));
    assert_true(text_is(client->host_role, "client"));
    holds(why_of(relay, "host is resolver"), "the same name was asked for by 10.0.0.7");
    holds(why_of(relay, "bad.example.org"), "somebody behind this resolver");
    scene_close(&s);
}

/* Seen from outside only, a resolver is known by asking many servers itself. */
static void resolver_seen_outside(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, "bad.example.org\n");
    for (uint32_t i = 0; i < 24; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "www.site%u.example.com", i);
        ask(&s, RELAY, 0xc6336400 + i, name, true);
    }
    ask(&s, RELAY, 0xc6336409, "bad.example.org", true);
    scene_read(&s);
    const struct sighting *relay = sighting_of(&s, RELAY, "example.org");
    assert_non_null(relay);
    assert_true(text_is(relay->host_role, "resolver"));
    holds(why_of(relay, "host is resolver"), "who stands behind it was not seen");
    scene_close(&s);
}

/* The proxy calls the listed place because a client asked it: the client is named, by the name it
 * wanted, not by the proxy's address; the proxy at most suspected. */
static void proxy(void **state)
{
    (void)state;
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct scene s;
    scene_open(&s, "bad.example.org\n198.51.100.64:80\n");
    for (int i = 0; i < 3; i++) {
        exchange(&s, CLIENT_HOST, RELAY, 3128,
                 "POST http://bad.example.org/gate HTTP/1.1\r\nHost: bad.example.org\r\n"
                 "Content-Length: 1\r\n\r\nx",
                 reply);
        exchange(&s, RELAY, OUTSIDE, 80,
                 "POST /gate HTTP/1.1\r\nHost: bad.example.org\r\nContent-Length: 1\r\n\r\nx",
                 reply);
    }
    scene_read(&s);
    const struct sighting *client = sighting_of(&s, CLIENT_HOST, "bad.example.org");
    const struct sighting *relay = sighting_of(&s, RELAY, "bad.example.org");
    assert_non_null(client);
    assert_non_null(relay);
    assert_true(text_is(client->grade, "probable"));
    assert_false(address_known(client->controller));
    assert_int_equal(client->port, 80);
    assert_int_equal(client->flows, 3);
    assert_true(text_is(relay->host_role, "proxy"));
    assert_true(text_is(relay->grade, "suspected"));
    holds(why_of(relay, "host is proxy"), "asked for by 10.0.0.7");
    scene_close(&s);
}

static void mail_gateway(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, "bad.example.org\n198.51.100.64\n");
    exchange(&s, 0xc6336401, RELAY, 25, "EHLO a.example.com\r\n", "250 ok\r\n");
    ask(&s, RELAY, 0x08080808, "bad.example.org", false);
    exchange(&s, RELAY, OUTSIDE, 25, "EHLO relay.example.com\r\n", "250 ok\r\n");
    scene_read(&s);
    unsigned seen = 0;
    for (size_t i = 0; i < s.findings.sightings; i++) {
        const struct sighting *f = &s.findings.sighting[i];
        assert_true(text_is(f->host_role, "mail gateway"));
        assert_true(text_is(f->grade, "suspected"));
        seen++;
    }
    assert_int_equal(seen, 2);
    scene_close(&s);
}

/* ---- roles from figures */

static void host_roles(void **state)
{
    (void)state;
    char why[ROLE_WHY];
    struct host h = {.flows_opened = 40, .flows_answered = 39};
    assert_string_equal(judge_host_role(&h, why), "client");
    h.served = 30;
    assert_string_equal(judge_host_role(&h, why), "server");
    h.served = 0;
    for (unsigned i = 0; i < 12; i++) {
        host_count_hops(&h, 63);
        host_count_hops(&h, i < 9 ? 127 : 200); /* nine only */
    }
    assert_string_equal(judge_host_role(&h, why), "client");
    host_count_hops(&h, 128);
    assert_string_equal(judge_host_role(&h, why), "NAT");
    assert_non_null(strstr(why, "12 from 64, 10 from 128"));
    memset(&h, 0, sizeof h);
    static const char *const agents[] = {
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 14_6 like Mac OS X) AppleWebKit/605.1.15",
        "Mozilla/5.0 (Linux; Android 11; Pixel 5) AppleWebKit/537.36"};
    for (unsigned i = 0; i < 9; i++)
        host_count_platform(&h, text_of(agents[i % 3]));
    assert_string_equal(judge_host_role(&h, why), "NAT");
    memset(&h, 0, sizeof h);
    h.dns_answered = 4; /* serves names of its own, asks nobody */
    assert_string_equal(judge_host_role(&h, why), "client");
    h.dns_asked_outside = 1;
    assert_string_equal(judge_host_role(&h, why), "resolver");
    assert_non_null(strstr(why, "answered 4 DNS questions and asked outside servers 1"));
}

static void scanner(void **state)
{
    (void)state;
    struct scene s;
    scene_open(&s, "198.51.100.64\n");
    for (uint32_t i = 0; i < 200; i++)
        exchange(&s, CLIENT_HOST, 0xcb007100 + (i & 255), 23, NULL, NULL);
    exchange(&s, CLIENT_HOST, OUTSIDE, 443, "hello there, controller", "go on");
    scene_read(&s);
    assert_int_equal(s.findings.sightings, 2);
    const struct sighting *search = &s.findings.sighting[0], *call = &s.findings.sighting[1];
    if (address_known(search->controller)) {
        search = call;
        call = &s.findings.sighting[0];
    }
    assert_true(text_is(call->host_role, "scanner"));
    assert_true(text_is(call->grade, "probable")); /* it is none the less for it */
    holds(why_of(call, "host is scanner"), "did not answer its TCP calls");
    /* of the search in one network nobody is called the controller */
    assert_false(address_known(search->controller));
    assert_null(search->controller_role.at);
    assert_true(text_is(search->grade, "suspected"));
    scene_close(&s);
}

static void controller_roles(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint16_t pair_flags;
        uint8_t evidence_flags;
        const char *role, *why;
    } cases[] = {
        {NULL, 0, 0, "dedicated", "names the address itself"},
        {"bad.example.org", 0, 0, "unknown", "rented or hacked"},
        {"x1.ngrok.io", 0, 0, "tunnel", "under ngrok.io: a tunnel service (ngrok)"},
        {"d111.cloudfront.net", 0, 0, "shared", "a content network (Amazon CloudFront)"},
        {"api.telegram.org", PAIR_POPULAR, 0, "shared", "a chat or social service (Telegram)"},
        {"pastebin.com", 0, 0, "shared", "a paste service (Pastebin)"},
        {"home.duckdns.org", 0, 0, "unknown", "dynamic DNS (Duck DNS), an address that changes"},
        {"www.apple.com", PAIR_POPULAR, 0, "shared", "a popular name"},
        {"d111.cloudfront.net", 0, EVIDENCE_SINKHOLE, "sinkhole", "commands nobody"},
        {"shop.example.org", 0, EVIDENCE_COMPROMISED, "compromised", "its owner is a victim too"},
        {"notngrok.io", 0, 0, "unknown", "rented or hacked"},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[ROLE_WHY];
        struct pair pair = {.name = text_of(cases[i].name), .flags = cases[i].pair_flags};
        struct evidence e = {.group = GROUP_LISTED_END,
                             .strength = 9.3,
                             .flags = cases[i].evidence_flags,
                             .item = text_of("192.0.2.1"),
                             .set = text_of("l@0")};
        assert_string_equal(judge_controller_role(&pair, &e, 1, why), cases[i].role);
        if (strstr(why, cases[i].why) == NULL)
            fail_msg("'%s' does not say '%s'", why, cases[i].why);
    }
}

static void providers_are_sorted(void **state)
{
    (void)state;
    static const char *const suffix[] = {
#define PROVIDER(name, kind, service) name,
#include "record/provider.list"
#undef PROVIDER
    };
    for (unsigned i = 0; i < sizeof suffix / sizeof *suffix; i++) {
        assert_true(i == 0 || strcmp(suffix[i - 1], suffix[i]) < 0);
        const struct provider *found = provider_of(text_of(suffix[i]));
        assert_non_null(found);
        assert_string_equal(found->suffix, suffix[i]);
    }
    assert_null(provider_of(text_of(NULL)));
    assert_null(provider_of(text_of("example.org")));
    assert_null(provider_of(text_of("org")));
}

/* A relayed pair is never more than suspected, whatever the evidence. */
static void relayed_is_suspected(void **state)
{
    (void)state;
    double knob[JUDGE_KNOBS] = {[JUDGE_PRIOR] = 1e-3};
    struct evidence e[] = {
        {.group = GROUP_LISTED_END,
         .strength = 12,
         .flags = EVIDENCE_CONTENT,
         .known_from = {DAY_NONE}},
        {.group = GROUP_ROLE, .flags = EVIDENCE_RELAYED, .known_from = {DAY_NONE}}};
    struct verdict verdict;
    judge_pair(true, e, 1, knob, &verdict);
    assert_string_equal(verdict.grade, "confirmed");
    judge_pair(true, e, 2, knob, &verdict);
    assert_string_equal(verdict.grade, "suspected");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolver),
        cmocka_unit_test(resolver_seen_outside),
        cmocka_unit_test(proxy),
        cmocka_unit_test(mail_gateway),
        cmocka_unit_test(host_roles),
        cmocka_unit_test(scanner),
        cmocka_unit_test(controller_roles),
        cmocka_unit_test(providers_are_sorted),
        cmocka_unit_test(relayed_is_suspected),
    };
    return cmocka_run_group_tests_name("roles", tests, NULL, NULL);
}
