/* Suricata's EVE log: events of several versions into records. */
#include "guard.h"
#include "logs.h"
#include "source/fields.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define EVENT(type, src, sport, dst, dport, proto, rest)                                           \
    "{\"timestamp\":\"2024-03-05T12:00:01.250000+0200\",\"flow_id\":42,\"event_type\":\"" type     \
    "\",\"src_ip\":\"" src "\",\"src_port\":" #sport ",\"dest_ip\":\"" dst                         \
    "\",\"dest_port\":" #dport ",\"proto\":\"" proto "\"," rest "}\n"
#define CLIENT "10.0.0.5"
#define SERVER "203.0.113.9"
#define COUNTS(out, in, out_bytes, in_bytes)                                                       \
    "\"flow\":{\"pkts_toserver\":" #out ",\"pkts_toclient\":" #in                                  \
    ",\"bytes_toserver\":" #out_bytes ",\"bytes_toclient\":" #in_bytes                             \
    ",\"start\":\"2024-03-05T10:00:00.000001+0000\",\"end\":\""                                    \
    "2024-03-05T12:00:01.500000+0200\",\"state\":\"closed\",\"reason\":\"timeout\"}"
#define FLAGS(out, in) ",\"tcp\":{\"tcp_flags_ts\":\"" out "\",\"tcp_flags_tc\":\"" in "\"}"
#define TCP_FLOW                                                                                   \
    EVENT("flow", CLIENT, 50000, SERVER, 443, "TCP",                                               \
          "\"app_proto\":\"tls\"," COUNTS(10, 8, 1000, 5000) FLAGS("1b", "1b"))

static void take(struct log_taken *t, const char *log)
{
    log_take(t, &source_eve, log, strlen(log), false);
    log_check(&source_eve, log, strlen(log));
}

static bool is_client(const struct record *r)
{
    return address_same(r->ends.host, address_v4(0x0a000005)) &&
           address_same(r->ends.outside, address_v4(0xcb007109)) && r->ends.host_opened;
}

static void reads_a_flow(void **state)
{
    (void)state;
    struct log_taken t;
    assert_true(source_eve.knows((const uint8_t *)TCP_FLOW, strlen(TCP_FLOW)));
    take(&t, TCP_FLOW);
    const struct record *r = log_record(&t, 0);
    const struct flow_record *f = r->flow;
    assert_int_equal(r->kind, RECORD_FLOW);
    assert_true(is_client(r));
    assert_int_equal(r->ends.protocol, PROTOCOL_TCP);
    assert_int_equal(r->ends.host_port.number, 50000);
    assert_int_equal(f->first.us, INT64_C(1709632800000001));
    assert_int_equal(f->last.us, INT64_C(1709632801500000)); /* east of UTC */
    assert_int_equal(r->time.us, f->last.us);
    assert_int_equal(f->packets_out, 10);
    assert_int_equal(f->bytes_out, 1000 - 10 * 14); /* frames' heads are no IP */
    assert_int_equal(f->payload_in, 5000 - 8 * 54);
    assert_true(f->begun && f->established && f->answered && !f->refused);
    assert_string_equal(f->history, "SDFhdf");
    assert_string_equal(f->app, "tls");
    assert_int_equal(t.source->lacks & LACK_BIT(tls), LACK_BIT(tls)); /* spoken, but not logged */
    log_drop(&t);
}

