/* Addresses as text: what inet_pton(3) takes is taken, and nothing else. */
#include "guard.h"
#include "record/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The address that inet_pton reads; false: none. */
static bool as_inet_pton(const char *text, struct address *ret)
{
    uint8_t bytes[16];
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *ret = address_v4((uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                          (uint32_t)bytes[2] << 8 | bytes[3]);
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    *ret = address_v6(bytes);
    return true;
}

static void check(const char *text)
{
    struct address wanted = {1, 2}, got = {1, 2};
    bool is = as_inet_pton(text, &wanted);
    if (address_parse(text_of(text), &got) != is || !address_same(wanted, got))
        fail_msg("'%s' is read differently", text);
}

static void reads_as_inet_pton(void **state)
{
    (void)state;
    static const char *const texts[] = {"",
                                        ".",
                                        ":",
                                        "::",
                                        ":::",
                                        "::1",
                                        "1::",
                                        "1:2:3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7::",
                                        "::2:3:4:5:6:7:8",
                                        "1::3:4:5:6:7:8",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7:8::",
                                        "1::2::3",
                                        "fe80::1%eth0",
                                        "12345::",
                                        "g::",
                                        "::ffff:192.0.2.1",
                                        "::192.0.2.1",
                                        "1:2:3:4:5:6:192.0.2.1",
                                        "1:2:3:4:5:6:7:192.0.2.1",
                                        "1:2:3:4:5:192.0.2.1",
                                        "::192.0.2.1:1",
                                        "::192.0.2",
                                        "::ffff:192.0.2.256",
                                        "192.0.2.1",
                                        "192.0.2.01",
                                        "0.0.0.0",
                                        "255.255.255.255",
                                        "256.1.1.1",
                                        "1.2.3",
                                        "1.2.3.4.",
                                        "1.2.3.4.5",
                                        "01.2.3.4",
                                        "1..2.3",
                                        " 1.2.3.4",
                                        "1.2.3.4 ",
                                        "1.2.3.1234",
                                        "2001:DB8::A",
                                        "1:",
                                        "1:2",
                                        ":1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:7:",
                                        "00001::",
                                        "0:0:0:0:0:0:0:0",
                                        "::1.2.3.4.5",
                                        "1::1.2.3.4::",
                                        "0x1::"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check(texts[i]);
}

/* Texts put together of the pieces that addresses have, most of them wrong by a little. */
static void reads_made_up_texts(void **state)
{
    (void)state;
    static const char *const pieces[] = {":",   "::", "1",         "0",    "ffff",
                                         "db8", ".",  "192.0.2.1", "255",  "25",
                                         "a",   "g",  "2001:db8",  "1:2:3"};
    uint32_t random = 1;
    for (int i = 0; i < 200000; i++) {
        char text[ADDRESS_TEXT] = "";
        size_t used = 0;
        for (;;) {
            random = random * 1664525 + 1013904223;
            const char *piece = pieces[(random >> 16) % (sizeof pieces / sizeof pieces[0])];
            size_t len = strlen(piece);
            if (used + len >= sizeof text || (random >> 28) == 0)
                break;
            memcpy(text + used, piece, len + 1);
            used += len;
        }
        check(text);
    }
}

static void parse(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    struct address address;
    (void)address_parse(text_at(bytes, len), &address);
}

static void reads_no_byte_too_far(void **state)
{
    (void)state;
    guard_prefixes("1:2:3:4:5:6:192.0.2.1", 21, parse, NULL);
    guard_prefixes("2001:db8::ffff", 14, parse, NULL);
    guard_prefixes("192.0.2.123", 11, parse, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_inet_pton),
        cmocka_unit_test(reads_made_up_texts),
        cmocka_unit_test(reads_no_byte_too_far),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
