/* Zeek's logs: each kind's lines and what they become, both forms, headers of all ages, and what is
 * refused. */
#include "zeek_lines.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void reads_conversations(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, CONN CONN_LINE);
    assert_int_equal(t.records, 1);
    const struct record *r = log_record(&t, 0);
    const struct flow_record *f = r->flow;
    assert_int_equal(r->kind, RECORD_FLOW);
    assert_int_equal(r->number, 8);
    assert_int_equal(f->first.us, TIME_US);
    assert_int_equal(f->last.us, TIME_US + 1500000);
    assert_int_equal(r->time.us, f->last.us);
    assert_int_equal(address_v4_number(r->ends.host), 0x0a000005);
    assert_int_equal(address_v4_number(r->ends.outside), 0xcb007109);
    assert_true(r->ends.host_port.number == 50000 && r->ends.outside_port.number == 443);
    assert_int_equal(r->ends.protocol, PROTOCOL_TCP);
    assert_string_equal(f->app, "tls");
    assert_string_equal(f->history, "ShADadFf");
    assert_true(f->begun && f->established && f->answered && !f->refused && !f->cut);
    assert_true(f->packets_out == 11 && f->packets_in == 9);
    assert_true(f->bytes_out == 1200 && f->bytes_in == 4400);
    assert_true(f->payload_out == 700 && f->payload_in == 4000);
    assert_int_equal(t.source->lacks, LACK_BIT(names) | LACK_BIT(web) | LACK_BIT(tls) |
                                          LACK_BIT(certificates) | LACK_BIT(content) |
                                          LACK_BIT(identity));
    log_drop(&t);
}

