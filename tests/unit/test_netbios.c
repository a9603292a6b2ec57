#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "make.h"
#include "wire/netbios.h"

static struct make m;
static struct printable_room room;
static struct netbios_message r;

static void name(const char *text, uint8_t suffix)
{
    make_number(&m, 32, 1);
    for (size_t i = 0; i < 16; i++) {
        uint8_t c = i == 15 ? suffix : i < strlen(text) ? (uint8_t)text[i] : ' ';
        make_number(&m, 'A' + (c >> 4), 1);
        make_number(&m, 'A' + (c & 15), 1);
    }
    make_number(&m, 0, 1);
}

static void header(uint16_t flags, unsigned questions, unsigned answers, unsigned additional)
{
    m.len = 0;
    make_u16s(&m,
              (uint16_t[]){0x8001, flags, (uint16_t)questions, (uint16_t)answers, 0,
                           (uint16_t)additional},
              6);
}

static void registration_make(unsigned op, uint8_t suffix, bool group)
{
    header((uint16_t)(op << 11 | 0x0110), 1, 0, 1);
    name("DESKTOP-XYZ", suffix);
    make_u16s(&m, (uint16_t[]){0x20, 1, 0xc00c, 0x20, 1}, 5);
    make_number(&m, 300000, 4);
    make_number(&m, 6, 2);
    make_number(&m, group ? 0x8000 : 0, 2);
    make_number(&m, 0x0a060365, 4);
}

static bool parse(void)
{
    memset(&r, 0x5a, sizeof r);
    room.used = 0;
    return netbios_parse_name(m.at, m.len, &room, &r);
}

static void assert_name(unsigned i, const char *text, uint8_t suffix, bool group)
{
    assert_true(i < r.names);
    assert_int_equal(r.name[i].text.len, strlen(text));
    assert_memory_equal(r.name[i].text.at, text, strlen(text));
    assert_int_equal(r.name[i].suffix, suffix);
    assert_int_equal(r.name[i].group, group);
}

static void test_registration(void **state)
{
    (void)state;
    static const unsigned ops[] = {5, 8, 9, 15};
    for (size_t i = 0; i < 4; i++) {
        registration_make(ops[i], 0x20, i == 3);
        assert_true(netbios_recognise_name(m.at, m.len));
        assert_true(parse());
        assert_true(r.of_sender);
        assert_int_equal(r.names, 1);
        assert_name(0, "DESKTOP-XYZ", 0x20, i == 3);
    }
}

/* Asked for, released or refused: nobody's name. */
static void test_tells_nothing(void **state)
{
    (void)state;
    header(0x0110, 1, 0, 0);
    name("WPAD", 0);
    make_u16s(&m, (uint16_t[]){0x20, 1}, 2);
    assert_true(parse());
    assert_int_equal(r.names, 0);
    registration_make(6, 0, false); /* release */
    assert_true(parse());
    assert_int_equal(r.names, 0);
    header(0x8583, 0, 1, 0); /* "no such name" */
    name("WPAD", 0);
    make_u16s(&m, (uint16_t[]){10, 1}, 2);
    make_number(&m, 0, 6);
    assert_true(parse());
    assert_int_equal(r.names, 0);
}

static void test_answer(void **state)
{
    (void)state;
    header(0x8500, 0, 1, 0);
    name("FILES", 0x20);
    make_u16s(&m, (uint16_t[]){0x20, 1}, 2);
    make_number(&m, 300, 4);
    make_number(&m, 6, 2);
    make_number(&m, 0, 2);
    make_number(&m, 0x0a060302, 4);
    assert_true(parse());
    assert_false(r.of_sender);
    assert_true(address_same(r.address, address_v4(0x0a060302)));
    assert_name(0, "FILES", 0x20, false);
}

static void status_make(void)
{
    header(0x8400, 0, 1, 0);
    name("*", 0);
    make_u16s(&m, (uint16_t[]){0x21, 1}, 2);
    make_number(&m, 0, 4);
    size_t open = make_open(&m, 2);
    make_number(&m, 3, 1);
    make_bytes(&m, "DESKTOP-XYZ    \0\x04\0", 18);
    make_bytes(&m, "CORP           \0\x84\0", 18);
    make_bytes(&m, "CARL           \x03\x04\0", 18);
    make_bytes(&m, "\x00\x08\x02\x1c\x47\xae", 6);
    make_number(&m, 0, 20); /* statistics */
    make_close(&m, open, 2);
}

