/* Zeek's logs that belong together: what a set is, in what order its parts are read, what they
 * share; and any beginning of a log against an unreadable page. */
#include "guard.h"
#include "zeek_lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

static void belongs(const char *log, const char *name, const char *word, const char *key)
{
    struct source_member member;
    bool is = source_zeek.member((const uint8_t *)log, strlen(log), text_of(name), &member);
    assert_int_equal(is, word != NULL);
    if (is) {
        assert_true(text_is(member.word, word));
        assert_string_equal(member.key, key);
    }
}

static void tells_sets(void **state)
{
    (void)state;
    belongs(CONN, "conn.log", "conn", "*.log");
    belongs(DNS, "dns.log.gz", "dns", "*.log");
    belongs(CONN, "conn.16:00:00-17:00:00.log.gz", "conn", "*.17:00:00.log");
    belongs(CONN, "conn.16:02:19-17:00:00.log.zst", "conn", "*.17:00:00.log");
    belongs(CONN, "site_conn-20240305.log", "conn", "site_*-20240305.log");
    belongs(CONN, "other.log", NULL, NULL);
    belongs(HEAD("conn_long", "ts"), "conn_long.log", "conn_long", "*.log");
    belongs(CONN, "conn_long.log", NULL, NULL);
    belongs("{\"ts\":1.5,\"uid\":\"C\"}\n", "weird.log", "weird", "*.log");
    belongs("{\"_path\":\"dns\",\"ts\":1.5}\n", "x_dns.json", "dns", "x_*.json");
    belongs("{\"@stream\":\"dns\",\"ts\":1.5}\n", "combined.log", NULL, NULL);
    belongs(CONN_LINE, "conn.log", "conn", "*.log");
    belongs("{\"event_type\":\"dns\"}\n", "eve.json", NULL, NULL);
}

struct folder {
    char path[40];
    char *file[8];
    size_t len;
};

static void folder_add(struct folder *f, const char *name, const char *content)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, strlen(content), file), strlen(content));
    assert_int_equal(fclose(file), 0);
    f->file[f->len++] = mem_strdup(path);
}

static void folder_remove(struct folder *f)
{
    while (f->len > 0) {
        (void)remove(f->file[--f->len]);
        mem_free(f->file[f->len]);
    }
    assert_int_equal(rmdir(f->path), 0);
}

#define X509 HEAD("x509", "ts\tid\tcertificate.subject\tcertificate.issuer\tsan.dns")
#define FILES HEAD("files", "ts\tfuid\ttx_hosts\tmime_type\tsha1")
#define SSL_LINE(time, id) time FROM "443\tTLSv12\twww.example.com\tT\t" id ",F9\n"
#define CONN_AT(time)                                                                              \
    time FROM "443\ttcp\tssl\t1.500000\t700\t4000\tSF\tT\tF\t0\tShADadFf\t11\t1200\t9\t4400\t-\n"

/* Hours 10 and 11 of a day. In each, certificates first, then names, then conversations. */
static void merges_by_hour(void **state)
{
    (void)state;
    struct folder f = {.path = "/tmp/muster-test-XXXXXX"};
    struct source_list list;
    struct err err = {""};
    assert_non_null(mkdtemp(f.path));
    folder_add(&f, "conn.log", CONN CONN_AT("1709632800.1") CONN_AT("1709636399.9"));
    folder_add(&f, "ssl.log",
               SSL SSL_LINE("1709632801.1", "F1") SSL_LINE("1709636401.1", "F2")
                   SSL_LINE("1709636402.1", "F3"));
    folder_add(&f, "x509.log",
               X509 "1709632801.2\tF1\tCN=one\tCN=ca\tone.example,two.example\n"
                    "1709636401.2\tF2\tCN=two\tCN=two\t-\n");
    folder_add(&f, "files.log",
               FILES "1709632801.2\tF1\t203.0.113.9\tapplication/x-x509-user-cert\t"
                     "d9105746ea023ecdc6a47e7b4d026d5308525b8c\n"
                     "1709632801.2\tF7\t203.0.113.9\ttext/html\t-\n");
    folder_add(&f, "weird.log", HEAD("weird", ENDS "name") "1709632801.2" FROM "1\tx\n");
    folder_add(&f, "2nd.conn.log", CONN CONN_LINE);
    char *paths[] = {f.file[1], f.file[5], f.path};
    assert_true(source_list_make(&list, paths, 1, &err));
    assert_int_equal(list.len, 1);
    assert_string_equal(list.item[0].name, f.file[1]);
    source_list_free(&list);
    assert_true(source_list_make(&list, paths + 1, 2, &err));
    source_list_free(&list);
    assert_true(source_list_make(&list, paths + 2, 1, &err));
    assert_int_equal(list.len, 2);
    const struct source_item *item = &list.item[0];
    char name[128];
    (void)snprintf(name, sizeof name, "%s/{conn,files,ssl,weird,+1}.log", f.path);
    assert_string_equal(item->name, name);
    assert_int_equal(item->len, 5);
    struct source *source = source_open_item(item, NULL, &err);
    assert_non_null(source);
    static const struct {
        enum record_kind kind;
        unsigned part;
        uint64_t line;
        const char *subject, *host;
    } wanted[] = {{RECORD_TLS, 2, 8, "CN=one", "one.example"},
                  {RECORD_FLOW, 0, 8, NULL, NULL},
                  {RECORD_TLS, 2, 9, "CN=two", "two"},
                  {RECORD_TLS, 2, 10, NULL, NULL},
                  {RECORD_FLOW, 0, 9, NULL, NULL}}; /* ended in the second hour */
    struct block *block = mem_new(1, sizeof *block);
    size_t n = 0;
    while (source_next(source, block))
        for (uint32_t i = 0; i < block->records; i++, n++) {
            const struct record *r = &block->record[i];
            assert_true(n < sizeof wanted / sizeof wanted[0]);
            assert_int_equal(r->kind, wanted[n].kind);
            assert_int_equal(r->number >> RECORD_PART_BITS, wanted[n].part);
            assert_int_equal(r->number & ((UINT64_C(1) << RECORD_PART_BITS) - 1), wanted[n].line);
            if (r->kind != RECORD_TLS)
                continue;
            const struct certificate *c = &r->tls->certificate;
            assert_true(r->tls->certificate_seen);
            assert_true(wanted[n].subject ? text_is(c->subject, wanted[n].subject)
                                          : !c->subject.at);
            assert_true(wanted[n].host ? text_is(c->subject_name, wanted[n].host)
                                       : c->name_unknown);
            assert_int_equal(c->sha1[0], n == 0 ? 0xd9 : 0);
            assert_int_equal(c->self_signed, n == 2);
        }
    assert_int_equal(n, 5);
    assert_int_equal(source->units, 5 * 7 + 2 + 3 + 2 + 2 + 1);
    assert_int_equal(source->used, 2 + 3 + 2 + 1);
    assert_int_equal(source->remarks, 5 * 7);
    assert_int_equal(source->skips.count[SKIP_line_ignored], 2);
    assert_int_equal(source->lacks, LACK_BIT(web) | LACK_BIT(content) | LACK_BIT(identity));
    assert_int_equal(source->read_bytes, source->size_bytes);
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    source_list_free(&list);
    folder_remove(&f);
}