static void tells_what_happened(void **state)
{
    (void)state;
    static const struct {
        const char *line; /* proto to resp_ip_bytes */
        bool begun, established, answered, refused;
        const char *app;
    } row[] = {
        {"tcp\t-\t-\t-\t-\tS0\tT\tF\t0\tS\t1\t60\t0\t0", true, false, false, false, NULL},
        {"tcp\t-\t0.1\t0\t0\tREJ\tT\tF\t0\tSr\t2\t104\t2\t80", true, false, false, true, NULL},
        /* a reset whose number makes believe that 2 GB were sent */
        {"tcp\t-\t3.4\t0\t1982834349\tREJ\tF\tT\t0\tHWrrr\t3\t120\t3\t120", true, false, false,
         true, NULL},
        {"tcp\thttp\t5\t10\t20\tS1\tT\tF\t0\tShADad\t4\t200\t4\t200", true, true, true, false,
         "http"},
        {"tcp\t-\t5\t0\t0\tS1\tT\tF\t0\tShA\t4\t200\t4\t200", true, true, false, false, NULL},
        {"tcp\t-\t5\t10\t20\tOTH\tT\tF\t0\tDd\t4\t200\t4\t200", false, true, true, false, NULL},
        {"tcp\t-\t5\t10\t0\tOTH\tT\tF\t0\tD\t4\t200\t0\t0", false, false, false, false, NULL},
        {"tcp\t-\t5\t10\t20\tSF\tT\tF\t0\t-\t4\t200\t4\t200", true, true, true, false, NULL},
        {"udp\tdns\t0.1\t30\t60\tSF\tT\tF\t0\tDd\t1\t58\t1\t88", true, true, true, false, "dns"},
        {"udp\t-\t-\t-\t-\tS0\tT\tF\t0\tD\t1\t58\t0\t0", true, false, false, false, NULL},
        {"icmp\t-\t0.1\t56\t56\tOTH\tT\tF\t0\t-\t1\t84\t1\t84", true, true, true, false, NULL},
        {"tcp\tgssapi,smb,krb\t5\t10\t20\tSF\tT\tF\t0\tShADad\t4\t200\t4\t200", true, true, true,
         false, "smb"},
        {"tcp\t-ssl\t5\t10\t20\tSF\tT\tF\t0\tShADad\t4\t200\t4\t200", true, true, true, false,
         NULL},
        {"tcp\tspicy_new\t5\t10\t20\tSF\tT\tF\t0\tShADad\t4\t200\t4\t200", true, true, true, false,
         "other"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char log[1024];
        struct log_taken t;
        (void)snprintf(log, sizeof log, CONN "1709632800.250000" FROM "8080\t%s\t-\n", row[i].line);
        take(&t, log);
        const struct flow_record *f = log_record(&t, 0)->flow;
        assert_int_equal(f->begun, row[i].begun);
        assert_int_equal(f->established, row[i].established);
        assert_int_equal(f->answered, row[i].answered);
        assert_int_equal(f->refused, row[i].refused);
        assert_true(f->payload_in <= f->bytes_in);
        if (row[i].app)
            assert_string_equal(f->app, row[i].app);
        else
            assert_null(f->app);
        log_drop(&t);
    }
}

static void tells_protocols_by_size(void **state)
{
    (void)state;
    static const struct {
        unsigned port, out, in;
        const char *app;
    } row[] = {{123, 48, 48, "ntp"},   {123, 96, 48, "ntp"},   {123, 50, 48, NULL},
               {443, 1357, 0, "quic"}, {443, 400, 4000, NULL}, {53, 48, 48, NULL}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        char log[1024];
        struct log_taken t;
        (void)snprintf(log, sizeof log,
                       CONN "1709632800.250000" FROM
                            "%u\tudp\t-\t1.5\t%u\t%u\tSF\tT\tF\t0\tDd\t9\t9999\t9\t9999\t-\n",
                       row[i].port, row[i].out, row[i].in);
        take(&t, log);
        const char *app = log_record(&t, 0)->flow->app;
        assert_true(row[i].app ? app && strcmp(app, row[i].app) == 0 : app == NULL);
        log_drop(&t);
    }
}

/* Version 1.5 to 2.2, another separator, columns in another order, a second header. */
static void follows_headers(void **state)
{
    (void)state;
    static const char log[] = HEAD(
        "conn", ENDS
        "proto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\t"
        "local_orig\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\t"
        "resp_pkts\tresp_ip_bytes\ttunnel_parents") "1258531221.486539\tPii6cUUq1v4\t10.0.0."
                                                    "5\t68\t10.0.0.1\t67\tudp\t-\t0."
                                                    "163820\t301\t300\tSF"
                                                    "\t-\t0\tDd\t1\t329\t1\t328\t(empty)\n"
                                                    "#close\t2024-03-05-11-00-00\n"
                                                    "#separator "
                                                    "\\x7c\n#set_separator|;\n#empty_field|EMPTY\n#"
                                                    "unset_field|NIL\n#path|conn\n"
                                                    "#fields|_node|id_resp_h|id_resp_p|id_orig_h|"
                                                    "id_orig_p|novel|ts|proto|history|duration\n"
                                                    "w-1|203.0.113.9|80|10.0.0.6|NIL|x "
                                                    "y|1709632800.25|tcp|EMPTY|NIL\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 2);
    assert_int_equal(log_record(&t, 0)->flow->bytes_in, 328);
    const struct record *r = log_record(&t, 1);
    assert_int_equal(r->time.us, TIME_US);
    assert_int_equal(address_v4_number(r->ends.host), 0x0a000006);
    assert_true(r->ends.host_port.number == 0 && r->ends.outside_port.number == 80);
    assert_int_equal(t.source->units, 16);
    assert_int_equal(t.source->remarks, 14);
    log_drop(&t);
}

/* Columns that somebody added are not read: behind the others, or behind blanks in the last. */
static void passes_labels(void **state)
{
    (void)state;
    static const char *const logs[] = {
        HEAD("conn", CONN_FIELDS
             "\tlabel\tdetailedlabel") "1709632800.250000" FROM "443\ttcp\tssl\t1."
                                       "5\t7\t4\tSF\tT\tF\t0\tShADadFf\t11\t12\t9\t44\t(empty)\t"
                                       "Malicious\tC2\n",
        HEAD(
            "conn", CONN_FIELDS
            "   label   detailed-label") "1709632800.250000" FROM "443\ttcp\tssl\t1."
                                         "5\t7\t4\tSF\tT\tF\t0\tShADadFf\t11\t12\t9\t44\t(empty)   "
                                         "Malicious   C&C\n",
        HEAD("conn", ENDS "proto\tservice\tresp_bytes\thistory   label") "1709632800.250000" FROM
                                                                         "443\ttcp\tssl\t4\tShADadF"
                                                                         "f   Malicious\n",
    };
    for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++) {
        struct log_taken t;
        take(&t, logs[i]);
        assert_int_equal(t.records, 1);
        assert_string_equal(log_record(&t, 0)->flow->history, "ShADadFf");
        log_drop(&t);
    }
}