static void tells_how_a_flow_went(void **state)
{
    (void)state;
    static const struct {
        const char *log;
        bool begun, answered, established, refused, turned;
        const char *app;
    } row[] = {
        {EVENT("flow", CLIENT, 50000, SERVER, 443, "TCP", COUNTS(3, 0, 180, 0) FLAGS("02", "00")),
         true, false, false, false, false, NULL},
        {EVENT("flow", CLIENT, 50000, SERVER, 443, "TCP", COUNTS(1, 1, 60, 60) FLAGS("02", "14")),
         true, false, false, true, false, NULL},
        {EVENT("flow", CLIENT, 50000, SERVER, 443, "TCP", COUNTS(2, 1, 120, 60) FLAGS("12", "12")),
         true, false, true, false, false, NULL},
        /* joined in its midst, from the server's side */
        {EVENT("flow", SERVER, 443, CLIENT, 50000, "TCP",
               "\"app_proto\":\"failed\"," COUNTS(7, 5, 700, 500) FLAGS("18", "18")),
         false, true, true, false, true, NULL},
        {EVENT("flow", CLIENT, 50000, SERVER, 53, "UDP",
               "\"app_proto\":\"dns\"," COUNTS(1, 1, 80, 120)),
         true, true, true, false, false, "dns"},
        {EVENT("flow", CLIENT, 50000, SERVER, 9999, "UDP",
               "\"app_proto\":\"new-thing\"," COUNTS(1, 0, 80, 0)),
         true, false, false, false, false, "other"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct log_taken t;
        take(&t, row[i].log);
        const struct record *r = log_record(&t, 0);
        assert_true(is_client(r));
        assert_int_equal(r->flow->begun, row[i].begun);
        assert_int_equal(r->flow->answered, row[i].answered);
        assert_int_equal(r->flow->established, row[i].established);
        assert_int_equal(r->flow->refused, row[i].refused);
        if (row[i].turned)
            assert_int_equal(r->flow->packets_out, 5);
        if (row[i].app)
            assert_string_equal(r->flow->app, row[i].app);
        else
            assert_null(r->flow->app);
        log_drop(&t);
    }
}

/* The protocol of a flow that tells none comes from its other events. */
static void joins_by_flow(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("ssh", CLIENT, 50000, SERVER, 22, "TCP", "\"ssh\":{}")
                 EVENT("flow", CLIENT, 50000, SERVER, 22, "TCP",
                       COUNTS(10, 8, 1000, 5000) FLAGS("1b", "1b")));
    assert_int_equal(t.records, 1);
    assert_string_equal(log_record(&t, 0)->flow->app, "ssh");
    log_drop(&t);
}

static void retells_mail(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("smtp", CLIENT, 50000, SERVER, 587, "TCP",
                   "\"smtp\":{\"helo\":\"PC-1\",\"mail_from\":\"<a@b.example>\\r\\nDATA\","
                   "\"rcpt_to\":[\"<c@d.example>\",\"<e@f.example>\"]},\"email\":{"
                   "\"attachment\":[\"PC-1.zip\",\"x\"]}"));
    const struct talk_record *talk = log_record(&t, 0)->talk;
    assert_true(is_client(log_record(&t, 0)) && talk->retold && !talk->begun);
    assert_string_equal(talk->app, "smtp");
    assert_true(text_is(talk->out, "EHLO PC-1\r\nMAIL FROM:<a@b.example>??DATA\r\n"
                                   "RCPT TO:<c@d.example>\r\nRCPT TO:<e@f.example>\r\n"));
    assert_true(text_is(talk->file, "PC-1.zip") && talk->in.at == NULL);
    log_drop(&t);
}

#define HALF(src, sport, dst, dport, pkts, bytes, flags)                                           \
    EVENT(                                                                                         \
        "netflow", src, sport, dst, dport, "TCP",                                                  \
        "\"app_proto\":\"tls\",\"netflow\":{\"pkts\":" #pkts ",\"bytes\":" #bytes                  \
        ",\"start\":\"2024-03-05T10:00:00.000001+0000\",\"end\":\"2024-03-05T10:00:01.5+0000\"},"  \
        "\"tcp\":{\"tcp_flags\":\"" flags "\"}")
#define HALVES                                                                                     \
    HALF(CLIENT, 900, SERVER, 5000, 10, 1000, "1b") HALF(SERVER, 5000, CLIENT, 900, 8, 5000, "1b")

/* Halves are put together; where whole flows stand in the log they say nothing. */
static void joins_halves(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, HALVES);
    assert_int_equal(t.source->used, 2);
    assert_int_equal(t.records, 1);
    const struct record *r = &t.block[t.block[0].records ? 0 : 1].record[0];
    assert_true(r->kind == RECORD_FLOW && is_client(r));
    assert_int_equal(r->flow->packets_out, 10);
    assert_int_equal(r->flow->packets_in, 8);
    assert_int_equal(r->flow->bytes_in, 5000 - 8 * 14);
    assert_true(r->flow->answered && r->flow->begun);
    assert_int_equal(t.source->lacks & LACK_BIT(calls), 0);
    log_drop(&t);
    take(&t, HALVES TCP_FLOW HALVES);
    assert_int_equal(t.source->used, 3);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 2);
    assert_int_equal(t.records, 1);
    log_drop(&t);
}