/* More certificates than are kept: the oldest make room, and that is counted. */
static void forgets_old_certificates(void **state)
{
    (void)state;
    enum { CERTIFICATES = 40000, LINE = 64 };
    char *log = mem_new(CERTIFICATES + 16, LINE);
    size_t used = (size_t)snprintf(log, (size_t)8 * LINE, "%s", X509);
    for (unsigned i = 0; i < CERTIFICATES; i++)
        used += (size_t)snprintf(log + used, LINE, "1709632800.1\tF%u\tCN=c%u\tCN=ca\t-\n", i, i);
    used += (size_t)snprintf(log + used, (size_t)16 * LINE, "%s",
                             SSL SSL_LINE("1709632801.1", "F0") SSL_LINE("1709632801.1", "F39999"));
    struct log_taken t;
    log_take(&t, &source_zeek, log, used, false);
    assert_int_equal(t.records, 2);
    uint64_t evicted = t.source->skips.count[SKIP_certificate_evicted];
    assert_true(evicted > 0 && evicted < CERTIFICATES / 2 + CERTIFICATES / 4);
    const struct block *block = t.block;
    while (block->records == 0)
        block++;
    assert_null(block->record[0].tls->certificate.subject.at);
    assert_true(text_is(block->record[1].tls->certificate.subject, "CN=c39999"));
    log_drop(&t);
    mem_free(log);
}

static void check_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct input in;
    struct err err;
    struct instant first;
    struct source_member member;
    (void)source_zeek.knows(bytes, len);
    (void)source_zeek.first(bytes, len, &first);
    (void)source_zeek.member(bytes, len, text_of("conn.log"), &member);
    input_memory(&in, bytes, len);
    struct source *source = source_zeek.open(&source_zeek, &in, "log", &err);
    if (source == NULL)
        return;
    struct block *block = mem_new(1, sizeof *block);
    while (source_zeek.next(source, block))
        ;
    block_free_bytes(block);
    mem_free(block);
    source_zeek.close(source);
}

static void reads_no_byte_too_far(void **state)
{
    (void)state;
    static const char tsv[] = CONN CONN_LINE DNS
        "1709632800.25" FROM "53\tudp\t77\t0.25\tWWW.Ex\\x20mple.com.\t1\tC_INTERNET\t1\tA\t0\t"
        "NOERROR\tF\tF\tT\tT\t0\tcdn.example.net,198.51.100.7\t60.0,30.0\tF\n";
    static const char json[] =
        "{\"@stream\":\"dns\",\"ts\":\"2024-03-05T10:00:00.25Z\",\"id_orig_h\":\"10.0.0.5\","
        "\"id_resp_h\":\"10.0.0.1\",\"query\":\"a\\u00e9\\\\x41\",\"answers\":[\"x\\\"y\",{}]}\n";
    guard_prefixes(tsv, sizeof tsv - 1, check_prefix, NULL);
    guard_prefixes(json, sizeof json - 1, check_prefix, NULL);
    guard_prefixes(CONN_LINE, sizeof CONN_LINE - 1, check_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_sets),
        cmocka_unit_test(merges_by_hour),
        cmocka_unit_test(forgets_old_certificates),
        cmocka_unit_test(reads_no_byte_too_far),
    };
    return cmocka_run_group_tests_name("zeek_set", tests, NULL, NULL);
}
