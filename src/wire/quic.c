#include "wire/quic.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

enum {
    LONG_HEADER = 0x80,
    TYPE_SHIFT = 4,
    TYPE_MASK = 3,
    TAG_LEN = 16,
    SAMPLE_LEN = 16,
    NUMBER_MAX = 4, /* bytes of a packet number */
    SECRET_LEN = 32,
    SALT_LEN = 20,
    CIPHER_BLOCK = 16,
};

enum { /* RFC 9000 19 */
       FRAME_PADDING = 0x00,
       FRAME_PING = 0x01,
       FRAME_ACK = 0x02,
       FRAME_ACK_ECN = 0x03,
       FRAME_CRYPTO = 0x06,
       FRAME_CLOSE = 0x1c,
};

struct version {
    const char *prefix;     /* of its labels */
    uint32_t first, last;   /* numbers, both ends included */
    uint8_t initial, retry; /* their types */
    uint8_t salt[SALT_LEN];
};

static const struct version versions[] = {
    {.prefix = "quic",
     .first = 1,
     .last = 1,
     .initial = 0,
     .retry = 3,
     .salt = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
              0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a}},
    {.prefix = "quicv2",
     .first = 0x6b3343cf,
     .last = 0x6b3343cf,
     .initial = 1,
     .retry = 0,
     .salt = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
              0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9}},
    {.prefix = "quic", /* drafts 29 to 32 */
     .first = 0xff00001d,
     .last = 0xff000020,
     .initial = 0,
     .retry = 3,
     .salt = {0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97,
              0x86, 0xf1, 0x9c, 0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99}},
    {.prefix = "quic", /* drafts 23 to 28 */
     .first = 0xff000017,
     .last = 0xff00001c,
     .initial = 0,
     .retry = 3,
     .salt = {0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7,
              0xd2, 0x43, 0x2b, 0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02}},
};

static const struct version *version_of(uint32_t number)
{
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
        if (number >= versions[i].first && number <= versions[i].last)
            return &versions[i];
    return NULL;
}

/* RFC 9000 16. */
static uint64_t take_number(struct cursor *c)
{
    uint8_t first = cursor_u8(c);
    uint64_t value = first & 0x3f;
    for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
        value = value << 8 | cursor_u8(c);
    return value;
}

bool quic_recognise(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    struct quic_packet packet;
    return quic_next(&c, &packet);
}

bool quic_next(struct cursor *datagram, struct quic_packet *ret)
{
    struct cursor c = *datagram;
    ret->at = c.at;
    uint8_t first = cursor_u8(&c);
    if (!cursor_ok(&c) || !(first & LONG_HEADER))
        return false;
    ret->to.version = cursor_u32(&c);
    const struct version *version = version_of(ret->to.version);
    uint8_t to_len = cursor_u8(&c);
    if (version == NULL || to_len > QUIC_ID_MAX)
        return false;
    const uint8_t *to = cursor_take(&c, to_len);
    uint8_t from_len = cursor_u8(&c);
    cursor_skip(&c, from_len);
    if (!cursor_ok(&c) || from_len > QUIC_ID_MAX)
        return false;
    ret->to.len = to_len;
    memcpy(ret->to.bytes, to, to_len);
    unsigned type = first >> TYPE_SHIFT & TYPE_MASK;
    ret->initial = type == version->initial;
    size_t left = cursor_left(&c);
    if (type == version->retry) { /* a token and a tag to the datagram's end */
        cursor_skip(&c, left);
        left = 0;
    } else {
        if (ret->initial) {
            uint64_t token = take_number(&c);
            if (token > cursor_left(&c))
                return false;
            cursor_skip(&c, (size_t)token);
        }
        uint64_t rest = take_number(&c);
        left = cursor_left(&c);
        if (!cursor_ok(&c) || rest > left || rest < NUMBER_MAX + SAMPLE_LEN)
            return false;
        left = (size_t)rest;
    }
    ret->head_len = (size_t)(c.at - ret->at);
    cursor_skip(&c, left);
    ret->len = (size_t)(c.at - ret->at);
    *datagram = c;
    return true;
}

static bool hmac(const void *key, size_t key_len, const uint8_t *bytes, size_t len,
                 uint8_t ret[SECRET_LEN])
{
    unsigned ret_len = SECRET_LEN;
    return HMAC(EVP_sha256(), key, (int)key_len, bytes, len, ret, &ret_len) != NULL;
}

/* HKDF-Expand-Label without a context (RFC 8446 7.1, RFC 5869 2.3), for at most one block. */
static bool expand(const uint8_t secret[SECRET_LEN], const char *prefix, const char *label,
                   uint8_t *ret, uint8_t ret_len)
{
    uint8_t info[64], block[SECRET_LEN], *end = info;
    size_t prefix_len = strlen(prefix), label_len = strlen(label);
    *end++ = 0;
    *end++ = ret_len;
    *end++ = (uint8_t)(sizeof "tls13 " - 1 + prefix_len + label_len);
    memcpy(end, "tls13 ", sizeof "tls13 " - 1);
    end += sizeof "tls13 " - 1;
    memcpy(end, prefix, prefix_len);
    end += prefix_len;
    memcpy(end, label, label_len);
    end += label_len;
    *end++ = 0; /* no context */
    *end++ = 1; /* the first block */
    bool ok = hmac(secret, SECRET_LEN, info, (size_t)(end - info), block);
    memcpy(ret, block, ret_len);
    return ok;
}

