#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guard.h"
#include "make.h"
#include "wire/dns.h"

static struct make m;
static struct dns_scratch scratch;
static struct dns_record r;

static void header(uint16_t id, uint16_t flags, const uint16_t counts[4])
{
    m.len = 0;
    make_number(&m, id, 2);
    make_number(&m, flags, 2);
    make_u16s(&m, counts, 4);
}

/* "a.bc" as labels; the empty string is the root. */
static void name(const char *dotted)
{
    while (*dotted) {
        size_t len = strcspn(dotted, ".");
        make_number(&m, len, 1);
        make_bytes(&m, dotted, len);
        dotted += len + (dotted[len] == '.');
    }
    make_number(&m, 0, 1);
}

static void question(const char *dotted, uint16_t type)
{
    name(dotted);
    make_number(&m, type, 2);
    make_number(&m, 1, 2);
}

/* A record whose owner is a pointer to the question's name. */
static size_t record(uint16_t type, uint32_t ttl)
{
    make_number(&m, 0xc00c, 2);
    make_number(&m, type, 2);
    make_number(&m, 1, 2);
    make_number(&m, ttl, 4);
    return make_open(&m, 2);
}

static bool parse(void)
{
    memset(&r, 0x5a, sizeof r);
    return dns_parse(m.at, m.len, &scratch, &r);
}

static void assert_text(struct text text, const char *expected)
{
    assert_non_null(text.at);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.at, expected, text.len);
}

static void test_query(void **state)
{
    (void)state;
    header(0x1234, 0x0100, (uint16_t[]){1, 0, 0, 1});
    question("WWW.Example.org", 28);
    make_bytes(&m, "\0\0\x29\x10\0\0\0\0\0\0\0", 11);
    assert_true(parse());
    assert_false(r.response);
    assert_int_equal(r.id, 0x1234);
    assert_int_equal(r.type, 28);
    assert_int_equal(r.rclass, 1);
    assert_int_equal(r.rcode, 0);
    assert_int_equal(r.answers_len, 0);
    assert_int_equal(r.message_len, m.len);
    assert_text(r.name, "www.example.org");
}

static void test_names_of_any_byte(void **state)
{
    (void)state;
    header(1, 0x0100, (uint16_t[]){1, 0, 0, 0});
    make_bytes(&m, "\x05\0a.\\\xff\x03-_~\x01 \0\0\x0a\0\x01", 17);
    assert_true(parse());
    assert_text(r.name, "\\000a\\046\\092\\255.-_~.\\032");
    header(1, 0x0100, (uint16_t[]){1, 0, 0, 0});
    question("", 2);
    assert_true(parse());
    assert_text(r.name, "");
}

static void answers_make(void)
{
    header(7, 0x8180, (uint16_t[]){1, 9, 0, 1});
    question("a.example", 255);
    size_t open = record(5, 60); /* CNAME b.[example] */
    make_bytes(&m,
               "\x01"
               "B\xc0\x0e",
               4);
    make_close(&m, open, 2);
    open = record(1, 300);
    make_number(&m, 0xc0000201, 4);
    make_close(&m, open, 2);
    open = record(28, 1);
    make_number(&m, 0x20010db800000000, 8);
    make_number(&m, 1, 8);
    make_close(&m, open, 2);
    open = record(15, 1);
    make_number(&m, 10, 2);
    name("mx.test");
    make_close(&m, open, 2);
    open = record(33, 1);
    make_bytes(&m, "\0\x01\0\x02\x01\xbb", 6);
    name("srv.test");
    make_close(&m, open, 2);
    open = record(16, 1);
    make_bytes(&m,
               "\x03"
               "abc",
               4);
    make_close(&m, open, 2);
    open = record(10, 0);
    make_bytes(&m, "\x00\xff", 2);
    make_close(&m, open, 2);
    open = record(6, 5);
    name("ns.test");
    name("root.test");
    make_bytes(&m, "12345678901234567890", 20);
    make_close(&m, open, 2);
    open = record(12, 5);
    name("ptr.test");
    make_close(&m, open, 2);
    make_bytes(&m, "\0\0\x29\x10\0\x01\0\0\0\0\0", 11); /* BADVERS */
}

