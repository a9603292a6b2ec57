/* Kerberos and NTLM messages, and what identity.c makes of them and of the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "guard.h"
#include "make.h"
#include "wire/identity.h"
#include "wire/kerberos.h"
#include "wire/ntlm.h"

static struct make m;
static struct printable_room room;
static struct identity_scratch scratch;

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

/* ---- Kerberos: DER with lengths of two bytes throughout */

static size_t der_open(unsigned tag)
{
    make_number(&m, tag, 1);
    make_number(&m, 0x82, 1);
    return make_open(&m, 2);
}

static void der_close(size_t open)
{
    make_close(&m, open, 2);
}

static void der_small(unsigned field, unsigned tag, const char *bytes)
{
    size_t open = der_open(field);
    make_number(&m, tag, 1);
    make_number(&m, strlen(bytes), 1);
    make_string(&m, bytes);
    der_close(open);
}

static void principal(unsigned field, const char *one, const char *two)
{
    size_t outer = der_open(field), name = der_open(0x30);
    der_small(0xa0, 0x02, "\x01");
    size_t parts = der_open(0xa1), list = der_open(0x30);
    for (unsigned i = 0; i < 2; i++)
        if (i == 0 || two) {
            make_number(&m, 0x1b, 1);
            make_number(&m, strlen(i ? two : one), 1);
            make_string(&m, i ? two : one);
        }
    der_close(list);
    der_close(parts);
    der_close(name);
    der_close(outer);
}

static void request_make(const char *one, const char *two, const char *machine)
{
    m.len = 0;
    size_t message = der_open(0x6a), sequence = der_open(0x30);
    der_small(0xa1, 0x02, "\x05");
    der_small(0xa2, 0x02, "\x0a");
    size_t wrapped = der_open(0xa4), body = der_open(0x30);
    der_small(0xa0, 0x03, "aaaaa");
    principal(0xa1, one, two);
    der_small(0xa2, 0x1b, "CORP.EXAMPLE");
    principal(0xa3, "krbtgt", "CORP.EXAMPLE");
    if (machine) {
        size_t addresses = der_open(0xa9), list = der_open(0x30), address = der_open(0x30);
        der_small(0xa0, 0x02, "\x14");
        der_small(0xa1, 0x04, machine);
        der_close(address);
        der_close(list);
        der_close(addresses);
    }
    der_close(body);
    der_close(wrapped);
    der_close(sequence);
    der_close(message);
}

static void reply_make(void)
{
    m.len = 0;
    size_t message = der_open(0x6d), sequence = der_open(0x30);
    der_small(0xa0, 0x02, "\x05");
    der_small(0xa1, 0x02, "\x0d");
    der_small(0xa3, 0x1b, "CORP.EXAMPLE");
    principal(0xa4, "DESKTOP-XYZ$", NULL);
    der_small(0xa5, 0x04, "ticket");
    der_small(0xa6, 0x04, "sealed");
    der_close(sequence);
    der_close(message);
}

static const struct identity_ends ends = {.sender = {0, 0xffff0a060365},
                                          .receiver = {0, 0xffff0a060301},
                                          .sender_port = {50000},
                                          .receiver_port = {88}};

static void test_kerberos(void **state)
{
    (void)state;
    struct kerberos_message k;
    request_make("carl.smith", NULL, "DESKTOP-XYZ    \x20");
    assert_true(kerberos_recognise(m.at, m.len, m.len));
    assert_true(kerberos_recognise(m.at, 12, m.len));
    assert_false(kerberos_recognise(m.at, m.len, m.len + 1));
    room.used = 0;
    assert_true(kerberos_parse(m.at, m.len, &room, &k));
    assert_true(k.request);
    assert_text(k.client, "carl.smith");
    assert_text(k.realm, "CORP.EXAMPLE");
    assert_text(k.machine, "DESKTOP-XYZ");
    assert_int_equal(k.client_type, 1);
    reply_make();
    room.used = 0;
    assert_true(kerberos_parse(m.at, m.len, &room, &k));
    assert_false(k.request);
    assert_text(k.client, "DESKTOP-XYZ$");
    m.at[0] = 0x61; /* a ticket alone */
    assert_false(kerberos_parse(m.at, m.len, &room, &k));
}