static void accounts_for_lines(void **state)
{
    (void)state;
    static const char log[] =
        CONN "\t" CONN_LINE "\n"
             "1709632800.250000\tC1\t10.0.0.5\t50000\t203.0.113.9\n"
             "then" FROM "443\ttcp\tssl\t1\t7\t4\tSF\tT\tF\t0\tSh\t1\t1\t9\t"
             "4\t(empty)\n"
             "1709632800.25\tC1\t10.0.0.5\t1\t-\t2\ttcp\tssl\t1\t7\t4\tSF\tT\t"
             "F\t0\tSh\t1\t1\t9\t4\t(empty)\n"
             "1709632800.25" FROM "0\tunknown_transport\t-\t1\t7\t4\tSF\tT\tF"
             "\t0\tSh\t1\t1\t9\t4\t(empty)\n"
             "\t#close\t2024-03-05-11-00-00\n"
             "1709632800.250000\tC1\t10.0.";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.source->units, 15);
    assert_int_equal(t.source->used, 1);
    assert_int_equal(t.source->remarks, 9);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 4);
    assert_non_null(strstr(t.source->damage, "line 10: fewer fields than the header names"));
    log_drop(&t);
    log_check(&source_zeek, log, sizeof log - 1);
}

static void knows_conn_without_header(void **state)
{
    (void)state;
    static const char old[] =
        "1258531221.486539\tPii6cUUq1v4\t10.0.0.5\t68\t203.0.113.9\t67\tudp\t-"
        "\t0.163820\t301\t300\tSF\t-\t0\tDd\t1\t329\t1\t328\t(empty)\n";
    static const char dns[] = "1709632800.1" FROM "53\tudp\t7\t-\twww.example.com\t1\tC_INTERNET\t"
                              "1\tA\t-\t-\tF\tF\tT\tF\t0\t-\t-\tF\n";
    struct log_taken t;
    take(&t, CONN_LINE CONN_LINE);
    assert_int_equal(t.records, 2);
    assert_int_equal(log_record(&t, 1)->flow->bytes_in, 4400);
    log_drop(&t);
    take(&t, old);
    assert_int_equal(t.records, 1);
    assert_int_equal(log_record(&t, 0)->flow->bytes_in, 328);
    log_drop(&t);
    struct input in;
    struct err err = {""};
    assert_true(source_zeek.knows((const uint8_t *)dns, sizeof dns - 1));
    input_memory(&in, dns, sizeof dns - 1);
    assert_null(source_zeek.open(&source_zeek, &in, "x/dns.log", &err));
    assert_non_null(strstr(err.text, "x/dns.log: columns as in a Zeek log, but no header"));
}

