#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "make.h"
#include "wire/ssh.h"
#include "wire/user_agent.h"

#include <stdio.h>

static struct make m;

static void list(const char *names)
{
    make_number(&m, strlen(names), 4);
    make_string(&m, names);
}

static void hello_make(const char *line)
{
    m.len = 0;
    make_string(&m, line);
    size_t packet = make_open(&m, 4);
    make_bytes(&m, "\6\24", 2); /* padding, KEXINIT */
    make_bytes(&m, "0123456789abcdef", 16);
    list("curve25519-sha256");
    list("ssh-ed25519");
    list("aes128-ctr"); /* to the server, from it */
    list("aes256-ctr");
    list("hmac-sha2-256");
    list("hmac-sha2-512");
    list("none");
    list("zlib");
    list("");
    list("");
    make_bytes(&m, "\0\0\0\0\0......", 11);
    make_close(&m, packet, 4);
}

static void assert_software(const struct ssh_hello *hello, const char *expected)
{
    char got[300];
    snprintf(got, sizeof got, "%.*s", (int)hello->software.len, hello->software.at);
    assert_string_equal(got, expected);
}

/* The digests are md5sum's of "kex;ciphers;macs;compressions". */
static void each_side_its_own_lists(void **state)
{
    struct ssh_hello hello;
    (void)state;
    hello_make("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n");
    assert_int_equal(ssh_parse(m.at, m.len, true, &hello), PARSE_DONE);
    assert_software(&hello, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
    assert_string_equal(hello.hassh, "e97d07603350d1111ec2b64bf25413c9");
    assert_int_equal(ssh_parse(m.at, m.len, false, &hello), PARSE_DONE);
    assert_string_equal(hello.hassh, "13475e66a348152c5153e178e028706a");
}

/* Cut anywhere it waits, and knows the software as soon as the line is there. */
static void cut_anywhere(void **state)
{
    struct ssh_hello hello;
    (void)state;
    hello_make("SSH-2.0-libssh\n");
    size_t whole = m.len;
    for (size_t len = 0; len < whole; len++) {
        assert_int_equal(ssh_parse(m.at, len, true, &hello), PARSE_MORE);
        assert_int_equal(hello.software.len, len >= 15 ? 14 : 0);
        assert_string_equal(hello.hassh, "");
    }
}

/* Lists longer than their packet give no fingerprint; the software stays. */
static void broken_lists(void **state)
{
    struct ssh_hello hello;
    (void)state;
    hello_make("SSH-2.0-x\r\n");
    m.at[11 + 4 + 2 + 16] = 0x7f; /* the first list's length */
    assert_int_equal(ssh_parse(m.at, m.len, true, &hello), PARSE_DONE);
    assert_software(&hello, "SSH-2.0-x");
    assert_string_equal(hello.hassh, "");
    hello_make("SSH-2.0-x\r\n");
    m.at[11] = 0xff; /* the packet's */
    assert_int_equal(ssh_parse(m.at, m.len, true, &hello), PARSE_DONE);
    assert_string_equal(hello.hassh, "");
    assert_int_equal(ssh_parse((const uint8_t *)"HTTP/1.1", 8, true, &hello), PARSE_BAD);
}

static void platforms(void **state)
{
    static const char *const cases[][2] = {
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "Windows NT 10.0"},
        {"Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)", "Windows NT 6.1"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit", "Intel Mac OS X 10_15_7"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) X", "CPU iPhone OS 16_5"},
        {"Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A) X", "Android 13; SM-A536B"},
        {"Dalvik/2.1.0 (Linux; U; Android 9; Pixel 2)", "Android 9; Pixel 2"},
        {"Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko", "Linux x86_64"},
        {"curl/7.88.1", NULL},
        {"", NULL},
        {"Windows NT ", "Windows NT "},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct text got = user_agent_platform(text_of(cases[i][0]));
        if (cases[i][1] == NULL) {
            assert_int_equal(got.len, 0);
            continue;
        }
        assert_int_equal(got.len, strlen(cases[i][1]));
        assert_memory_equal(got.at, cases[i][1], got.len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_side_its_own_lists),
        cmocka_unit_test(cut_anywhere),
        cmocka_unit_test(broken_lists),
        cmocka_unit_test(platforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
