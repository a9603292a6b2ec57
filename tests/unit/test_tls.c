#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "certificates.h"
#include "guard.h"
#include "make.h"
#include "wire/tls.h"

static struct make m, records;
static struct tls_scratch scratch;
static struct tls_record r;

static void assert_text(struct text text, const char *expected)
{
    char got[300];
    assert_non_null(text.at);
    snprintf(got, sizeof got, "%.*s", (int)text.len, text.at);
    assert_string_equal(got, expected);
}

/* Puts the handshake bytes in m into records of at most `size` bytes. */
static void record_all(size_t size)
{
    records.len = 0;
    for (size_t at = 0; at < m.len;) {
        size_t part = m.len - at < size ? m.len - at : size;
        make_bytes(&records, "\x16\x03\x01", 3);
        make_number(&records, part, 2);
        make_bytes(&records, m.at + at, part);
        at += part;
    }
}

static void extension(uint16_t type, const void *bytes, size_t len)
{
    make_number(&m, type, 2);
    make_number(&m, len, 2);
    make_bytes(&m, bytes, len);
}

static size_t message_open(uint8_t type)
{
    make_number(&m, type, 1);
    return make_open(&m, 3);
}

static void random_bytes(void)
{
    for (unsigned i = 0; i < 32; i++)
        make_number(&m, i * 7, 1);
}

/* The hello of JA4's worked example, with its GREASE, to Example.ORG. */
static void browser_make(void)
{
    m.len = 0;
    size_t message = message_open(1);
    make_number(&m, 0x0303, 2);
    random_bytes();
    make_bytes(&m, "\x02ss", 3);
    size_t open = make_open(&m, 2);
    make_u16s(&m,
              (uint16_t[]){0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
                           0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
              16);
    make_close(&m, open, 2);
    make_bytes(&m, "\x01\0", 2);
    open = make_open(&m, 2);
    extension(0x3a3a, "", 0);
    extension(0x001b, "\x02\0\x02", 3);
    extension(0x0000,
              "\0\x0f\0\0\x0c"
              "Example.ORG.",
              17);
    extension(0x0033, "\0\0", 2);
    extension(0x0010, "\0\x0f\x02\x1a\x1a\x02h2\x08http/1.1", 17);
    extension(0x4469, "", 0);
    extension(0x0017, "", 0);
    extension(0x002d, "\x01\x01", 2);
    extension(0x000d, "\0\x10\x04\x03\x08\x04\x04\x01\x05\x03\x08\x05\x05\x01\x08\x06\x06\x01", 18);
    extension(0x0005, "", 0);
    extension(0x0023, "", 0);
    extension(0x0012, "", 0);
    extension(0x002b, "\x06\xca\xca\x03\x04\x03\x03", 7);
    extension(0xff01, "\0", 1);
    extension(0x000b, "\x01\0", 2);
    extension(0x000a, "\0\x08\x5a\x5a\0\x1d\0\x17\0\x18", 10);
    extension(0x0015, "\0\0\0", 3);
    extension(0xbaba, "\0", 1);
    make_close(&m, open, 2);
    make_close(&m, message, 3);
}

static enum parse client(void)
{
    memset(&r, 0x5a, sizeof r);
    return tls_parse_client(records.at, records.len, &scratch, &r);
}

static enum parse server(void)
{
    memset(&r, 0, sizeof r);
    return tls_parse_server(records.at, records.len, &scratch, &r);
}

static void test_client(void **state)
{
    (void)state;
    static const size_t sizes[] = {16384, 100, 4, 1}; /* one record, several, cut in the header */
    browser_make();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        record_all(sizes[i]);
        assert_int_equal(tls_recognise(records.at, records.len), TLS_CLIENT);
        assert_int_equal(client(), PARSE_DONE);
        assert_true(r.client);
        assert_int_equal(r.version, 0x0304);
        assert_text(r.server_name, "example.org");
        assert_text(r.alpn, "h2");
        assert_string_equal(r.ja4, "t13d1516h2_8daaf6152771_e5627efa2ab1");
        /* md5 of 771,4865-4866-4867-49195-49199-49196-49200-52393-52392-49171-49172-156-157-47-53,
         * 27-0-51-16-17513-23-45-13-5-35-18-43-65281-11-10-21,29-23-24,0 */
        assert_string_equal(r.ja3, "c000e2caf3a25423f9de6c8a4b12a975");
        assert_int_equal(r.ja3s[0], 0x5a); /* the server's fields are left alone */
    }
}