static void reads_names(void **state)
{
    (void)state;
    static const char log[] = DNS
        "1709632800.25" FROM "53\tudp\t77\t0.25\tWWW.Ex\\x20mple\\\\.com.\t1\tC_INTERNET\t1\tA"
        "\t0\tNOERROR\tF\tF\tT\tT\t0\tcdn.example.net,198.51.100.7,2001:db8::7,TXT 3 a\\x2cb,"
        "<unknown type=65>\t60.000000,30.000000,1.5\tF\n"
        "1709632800.25" FROM "53\tudp\t78\t-\t9.113.0.203.in-addr.arpa\t1\tC_INTERNET\t12\tPTR"
        "\t3\tNXDOMAIN\tF\tF\tF\tT\t0\t-\t-\tF\n"
        "1709632800.25" FROM "53\tudp\t79\t-\tx.example\t1\tC_INTERNET\t16\tTXT\t-\t-\tF\tF\tT"
        "\tT\t0\t-\t-\tF\n"
        "1709632800.25\tC\t10.0.0.5\t137\t10.0.0.255\t137\tudp\t1\t-\tWORKGROUP\t1\tC_INTERNET\t"
        "32\tNB\t-\t-\tF\tF\tT\tF\t1\t-\t-\tF\n"
        "1709632800.25\tC\t10.0.0.5\t5355\t224.0.0.252\t5355\tudp\t1\t-\tpc-5\t1\tC_INTERNET\t"
        "255\t*\t-\t-\tF\tF\tT\tF\t1\t-\t-\tF\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 6);
    const struct dns_record *q = log_record(&t, 0)->dns, *a = log_record(&t, 1)->dns;
    assert_true(!q->response && q->recursion && q->id == 77 && q->type == 1 && q->rclass == 1);
    assert_true(text_is(q->name, "www.ex\\032mple\\092.com"));
    assert_true(a->response && a->rcode == 0 && a->answers_len == 5 && a->answers_total == 5);
    assert_int_equal(log_record(&t, 1)->time.us, TIME_US + 250000);
    assert_true(a->answer[0].type == 5 && text_is(a->answer[0].name, "cdn.example.net"));
    assert_int_equal(a->answer[0].ttl_s, 60);
    assert_true(a->answer[1].type == 1 && address_v4_number(a->answer[1].address) == 0xc6336407);
    assert_true(a->answer[2].type == 28 && a->answer[2].ttl_s == 1);
    assert_true(a->answer[3].type == 16 && text_is(a->answer[3].data, "a,b"));
    assert_true(a->answer[4].name.at == NULL && a->answer[4].ttl_s == 0);
    assert_int_equal(q->message_len, 12 + 6 + 22);
    assert_true(a->message_len > q->message_len + 5 * 12);
    assert_true(log_record(&t, 3)->dns->response && log_record(&t, 3)->dns->rcode == 3);
    assert_false(log_record(&t, 4)->dns->response);
    assert_int_equal(log_record(&t, 5)->kind, RECORD_IDENTITY);
    assert_true(text_is(log_record(&t, 5)->identity->name, "pc-5"));
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    assert_false(t.source->lacks & LACK_BIT(names));
    log_drop(&t);
}

static void reads_requests(void **state)
{
    (void)state;
    static const char log[] = HEAD(
        "http", ENDS
        "trans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\t"
        "request_body_len\tresponse_body_len\tstatus_code\tstatus_msg\ttags\t"
        "orig_mime_types\tresp_mime_types") "1709632800.25" FROM "80\t1\tPOST\tWWW.Example.com\t/"
                                            "a\\x09b?c=d\t-\t1.1\t(empty)\t-\t12\t"
                                            "345\t200\tOK\t(empty)\ttext/plain,x/y\timage/png\n"
                                            "1709632800.25" FROM "80\t1\t-\t-\t-\t-\t-\t-\t-"
                                            "\t0\t0\t-\t-\t(empty)\t-\t-\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 2);
    const struct http_record *h = log_record(&t, 0)->http;
    assert_true(text_is(h->method, "POST") && text_is(h->host, "www.example.com"));
    assert_true(text_is(h->target, "/a\tb?c=d") && h->referer.at == NULL);
    assert_true(h->has_host && h->has_user_agent && h->user_agent.len == 0);
    assert_true(h->request_body == 12 && h->response_body == 345 && h->status == 200);
    assert_true(text_is(h->content_type, "text/plain") && text_is(h->response_type, "image/png"));
    assert_true(h->body.at == NULL && h->response_start.at == NULL && !h->body_unseen);
    h = log_record(&t, 1)->http;
    assert_true(h->method.at == NULL && !h->has_host && h->status == 0 && h->response_body == -1);
    log_drop(&t);
}