#define DNS(src, sport, dst, dport, rest)                                                          \
    EVENT("dns", src, sport, dst, dport, "UDP", "\"dns\":{" rest "}")

static void reads_dns(void **state)
{
    (void)state;
    static const char *const logs[] = {
        /* version 1: a line for each record, addresses of the answer's packet */
        DNS(CLIENT, 5000, SERVER, 53,
            "\"type\":\"query\",\"id\":7,\"rrname\":\"A.Example.\","
            "\"rrtype\":\"A\",\"tx_id\":0")
            DNS(SERVER, 53, CLIENT, 5000,
                "\"type\":\"answer\",\"id\":7,\"rcode\":\"NOERROR\",\"rrname\":\"a.example\","
                "\"rrtype\":\"CNAME\",\"ttl\":60,\"rdata\":\"B.example.\"")
                DNS(SERVER, 53, CLIENT, 5000,
                    "\"type\":\"answer\",\"id\":7,\"rcode\":\"NOERROR\",\"rrname\":\"b.example\","
                    "\"rrtype\":\"A\",\"ttl\":30,\"rdata\":\"192.0.2.7\""),
        /* version 2 */
        DNS(CLIENT, 5000, SERVER, 53,
            "\"version\":2,\"type\":\"query\",\"id\":7,"
            "\"rrname\":\"a.example\",\"rrtype\":\"A\"")
            DNS(CLIENT, 5000, SERVER, 53,
                "\"version\":2,\"type\":\"answer\",\"id\":7,\"rcode\":\"NOERROR\",\"rd\":true,"
                "\"rrname\":\"a.example\",\"rrtype\":\"A\",\"answers\":[{\"rrname\":\"a.example\","
                "\"rrtype\":\"CNAME\",\"ttl\":60,\"rdata\":\"b.example\"},{\"rrname\":\"b.example\""
                ",\"rrtype\":\"A\",\"ttl\":30,\"rdata\":\"192.0.2.7\"}],\"grouped\":{\"A\":"
                "[\"192.0.2.7\"]}"),
        /* version 2, grouped only */
        DNS(CLIENT, 5000, SERVER, 53,
            "\"version\":2,\"type\":\"query\",\"id\":7,"
            "\"rrname\":\"a.example\",\"rrtype\":\"A\"")
            DNS(SERVER, 53, CLIENT, 5000,
                "\"version\":2,\"type\":\"answer\",\"id\":7,\"rcode\":\"NOERROR\","
                "\"rrname\":\"a.example\",\"rrtype\":\"A\",\"grouped\":{\"CNAME\":[\"b.example\"],"
                "\"A\":[\"192.0.2.7\"]}"),
        /* version 3 */
        DNS(CLIENT, 5000, SERVER, 53,
            "\"version\":3,\"type\":\"request\",\"id\":7,\"rd\":true,\"queries\":[{\"rrname\":"
            "\"a.example\",\"rrtype\":\"A\"}]")
            DNS(CLIENT, 5000, SERVER, 53,
                "\"version\":3,\"type\":\"response\",\"id\":7,\"rd\":true,\"rcode\":\"NOERROR\","
                "\"queries\":[{\"rrname\":\"a.example\",\"rrtype\":\"A\"}],\"answers\":["
                "{\"rrname\":\"a.example\",\"rrtype\":\"CNAME\",\"ttl\":60,\"rdata\":\"b.example\"}"
                ",{\"rrname\":\"b.example\",\"rrtype\":\"A\",\"ttl\":30,\"rdata\":\"192.0.2.7\"}]"),
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct log_taken t;
        take(&t, logs[i]);
        assert_int_equal(t.records, 2);
        const struct dns_record *q = log_record(&t, 0)->dns, *a = log_record(&t, 1)->dns;
        assert_true(is_client(log_record(&t, 0)) && is_client(log_record(&t, 1)));
        assert_true(!q->response && q->type == 1 && text_is(q->name, "a.example"));
        assert_true(q->recursion); /* not told is not "unwanted" */
        assert_true(a->response && text_is(a->name, "a.example") && a->rcode == 0);
        assert_int_equal(a->answers_len, 2);
        assert_true(a->answer[0].type == 5 && text_is(a->answer[0].name, "b.example"));
        assert_true(address_same(a->answer[1].address, address_v4(0xc0000207)));
        if (i != 2)
            assert_int_equal(a->answer[1].ttl_s, 30);
        assert_int_equal(t.source->lacks & LACK_BIT(names), 0);
        log_drop(&t);
    }
}

