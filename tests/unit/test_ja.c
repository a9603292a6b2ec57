#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/md5.h"
#include "wire/ja.h"

static struct ja_client client;
static char out[40];

static void add(struct ja_list *list, const uint16_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ja_list_add(list, values[i]);
}
#define ADD(list, ...)                                                                             \
    add(list, (const uint16_t[]){__VA_ARGS__},                                                     \
        sizeof((const uint16_t[]){__VA_ARGS__}) / sizeof(uint16_t))

/* RFC 1321 A.5, and lengths around the edges of a block against a second way to the same digest. */
static void test_md5(void **state)
{
    (void)state;
    static const struct {
        const char *text, *digest;
    } cases[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
        {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         "d174ab98d277d9f5a5611c2c9f419d9f"},
        {"1234567890123456789012345678901234567890123456789012345678901234567890123456789"
         "0",
         "57edf4a22be3c955ac49da2e2107b67a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t digest[16];
        char hex[33];
        md5(cases[i].text, strlen(cases[i].text), digest);
        for (size_t j = 0; j < 16; j++)
            snprintf(hex + 2 * j, 3, "%02x", digest[j]);
        assert_string_equal(hex, cases[i].digest);
    }
}

static void test_grease(void **state)
{
    (void)state;
    unsigned count = 0;
    for (unsigned v = 0; v <= 0xffff; v++)
        count += ja_is_grease((uint16_t)v);
    assert_int_equal(count, 16);
    assert_true(ja_is_grease(0x0a0a));
    assert_true(ja_is_grease(0xfafa));
    assert_false(ja_is_grease(0x0a1a));
    assert_false(ja_is_grease(0x0b0b));
}

/* The two examples of the JA3 documentation; GREASE strewn in must not change them. */
static void test_ja3(void **state)
{
    (void)state;
    ja_client_start(&client);
    client.version = 769;
    ADD(&client.ciphers, 0x1a1a, 47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4);
    ADD(&client.extensions, 0, 10, 0xdada, 11);
    ADD(&client.groups, 23, 24, 25, 0x8a8a);
    ADD(&client.formats, 0);
    ja3_client(&client, out);
    assert_string_equal(out, "ada70206e40642a3e4461f35503241d5");

    ja_client_start(&client);
    client.version = 769;
    ADD(&client.ciphers, 4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99);
    ja3_client(&client, out);
    assert_string_equal(out, "de350869b8c85de67a350c8d186f11e6");
}

/* Fingerprints that published lists name for these server hellos. */
static void test_ja3s(void **state)
{
    (void)state;
    struct ja_server server = {.version = 771, .cipher = 4865};
    ADD(&server.extensions, 51, 43);
    ja3_server(&server, out);
    assert_string_equal(out, "eb1d94daa7e0344597e756a1fb6e7054");
    server.extensions.len = 0;
    server.cipher = 4866;
    ADD(&server.extensions, 43, 51);
    ja3_server(&server, out);
    assert_string_equal(out, "15af977ce25de452b96affa2addb1036");
}

static const uint16_t browser_ciphers[] = {0x2a2a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
                                           0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014,
                                           0x009c, 0x009d, 0x002f, 0x0035};
static const uint16_t browser_extensions[] = {0x3a3a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469,
                                              0x0017, 0x002d, 0x000d, 0x0005, 0x0023, 0x0012,
                                              0x002b, 0xff01, 0x000b, 0x000a, 0x0015, 0xbaba};

static void browser(void)
{
    ja_client_start(&client);
    client.version = 0x0303;
    client.version_best = 0x0304;
    client.server_name = true;
    client.alpn = text_of("h2");
    add(&client.ciphers, browser_ciphers, sizeof browser_ciphers / 2);
    add(&client.extensions, browser_extensions, sizeof browser_extensions / 2);
}

/* The worked example of FoxIO's technical_details/JA4.md, with and without signature algorithms. */
static void test_ja4(void **state)
{
    (void)state;
    browser();
    ADD(&client.signatures, 0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601);
    ja4_client(&client, 't', out);
    assert_string_equal(out, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    browser();
    ja4_client(&client, 'q', out);
    assert_string_equal(out, "q13d1516h2_8daaf6152771_6d807ffa2a79");
}

/* The rule for protocols that are no text, by the examples of the same document. */
static void test_ja4_alpn(void **state)
{
    (void)state;
    static const struct {
        const char *alpn;
        uint32_t len;
        const char *shown;
    } cases[] = {
        {"h2", 2, "h2"},
        {"http/1.1", 8, "h1"},
        {"x", 1, "xx"},
        {"\xab", 1, "ab"},
        {"\xab\xcd", 2, "ad"},
        {"0\xab", 2, "3b"},
        {"01\xab\xcd", 4, "3d"},
        {"0\xab\xcd"
         "1",
         4, "01"},
        {"", 0, "00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        browser();
        client.alpn = text_at(cases[i].alpn, cases[i].len);
        ja4_client(&client, 't', out);
        assert_memory_equal(out + 8, cases[i].shown, 2);
    }
    browser();
    client.alpn = text_at(NULL, 0);
    ja4_client(&client, 't', out);
    assert_memory_equal(out + 8, "00_", 3);
}

static void test_ja4_versions(void **state)
{
    (void)state;
    static const struct {
        uint16_t version;
        const char *shown;
    } cases[] = {{0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"}, {0x0300, "s3"},
                 {0x0002, "s2"}, {0xfeff, "d1"}, {0xfefd, "d2"}, {0xfefc, "d3"}, {0x7f17, "00"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        browser();
        client.version_best = cases[i].version;
        ja4_client(&client, 't', out);
        assert_memory_equal(out + 1, cases[i].shown, 2);
    }
}

/* Nothing offered gives zeros, not the hash of nothing; many are counted as 99. */
static void test_ja4_bounds(void **state)
{
    (void)state;
    ja_client_start(&client);
    client.version_best = 0x0301;
    ADD(&client.extensions, 0x0010);
    ja4_client(&client, 't', out);
    assert_string_equal(out, "t10i000100_000000000000_000000000000");

    for (uint32_t n = JA_LIST_MAX; n <= JA_LIST_MAX + 1; n++) {
        ja_client_start(&client);
        client.version_best = 0x0301;
        for (uint32_t i = 0; i < n; i++) /* no GREASE among them */
            ja_list_add(&client.ciphers, (uint16_t)(0xff00 - 3 * i));
        ja4_client(&client, 't', out);
        if (n == JA_LIST_MAX)
            assert_memory_equal(out, "t10i9900", 8);
        else
            assert_string_equal(out, "");
        ja3_client(&client, out);
        assert_int_equal(strlen(out), n == JA_LIST_MAX ? 32 : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_md5),          cmocka_unit_test(test_grease),
        cmocka_unit_test(test_ja3),          cmocka_unit_test(test_ja3s),
        cmocka_unit_test(test_ja4),          cmocka_unit_test(test_ja4_alpn),
        cmocka_unit_test(test_ja4_versions), cmocka_unit_test(test_ja4_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