static void test_client_without_extensions(void **state)
{
    (void)state;
    m.len = 0;
    size_t message = message_open(1);
    make_number(&m, 0x0301, 2);
    random_bytes();
    make_bytes(&m, "\0", 1);
    size_t open = make_open(&m, 2);
    make_u16s(&m, (uint16_t[]){4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}, 11);
    make_close(&m, open, 2);
    make_bytes(&m, "\x01\0", 2);
    make_close(&m, message, 3);
    record_all(16384);
    assert_int_equal(client(), PARSE_DONE);
    assert_int_equal(r.version, 0x0301);
    assert_null(r.server_name.at);
    assert_null(r.alpn.at);
    assert_string_equal(r.ja3, "de350869b8c85de67a350c8d186f11e6");
    assert_memory_equal(r.ja4, "t10i110000_", 11);
    assert_string_equal(r.ja4 + 23, "_000000000000");
}

static void test_client_prefixes(void **state)
{
    (void)state;
    browser_make();
    record_all(100);
    size_t whole = records.len;
    for (records.len = 0; records.len < whole; records.len++) {
        assert_int_equal(client(), PARSE_MORE);
        assert_int_equal(r.version, 0x5a5a); /* untouched */
        if (records.len < 6)
            assert_int_equal(tls_recognise(records.at, records.len), TLS_NEITHER);
    }
    assert_int_equal(client(), PARSE_DONE);
    make_bytes(&records, "\x15\x03\x03\0\x02\x02\x28 anything", 16);
    assert_int_equal(client(), PARSE_DONE);
}