static void reads_handshakes(void **state)
{
    (void)state;
    static const char log[] =
        HEAD("ssl", ENDS
             "version\tcipher\tserver_name\tresumed\tnext_protocol\testablished\t"
             "ssl_history\tcert_chain_fps\tsubject\tissuer\tvalidation_"
             "status\tja3\tja4") "1709632800.25" FROM "443\tTLSv12\tX\tWWW.Example."
                                 "com\tF\th2\tT\tCsxknGIti\t"
                                 "ee18ffe1230ec2dc9ca4d310b37bd5030de5594ba45581e8495e5"
                                 "03858e38c28,67\t-\t-\tok\t"
                                 "E0FF89ED9185DFB09184797A4C3F2E1C\tt13d1516h2_"
                                 "8daaf6152771_02713d6af862\n"
                                 "1709632800.25" FROM "443\tTLSv12\tX\t-\tF\t-\tT\t-\t-\tCN=a\\\\, "
                                 "b,O=c\tCN=a\\\\, b,O=c\t"
                                 "self signed certificate\t0\t-\n"
                                 "1709632800.25" FROM
                                 "443\t-\t-\t-\tF\t-\tF\tsi\t-\t-\t-\t-\t-\t-\n"
                                 "1709632800.25" FROM
                                 "443\tDTLSv12\t-\t192.0.2.4\tT\t-\tT\tCs\t-\t-\t-\t-\t-\t-\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 4);
    const struct tls_record *s = log_record(&t, 0)->tls;
    assert_true(s->client && s->server && s->version == 0x0303);
    assert_true(text_is(s->server_name, "www.example.com") && text_is(s->alpn, "h2"));
    assert_string_equal(s->ja3, "e0ff89ed9185dfb09184797a4c3f2e1c");
    assert_string_equal(s->ja4, "t13d1516h2_8daaf6152771_02713d6af862");
    assert_true(s->certificate_seen && s->certificate.sha256[0] == 0xee);
    assert_true(s->certificate.name_unknown && !s->certificate.self_signed);
    s = log_record(&t, 1)->tls;
    assert_true(s->certificate_seen && s->certificate.self_signed && s->ja3[0] == '\0');
    assert_true(text_is(s->certificate.subject, "CN=a\\, b,O=c") && s->server_name.at == NULL);
    s = log_record(&t, 2)->tls;
    assert_true(!s->client && !s->server && !s->certificate_seen);
    assert_int_equal(log_record(&t, 3)->ends.protocol, PROTOCOL_UDP);
    assert_null(log_record(&t, 3)->tls->server_name.at); /* an address is no name */
    assert_false(t.source->lacks & (LACK_BIT(tls) | LACK_BIT(certificates)));
    log_drop(&t);
}

/* A handshake that quic.log has too is QUIC's. */
static void tells_quic(void **state)
{
    (void)state;
    static const char log[] = HEAD(
        "quic", ENDS
        "version\tclient_initial_dcid\tserver_name") "1709632800.25" FROM
                                                     "443\t1\tbf9f\twww.example.com\n" SSL
                                                     "1709632800.25" FROM
                                                     "443\tTLSv13\twww.example.com\tF\t-\n"
                                                     "1709632800.25\tCother\t10.0.0.5\t1\t203.0."
                                                     "113.9\t443\tTLSv13\twww.example.com\tT\t-\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 2);
    assert_int_equal(log_record(&t, 0)->ends.protocol, PROTOCOL_UDP);
    assert_true(log_record(&t, 0)->tls->client && !log_record(&t, 0)->tls->server);
    assert_int_equal(log_record(&t, 1)->ends.protocol, PROTOCOL_TCP);
    assert_true(log_record(&t, 1)->tls->server);
    assert_int_equal(t.source->used, 3);
    log_drop(&t);
}