static void reads_other_answers(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, DNS(CLIENT, 5000, SERVER, 53,
                 "\"version\":2,\"type\":\"answer\",\"id\":7,\"rcode\":\"NXDOMAIN\",\"rrname\":"
                 "\"a\\u0001b.example\",\"rrtype\":\"65399\",\"answers\":[{\"rrname\":\"x\","
                 "\"rrtype\":\"TXT\",\"ttl\":1,\"rdata\":\"v=1\"},{\"rrname\":\"x\",\"rrtype\":"
                 "\"SRV\",\"ttl\":1,\"srv\":{\"priority\":1,\"port\":5,\"name\":\"T.example\"}}]"));
    const struct dns_record *a = log_record(&t, 0)->dns;
    assert_true(text_is(a->name, "a\\001b.example") && a->type == 65399 && a->rcode == 3);
    assert_true(text_is(a->answer[0].data, "v=1") && text_is(a->answer[1].name, "t.example"));
    log_drop(&t);
}

static void reads_http(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("http", CLIENT, 50000, SERVER, 8080, "TCP",
                   "\"http\":{\"hostname\":\"WWW.example\",\"http_port\":8080,\"url\":\"/a?b\","
                   "\"http_user_agent\":\"x/1\",\"http_method\":\"POST\",\"http_content_type\":"
                   "\"text/html\",\"status\":200,\"length\":77,\"request_headers\":[{\"name\":"
                   "\"Content-Type\",\"value\":\"application/json\"}]}")
                 EVENT("http", CLIENT, 50000, SERVER, 80, "TCP",
                       "\"http\":{\"url\":\"/\",\"http_method\":\"GET\",\"length\":0}"));
    const struct http_record *http = log_record(&t, 0)->http;
    assert_true(is_client(log_record(&t, 0)));
    assert_true(text_is(http->host, "www.example:8080") && text_is(http->target, "/a?b"));
    assert_true(text_is(http->method, "POST") && text_is(http->user_agent, "x/1"));
    assert_true(text_is(http->response_type, "text/html") && http->status == 200);
    assert_true(text_is(http->content_type, "application/json"));
    assert_int_equal(http->response_body, 77);
    assert_true(http->body_unseen);
    assert_true(http->has_host && http->has_user_agent);
    http = log_record(&t, 1)->http;
    assert_true(!http->has_host && !http->has_user_agent && http->status == 0);
    assert_int_equal(http->response_body, -1);
    log_drop(&t);
}

