/*
 * One QUIC conversation at a time, driven through the application layer, and Initials sealed as a
 * client or server would (RFC 9001 5).
 */
#ifndef MUSTER_TESTS_QUIC_TALK_H
#define MUSTER_TESTS_QUIC_TALK_H

#include "app.h"
#include "base/err.h"
#include "flow/buffers.h"
#include "flow/flow.h"
#include "make.h"
#include "wire/quic.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

struct quic_talk {
    struct flows flows;
    struct buffers buffers;
    struct skips skips;
    struct app app;
    uint32_t index; /* 0 = no conversation is open */
    unsigned told;
    struct tls_record tls; /* the last one told; its texts are copies below */
    char name[300], alpn[300];
};

static inline void quic_talk_taken(void *context, struct buffer_owner owner)
{
    struct quic_talk *t = context;
    struct flow *flow = flows_at(&t->flows, owner.flow);
    flow->slot[owner.slot] = 0;
    flow->stream[owner.slot & 1].state = STREAM_DONE;
}

static inline void quic_talk_record(void *context, const struct record *record)
{
    struct quic_talk *t = context;
    if (record->kind != RECORD_TLS) /* the datagrams were no QUIC */
        return;
    t->told++;
    t->tls = *record->tls;
    (void)snprintf(t->name, sizeof t->name, "%.*s", (int)t->tls.server_name.len,
                   t->tls.server_name.len ? t->tls.server_name.at : "");
    (void)snprintf(t->alpn, sizeof t->alpn, "%.*s", (int)t->tls.alpn.len,
                   t->tls.alpn.len ? t->tls.alpn.at : "");
}

static inline void quic_talk_init(struct quic_talk *t)
{
    memset(t, 0, sizeof *t);
    flows_init(&t->flows, 1 << 16, (struct table_seed){1, 2});
    buffers_init(&t->buffers, 1 << 20, quic_talk_taken, t);
    app_init(&t->app, &t->flows, &t->buffers, &t->skips, quic_talk_record, t);
}

static inline void quic_talk_free(struct quic_talk *t)
{
    table_free(&t->flows.table);
    buffers_free(&t->buffers);
}

/* A datagram from the host (OUT) or to it. */
static inline void quic_talk_say(struct quic_talk *t, unsigned dir, const uint8_t *bytes,
                                 size_t len)
{
    struct frame f = {.source = address_v4(0x0A000001),
                      .target = address_v4(0xC6336401),
                      .source_port = {40000},
                      .target_port = {443},
                      .protocol = PROTOCOL_UDP};
    uint32_t hash;
    if (t->index == 0) {
        t->told = 0;
        (void)flows_find(&t->flows, &f, true, &hash);
        t->index = flows_add(&t->flows, &f, true, hash);
    }
    app_datagram(&t->app, t->index, dir, bytes, len);
}

static inline void quic_talk_end(struct quic_talk *t)
{
    if (t->index == 0)
        return;
    app_finish(&t->app, t->index);
    table_remove(&t->flows.table, t->index);
    t->index = 0;
}

/* Appends an Initial with these frames, which are padded to `least` bytes. */
static inline void quic_seal(struct make *m, const struct quic_id *first, enum quic_side side,
                             const struct quic_id *to, uint32_t number, const struct make *frames,
                             size_t least)
{
    struct quic_keys keys;
    uint8_t plain[QUIC_PLAIN_MAX] = {0}, sealed[QUIC_PLAIN_MAX], mask[16];
    size_t plain_len = frames->len < least ? least : frames->len;
    int len = 0;
    muster_assert(plain_len <= sizeof plain - 16 && quic_keys(first, side, &keys));
    memcpy(plain, frames->at, frames->len);
    size_t start = m->len;
    make_number(m, to->version == 0x6b3343cf ? 0xd1 : 0xc1, 1); /* two bytes of number */
    make_number(m, to->version, 4);
    make_number(m, to->len, 1);
    make_bytes(m, to->bytes, to->len);
    make_number(m, 0, 1); /* no number of its own */
    make_number(m, 0, 1); /* no token */
    make_number(m, 0x4000 | (2 + plain_len + 16), 2);
    size_t at = m->len;
    make_number(m, number, 2);
    for (unsigned i = 0; i < 2; i++)
        keys.iv[10 + i] ^= m->at[at + i];
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    muster_assert(EVP_EncryptInit_ex(c, EVP_aes_128_gcm(), NULL, keys.key, keys.iv) == 1 &&
                  EVP_EncryptUpdate(c, NULL, &len, m->at + start, (int)(m->len - start)) == 1 &&
                  EVP_EncryptUpdate(c, sealed, &len, plain, (int)plain_len) == 1 &&
                  EVP_EncryptFinal_ex(c, sealed + len, &len) == 1 &&
                  EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, 16, sealed + plain_len) == 1);
    make_bytes(m, sealed, plain_len + 16);
    muster_assert(EVP_EncryptInit_ex(c, EVP_aes_128_ecb(), NULL, keys.head, NULL) == 1 &&
                  EVP_EncryptUpdate(c, mask, &len, m->at + at + 4, 16) == 1);
    EVP_CIPHER_CTX_free(c);
    m->at[start] ^= mask[0] & 0x0f;
    m->at[at] ^= mask[1];
    m->at[at + 1] ^= mask[2];
}

/* A CRYPTO frame. */
static inline void quic_piece(struct make *frames, const struct make *handshake, size_t from,
                              size_t len)
{
    make_number(frames, 6, 1);
    make_number(frames, 0x4000 | from, 2);
    make_number(frames, 0x4000 | len, 2);
    make_bytes(frames, handshake->at + from, len);
}

#endif