static void reads_who_they_are(void **state)
{
    (void)state;
    static const char log[] = HEAD(
        "dhcp",
        "ts\tuids\tclient_addr\tserver_addr\tmac\thost_name\tclient_fqdn\tdomain\t"
        "requested_addr\tassigned_addr\tlease_time\tmsg_types") "1709632800.25\tC1\t-\t10.0.0."
                                                                "1\t08:00:27:5E:9a:"
                                                                "a6\tpc\\x095\tpc-5.corp.example\t-"
                                                                "\t-\t"
                                                                "10.0.0.5\t600.0\tDISCOVER,OFFER,"
                                                                "REQUEST,ACK\n"
                                                                "1709632800.25\tC1\t10.0.0.6\t10.0."
                                                                "0.1\t08:00:27:5E:9a:a7\t-\tpc-6."
                                                                "corp.example\t-\t-\t"
                                                                "-\t600.0\tREQUEST,ACK\n"
                                                                "1709632800.25\tC1\t-\t-\t08:00:27:"
                                                                "5E:9a:a8\tpc-7\t-\t-\t10.0.0.7\t-"
                                                                "\t-\tDISCOVER\n" HEAD("dhcp", ENDS "mac\tassigned_ip\tlease_time\ttrans_id") "1709632800.25\tC1\t10.0.0.8\t68\t10.0.0.1\t67\t00:0b:db:63:5b:d4\t10.0.0.8\t864000.0\t7\n" HEAD(
                                                                    "kerberos", ENDS
                                                                    "request_"
                                                                    "type\tclient\tservice\tsuccess"
                                                                    "\terror_msg") "1709632800."
                                                                                   "25" FROM
                                                                                   "88\tAS\tanna/"
                                                                                   "CORP."
                                                                                   "EXAMPLE\tkrbtgt"
                                                                                   "/CORP."
                                                                                   "EXAMPLE\tT\t-\n"
                                                                                   "1709632800."
                                                                                   "25" FROM
                                                                                   "88\tAS\tPC-5$/"
                                                                                   "CORP."
                                                                                   "EXAMPLE\tkrbtgt"
                                                                                   "/CORP."
                                                                                   "EXAMPLE\tT\t-\n"
                                                                                   "1709632800."
                                                                                   "25" FROM
                                                                                   "88\tAS\tnobody/"
                                                                                   "CORP."
                                                                                   "EXAMPLE\tkrbtgt"
                                                                                   "/CORP."
                                                                                   "EXAMPLE\tF\tUNK"
                                                                                   "NOWN\n"
                                                                                   "1709632800."
                                                                                   "25" FROM
                                                                                   "88\t-\t-\t-\t-"
                                                                                   "\t-\n" HEAD(
                                                                                       "ntlm", ENDS
                                                                                       "username\th"
                                                                                       "ostname\tdo"
                                                                                       "mainname\ts"
                                                                                       "erver_nb_"
                                                                                       "computer_"
                                                                                       "name\tsucce"
                                                                                       "ss") "17096"
                                                                                             "32800"
                                                                                             ".2"
                                                                                             "5" FROM
                                                                                             "445\t"
                                                                                             "berta"
                                                                                             "\tPC-"
                                                                                             "5\tCO"
                                                                                             "RP\tS"
                                                                                             "RV\tT"
                                                                                             "\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 6);
    const struct identity_record *i = log_record(&t, 0)->identity;
    assert_int_equal(log_record(&t, 0)->kind, RECORD_IDENTITY);
    assert_int_equal(address_v4_number(log_record(&t, 0)->ends.host), 0x0a000005);
    assert_string_equal(i->known_by, "dhcp");
    assert_true(i->mac == UINT64_C(0x0800275e9aa6) && text_is(i->name, "pc?5"));
    assert_true(text_is(i->domain, "corp.example"));
    i = log_record(&t, 1)->identity;
    assert_true(text_is(i->name, "pc-6") && text_is(i->domain, "corp.example"));
    assert_int_equal(address_v4_number(log_record(&t, 2)->ends.host), 0x0a000008);
    i = log_record(&t, 3)->identity;
    assert_string_equal(i->known_by, "kerberos");
    assert_true(text_is(i->user, "anna") && text_is(i->domain, "CORP.EXAMPLE") && !i->name.at);
    i = log_record(&t, 4)->identity;
    assert_true(text_is(i->name, "PC-5") && i->user.at == NULL);
    i = log_record(&t, 5)->identity;
    assert_true(text_is(i->user, "berta") && text_is(i->name, "PC-5"));
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 3);
    assert_false(t.source->lacks & LACK_BIT(identity));
    log_drop(&t);
}

static void retells_mail_and_files(void **state)
{
    (void)state;
    static const char log[] = HEAD(
        "smtp", ENDS
        "trans_depth\thelo\tmailfrom\trcptto\tdate\ttls") "1709632800.25" FROM
                                                          "587\t1\tPC-5\ta@b.example\t<a@b.example>"
                                                          ",c@d.example\t-\tF\n"
                                                          "1709632800.25" FROM
                                                          "587\t1\tPC-5\t-\t-\t-\tT\n" HEAD(
                                                              "ftp", ENDS
                                                              "user\tpassword\tcommand\targ\treply_"
                                                              "code") "1709632800.25" FROM
                                                                      "21\tanna\t<hidden>"
                                                                      "\tSTOR\tftp://203.0.113.9/./"
                                                                      "x.zip\t226\n"
                                                                      "1709632800.25" FROM
                                                                      "21\tanna\t<hidden>"
                                                                      "\tSTOR\tftp://203.0.113.9/./"
                                                                      "y\\x0az\t226\n"
                                                                      "1709632800.25" FROM
                                                                      "21\t<unknown>\t-\tPASV\t-"
                                                                      "\t227\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 3);
    const struct talk_record *talk = log_record(&t, 0)->talk;
    assert_int_equal(log_record(&t, 0)->kind, RECORD_TALK);
    assert_string_equal(talk->app, "smtp");
    assert_true(talk->retold && text_is(talk->out, "EHLO PC-5\r\nMAIL FROM:<a@b.example>\r\n"
                                                   "RCPT TO:<a@b.example>\r\n"
                                                   "RCPT TO:<c@d.example>\r\n"));
    talk = log_record(&t, 1)->talk;
    assert_string_equal(talk->app, "ftp");
    assert_true(text_is(talk->out, "USER anna\r\nPASS \r\nSTOR ./x.zip\r\n"));
    assert_true(text_is(log_record(&t, 2)->talk->out, "USER anna\r\nSTOR ./y?z\r\n"));
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 2);
    log_drop(&t);
}