bool quic_keys(const struct quic_id *first, enum quic_side side, struct quic_keys *ret)
{
    const struct version *version = version_of(first->version);
    uint8_t common[SECRET_LEN] = {0}, secret[SECRET_LEN];
    return version != NULL && hmac(version->salt, SALT_LEN, first->bytes, first->len, common) &&
           expand(common, "", side == QUIC_CLIENT ? "client in" : "server in", secret,
                  sizeof secret) &&
           expand(secret, version->prefix, " key", ret->key, sizeof ret->key) &&
           expand(secret, version->prefix, " iv", ret->iv, sizeof ret->iv) &&
           expand(secret, version->prefix, " hp", ret->head, sizeof ret->head);
}

static bool head_mask(EVP_CIPHER_CTX *context, const struct quic_keys *keys,
                      const uint8_t sample[SAMPLE_LEN], uint8_t ret[CIPHER_BLOCK])
{
    int len = 0;
    return EVP_EncryptInit_ex(context, EVP_aes_128_ecb(), NULL, keys->head, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(context, 0) == 1 &&
           EVP_EncryptUpdate(context, ret, &len, sample, SAMPLE_LEN) == 1 && len == CIPHER_BLOCK;
}

/* `head`: the whole head in the clear, which the tag covers too. */
static size_t decipher(EVP_CIPHER_CTX *context, const struct quic_keys *keys,
                       const uint8_t nonce[sizeof keys->iv], const uint8_t *head, size_t head_len,
                       const uint8_t *body, size_t body_len, uint8_t *plain)
{
    uint8_t tag[TAG_LEN];
    int len = 0, end = 0;
    size_t want = body_len - TAG_LEN;
    memcpy(tag, body + want, TAG_LEN);
    bool ok = EVP_DecryptInit_ex(context, EVP_aes_128_gcm(), NULL, keys->key, nonce) == 1 &&
              EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) == 1 &&
              EVP_DecryptUpdate(context, NULL, &len, head, (int)head_len) == 1 &&
              EVP_DecryptUpdate(context, plain, &len, body, (int)want) == 1 &&
              EVP_DecryptFinal_ex(context, plain + len, &end) == 1;
    return ok ? want : 0;
}

/* RFC 9001 5.3, 5.4. Initials are numbered from zero, and there are few: the number as sent is the
 * number. */
static size_t open_with(EVP_CIPHER_CTX *context, const struct quic_packet *packet,
                        const struct quic_keys *keys, uint8_t plain[QUIC_PLAIN_MAX])
{
    uint8_t mask[CIPHER_BLOCK], head[QUIC_PLAIN_MAX], nonce[sizeof keys->iv];
    const uint8_t *number = packet->at + packet->head_len;
    if (!head_mask(context, keys, number + NUMBER_MAX, mask))
        return 0;
    memcpy(head, packet->at, packet->head_len + NUMBER_MAX);
    head[0] ^= mask[0] & 0x0f;
    size_t number_len = (head[0] & 3u) + 1;
    size_t head_len = packet->head_len + number_len;
    memcpy(nonce, keys->iv, sizeof nonce);
    for (size_t i = 0; i < number_len; i++) {
        head[packet->head_len + i] ^= mask[1 + i];
        nonce[sizeof nonce - number_len + i] ^= head[packet->head_len + i];
    }
    return decipher(context, keys, nonce, head, head_len, packet->at + head_len,
                    packet->len - head_len, plain);
}

size_t quic_open(const struct quic_packet *packet, const struct quic_id *first, enum quic_side side,
                 uint8_t plain[QUIC_PLAIN_MAX])
{
    struct quic_keys keys;
    if (!packet->initial || packet->len > QUIC_PLAIN_MAX || !quic_keys(first, side, &keys))
        return 0;
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    size_t len = context == NULL ? 0 : open_with(context, packet, &keys, plain);
    EVP_CIPHER_CTX_free(context);
    return len;
}

/* RFC 9000 19.3. */
static void skip_ack(struct cursor *c, bool ecn)
{
    (void)take_number(c);
    (void)take_number(c);
    uint64_t ranges = take_number(c);
    (void)take_number(c);
    for (; ranges > 0 && cursor_ok(c); ranges--) {
        (void)take_number(c);
        (void)take_number(c);
    }
    for (int i = 0; ecn && i < 3; i++)
        (void)take_number(c);
}

bool quic_crypto_next(struct cursor *frames, struct quic_crypto *ret)
{
    while (cursor_left(frames) > 0) {
        uint8_t type = cursor_u8(frames);
        if (type == FRAME_PADDING || type == FRAME_PING)
            continue;
        if (type == FRAME_ACK || type == FRAME_ACK_ECN) {
            skip_ack(frames, type == FRAME_ACK_ECN);
            continue;
        }
        if (type == FRAME_CLOSE) {
            (void)take_number(frames);
            (void)take_number(frames);
            uint64_t reason = take_number(frames);
            if (reason > cursor_left(frames))
                return false;
            cursor_skip(frames, (size_t)reason);
            continue;
        }
        if (type != FRAME_CRYPTO)
            return false;
        ret->offset = take_number(frames);
        uint64_t len = take_number(frames);
        if (!cursor_ok(frames) || len > cursor_left(frames))
            return false;
        ret->len = (size_t)len;
        ret->at = cursor_take(frames, ret->len);
        return true;
    }
    return false;
}