/* Whose account it is: machine or person, of the sender or of the receiver. */
static void test_kerberos_tells(void **state)
{
    (void)state;
    static const struct {
        const char *one, *two, *machine, *name, *user;
    } table[] = {
        {"carl.smith", NULL, "DESKTOP-XYZ    \x20", "DESKTOP-XYZ", "carl.smith"},
        {"carl.smith", NULL, NULL, NULL, "carl.smith"},
        {"DESKTOP-XYZ$", NULL, NULL, "DESKTOP-XYZ", NULL},
        {"host", "pc.corp.example", NULL, "pc.corp.example", NULL},
        {"WELLKNOWN", "ANONYMOUS", NULL, NULL, NULL},
        {"$", NULL, NULL, NULL, NULL},
        {"a\tb", NULL, NULL, NULL, "a?b"},
    };
    struct identity_record r;
    struct address about;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        request_make(table[i].one, table[i].two, table[i].machine);
        bool any = table[i].name || table[i].user;
        assert_int_equal(identity_of_kerberos(&ends, m.at, m.len, &scratch, &r, &about), any);
        if (!any)
            continue;
        assert_text(r.name, table[i].name);
        assert_text(r.user, table[i].user);
        assert_text(r.domain, "CORP.EXAMPLE");
        assert_true(address_same(about, ends.sender));
    }
    reply_make();
    assert_true(identity_of_kerberos(&ends, m.at, m.len, &scratch, &r, &about));
    assert_text(r.name, "DESKTOP-XYZ");
    assert_true(address_same(about, ends.receiver));
}

/* ---- NTLM */

static void le(uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        make_number(&m, i < 8 ? value >> 8 * i & 255 : 0, 1);
}

static void wide(const char *text)
{
    for (; *text; text++) {
        make_bytes(&m, text, 1);
        make_number(&m, 0, 1);
    }
}

static void ntlm_make(const char *domain, const char *user, const char *machine, bool unicode)
{
    const char *text[] = {"", "", domain, user, machine, ""};
    size_t width = unicode ? 2 : 1, at = 64;
    m.len = 0;
    make_bytes(&m, "NTLMSSP\0\3\0\0\0", 12);
    for (unsigned i = 0; i < 6; i++) {
        size_t len = strlen(text[i]) * width;
        le(len, 2);
        le(len, 2);
        le(at, 4);
        at += len;
    }
    le(unicode ? 1 : 2, 4);
    for (unsigned i = 0; i < 6; i++)
        if (unicode)
            wide(text[i]);
        else
            make_string(&m, text[i]);
}

static void challenge_make(void)
{
    m.len = 0;
    make_bytes(&m, "NTLMSSP\0\2\0\0\0", 12);
    le(0, 8);
    le(1, 4);
    le(0, 16);
    le(24 + 4, 2);
    le(24 + 4, 2);
    le(48, 4);
    le(2, 2);
    le(8, 2);
    wide("CORP");
    le(1, 2);
    le(8, 2);
    wide("DC01");
    le(0, 4);
}

static void test_ntlm(void **state)
{
    (void)state;
    struct ntlm_message n;
    for (int unicode = 0; unicode < 2; unicode++) {
        ntlm_make("CORP", "carl.smith", "DESKTOP-XYZ", unicode);
        room.used = 0;
        assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_DONE);
        assert_true(n.authenticate);
        assert_text(n.domain, "CORP");
        assert_text(n.user, "carl.smith");
        assert_text(n.machine, "DESKTOP-XYZ");
    }
    ntlm_make("", "", "", true);
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_DONE); /* anonymous */
    assert_text(n.user, NULL);
    challenge_make();
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_DONE);
    assert_false(n.authenticate);
    assert_text(n.machine, "DC01");
    assert_text(n.domain, "CORP");
    m.at[8] = 1; /* a negotiation */
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_BAD);
}