static void reads_alerts(void **state)
{
    (void)state;
    static const char log[] =
        HEAD("notice",
             ENDS "fuid\tproto\tnote\tmsg\tsub\tsrc\tdst\tp\tn\tactions\tsuppress_"
                  "for") "1709632800.25" FROM "443\t-\ttcp\tIntel::Notice\tIntel hit "
                         "on 203.0.113.9\t-\t-\t-\t-\t-\t"
                         "Notice::ACTION_LOG\t3600.0\n"
                         "1709632800.25\t-\t-\t-\t-\t-\t-\ttcp\tCobaltStrike::C2_"
                         "Found\t-\t-\t10.0.0.5\t203.0.113.9\t"
                         "8443\t-\t-\t-\n"
                         "1709632800.25" FROM "443\t-\ttcp\tSSL::Invalid_Server_"
                         "Cert\tself signed\t-\t-\t-\t-\t-\t-\t"
                         "-\n"
                         "1709632800.25\t-\t-\t-\t-\t-\t-\ttcp\tScan::Port_Scan\tx\t-"
                         "\t10.0.0.5\t10.0.0.6\t-\t-\t-\t"
                         "-\n"
                         "1709632800.25\t-\t-\t-\t-\t-\t-\t-\tCaptureLoss::Too_Little_Traffic\tx\t-"
                         "\t-\t-\t-\t-\t-\t-\n" HEAD(
                             "intel", ENDS "seen.indicator\tseen.indicator_type\tseen."
                                           "where\tsources") "1709632800.25" FROM
                                                             "443\tbad.example\tIntel::DOMAIN\tDNS:"
                                                             ":IN_REQUEST\tlist-a,list-b\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 5);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 1);
    const struct alert_record *a = log_record(&t, 0)->alert;
    assert_string_equal(a->by, "zeek");
    assert_true(text_is(a->category, "Intel::Notice") && a->count == 1);
    assert_true(text_is(a->signature, "Intel::Notice: Intel hit on 203.0.113.9"));
    assert_int_equal(log_record(&t, 1)->ends.outside_port.number, 8443);
    assert_true(text_is(log_record(&t, 2)->alert->category, "SSL::Invalid_Server_Cert"));
    a = log_record(&t, 4)->alert;
    assert_true(text_is(a->category, "Intel::DOMAIN"));
    assert_true(text_is(a->signature, "listed: bad.example, seen in DNS::IN_REQUEST, by list-a"));
    log_drop(&t);
}

