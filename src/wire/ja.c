#include "wire/ja.h"

#include "base/digest.h"
#include "base/md5.h"

enum {
    DECIMAL_MAX = 6, /* "65535-" */
    HEX_MAX = 5,     /* "c02b," */
    JA3_TEXT_MAX = DECIMAL_MAX * (4 * JA_LIST_MAX + 8),
    JA4_TEXT_MAX = HEX_MAX * (2 * JA_LIST_MAX + 8),
    HASH_CHARS = 12,
};

static const char hex_digits[] = "0123456789abcdef";

bool ja_is_grease(uint16_t value)
{
    return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff); /* RFC 8701 2 */
}

void ja_client_start(struct ja_client *client)
{
    client->version = client->version_best = 0;
    client->server_name = false;
    client->alpn = text_at(NULL, 0);
    client->ciphers.len = client->extensions.len = client->groups.len = 0;
    client->formats.len = client->signatures.len = 0;
}

void ja_list_add(struct ja_list *list, uint16_t value)
{
    if (ja_is_grease(value))
        return;
    if (list->len < JA_LIST_MAX)
        list->at[list->len] = value;
    list->len++;
}

static char *put_decimal(char *out, unsigned value)
{
    char digits[5];
    int n = 0;
    do {
        digits[n++] = (char)('0' + value % 10);
        value /= 10;
    } while (value && n < 5);
    while (n > 0)
        *out++ = digits[--n];
    return out;
}

static char *put_hex(char *out, const uint8_t *bytes, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        *out++ = hex_digits[bytes[i] >> 4];
        *out++ = hex_digits[bytes[i] & 15];
    }
    return out;
}

/* ",1-2-3" */
static char *put_decimals(char *out, const struct ja_list *list)
{
    *out++ = ',';
    for (uint32_t i = 0; i < list->len; i++) {
        if (i > 0)
            *out++ = '-';
        out = put_decimal(out, list->at[i]);
    }
    return out;
}

/* "c02b,c02f" */
static char *put_hexes(char *out, const struct ja_list *list)
{
    for (uint32_t i = 0; i < list->len; i++) {
        uint8_t bytes[2] = {(uint8_t)(list->at[i] >> 8), (uint8_t)list->at[i]};
        if (i > 0)
            *out++ = ',';
        out = put_hex(out, bytes, 2);
    }
    return out;
}

static bool kept(const struct ja_list *list)
{
    return list->len <= JA_LIST_MAX;
}

void ja3_client(const struct ja_client *client, char out[33])
{
    char text[JA3_TEXT_MAX], *end = text;
    out[0] = '\0';
    if (!kept(&client->ciphers) || !kept(&client->extensions) || !kept(&client->groups) ||
        !kept(&client->formats))
        return;
    end = put_decimal(end, client->version);
    end = put_decimals(end, &client->ciphers);
    end = put_decimals(end, &client->extensions);
    end = put_decimals(end, &client->groups);
    end = put_decimals(end, &client->formats);
    md5_hex(text, (size_t)(end - text), out);
}

void ja3_server(const struct ja_server *server, char out[33])
{
    char text[JA3_TEXT_MAX], *end = text;
    out[0] = '\0';
    if (!kept(&server->extensions))
        return;
    end = put_decimal(end, server->version);
    *end++ = ',';
    end = put_decimal(end, server->cipher);
    end = put_decimals(end, &server->extensions);
    md5_hex(text, (size_t)(end - text), out);
}

/* Shell sort: the lists are short, but the sender decides how short. */
static void sort(struct ja_list *list)
{
    static const uint32_t gaps[] = {301, 132, 57, 23, 10, 4, 1}; /* Ciura, 2001 */
    for (unsigned g = 0; g < sizeof gaps / sizeof gaps[0]; g++) {
        uint32_t gap = gaps[g];
        for (uint32_t i = gap; i < list->len; i++) {
            uint16_t value = list->at[i];
            uint32_t j = i;
            for (; j >= gap && list->at[j - gap] > value; j -= gap)
                list->at[j] = list->at[j - gap];
            list->at[j] = value;
        }
    }
}

/* The first 12 hex digits of the SHA-256; of an empty text, zeros. */
static char *put_hash(char *out, const char *text, const char *end)
{
    uint8_t digest[32] = {0};
    if (end > text)
        digest_sha256(text, (size_t)(end - text), digest);
    return put_hex(out, digest, HASH_CHARS / 2);
}

static const char *version_code(uint16_t version)
{
    switch (version) {
    case 0x0304:
        return "13";
    case 0x0303:
        return "12";
    case 0x0302:
        return "11";
    case 0x0301:
        return "10";
    case 0x0300:
        return "s3";
    case 0x0002:
        return "s2";
    case 0xfeff:
        return "d1";
    case 0xfefd:
        return "d2";
    case 0xfefc:
        return "d3";
    default:
        return "00";
    }
}

static bool is_alphanumeric(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* First and last character of the protocol, or of its hex text when one of them is no letter or
 * digit. */
static char *put_alpn(char *out, struct text alpn)
{
    uint8_t first = '0', last = '0';
    if (alpn.at != NULL && alpn.len > 0) {
        first = (uint8_t)alpn.at[0];
        last = (uint8_t)alpn.at[alpn.len - 1];
        if (!is_alphanumeric(first) || !is_alphanumeric(last)) {
            first = (uint8_t)hex_digits[first >> 4];
            last = (uint8_t)hex_digits[last & 15];
        }
    }
    *out++ = (char)first;
    *out++ = (char)last;
    return out;
}

static char *put_count(char *out, uint32_t count)
{
    count = count < 99 ? count : 99;
    *out++ = (char)('0' + count / 10);
    *out++ = (char)('0' + count % 10);
    return out;
}

/* Extensions in order, without the server name and ALPN, which the first part tells. */
static void extensions_sorted(const struct ja_list *from, struct ja_list *to)
{
    to->len = 0;
    for (uint32_t i = 0; i < from->len; i++)
        if (from->at[i] != 0x0000 && from->at[i] != 0x0010)
            to->at[to->len++] = from->at[i];
    sort(to);
}

void ja4_client(const struct ja_client *client, char transport, char out[37])
{
    char text[JA4_TEXT_MAX], *end;
    struct ja_list sorted;
    out[0] = '\0';
    if (!kept(&client->ciphers) || !kept(&client->extensions) || !kept(&client->signatures))
        return;
    const char *version = version_code(client->version_best);
    *out++ = transport;
    *out++ = version[0];
    *out++ = version[1];
    *out++ = client->server_name ? 'd' : 'i';
    out = put_count(out, client->ciphers.len);
    out = put_count(out, client->extensions.len);
    out = put_alpn(out, client->alpn);
    *out++ = '_';

    sorted.len = client->ciphers.len;
    memcpy(sorted.at, client->ciphers.at, sorted.len * sizeof sorted.at[0]);
    sort(&sorted);
    out = put_hash(out, text, put_hexes(text, &sorted));
    *out++ = '_';

    extensions_sorted(&client->extensions, &sorted);
    end = put_hexes(text, &sorted);
    if (client->signatures.len > 0 && sorted.len > 0) {
        *end++ = '_';
        end = put_hexes(end, &client->signatures);
    }
    *put_hash(out, text, end) = '\0';
}