static void test_status(void **state)
{
    (void)state;
    status_make();
    assert_true(parse());
    assert_true(r.of_sender);
    assert_int_equal(r.names, 3);
    assert_name(0, "DESKTOP-XYZ", 0, false);
    assert_name(1, "CORP", 0, true);
    assert_name(2, "CARL", 3, false);
    assert_int_equal(r.mac, 0x0008021c47ae);
}

static void test_not_netbios(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } wrong[] = {
        {5, 2},     /* two questions */
        {12, 31},   /* length of the name */
        {13, 'Q'},  /* not a letter of the sixteen */
        {45, 64},   /* scope label */
        {47, 0x10}, /* type */
        {49, 2},    /* class */
        {51, 0x0d}, /* a pointer may go anywhere: not looked at */
        {53, 0x21}, /* type of the record */
        {61, 200},  /* data past the end */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        registration_make(5, 0, false);
        m.at[wrong[i].at] = wrong[i].byte;
        bool fine = wrong[i].at == 51;
        assert_int_equal(parse(), fine);
        if (!fine)
            assert_int_equal(r.names, 0x5a5a5a5a); /* untouched */
    }
}

static void datagram_make(uint8_t command)
{
    m.len = 0;
    make_bytes(&m, "\x11\x0a\x80\x02\x0a\x06\x03\x65\0\x8a", 10);
    size_t open = make_open(&m, 2);
    make_number(&m, 0, 2);
    size_t start = m.len;
    name("DESKTOP-XYZ", 0x20);
    name("WORKGROUP", 0x1d);
    make_bytes(&m, "\xffSMB\x25", 5);
    for (unsigned i = 0; i < 27; i++)
        make_number(&m, 0, 1);
    make_number(&m, 17, 1);
    for (unsigned i = 0; i < 34; i++)
        make_number(&m, 0, 1);
    make_bytes(&m, "\x3a\x00\\MAILSLOT\\BROWSE\0", 19); /* byte count: big enough below */
    m.at[m.len - 19] = 0;
    m.at[m.len - 18] = 17 + 33;
    make_number(&m, command, 1);
    make_bytes(&m, "\0\x80\xfc\x0a\0DESKTOP-XYZ\0\0\0\0\0\x0a\x00\x03\x10\x01\0\x0f\x01\x55\xaa\0",
               32);
    size_t len = m.len - start;
    m.at[open - 2] = (uint8_t)(len >> 8);
    m.at[open - 1] = (uint8_t)len;
}

static void test_datagram(void **state)
{
    (void)state;
    datagram_make(1);
    room.used = 0;
    assert_true(netbios_parse_datagram(m.at, m.len, &room, &r));
    assert_true(r.of_sender);
    assert_int_equal(r.names, 2);
    assert_name(0, "DESKTOP-XYZ", 0x20, false);
    assert_name(1, "WORKGROUP", 0x1d, true);
    assert_int_equal(r.version.len, strlen("browser version 10.0"));
    assert_memory_equal(r.version.at, "browser version 10.0", r.version.len);
    datagram_make(12); /* of a domain: its version is not the sender's */
    room.used = 0;
    assert_true(netbios_parse_datagram(m.at, m.len, &room, &r));
    assert_null(r.version.at);
    m.at[0] = 0x13; /* an error */
    assert_false(netbios_parse_datagram(m.at, m.len, &room, &r));
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    size_t *whole = context;
    struct netbios_message mine;
    (void)netbios_recognise_name(bytes, len);
    room.used = 0;
    *whole += netbios_parse_name(bytes, len, &room, &mine);
    room.used = 0;
    *whole += netbios_parse_datagram(bytes, len, &room, &mine);
}

static void test_guard(void **state)
{
    (void)state;
    size_t whole = 0;
    status_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole, 1);
    whole = 0;
    registration_make(5, 0, false);
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole, 1);
    whole = 0;
    datagram_make(1);
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registration), cmocka_unit_test(test_tells_nothing),
        cmocka_unit_test(test_answer),       cmocka_unit_test(test_status),
        cmocka_unit_test(test_not_netbios),  cmocka_unit_test(test_datagram),
        cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