static void reads_json(void **state)
{
    (void)state;
    static const char log[] =
        "{\"ts\":1709632800.25,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"id.orig_p\":50000,"
        "\"id.resp_h\":\"203.0.113.9\",\"id.resp_p\":443,\"proto\":\"tcp\",\"service\":\"ssl\","
        "\"duration\":9.5e-01,\"orig_bytes\":700,\"resp_bytes\":4000,\"conn_state\":\"SF\","
        "\"local_orig\":true,\"history\":\"ShADadFf\",\"orig_pkts\":11,\"orig_ip_bytes\":1200,"
        "\"resp_pkts\":9,\"resp_ip_bytes\":4400,\"label\":\"Malicious\"}\n"
        "{\"@stream\":\"dns\",\"@proc\":\"zeek\",\"ts\":\"2024-03-05T10:00:00.25Z\",\"id_orig_h\":"
        "\"10.0.0.5\",\"id_orig_p\":1,\"id_resp_h\":\"10.0.0.1\",\"id_resp_p\":53,\"proto\":"
        "\"udp\","
        "\"query\":\"a\\u00e9\\\\x41.example\",\"qtype\":1,\"rcode\":0,\"RD\":true,"
        "\"answers\":[\"203.0.113.9\",\"x\\\"y\"],\"TTLs\":[1.0,2.5]}\n"
        "{\"http\": "
        "{\"ts\":1709632800250.0,\"id.orig_h\":\"10.0.0.5\",\"id.orig_p\":1,\"id.resp_h\":"
        "\"203.0.113.9\",\"id.resp_p\":80,\"method\":\"GET\",\"host\":\"A.example\",\"uri\":\"/x\","
        "\"request_body_len\":0,\"status_code\":null,\"resp_mime_types\":[\"a/b\"],\"tags\":[]}}\n"
        "{\"_path\":\"weird\",\"ts\":1,\"name\":\"x\"}\n"
        "{\"ts\":1709632800.25,\"name\":\"truncated_header\",\"notice\":false,\"peer\":\"zeek\"}\n"
        "{\"_path\":\"conn\",\"ts\":1709632800.25,\"id.orig_h\":\"10.0.0.5\",\"id.resp_h\":"
        "\"203.0.113.9\",\"proto\":\"udp\"}\n"
        "{\"ts\":1709632800.25,\"id.orig_h\":\"10.0.0.5\"\n"
        "{\"_path\":\"conn\",\"ts\":1709632800.25}\n";
    struct log_taken t;
    take(&t, log);
    assert_int_equal(t.records, 5);
    const struct record *r = log_record(&t, 0);
    assert_true(r->flow->first.us == TIME_US && r->time.us == TIME_US + 950000);
    assert_true(r->ends.host_port.number == 50000 && r->flow->bytes_in == 4400);
    assert_string_equal(r->flow->history, "ShADadFf");
    assert_string_equal(r->flow->app, "tls");
    r = log_record(&t, 1);
    assert_true(r->time.us == TIME_US && r->dns->recursion);
    assert_true(text_is(r->dns->name, "a\\195\\169a.example"));
    assert_int_equal(log_record(&t, 2)->dns->answers_len, 2);
    assert_int_equal(log_record(&t, 2)->dns->answer[1].ttl_s, 2);
    r = log_record(&t, 3);
    assert_true(r->time.us == TIME_US && text_is(r->http->host, "a.example"));
    assert_true(r->http->status == 0 && text_is(r->http->response_type, "a/b"));
    assert_int_equal(t.source->used, 4);
    assert_int_equal(t.source->skips.count[SKIP_line_ignored], 2);
    assert_int_equal(t.source->skips.count[SKIP_line_damaged], 2);
    log_drop(&t);
    log_check(&source_zeek, log, sizeof log - 1);
}

static void dates_a_clock_that_starts_at_zero(void **state)
{
    (void)state;
    struct log_taken t;
    take(&t, CONN "3023.360285" FROM "443\ttcp\tssl\t1.5\t7\t4\tSF\tT\tF\t0\tSh\t1\t1\t9\t4\t-\n");
    assert_int_equal(log_record(&t, 0)->flow->first.us,
                     (INT64_C(946684800) + 3023) * SECOND_US + 360285);
    assert_int_equal(t.block[0].relative, 1);
    log_drop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_conversations),
        cmocka_unit_test(tells_what_happened),
        cmocka_unit_test(tells_protocols_by_size),
        cmocka_unit_test(follows_headers),
        cmocka_unit_test(passes_labels),
        cmocka_unit_test(accounts_for_lines),
        cmocka_unit_test(knows_conn_without_header),
        cmocka_unit_test(reads_names),
        cmocka_unit_test(reads_requests),
        cmocka_unit_test(reads_handshakes),
        cmocka_unit_test(tells_quic),
        cmocka_unit_test(reads_who_they_are),
        cmocka_unit_test(retells_mail_and_files),
        cmocka_unit_test(reads_alerts),
        cmocka_unit_test(reads_json),
        cmocka_unit_test(dates_a_clock_that_starts_at_zero),
    };
    return cmocka_run_group_tests_name("zeek", tests, NULL, NULL);
}