static void test_answers(void **state)
{
    (void)state;
    struct address address;
    answers_make();
    assert_true(parse());
    assert_true(r.response);
    assert_int_equal(r.answers_total, 9);
    assert_int_equal(r.answers_len, 9);
    assert_int_equal(r.rcode, 16);
    assert_int_equal(r.answer[0].type, 5);
    assert_int_equal(r.answer[0].ttl_s, 60);
    assert_text(r.answer[0].name, "b.example");
    assert_int_equal(address_v4_number(r.answer[1].address), 0xc0000201);
    assert_true(address_is_v4(r.answer[1].address));
    assert_null(r.answer[1].name.at);
    assert_true(address_parse(text_of("2001:db8::1"), &address));
    assert_true(address_same(r.answer[2].address, address));
    assert_text(r.answer[3].name, "mx.test");
    assert_text(r.answer[4].name, "srv.test");
    assert_text(r.answer[5].data, "\x03"
                                  "abc");
    assert_int_equal(r.answer[6].data.len, 2);
    assert_false(address_known(r.answer[6].address));
    assert_text(r.answer[7].name, "ns.test");
    assert_text(r.answer[8].name, "ptr.test");
}

static void test_more_answers_than_kept(void **state)
{
    (void)state;
    header(7, 0x8180, (uint16_t[]){1, 40, 0, 0});
    question("many.example", 1);
    for (uint32_t i = 0; i < 40; i++) {
        size_t open = record(1, i);
        make_number(&m, i, 4);
        make_close(&m, open, 2);
    }
    assert_true(parse());
    assert_int_equal(r.answers_total, 40);
    assert_int_equal(r.answers_len, DNS_ANSWERS);
    assert_int_equal(r.answer[DNS_ANSWERS - 1].ttl_s, DNS_ANSWERS - 1);
    m.len -= 5; /* the last one is not whole: neither is the message */
    assert_false(parse());
}

/* Names so long that the scratch cannot hold them all: the message stands, some names are null. */
static void test_scratch_full(void **state)
{
    (void)state;
    uint8_t label[63];
    memset(label, 0xff, sizeof label);
    header(7, 0x8180, (uint16_t[]){1, 12, 0, 0});
    question("x", 12);
    for (int i = 0; i < 12; i++) {
        size_t open = record(12, 1);
        for (int j = 0; j < 3; j++) {
            make_number(&m, sizeof label, 1);
            make_bytes(&m, label, sizeof label);
        }
        make_number(&m, 0, 1);
        make_close(&m, open, 2);
    }
    assert_true(parse());
    assert_int_equal(r.answers_len, 12);
    assert_int_equal(r.answer[0].name.len, 3 * 63 * 4 + 2);
    assert_null(r.answer[11].name.at);
}

static void test_cut_behind_the_answers(void **state)
{
    (void)state;
    header(7, 0x8380, (uint16_t[]){1, 1, 5, 5});
    question("cut.example", 1);
    size_t open = record(1, 9);
    make_number(&m, 1, 4);
    make_close(&m, open, 2);
    make_bytes(&m, "\xc0", 1);
    assert_true(parse());
    assert_int_equal(r.answers_len, 1);
}

/* As a sloppy server of a tunnel leaves it: the question's EDNS record where the answer should be.
 */
static void test_edns_among_the_answers(void **state)
{
    (void)state;
    header(7, 0x8180, (uint16_t[]){1, 1, 0, 0});
    question("opt.example", 1);
    make_bytes(&m, "\0\0\x29\x10\0\0\0\0\0\0\0", 11);
    size_t open = record(1, 60);
    make_number(&m, 1, 4);
    make_close(&m, open, 2);
    assert_true(parse());
    assert_int_equal(r.answers_len, 1);
    assert_int_equal(r.answer[0].type, 41);
}

static void test_multicast(void **state)
{
    (void)state;
    header(0, 0x8400, (uint16_t[]){0, 1, 0, 0}); /* no question: the first record stands for it */
    name("Printer.local");
    make_bytes(&m, "\0\x01\x80\x01\0\0\0\x78\0\x04\xc0\xa8\0\x07", 14);
    assert_true(parse());
    assert_text(r.name, "printer.local");
    assert_int_equal(r.type, 1);
    assert_int_equal(address_v4_number(r.answer[0].address), 0xc0a80007);

    header(0, 0, (uint16_t[]){2, 0, 0, 0});
    name("_http._tcp.local");
    make_bytes(&m, "\0\x0c\x80\x01", 4);
    question("_ipp._tcp.local", 12);
    assert_true(parse());
    assert_int_equal(r.rclass, 1);
    assert_text(r.name, "_http._tcp.local");
}

