#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "certificates.h"
#include "guard.h"
#include "make.h"
#include "wire/x509.h"

static struct make m;
static struct x509_scratch scratch;
static struct certificate c;

static void assert_text(struct text text, const char *expected)
{
    char got[300];
    assert_non_null(text.at);
    snprintf(got, sizeof got, "%.*s", (int)text.len, text.at);
    assert_string_equal(got, expected);
}

static void assert_time(struct instant t, const char *expected)
{
    char got[INSTANT_TEXT];
    assert_string_equal(instant_format(t, got), expected);
}

static void assert_digest(const uint8_t *digest, size_t len, const char *expected)
{
    char hex[65];
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(hex, expected);
}

static void test_self_signed(void **state)
{
    (void)state;
    assert_true(x509_parse(certificate_self, sizeof certificate_self, &scratch, &c));
    assert_text(c.subject, "CN=www.example.org,OU=a\\+b \xc3\xbc,O=Example\\, Inc.,C=XX");
    assert_true(text_same(c.subject, c.issuer));
    assert_text(c.subject_name, "first.example.org");
    assert_time(c.not_before, "2020-01-02T03:04:05.000000Z");
    assert_time(c.not_after, "2040-01-02T03:04:05.000000Z");
    assert_true(c.self_signed);
    assert_digest(c.sha1, 20, "6a50b41bb0d665fd68e0d7c386af7ddd3c35c469");
    assert_digest(c.sha256, 32, "2c2022b1196e7e77b8b59d040f05a4e35dba1bf05e03e078bfc0d54f8ca4f7d4");
}

static void test_issued(void **state)
{
    (void)state;
    assert_true(x509_parse(certificate_leaf, sizeof certificate_leaf, &scratch, &c));
    assert_text(c.subject, "CN=leaf.example.net");
    assert_text(c.issuer, "CN=Root,O=Test Root");
    assert_text(c.subject_name, "leaf.example.net"); /* no alternatives: the common name */
    assert_time(c.not_before, "2018-06-07T08:09:10.000000Z");
    assert_time(c.not_after, "2055-06-07T08:09:10.000000Z"); /* GeneralizedTime */
    assert_false(c.self_signed);
}

/* ---- certificates made by hand, for what the openssl command does not write */

static size_t open_value(uint8_t tag)
{
    make_number(&m, tag, 1);
    make_number(&m, 0x82, 1);
    return make_open(&m, 2);
}

static void close_value(size_t open)
{
    make_close(&m, open, 2);
}

static void value(uint8_t tag, const void *bytes, size_t len)
{
    size_t open = open_value(tag);
    make_bytes(&m, bytes, len);
    close_value(open);
}

static void attribute(const char *oid, uint8_t tag, const char *bytes, size_t len)
{
    size_t pair = open_value(0x30);
    value(0x06, oid, strlen(oid));
    value(tag, bytes, len);
    close_value(pair);
}

/* Everything but the subject and the times is as plain as can be. */
static bool parse_made(void (*subject)(void), uint8_t time_tag, const char *time)
{
    m.len = 0;
    size_t outer = open_value(0x30), body = open_value(0x30);
    value(0x02, "\x01", 1);
    value(0x30, "", 0);
    value(0x30, "", 0); /* issuer */
    size_t validity = open_value(0x30);
    value(time_tag, time, strlen(time));
    value(time_tag, time, strlen(time));
    close_value(validity);
    size_t name = open_value(0x30);
    subject();
    close_value(name);
    value(0x30, "", 0);
    close_value(body);
    close_value(outer);
    return x509_parse(m.at, m.len, &scratch, &c);
}

static void subject_odd(void)
{
    size_t set = open_value(0x31);
    attribute("\x55\x04\x0a", 0x1e, "\0a\0,\0\xe9\x20\xac\xd8\x3d", 10); /* BMPString */
    close_value(set);
    set = open_value(0x31);
    attribute("\x55\x04\x0b", 0x13, " #x ", 4);
    attribute("\x2a\x86\x48\x01", 0x13, "#y", 2);
    close_value(set);
    set = open_value(0x31);
    attribute("\x55\x04\x03", 0x14, "\xe9\n<\"", 4);
    close_value(set);
}

static void subject_long(void)
{
    static char many[300];
    memset(many, 'x', sizeof many);
    size_t set = open_value(0x31);
    attribute("\x55\x04\x0a", 0x13, "lost", 4);
    close_value(set);
    set = open_value(0x31);
    attribute("\x55\x04\x03", 0x13, many, sizeof many);
    close_value(set);
}