static void reads_tls(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("tls", CLIENT, 50000, SERVER, 443, "TCP",
                   "\"tls\":{\"subject\":\"C=US, O=\\\"a, b\\\", CN=x.example\",\"issuerdn\":"
                   "\"C=US, O=\\\"a, b\\\", CN=x.example\",\"fingerprint\":\"23:e0:b1:d9:c5:02:8f:"
                   "fe:35:cb:2a:e6:86:20:a8:83:f8:82:34:9b\",\"sni\":\"Y.Example\",\"version\":"
                   "\"TLS 1.2\",\"notbefore\":\"2023-10-18T20:32:40\",\"notafter\":\"2024-06-27T"
                   "23:59:59\",\"ja3\":{\"hash\":\"E7D705A3286E19EA42F587B344EE6865\",\"string\":"
                   "\"771,1\"},\"ja3s\":{\"hash\":\"e7d705a3286e19ea42f587b344ee6866\"},\"ja4\":"
                   "\"t13d1516h2_8daaf6152771_b186095e22b6\"}")
                 EVENT("tls", CLIENT, 50000, SERVER, 443, "TCP",
                       "\"tls\":{\"session_resumed\":true,\"version\":\"UNDETERMINED\"}")
                     EVENT("quic", CLIENT, 50000, SERVER, 443, "UDP",
                           "\"quic\":{\"version\":\"1\",\"sni\":\"q.example\",\"ja4\":\"q13\"}"));
    const struct tls_record *tls = log_record(&t, 0)->tls;
    const struct certificate *c = &tls->certificate;
    assert_true(tls->client && tls->server && tls->version == 0x0303);
    assert_true(text_is(tls->server_name, "y.example") && tls->certificate_seen);
    assert_true(c->sha1[0] == 0x23 && c->sha1[19] == 0x9b && c->self_signed && !c->name_unknown);
    assert_true(text_is(c->subject_name, "x.example"));
    assert_int_equal(c->not_after.us, INT64_C(1719532799) * SECOND_US);
    assert_string_equal(tls->ja3, "e7d705a3286e19ea42f587b344ee6865");
    assert_string_equal(tls->ja3s, "e7d705a3286e19ea42f587b344ee6866");
    assert_string_equal(tls->ja4, "t13d1516h2_8daaf6152771_b186095e22b6");
    tls = log_record(&t, 1)->tls;
    assert_true(tls->client && !tls->server && !tls->certificate_seen);
    tls = log_record(&t, 2)->tls;
    assert_true(text_is(tls->server_name, "q.example") && !tls->server && tls->version == 0x0304);
    log_drop(&t);
}

#define ALERT                                                                                      \
    "\"alert\":{\"signature_id\":2024897,\"signature\":\"ET MALWARE x\",\"category\":\"Malware "   \
    "Command and Control Activity Detected\",\"severity\":1,\"metadata\":{\"malware_family\":["    \
    "\"Emotet\"],\"confidence\":[\"High\"],\"signature_severity\":[\"Major\"],\"tag\":[\"C2\","    \
    "\"RAT\"]}}"

static void reads_alerts(void **state)
{
    (void)state;
    static const struct {
        const char *log;
        bool client, answered;
    } row[] = {
        {EVENT("alert", SERVER, 443, CLIENT, 50000, "TCP", ALERT ",\"direction\":\"to_client\""),
         true, false},
        {EVENT("alert", CLIENT, 443, SERVER, 50000, "TCP", ALERT ",\"direction\":\"to_server\""),
         true, false},
        {EVENT("alert", SERVER, 8443, CLIENT, 50000, "TCP",
               ALERT ",\"flow\":{\"pkts_toserver\":3,\"pkts_toclient\":2,\"src_ip\":\"10.0.0.5\","
                     "\"dest_ip\":\"203.0.113.9\",\"src_port\":50000,\"dest_port\":8443}"),
         true, true},
        /* only to the server were packets sent: this one too, whatever the ports say */
        {EVENT("alert", SERVER, 80, CLIENT, 50000, "TCP",
               ALERT ",\"flow\":{\"pkts_toserver\":1,\"pkts_toclient\":0}"),
         false, false},
        {EVENT("alert", SERVER, 80, CLIENT, 50000, "TCP", ALERT), true, false},
        {EVENT("alert", CLIENT, 50000, SERVER, 80, "TCP", ALERT), true, false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct log_taken t;
        take(&t, row[i].log);
        const struct record *r = log_record(&t, 0);
        const struct alert_record *a = r->alert;
        assert_int_equal(is_client(r), row[i].client);
        assert_int_equal(a->answered, row[i].answered);
        assert_true(text_is(a->id, "2024897") && text_is(a->severity, "1"));
        assert_true(text_is(a->family, "Emotet") && text_is(a->confidence, "High"));
        assert_true(text_is(a->rank, "Major") && text_is(a->tags, "C2 RAT"));
        assert_int_equal(a->count, 1);
        log_drop(&t);
    }
}

/* What an earlier event of the flow told of who opened it holds for the alert. */
static void alerts_follow_the_flow(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("http", CLIENT, 900, SERVER, 50001, "TCP", "\"http\":{\"url\":\"/\"}")
                 EVENT("alert", SERVER, 50001, CLIENT, 900, "TCP", ALERT));
    assert_true(is_client(log_record(&t, 1)));
    log_drop(&t);
    take(&t, EVENT("alert", CLIENT, 900, SERVER, 53, "UDP",
                   ALERT ",\"dns\":{\"query\":[{\"type\":\"query\",\"rrname\":\"C.Example\"}]}"));
    assert_true(text_is(log_record(&t, 0)->alert->name, "c.example"));
    log_drop(&t);
    take(&t, EVENT("alert", CLIENT, 50000, SERVER, 80, "TCP",
                   ALERT ",\"http\":{\"hostname\":\"W.example\",\"url\":\"/\"}")
                 EVENT("alert", CLIENT, 50000, SERVER, 443, "TCP",
                       ALERT ",\"tls\":{\"sni\":\"T.example\"}"));
    assert_true(text_is(log_record(&t, 0)->alert->name, "w.example"));
    assert_true(text_is(log_record(&t, 1)->alert->name, "t.example"));
    log_drop(&t);
}