static void test_base64(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t room, len;
        const char *bytes;
    } table[] = {
        {"TlRMTVNTUAAD", 64, 9, "NTLMSSP\0\3"},
        {"TlRM", 2, 2, "NT"},
        {"TlQ=", 64, 2, "NT"},
        {"Tl", 64, 1, "N"},
        {"T", 64, 0, ""},
        {"Tl RM", 64, 1, "N"},
        {"+/+/", 64, 3, "\xfb\xff\xbf"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        uint8_t out[64];
        assert_int_equal(base64_decode(text_of(table[i].text), out, table[i].room), table[i].len);
        assert_memory_equal(out, table[i].bytes, table[i].len);
    }
}

/* UTF-16 as strangers write it. */
static void test_utf16(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t len;
        const char *text;
    } table[] = {
        {"\xe9\x00", 2, "\xc3\xa9"},
        {"\xac\x20", 2, "\xe2\x82\xac"},
        {"\x3d\xd8\x00\xde", 4, "\xf0\x9f\x98\x80"},
        {"\x3d\xd8x\0", 4, "?x"}, /* half of a pair */
        {"\x3d\xd8", 2, "?"},
        {"\x07\0a\0", 4, "?a"},
        {"a\0\0\0b\0", 6, "a"},
        {"a", 1, NULL},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        room.used = 0;
        assert_text(printable_utf16_le(&room, cursor_over(table[i].bytes, table[i].len), 64),
                    table[i].text);
    }
}

/* Fields may lie anywhere, also where they must not. */
static void test_ntlm_fields(void **state)
{
    (void)state;
    struct ntlm_message n = {.authenticate = true};
    ntlm_make("CORP", "carl", "PC", true);
    m.at[40] = 10; /* the user's offset: inside the head */
    m.at[41] = 0;
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_BAD);
    m.at[41] = 0x01; /* beyond what is there, not too far */
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_MORE);
    m.at[43] = 0xff; /* too far */
    assert_int_equal(ntlm_parse(m.at, m.len, &room, &n), PARSE_BAD);
    assert_int_equal(ntlm_parse(m.at, 5, &room, &n), PARSE_MORE);
    assert_null(ntlm_find(m.at + 1, m.len - 1));
    assert_ptr_equal(ntlm_find(m.at, m.len), m.at);
}

/* ---- names that machines announce on their link */

static void announcement_make(uint16_t flags, const char *name, const char *address)
{
    m.len = 0;
    make_u16s(&m, (uint16_t[]){0, flags, 0, 1, 0, 0}, 6);
    make_number(&m, strlen(name), 1);
    make_string(&m, name);
    make_bytes(&m, "\5local\0\0\1\x80\1\0\0\0\x78\0\4", 17);
    make_bytes(&m, address, 4);
}

static void test_announcements(void **state)
{
    (void)state;
    struct identity_ends link = ends;
    struct identity_record r;
    struct address about;
    bool tells;
    link.mac = 0x0008021c47ae;
    link.sender_port.number = link.receiver_port.number = 5353;
    announcement_make(0x8400, "desktop-xyz", "\x0a\x06\x03\x65");
    assert_null(identity_of_datagram(&link, m.at, m.len, &scratch, &r, &about, &tells));
    assert_true(tells);
    assert_string_equal(r.known_by, "mdns");
    assert_text(r.name, "desktop-xyz");
    assert_int_equal(r.mac, 0x0008021c47ae);
    assert_true(address_same(about, link.sender));
    announcement_make(0x8400, "\xe5\xb0\x8f pc\x1b", "\x0a\x06\x03\x65"); /* RFC 6762 16: UTF-8 */
    (void)identity_of_datagram(&link, m.at, m.len, &scratch, &r, &about, &tells);
    assert_true(tells);
    assert_text(r.name, "\xe5\xb0\x8f pc?");
    announcement_make(0x8400, "somebody", "\x0a\x06\x03\x66"); /* told of another */
    (void)identity_of_datagram(&link, m.at, m.len, &scratch, &r, &about, &tells);
    assert_false(tells);
    /* LLMNR: asking for anything of a name is how a machine checks its own (RFC 4795 4.1) */
    link.receiver_port.number = 5355;
    link.sender_port.number = 50001;
    for (unsigned type = 1; type <= 255; type += 254) {
        m.len = 0;
        make_u16s(&m, (uint16_t[]){7, 0, 1, 0, 0, 0}, 6);
        make_bytes(&m, "\4mypc\0", 6);
        make_u16s(&m, (uint16_t[]){(uint16_t)type, 1}, 2);
        (void)identity_of_datagram(&link, m.at, m.len, &scratch, &r, &about, &tells);
        assert_int_equal(tells, type == 255);
    }
    assert_string_equal(r.known_by, "llmnr");
    assert_text(r.name, "mypc");
}