static void subject_many(void)
{
    for (int i = 0; i < 100; i++) {
        size_t set = open_value(0x31);
        attribute("\x55\x04\x0b", 0x13, "u", 1);
        close_value(set);
    }
}

static void subject_none(void)
{
}

static void test_names(void **state)
{
    (void)state;
    assert_true(parse_made(subject_odd, 0x17, "991231235959Z"));
    assert_text(c.subject, "CN=\\e9\\0a\\<\\\",OU=\\ #x\\ +1.2.840.1=\\#y,"
                           "O=a\\,\xc3\xa9\xe2\x82\xac\xef\xbf\xbd");
    assert_text(c.subject_name, "\\e9\\0a<\"");
    assert_false(c.self_signed);

    assert_true(parse_made(subject_long, 0x17, "991231235959Z"));
    assert_int_equal(c.subject.len, 255);
    assert_true(text_starts(c.subject, "CN=xxx"));
    assert_int_equal(c.subject_name.len, 255);

    assert_true(parse_made(subject_many, 0x17, "991231235959Z"));
    assert_int_equal(c.subject.len, 32 * 5 - 1);

    assert_true(parse_made(subject_none, 0x17, "991231235959Z"));
    assert_text(c.subject, "");
    assert_null(c.subject_name.at);
    assert_true(c.self_signed);
}

static void test_times(void **state)
{
    (void)state;
    static const struct {
        uint8_t tag;
        const char *time, *shown; /* "" = unknown */
    } cases[] = {
        {0x17, "491231235959Z", "2049-12-31T23:59:59.000000Z"},
        {0x17, "500101000000Z", "1950-01-01T00:00:00.000000Z"},
        {0x17, "0001020304Z", "2000-01-02T03:04:00.000000Z"},
        {0x17, "000102030405+0130", "2000-01-02T01:34:05.000000Z"},
        {0x18, "20500229120000Z", "2050-03-01T12:00:00.000000Z"},
        {0x18, "99991231235959Z", "9999-12-31T23:59:59.000000Z"},
        {0x18, "20201331000000Z", ""},
        {0x18, "20201231240000Z", ""},
        {0x17, "2012312", ""},
        {0x17, "20x231000000Z", ""},
        {0x13, "201231000000Z", ""},
        {0x17, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(parse_made(subject_none, cases[i].tag, cases[i].time));
        assert_time(c.not_before, cases[i].shown);
        assert_time(c.not_after, cases[i].shown);
    }
}

static void test_not_a_certificate(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "\x30",
        "\x30\x80\x30\x80",                 /* indefinite length */
        "\x30\x85\x01\x01\x01\x01\x01",     /* a length of five bytes */
        "\x30\x84\xff\xff\xff\xff\x30",     /* longer than there is */
        "\x31\x03\x30\x01\x02",             /* a set */
        "\x30\x05\x3f\x01\x01\x01\x01",     /* a long tag */
        "\x30\x05\x30\x03\x04\x01\x01",     /* no serial number */
        "\x30\x05\x30\x09\x02\x01\x01\x30", /* inner beyond outer */
    };
    memset(&c, 0x5a, sizeof c);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(x509_parse((const uint8_t *)wrong[i], strlen(wrong[i]), &scratch, &c));
    assert_int_equal(c.sha1[0], 0x5a);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    unsigned *whole = context;
    struct certificate mine;
    *whole += x509_parse(bytes, len, &scratch, &mine);
}

/* Each byte of a good certificate turned: it may be read or not, but never beyond its end. */
static void test_guard(void **state)
{
    (void)state;
    unsigned whole = 0;
    guard_prefixes(certificate_self, sizeof certificate_self, parse_prefix, &whole);
    assert_int_equal(whole, 1);
    for (size_t i = 0; i < sizeof certificate_self; i++) {
        uint8_t turned[sizeof certificate_self];
        memcpy(turned, certificate_self, sizeof turned);
        turned[i] ^= 0xff;
        parse_prefix(turned, sizeof turned, &whole);
        turned[i] ^= 0x80;
        parse_prefix(turned, sizeof turned, &whole);
    }
    assert_in_range(whole, 300, 2 * sizeof certificate_self);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_self_signed),
        cmocka_unit_test(test_issued),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_not_a_certificate),
        cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