static void reads_dhcp(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, EVENT("dhcp", "10.0.0.1", 67, CLIENT, 68, "UDP",
                   "\"dhcp\":{\"type\":\"reply\",\"client_mac\":\"00:50:f4:ed:c3:af\","
                   "\"assigned_ip\":\"10.0.0.5\",\"dhcp_type\":\"ack\"}")
                 EVENT("dhcp", "0.0.0.0", 68, "255.255.255.255", 67, "UDP",
                       "\"dhcp\":{\"type\":\"request\",\"client_mac\":\"00:50:f4:ed:c3:af\","
                       "\"requested_ip\":\"10.0.0.5\",\"dhcp_type\":\"request\",\"hostname\":"
                       "\"PC\\u0007\"}")
                     EVENT("dhcp", "0.0.0.0", 68, "255.255.255.255", 67, "UDP",
                           "\"dhcp\":{\"type\":\"request\",\"client_mac\":\"00:50:f4:ed:c3:af\","
                           "\"dhcp_type\":\"discover\"}"));
    const struct identity_record *who = log_record(&t, 0)->identity;
    assert_int_equal(t.records, 2);
    assert_true(who->mac == UINT64_C(0x0050f4edc3af) && who->confirms && !who->pending);
    assert_true(log_record(&t, 0)->ends.host.low == address_v4(0x0a000005).low);
    who = log_record(&t, 1)->identity;
    assert_true(who->pending && !who->confirms && text_is(who->name, "PC?"));
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    log_drop(&t);
}

static void accounts_for_odd_lines(void **state)
{
    (void)state;
    static const char before[] =
        "\xef\xbb\xbf" TCP_FLOW "\t" TCP_FLOW "\n  \n[1]\n3\n\"x\"\n{}\nnull\n{\"event_type\":1}\n"
        "{\"event_type\":\"stats\",\"stats\":{}}\n{\"event_type\":\"flow\"}\n"
        "{\"event_type\":\"dns\",\"timestamp\":\"x\"}\n" EVENT("dns", CLIENT, 1, SERVER, 53, "UDP",
                                                               "\"dns\":7")
            EVENT("flow", CLIENT, 1, SERVER, 53, "GRE", COUNTS(1, 1, 1, 1))
                EVENT("anomaly", CLIENT, 1, SERVER, 53, "UDP", "\"x\":1");
    enum { DEPTH = 3000 };
    size_t head = sizeof before - 1, flow = strlen(TCP_FLOW);
    char *log = mem_new(head + 2 * DEPTH + 2 + flow, 1);
    memcpy(log, before, head);
    memset(log + head, '[', DEPTH);
    memset(log + head + DEPTH, ']', DEPTH);
    log[head + 2 * DEPTH] = '\n';
    memcpy(log + head + 2 * DEPTH + 1, TCP_FLOW, flow - 20);
    struct log_taken t;
    take(&t, log);
    const struct source *s = t.source;
    assert_int_equal(s->used, 2);
    assert_int_equal(s->remarks, 2);
    assert_int_equal(s->skips.count[SKIP_line_ignored], 3);
    assert_int_equal(s->skips.count[SKIP_line_damaged], 11);
    assert_int_equal(s->units, 18);
    assert_non_null(strstr(s->damage, "line 5: no JSON object"));
    log_drop(&t);
    mem_free(log);
}

