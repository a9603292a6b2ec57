/*
 * TLS handshakes as a tap sees them (RFC 5246, RFC 8446): well-formed, with random bytes where keys
 * and ciphertext would be.
 *
 * Length fields come before what they count, so each is opened (its bytes left empty) and closed
 * (filled in) around its content.
 */
#include "simulate/message.h"

#include <stdio.h>

static void put_number(struct buf *out, uint64_t n, unsigned bytes)
{
    for (unsigned i = bytes; i-- > 0;)
        buf_char(out, (char)(n >> 8 * i));
}

static size_t length_open(struct buf *out, unsigned bytes)
{
    put_number(out, 0, bytes);
    return out->len;
}

static void length_close(struct buf *out, size_t open, unsigned bytes)
{
    size_t len = out->len - open;
    for (unsigned i = 0; i < bytes; i++)
        out->at[open - 1 - i] = (char)(len >> 8 * i);
}

static void put_random(struct buf *out, struct random *random, size_t len)
{
    buf_reserve(out, len);
    random_bytes(random, out->at + out->len, len);
    out->len += len;
    out->at[out->len] = '\0';
}

enum { RECORD_CHANGE = 20, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };

static size_t record_open(struct buf *out, uint8_t type, unsigned version)
{
    buf_char(out, (char)type);
    put_number(out, version, 2);
    return length_open(out, 2);
}

static size_t message_open(struct buf *out, uint8_t type)
{
    buf_char(out, (char)type);
    return length_open(out, 3);
}

static void put_u16_list(struct buf *out, const uint16_t *list, size_t len)
{
    size_t open = length_open(out, 2);
    for (size_t i = 0; i < len; i++)
        put_number(out, list[i], 2);
    length_close(out, open, 2);
}

static size_t extension_open(struct buf *out, unsigned type)
{
    put_number(out, type, 2);
    return length_open(out, 2);
}

static void put_extension(struct buf *out, unsigned type, const void *bytes, size_t len)
{
    size_t open = extension_open(out, type);
    buf_add(out, bytes, len);
    length_close(out, open, 2);
}

static void put_server_name(struct buf *out, const char *name) /* RFC 6066 3 */
{
    size_t open = extension_open(out, 0), list = length_open(out, 2);
    put_number(out, 0, 1);
    put_number(out, strlen(name), 2);
    buf_string(out, name);
    length_close(out, list, 2);
    length_close(out, open, 2);
}

static void put_u16_extension(struct buf *out, unsigned type, const uint16_t *list, size_t len)
{
    size_t open = extension_open(out, type);
    put_u16_list(out, list, len);
    length_close(out, open, 2);
}

#define COUNT(of) (sizeof(of) / sizeof((of)[0]))

static const uint16_t browser_ciphers[] = {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f,
                                           0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013,
                                           0xc014, 0x009c, 0x009d, 0x002f, 0x0035};
static const uint16_t agent_ciphers[] = {0xc030, 0xc02f, 0xc014, 0xc013, 0x009d,
                                         0x009c, 0x0035, 0x002f, 0x000a};
static const uint16_t groups[] = {0x001d, 0x0017, 0x0018};
static const uint16_t signatures[] = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805,
                                      0x0501, 0x0806, 0x0601, 0x0201};

static void put_browser_extensions(struct buf *out, struct random *random)
{
    static const char alpn[] = "\x00\x0c\x02h2\x08http/1.1", status[] = "\x01\0\0\0\0";
    put_extension(out, 23, NULL, 0);
    put_extension(out, 65281, "\0", 1);
    put_u16_extension(out, 10, groups, COUNT(groups));
    put_extension(out, 11, "\x01\x00", 2);
    put_extension(out, 35, NULL, 0);
    put_extension(out, 16, alpn, sizeof alpn - 1);
    put_extension(out, 5, status, sizeof status - 1);
    put_u16_extension(out, 13, signatures, COUNT(signatures));
    size_t share = extension_open(out, 51), list = length_open(out, 2);
    put_number(out, 0x001d, 2);
    put_number(out, 32, 2);
    put_random(out, random, 32);
    length_close(out, list, 2);
    length_close(out, share, 2);
    put_extension(out, 45, "\x01\x01", 2);
    put_extension(out, 43, "\x04\x03\x04\x03\x03", 5);
}