static void ssdp_tells_the_system(void **state)
{
    (void)state;
    static const struct {
        const char *message, *fingerprint; /* NULL: nothing is told */
    } row[] = {
        {"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
         "USER-AGENT: Google Chrome/110.0.5481.178 Windows\r\n\r\n",
         "Google Chrome/110.0.5481.178 Windows"},
        {"NOTIFY * HTTP/1.1\r\nserver:Linux/4.4 UPnP/1.1 MiniDLNA/1.3\x1b\r\nNTS: "
         "ssdp:alive\r\n\r\n",
         "Linux/4.4 UPnP/1.1 MiniDLNA/1.3?"},
        {"NOTIFY * HTTP/1.1\r\nSERVER: cut of", "cut of"},
        {"M-SEARCH * HTTP/1.1\r\nSERVER: not where it belongs\r\n\r\n", NULL},
        {"M-SEARCH * HTTP/1.1\r\nMX: 3\r\n\r\n", NULL},
        {"M-SEARCH * HTTP/1.1\r\nUSER-AGENT:\r\n\r\n", NULL},
        {"GET / HTTP/1.1\r\nUSER-AGENT: x\r\n\r\n", NULL},
        {"M-SEARCH ", NULL},
    };
    struct identity_ends to_all = {.sender = address_v4(0x0a060365),
                                   .receiver = address_v4(0xeffffffa),
                                   .sender_port = {50000},
                                   .receiver_port = {1900},
                                   .mac = 0x0008021c47ae};
    struct identity_record r;
    struct address about;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        bool tells = false;
        (void)identity_of_datagram(&to_all, (const uint8_t *)row[i].message, strlen(row[i].message),
                                   &scratch, &r, &about, &tells);
        assert_int_equal(tells, row[i].fingerprint != NULL);
        if (!tells)
            continue;
        assert_string_equal(r.known_by, "ssdp");
        assert_text(r.fingerprint, row[i].fingerprint);
        assert_int_equal(r.mac, 0x0008021c47ae);
        assert_true(address_same(about, to_all.sender));
    }
}

struct wholes {
    size_t kerberos, ntlm, datagram;
};

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct wholes *whole = context;
    struct identity_ends link = ends;
    struct identity_record r;
    struct address about;
    bool tells;
    link.receiver_port.number = 5353;
    (void)kerberos_recognise(bytes, len, len);
    whole->kerberos += identity_of_kerberos(&ends, bytes, len, &scratch, &r, &about);
    whole->ntlm += identity_of_ntlm(&ends, bytes, len, &scratch, &r, &about) == PARSE_DONE;
    (void)identity_of_datagram(&link, bytes, len, &scratch, &r, &about, &tells);
    whole->datagram += tells;
}

static void test_guard(void **state)
{
    (void)state;
    struct wholes whole = {0, 0, 0};
    request_make("carl.smith", NULL, "DESKTOP-XYZ    \x20");
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    reply_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole.kerberos, 2);
    ntlm_make("CORP", "carl.smith", "DESKTOP-XYZ", true);
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    challenge_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole.ntlm, 2);
    whole.datagram = 0;
    announcement_make(0x8400, "desktop-xyz", "\x0a\x06\x03\x65");
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole.datagram, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kerberos),      cmocka_unit_test(test_kerberos_tells),
        cmocka_unit_test(test_ntlm),          cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_base64),        cmocka_unit_test(test_ntlm_fields),
        cmocka_unit_test(test_announcements), cmocka_unit_test(ssdp_tells_the_system),
        cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
