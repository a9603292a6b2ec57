#define OPENSSL_SUPPRESS_DEPRECATED /* a block at a time, without a context to allocate */
#include "detect/webshell_cipher.h"

#include <openssl/aes.h>
#include <string.h>

enum { BLOCK = AES_BLOCK_SIZE, KEY_BITS = 128 };

static bool is_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_text(uint8_t c)
{
    return (c >= 0x20 && c < 0x7f) || c == '\n' || c == '\r' || c == '\t';
}

bool cipher_is_gzip(const uint8_t *bytes, size_t len)
{
    static const uint8_t head[8] = {0x1f, 0x8b, 8};
    if (len < 20)
        return false;
    for (size_t i = 0; i < sizeof head; i++)
        if (!is_digit(bytes[i] ^ head[i]))
            return false;
    return true;
}

/* The digit of the column's key under which all of it is text, and most of it letters; -1: none. */
static int column_key(const uint8_t *bytes, size_t len, size_t column)
{
    int best = -1;
    size_t most = 0;
    for (unsigned n = 0; n < 16; n++) {
        uint8_t digit = (uint8_t) "0123456789abcdef"[n];
        size_t letters = 1, i = column;
        for (; i < len && is_text(bytes[i] ^ digit); i += 16) {
            uint8_t c = bytes[i] ^ digit;
            letters += c == ' ' || (c >= 'a' && c <= 'z');
        }
        if (i >= len && letters > most) {
            most = letters;
            best = digit;
        }
    }
    return best;
}

enum { TEXT_LOOKED = 1024 };

static bool is_program(const char *at, size_t len)
{
    static const char *const words[] = {"$",     "function", "base64", "return", "eval",
                                        "echo ", "import",   ";\n",    "();",    "error_reporting"};
    unsigned found = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        found += memmem(at, len, words[i], strlen(words[i])) != NULL;
    return found >= 2;
}

bool cipher_is_text(const uint8_t *bytes, size_t len)
{
    size_t odd = 0;
    int key[16];
    char plain[TEXT_LOOKED];
    if (len < (size_t)CIPHER_ROWS * 16)
        return false;
    len = len < TEXT_LOOKED ? len : TEXT_LOOKED;
    for (size_t i = 0; i < len; i++)
        odd += !is_text(bytes[i]);
    if (odd * 16 < len)
        return false;
    for (size_t column = 0; column < 16; column++)
        if ((key[column] = column_key(bytes, len, column)) < 0)
            return false;
    for (size_t i = 0; i < len; i++)
        plain[i] = (char)(bytes[i] ^ (uint8_t)key[i % 16]);
    return is_program(plain, len);
}

/* What the tools send and answer begins so. */
static bool is_beginning(const uint8_t *at)
{
    static const struct {
        const char *bytes;
        size_t len;
    } known[] = {{"assert|", 7},
                 {"eval(", 5},
                 {"@error_reporting", 12},
                 {"@session_start", 12},
                 {"@ini_set", 8},
                 {"@set_time_limit", 12},
                 {"<?php", 5},
                 {"{\"status\":\"", 11},
                 {"{\"msg\":\"", 8},
                 {"\xca\xfe\xba\xbe\0\0\0", 7},
                 {"MZ\x90\0\x03\0\0\0", 8}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (memcmp(at, known[i].bytes, known[i].len) == 0)
            return true;
    return false;
}

/* Behinder begins at the key's second digit: key[(i + 1) & 15]. */
static bool opens_by_xor(const uint8_t *bytes, const char key[16])
{
    uint8_t plain[BLOCK] = {0};
    for (unsigned i = 0; i < BLOCK; i++)
        plain[i] = bytes[i] ^ (uint8_t)key[(i + 1) & 15];
    return is_beginning(plain);
}

bool cipher_opens(const uint8_t *bytes, size_t len, const char key[16])
{
    AES_KEY schedule;
    uint8_t plain[BLOCK], with_key[BLOCK];
    if (len < BLOCK)
        return false;
    if (opens_by_xor(bytes, key))
        return true;
    if (AES_set_decrypt_key((const unsigned char *)key, KEY_BITS, &schedule) != 0)
        return false;
    AES_decrypt(bytes, plain, &schedule);
    for (unsigned i = 0; i < BLOCK; i++)
        with_key[i] = plain[i] ^ (uint8_t)key[i];
    return is_beginning(plain) || is_beginning(with_key);
}

const char *cipher_opens_known(const uint8_t *bytes, size_t len)
{
    static const struct {
        const char *password, *digits;
    } key[] = {
#define KEY(password, digits) {password, digits},
#include "detect/webshell_key.list"
#undef KEY
    };
    for (size_t i = 0; i < sizeof key / sizeof key[0]; i++)
        if (cipher_opens(bytes, len, key[i].digits))
            return key[i].password;
    return NULL;
}