/* Damage that breaks the hello's own lists, and damage inside one extension. */
static void test_client_damaged(void **state)
{
    (void)state;
    browser_make();
    record_all(16384);
    size_t ciphers = 5 + 4 + 2 + 32 + 3, extensions = ciphers + 2 + 32 + 2;
    struct make good = records;
    static const struct {
        int at; /* from the ciphers' length on; negative: from the record's start */
        uint8_t byte;
    } wrong[] = {{0, 0xff}, {1, 31}, {1, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        records = good;
        records.at[ciphers + (size_t)wrong[i].at] = wrong[i].byte;
        assert_int_equal(client(), PARSE_BAD);
        assert_int_equal(r.version, 0x5a5a);
    }
    records = good;
    records.at[extensions + 2 + 2] = 0xff; /* the first extension's length */
    assert_int_equal(client(), PARSE_BAD);
    records = good;
    records.at[9] = 2; /* version */
    assert_int_equal(client(), PARSE_BAD);
    assert_int_equal(tls_recognise(records.at, records.len), TLS_NEITHER);
    records = good;
    records.at[5] = 11;
    assert_int_equal(client(), PARSE_BAD);
    records = good;
    records.at[extensions + 2 + 4 + 7 + 4 + 1] = 0x7f; /* inside the server name */
    assert_int_equal(client(), PARSE_DONE);
    assert_null(r.server_name.at);
    assert_memory_equal(r.ja4, "t13d1516h2", 10);
}

/* A hello that is longer than what is kept, and one that never ends. */
static void test_client_bounds(void **state)
{
    (void)state;
    browser_make();
    m.at[1] = 1; /* 64 kB more */
    record_all(16384);
    assert_int_equal(tls_recognise(records.at, records.len), TLS_NEITHER);
    assert_int_equal(client(), PARSE_MORE);
    while (m.len < TLS_STREAM_MAX)
        make_number(&m, 0, 8);
    record_all(16384);
    assert_int_equal(client(), PARSE_BAD);
}

static void test_ssl2_hello(void **state)
{
    (void)state;
    records.len = 0;
    make_number(&records, 0x8000 | (9 + 6 + 16), 2);
    make_bytes(&records, "\x01\x03\x01\0\x06\0\0\0\x10", 9);
    make_bytes(&records, "\x01\0\x80\0\0\x2f", 6);
    assert_int_equal(tls_recognise(records.at, records.len), TLS_CLIENT);
    assert_int_equal(client(), PARSE_MORE);
    make_bytes(&records, "0123456789abcdef", 16);
    assert_int_equal(client(), PARSE_DONE);
    assert_true(r.client);
    assert_int_equal(r.version, 0x0301);
    assert_string_equal(r.ja3, "");
    assert_null(r.server_name.at);
}

static void server_hello(uint16_t cipher, bool tls13, bool alpn)
{
    size_t message = message_open(2);
    make_number(&m, 0x0303, 2);
    random_bytes();
    make_bytes(&m, "\x01s", 2);
    make_number(&m, cipher, 2);
    make_number(&m, 0, 1);
    if (tls13 || alpn) {
        size_t open = make_open(&m, 2);
        if (tls13) {
            extension(51, "\0\x1d\0\0", 4);
            extension(43, "\x03\x04", 2);
        }
        if (alpn)
            extension(16, "\0\x09\x08http/1.1", 11);
        make_close(&m, open, 2);
    }
    make_close(&m, message, 3);
}

static void test_alert_between(void **state)
{
    (void)state;
    browser_make();
    record_all(100);
    struct make whole = records;
    records.len = 105;
    make_bytes(&records, "\x15\x03\x01\0\x02\x01\x70", 7); /* a warning */
    make_bytes(&records, whole.at + 105, whole.len - 105);
    assert_int_equal(client(), PARSE_DONE);
    records.at[110] = 2; /* fatal: nothing can come */
    assert_int_equal(client(), PARSE_BAD);

    m.len = 0; /* a server that does not know the name says so first, and goes on */
    make_bytes(&m, "\x15\x03\x03\0\x02\x01\x70", 7);
    whole = m;
    m.len = 0;
    server_hello(0x1301, true, false);
    record_all(16384);
    make_bytes(&whole, records.at, records.len);
    records = whole;
    assert_int_equal(tls_recognise(records.at, 6), TLS_SERVER);
    assert_int_equal(server(), PARSE_DONE);
    assert_int_equal(r.version, 0x0304);
}

static void certificate(const uint8_t *der, size_t len)
{
    size_t message = message_open(11), list = make_open(&m, 3), one = make_open(&m, 3);
    make_bytes(&m, der, len);
    make_close(&m, one, 3);
    one = make_open(&m, 3);
    make_string(&m, "an intermediate");
    make_close(&m, one, 3);
    make_close(&m, list, 3);
    make_close(&m, message, 3);
}

static void test_server_tls13(void **state)
{
    (void)state;
    m.len = 0;
    server_hello(0x1301, true, false);
    record_all(16384);
    assert_int_equal(tls_recognise(records.at, records.len), TLS_SERVER);
    assert_int_equal(server(), PARSE_DONE);
    assert_true(r.server);
    assert_int_equal(r.version, 0x0304);
    assert_string_equal(r.ja3s, "eb1d94daa7e0344597e756a1fb6e7054"); /* 771,4865,51-43 */
    assert_false(r.certificate_seen);
    assert_null(r.alpn.at);
}

static void test_server_certificate(void **state)
{
    (void)state;
    static const size_t sizes[] = {16384, 60, 1};
    m.len = 0;
    server_hello(0xc02f, false, true);
    certificate(certificate_self, sizeof certificate_self);
    size_t message = message_open(14);
    make_close(&m, message, 3);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        record_all(sizes[i]);
        assert_int_equal(server(), PARSE_DONE);
        assert_int_equal(r.version, 0x0303);
        assert_text(r.alpn, "http/1.1");
        assert_true(r.certificate_seen);
        assert_text(r.certificate.subject_name, "first.example.org");
        assert_true(r.certificate.self_signed);
        assert_int_equal(r.certificate.sha1[0], 0x6a);
    }
    /* nothing is said before the certificate is there; once it is, the rest is not waited for */
    record_all(16384);
    size_t whole = records.len;
    for (records.len = 0; server() == PARSE_MORE; records.len++)
        assert_false(r.server);
    assert_int_equal(records.len, whole - 4 - 3 - 15);
}