/* What must not pass for DNS; each case changes one thing of a query that does. */
static void test_not_dns(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        uint8_t byte;
    } wrong[] = {
        {2, 0x08},       /* operation 1 */
        {2, 0x50},       /* operation 10 */
        {3, 0x40},       /* reserved bit */
        {3, 0x03},       /* a question with a response code */
        {4, 1},          /* 257 questions */
        {5, 0},          /* none */
        {7, 1},          /* a question with an answer */
        {12, 0x40},      /* label type */
        {12, 0x80},      /* label type */
        {12, 63},        /* label past the end */
        {12, 0xc0},      /* pointer into the header */
        {12 + 10, 0xff}, /* class */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        header(1, 0x0100, (uint16_t[]){1, 0, 0, 0});
        question("abc.de", 1);
        assert_true(parse());
        m.at[wrong[i].at] = wrong[i].byte;
        assert_false(parse());
        assert_int_equal(r.id, 0x5a5a); /* untouched */
    }
    m.len = 0;
    make_string(&m, "GET /index.html HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_false(parse());
}

static void test_pointers(void **state)
{
    (void)state;
    static const struct {
        uint8_t high, low;
        bool fine;
    } to[] = {
        {0xc0, 12, true},    /* the question */
        {0xc0, 14, true},    /* its second label */
        {0xc0, 11, false},   /* the header */
        {0xc0, 0x21, false}, /* itself: 33 is where the record's data starts below */
        {0xc0, 0x22, false}, /* its own second byte */
        {0xff, 0xff, false}, /* far ahead */
    };
    for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) {
        header(7, 0x8180, (uint16_t[]){1, 1, 0, 0});
        question("a.b", 12);
        size_t open = record(12, 1);
        make_number(&m, to[i].high, 1);
        make_number(&m, to[i].low, 1);
        make_close(&m, open, 2);
        assert_int_equal(parse(), to[i].fine);
    }
    /* two names that point at each other: the second pointer does not go back */
    header(7, 0x8180, (uint16_t[]){1, 1, 0, 0});
    make_bytes(&m,
               "\x01"
               "a\xc0\x12\0\x01\0\x01",
               8);
    size_t open = record(12, 1);
    make_bytes(&m, "\xc0\x0c", 2);
    make_close(&m, open, 2);
    assert_false(parse());
}

/* A chain of pointers as long as they come: bounded by hops, never endless. */
static void test_pointer_chain(void **state)
{
    (void)state;
    for (unsigned links = 60; links <= 70; links += 10) {
        header(7, 0x8180, (uint16_t[]){1, 2, 0, 0});
        question("z", 16);
        size_t open = record(16, 1), first = m.len;
        make_number(&m, 0, 1);
        for (unsigned i = 0; i < links; i++)
            make_number(&m, 0xc000 | (i ? first + 1 + 2 * (i - 1) : first), 2);
        size_t last = m.len - 2;
        make_close(&m, open, 2);
        open = record(12, 1);
        make_number(&m, 0xc000 | last, 2);
        make_close(&m, open, 2);
        assert_int_equal(parse(), links == 60);
    }
}

static void test_name_length(void **state)
{
    (void)state;
    for (size_t last = 61; last <= 62; last++) { /* 3 * 64 + 1 + last + 1 = 255, 256 */
        header(7, 0x0100, (uint16_t[]){1, 0, 0, 0});
        for (size_t i = 0; i < 4; i++) {
            size_t len = i < 3 ? 63 : last;
            make_number(&m, len, 1);
            for (size_t j = 0; j < len; j++)
                make_string(&m, "n");
        }
        make_bytes(&m, "\0\0\x01\0\x01", 5);
        assert_int_equal(parse(), last == 61);
    }
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    size_t *whole = context;
    struct dns_record mine;
    *whole += dns_parse(bytes, len, &scratch, &mine);
}

static void test_guard(void **state)
{
    (void)state;
    size_t whole = 0;
    answers_make();
    guard_prefixes(m.at, m.len, parse_prefix, &whole);
    assert_int_equal(whole,
                     12); /* whole from the last answer on, with any part of the EDNS record */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_query),
        cmocka_unit_test(test_names_of_any_byte),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_more_answers_than_kept),
        cmocka_unit_test(test_scratch_full),
        cmocka_unit_test(test_cut_behind_the_answers),
        cmocka_unit_test(test_edns_among_the_answers),
        cmocka_unit_test(test_multicast),
        cmocka_unit_test(test_not_dns),
        cmocka_unit_test(test_pointers),
        cmocka_unit_test(test_pointer_chain),
        cmocka_unit_test(test_name_length),
        cmocka_unit_test(test_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