/* A member of half a megabyte is read with its line; one that is longer than a line may be is
 * passed over. */
static void reads_huge_texts(void **state)
{
    (void)state;
    static const char head[] = "{\"payload\":\"";
    size_t flow = strlen(TCP_FLOW);
    for (size_t len = 500000; len <= 600000; len += 100000) {
        char *log = mem_new(sizeof head + len + 2 * flow + 2, 1);
        memcpy(log, head, sizeof head - 1);
        memset(log + sizeof head - 1, 'x', len);
        (void)snprintf(log + sizeof head - 1 + len, 2 * flow + 2, "\",%s%s", &TCP_FLOW[1],
                       TCP_FLOW);
        struct log_taken t;
        take(&t, log);
        assert_int_equal(t.source->used, len == 500000 ? 2 : 1);
        assert_int_equal(t.source->units, 2);
        log_drop(&t);
        mem_free(log);
    }
}

static void knows_its_own(void **state)
{
    (void)state;
    static const char *const others[] = {"", "{", "{\"ts\":1,\"uid\":\"x\"}\n",
                                         "event_type timestamp\n", "[\"event_type\"]"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(source_eve.knows((const uint8_t *)others[i], strlen(others[i])));
    assert_true(source_eve.knows((const uint8_t *)"\n\t" TCP_FLOW, strlen(TCP_FLOW) + 2));
    struct instant first;
    assert_true(source_eve.first((const uint8_t *)TCP_FLOW, strlen(TCP_FLOW), &first));
    assert_int_equal(first.us, INT64_C(1709632801250000));
    assert_false(source_eve.first((const uint8_t *)"x\n", 2, &first));
}

static void reads_zones(void **state)
{
    (void)state;
    struct instant t;
    assert_true(instant_parse(text_of("2024-03-05T12:00:00+0530"), &t));
    assert_int_equal(t.us, INT64_C(1709620200) * SECOND_US);
    assert_true(instant_parse(text_of("2024-03-05T12:00:00.5-02:00"), &t));
    assert_int_equal(t.us, INT64_C(1709647200) * SECOND_US + 500000);
    static const char *const bad[] = {"2024-03-05T12:00:00+5", "2024-03-05T12:00:00+05300",
                                      "2024-03-05T12:00:00+2400", "2024-03-05T12:00:00*0200"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(instant_parse(text_of(bad[i]), &t));
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct instant first;
    struct log_taken t;
    log_take(&t, &source_eve, bytes, len, false);
    log_drop(&t);
    (void)source_eve.knows(bytes, len);
    (void)source_eve.first(bytes, len, &first);
}

static void stays_inside(void **state)
{
    (void)state;
    guard_prefixes(TCP_FLOW, strlen(TCP_FLOW), parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_flow),
        cmocka_unit_test(tells_how_a_flow_went),
        cmocka_unit_test(joins_by_flow),
        cmocka_unit_test(retells_mail),
        cmocka_unit_test(joins_halves),
        cmocka_unit_test(reads_dns),
        cmocka_unit_test(reads_other_answers),
        cmocka_unit_test(reads_http),
        cmocka_unit_test(reads_tls),
        cmocka_unit_test(reads_alerts),
        cmocka_unit_test(alerts_follow_the_flow),
        cmocka_unit_test(reads_dhcp),
        cmocka_unit_test(accounts_for_odd_lines),
        cmocka_unit_test(reads_huge_texts),
        cmocka_unit_test(knows_its_own),
        cmocka_unit_test(reads_zones),
        cmocka_unit_test(stays_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