static void test_server_without_certificate(void **state)
{
    (void)state;
    m.len = 0; /* resumed: the cipher changes at once */
    server_hello(0xc02f, false, false);
    record_all(16384);
    assert_int_equal(server(), PARSE_MORE);
    make_bytes(&records, "\x14\x03\x03\0\x01\x01", 6);
    assert_int_equal(server(), PARSE_DONE);
    assert_false(r.certificate_seen);
    assert_int_equal(r.version, 0x0303);

    size_t message = message_open(4); /* resumed by a ticket */
    make_close(&m, message, 3);
    record_all(16384);
    assert_int_equal(server(), PARSE_DONE);

    m.len = 0; /* an empty list */
    server_hello(0xc02f, false, false);
    message = message_open(11);
    make_number(&m, 0, 3);
    make_close(&m, message, 3);
    record_all(16384);
    assert_int_equal(server(), PARSE_DONE);
    assert_false(r.certificate_seen);
}

/* What cannot be read as a certificate is still known by its digest. */
static void test_server_odd_certificate(void **state)
{
    (void)state;
    m.len = 0;
    server_hello(0xc02f, false, false);
    certificate((const uint8_t *)"abc", 3);
    record_all(16384);
    assert_int_equal(server(), PARSE_DONE);
    assert_true(r.certificate_seen);
    assert_int_equal(r.certificate.sha1[0], 0xa9); /* FIPS 180-2 A.1 */
    assert_int_equal(r.certificate.sha256[0], 0xba);
    assert_null(r.certificate.subject.at);
    assert_false(instant_known(r.certificate.not_after));
}

static void test_server_bad(void **state)
{
    (void)state;
    records.len = 0;
    make_string(&records, "HTTP/1.1 400 Bad Request\r\n");
    assert_int_equal(server(), PARSE_BAD);
    assert_int_equal(tls_recognise(records.at, records.len), TLS_NEITHER);
    records.len = 0;
    make_bytes(&records, "\x15\x03\x01\0\x02\x02\x28", 7);
    assert_int_equal(server(), PARSE_BAD);
    m.len = 0;
    certificate(certificate_self, sizeof certificate_self);
    record_all(16384);
    assert_int_equal(server(), PARSE_BAD);
}

/* One scratch for both directions of a conversation, one record for both. */
static void test_both_sides(void **state)
{
    (void)state;
    browser_make();
    record_all(16384);
    assert_int_equal(client(), PARSE_DONE);
    m.len = 0;
    server_hello(0xc02f, false, false);
    certificate(certificate_leaf, sizeof certificate_leaf);
    record_all(16384);
    assert_int_equal(tls_parse_server(records.at, records.len, &scratch, &r), PARSE_DONE);
    assert_text(r.server_name, "example.org");
    assert_text(r.alpn, "h2");
    assert_text(r.certificate.issuer, "CN=Root,O=Test Root");
    assert_int_equal(r.version, 0x0303);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct tls_record mine;
    (void)tls_recognise(bytes, len);
    (void)tls_parse_client(bytes, len, &scratch, &mine);
    (void)tls_parse_server(bytes, len, &scratch, &mine);
}

static void test_guard(void **state)
{
    (void)state;
    browser_make();
    record_all(100);
    guard_prefixes(records.at, records.len, parse_prefix, NULL);
    m.len = 0;
    server_hello(0xc02f, false, false);
    certificate(certificate_self, sizeof certificate_self);
    record_all(200);
    guard_prefixes(records.at, records.len, parse_prefix, NULL);
    test_ssl2_hello(NULL);
    guard_prefixes(records.at, records.len, parse_prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client),
        cmocka_unit_test(test_client_without_extensions),
        cmocka_unit_test(test_client_prefixes),
        cmocka_unit_test(test_client_damaged),
        cmocka_unit_test(test_alert_between),
        cmocka_unit_test(test_client_bounds),
        cmocka_unit_test(test_ssl2_hello),
        cmocka_unit_test(test_server_tls13),
        cmocka_unit_test(test_server_certificate),
        cmocka_unit_test(test_server_without_certificate),
        cmocka_unit_test(test_server_odd_certificate),
        cmocka_unit_test(test_server_bad),
        cmocka_unit_test(test_both_sides),
        cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