void tls_client_hello(struct buf *out, struct random *random, enum tls_client client,
                      const char *server_name)
{
    bool browser = client == TLS_BROWSER;
    size_t record = record_open(out, RECORD_HANDSHAKE, 0x0301), message = message_open(out, 1);
    put_number(out, 0x0303, 2);
    put_random(out, random, 32);
    put_number(out, browser ? 32 : 0, 1);
    put_random(out, random, browser ? 32 : 0);
    if (browser)
        put_u16_list(out, browser_ciphers, COUNT(browser_ciphers));
    else
        put_u16_list(out, agent_ciphers, COUNT(agent_ciphers));
    put_number(out, 0x0100, 2); /* no compression */
    size_t extensions = length_open(out, 2);
    if (server_name != NULL)
        put_server_name(out, server_name);
    if (browser) {
        put_browser_extensions(out, random);
    } else {
        put_u16_extension(out, 10, groups, COUNT(groups));
        put_extension(out, 11, "\x01\x00", 2);
        put_u16_extension(out, 13, signatures, COUNT(signatures));
    }
    length_close(out, extensions, 2);
    length_close(out, message, 3);
    length_close(out, record, 2);
}

static void put_change(struct buf *out)
{
    static const char change[] = "\x14\x03\x03\x00\x01\x01";
    buf_add(out, change, sizeof change - 1);
}

static void put_encrypted(struct buf *out, struct random *random, uint8_t type, size_t len)
{
    size_t record = record_open(out, type, 0x0303);
    put_random(out, random, len);
    length_close(out, record, 2);
}

/* Up to its extensions. */
static size_t put_server_hello(struct buf *out, struct random *random, unsigned cipher)
{
    size_t message = message_open(out, 2);
    put_number(out, 0x0303, 2);
    put_random(out, random, 32);
    put_number(out, 32, 1);
    put_random(out, random, 32);
    put_number(out, cipher, 2);
    put_number(out, 0, 1);
    return message;
}

void tls13_server_hello(struct buf *out, struct random *random, size_t least, size_t most)
{
    size_t record = record_open(out, RECORD_HANDSHAKE, 0x0303);
    size_t message = put_server_hello(out, random, 0x1301), extensions = length_open(out, 2);
    put_extension(out, 43, "\x03\x04", 2);
    size_t share = extension_open(out, 51);
    put_number(out, 0x001d, 2);
    put_number(out, 32, 2);
    put_random(out, random, 32);
    length_close(out, share, 2);
    length_close(out, extensions, 2);
    length_close(out, message, 3);
    length_close(out, record, 2);
    put_change(out);
    put_encrypted(out, random, RECORD_DATA, random_in(random, least, most));
}

void tls12_server_hello(struct buf *out, struct random *random, const struct buf *certificate)
{
    size_t record = record_open(out, RECORD_HANDSHAKE, 0x0303);
    size_t message = put_server_hello(out, random, 0xc02f), extensions = length_open(out, 2);
    put_extension(out, 65281, "\0", 1);
    put_extension(out, 11, "\x01\x00", 2);
    length_close(out, extensions, 2);
    length_close(out, message, 3);
    size_t chain = message_open(out, 11), list = length_open(out, 3), one = length_open(out, 3);
    buf_add(out, certificate->at, certificate->len);
    length_close(out, one, 3);
    length_close(out, list, 3);
    length_close(out, chain, 3);
    size_t exchange = message_open(out, 12);
    put_number(out, 0x03001d20, 4); /* named curve x25519, 32 bytes (RFC 8422 5.4) */
    put_random(out, random, 32);
    put_number(out, 0x04010100, 4); /* rsa_pkcs1_sha256, 256 bytes */
    put_random(out, random, 256);
    length_close(out, exchange, 3);
    length_close(out, message_open(out, 14), 3);
    length_close(out, record, 2);
}

void tls12_client_finish(struct buf *out, struct random *random)
{
    size_t record = record_open(out, RECORD_HANDSHAKE, 0x0303), message = message_open(out, 16);
    put_number(out, 32, 1);
    put_random(out, random, 32);
    length_close(out, message, 3);
    length_close(out, record, 2);
    put_change(out);
    put_encrypted(out, random, RECORD_HANDSHAKE, 40);
}

void tls13_client_finish(struct buf *out, struct random *random)
{
    put_change(out);
    put_encrypted(out, random, RECORD_DATA, 53);
}

void tls_server_finish(struct buf *out, struct random *random)
{
    put_change(out);
    put_encrypted(out, random, RECORD_HANDSHAKE, 40);
}

void tls_data(struct buf *out, struct random *random, size_t len)
{
    enum { RECORD = 16384 };
    while (len > 0) {
        size_t part = len < RECORD ? len : RECORD;
        put_encrypted(out, random, RECORD_DATA, part);
        len -= part;
    }
}

