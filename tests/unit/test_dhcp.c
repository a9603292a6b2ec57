#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "make.h"
#include "wire/dhcp.h"

static struct make m;
static struct printable_room room;
static struct dhcp_message r;

static void head(unsigned op, uint32_t mine, uint32_t yours)
{
    static const uint8_t rest[10 + 64 + 128];
    m.len = 0;
    make_bytes(&m, op == 1 ? "\x01\x01\x06\0" : "\x02\x01\x06\0", 4);
    make_number(&m, 0x12345678, 4);
    make_number(&m, 0, 4);
    make_number(&m, mine, 4);
    make_number(&m, yours, 4);
    make_number(&m, 0, 8);
    make_bytes(&m, "\x00\x08\x02\x1c\x47\xae", 6);
    make_bytes(&m, rest, sizeof rest);
    make_number(&m, 0x63825363, 4);
}

static void option(unsigned code, const void *bytes, size_t len)
{
    make_number(&m, code, 1);
    make_number(&m, len, 1);
    make_bytes(&m, bytes, len);
}

static bool parse(void)
{
    memset(&r, 0x5a, sizeof r);
    room.used = 0;
    return dhcp_parse(m.at, m.len, &room, &r);
}

static void assert_text(struct text text, const char *expected)
{
    if (expected == NULL) {
        assert_null(text.at);
        return;
    }
    assert_non_null(text.at);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.at, expected, text.len);
}

static void request_make(void)
{
    head(1, 0, 0);
    option(53, "\x03", 1);
    option(61, "\x01\x00\x08\x02\x1c\x47\xae", 7);
    option(50, "\x0a\x06\x03\x65", 4);
    option(54, "\x0a\x06\x03\x01", 4);
    option(12, "DESKTOP-XYZ", 11);
    option(81, "\0\0\0DESKTOP-XYZ.corp.example", 3 + 24);
    option(60, "MSFT 5.0", 8);
    option(55, "\x01\x03\x06\x0f\x1f", 5);
    make_number(&m, 255, 1);
}

static void test_request(void **state)
{
    (void)state;
    request_make();
    assert_true(parse());
    assert_int_equal(r.type, DHCP_REQUEST);
    assert_true(r.from_client);
    assert_false(r.wished);
    assert_true(address_same(r.address, address_v4(0x0a060365)));
    assert_int_equal(r.mac, 0x0008021c47ae);
    assert_text(r.client, "00:08:02:1c:47:ae");
    assert_text(r.name, "DESKTOP-XYZ");
    assert_text(r.domain, "corp.example");
    assert_text(r.fingerprint, "1,3,6,15,31 MSFT 5.0");
}

/* Which address a message is about, by its type (RFC 2131 4.3). */
static void test_address(void **state)
{
    (void)state;
    static const struct {
        unsigned op, type, mine, yours;
        bool wish, server;
        unsigned expect;
        bool wished;
    } table[] = {
        {1, 1, 0, 0, true, false, 0, false},                    /* DISCOVER promises nothing */
        {1, 3, 0, 0, true, true, 0x0a060365, false},            /* SELECTING */
        {1, 3, 0, 0, true, false, 0x0a060365, true},            /* INIT-REBOOT */
        {1, 3, 0x0a060307, 0, false, false, 0x0a060307, false}, /* RENEWING */
        {1, 8, 0x0a060307, 0, false, false, 0x0a060307, false}, /* INFORM */
        {2, 5, 0, 0x0a060309, false, true, 0x0a060309, false},  /* ACK */
        {2, 5, 0x0a060307, 0, false, true, 0x0a060307, false},  /* ACK of an INFORM */
        {2, 2, 0, 0x0a060309, false, true, 0, false},           /* OFFER */
        {2, 6, 0, 0, false, true, 0, false},                    /* NAK */
        {1, 5, 0x0a060307, 0, true, true, 0, false},            /* an ACK by a client is none */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t type = (uint8_t)table[i].type;
        head(table[i].op, table[i].mine, table[i].yours);
        option(53, &type, 1);
        if (table[i].wish)
            option(50, "\x0a\x06\x03\x65", 4);
        if (table[i].server)
            option(54, "\x0a\x06\x03\x01", 4);
        assert_true(parse());
        assert_int_equal(address_known(r.address) ? address_v4_number(r.address) : 0,
                         table[i].expect);
        if (table[i].expect)
            assert_int_equal(r.wished, table[i].wished);
    }
}