/* A DER value: tag, shortest length, bytes (X.690 8.1.3, 10.1). */
static void put_der(struct buf *out, uint8_t tag, const void *bytes, size_t len)
{
    buf_char(out, (char)tag);
    if (len < 128) {
        put_number(out, len, 1);
    } else if (len < 256) {
        put_number(out, 0x8100 | len, 2);
    } else {
        put_number(out, 0x82, 1);
        put_number(out, len, 2);
    }
    buf_add(out, bytes, len);
}

/* Wraps what `inner` holds, and empties it. */
static void put_wrapped(struct buf *out, uint8_t tag, struct buf *inner)
{
    put_der(out, tag, inner->at, inner->len);
    buf_free(inner);
}

enum { DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_INTEGER = 2, DER_BITS = 3, DER_OCTETS = 4 };
enum { DER_OID = 6, DER_UTF8 = 12, DER_UTCTIME = 23 };

static void put_common_name(struct buf *out, const char *name) /* Name of one RDN: CN */
{
    struct buf attribute = {0}, rdn = {0}, list = {0};
    put_der(&attribute, DER_OID, "\x55\x04\x03", 3);
    put_der(&attribute, DER_UTF8, name, strlen(name));
    put_wrapped(&rdn, DER_SEQUENCE, &attribute);
    put_wrapped(&list, DER_SET, &rdn);
    put_wrapped(out, DER_SEQUENCE, &list);
}

static void put_algorithm(struct buf *out, const char *oid, size_t len)
{
    struct buf inner = {0};
    put_der(&inner, DER_OID, oid, len);
    buf_add(&inner, "\x05\x00", 2);
    put_wrapped(out, DER_SEQUENCE, &inner);
}

static void put_time(struct buf *out, struct day day) /* YYMMDD000000Z */
{
    char text[DAY_TEXT], utc[14] = {0};
    (void)day_format(day, text);
    (void)snprintf(utc, sizeof utc, "%.2s%.2s%.2s000000Z", text + 2, text + 5, text + 8);
    put_der(out, DER_UTCTIME, utc, 13);
}

static void put_key(struct buf *out, struct random *random) /* RSA, 2048 bits, e = 65537 */
{
    struct buf modulus = {0}, numbers = {0}, bits = {0}, info = {0};
    buf_char(&modulus, 0);
    put_random(&modulus, random, 256);
    modulus.at[1] |= (char)0x80;
    put_wrapped(&numbers, DER_INTEGER, &modulus);
    put_der(&numbers, DER_INTEGER, "\x01\x00\x01", 3);
    buf_char(&bits, 0);
    put_wrapped(&bits, DER_SEQUENCE, &numbers);
    put_algorithm(&info, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9);
    put_wrapped(&info, DER_BITS, &bits);
    put_wrapped(out, DER_SEQUENCE, &info);
}

static void put_alternative_name(struct buf *out, const char *name) /* RFC 5280 4.2.1.6 */
{
    struct buf names = {0}, wrapped = {0}, extension = {0}, list = {0}, all = {0};
    put_der(&names, 0x82, name, strlen(name));
    put_wrapped(&wrapped, DER_SEQUENCE, &names);
    put_der(&extension, DER_OID, "\x55\x1d\x11", 3);
    put_wrapped(&extension, DER_OCTETS, &wrapped);
    put_wrapped(&list, DER_SEQUENCE, &extension);
    put_wrapped(&all, DER_SEQUENCE, &list);
    put_wrapped(out, 0xa3, &all);
}

void certificate_make(struct buf *out, struct random *random, const char *name, const char *issuer,
                      struct day from)
{
    static const char sha256_rsa[] = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b";
    struct buf body = {0}, validity = {0}, all = {0}, signature = {0}, serial = {0};
    put_der(&body, 0xa0, "\x02\x01\x02", 3); /* version 3 */
    buf_char(&serial, 1);
    put_random(&serial, random, 15);
    put_wrapped(&body, DER_INTEGER, &serial);
    put_algorithm(&body, sha256_rsa, sizeof sha256_rsa - 1);
    put_common_name(&body, issuer ? issuer : name);
    put_time(&validity, from);
    put_time(&validity, (struct day){from.number + 90});
    put_wrapped(&body, DER_SEQUENCE, &validity);
    put_common_name(&body, name);
    put_key(&body, random);
    put_alternative_name(&body, name);
    put_wrapped(&all, DER_SEQUENCE, &body);
    put_algorithm(&all, sha256_rsa, sizeof sha256_rsa - 1);
    buf_char(&signature, 0);
    put_random(&signature, random, 256);
    put_wrapped(&all, DER_BITS, &signature);
    put_wrapped(out, DER_SEQUENCE, &all);
}