/* Names as strangers write them. */
static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *name, *domain;
    } table[] = {
        {"pc", 2, "pc", NULL},
        {"pc\0", 3, "pc", NULL},
        {"pc.lan", 6, "pc", "lan"},
        {"", 0, NULL, NULL},
        {"   ", 3, NULL, NULL},
        {"a\033[2Jb", 6, "a?[2Jb", NULL},
        {"caf\xc3\xa9", 5, "caf\xc3\xa9", NULL},
        {"x\xff\xfe", 3, "x??", NULL},
        {".lan", 4, NULL, "lan"},
        {"0123456789012345678901234567890123456789012345678901234567890123456789", 70,
         "0123456789012345678901234567890123456789012345678901234567890123", NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        head(1, 0x0a060307, 0);
        option(53, "\x03", 1);
        option(12, table[i].bytes, table[i].len);
        assert_true(parse());
        assert_text(r.name, table[i].name);
        assert_text(r.domain, table[i].domain);
    }
    head(1, 0x0a060307, 0);
    option(53, "\x03", 1);
    option(81, "\x04\0\0\x02pc\x03lan\0", 11); /* as labels */
    option(61, "\xff\x01\x02", 3);
    assert_true(parse());
    assert_text(r.name, "pc");
    assert_text(r.domain, "lan");
    assert_text(r.client, "ff0102");
}

static void test_not_dhcp(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } wrong[] = {
        {0, 3},     /* operation */
        {236, 0},   /* cookie */
        {240, 52},  /* no message type */
        {242, 0},   /* type 0 */
        {242, 99},  /* no such type */
        {244, 255}, /* an option past the end */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        request_make();
        m.at[wrong[i].at] = wrong[i].byte;
        assert_false(parse());
        assert_int_equal(r.type, 0x5a); /* untouched */
    }
}

static void six_make(void)
{
    m.len = 0;
    make_bytes(&m, "\x01\x11\x22\x33", 4);
    make_bytes(&m, "\0\x01\0\x0a\0\x03\0\x01\x00\x08\x02\x1c\x47\xae", 14); /* DUID-LL */
    make_bytes(&m, "\0\x27\0\x09\0\x07User-PC", 13);
    make_bytes(&m, "\0\x10\0\x0e\0\0\x01\x37\0\x08MSFT 5.0", 18);
    make_bytes(&m, "\0\x06\0\x04\0\x18\0\x17", 8);
}

static void test_six(void **state)
{
    (void)state;
    six_make();
    room.used = 0;
    assert_true(dhcp6_parse(m.at, m.len, &room, &r));
    assert_text(r.client, "000300010008021c47ae");
    assert_text(r.name, "User-PC");
    assert_text(r.fingerprint, "24,23 MSFT 5.0");
    assert_false(address_known(r.address));
    m.at[0] = 7; /* a server's reply */
    assert_false(dhcp6_parse(m.at, m.len, &room, &r));
    six_make();
    m.at[5] = 2; /* without a client */
    assert_false(dhcp6_parse(m.at, m.len, &room, &r));
}

struct counted {
    size_t four, six;
};

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct counted *whole = context;
    struct dhcp_message mine;
    room.used = 0;
    whole->four += dhcp_parse(bytes, len, &room, &mine);
    room.used = 0;
    whole->six += dhcp6_parse(bytes, len, &room, &mine);
}

static void test_guard(void **state)
{
    (void)state;
    struct counted whole = {0, 0};
    request_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole.four, 9); /* after the type, each of seven options, and the end */
    whole = (struct counted){0, 0};
    six_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole.six, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request), cmocka_unit_test(test_address),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_not_dhcp),
        cmocka_unit_test(test_six),     cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
