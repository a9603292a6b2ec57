#include "wire/ssh.h"

#include "base/cursor.h"
#include "base/md5.h"

enum {
    LINE_LEN = 255,     /* RFC 4253 4.2, with its end */
    PACKET_LEN = 32768, /* RFC 4253 6.1 */
    KEXINIT = 20,
    COOKIE_LEN = 16,
    LISTS = 8,         /* name-lists up to the compressions; languages follow */
    HASSH_LEN = 16384, /* of the text that is digested */
};

enum list { KEX, HOST_KEY, CIPHER_OUT, CIPHER_IN, MAC_OUT, MAC_IN, PACK_OUT, PACK_IN };

/* "kex;ciphers;macs;compressions" of the side's own direction. */
static void fingerprint(const struct text list[LISTS], bool client, char out[33])
{
    static const enum list of_client[] = {KEX, CIPHER_OUT, MAC_OUT, PACK_OUT};
    static const enum list of_server[] = {KEX, CIPHER_IN, MAC_IN, PACK_IN};
    char text[HASSH_LEN];
    size_t len = 0;
    for (int i = 0; i < 4; i++) {
        struct text one = list[client ? of_client[i] : of_server[i]];
        if (one.len + 1 > sizeof text - len)
            return;
        if (i > 0)
            text[len++] = ';';
        if (one.len > 0)
            memcpy(text + len, one.at, one.len);
        len += one.len;
    }
    md5_hex(text, len, out);
}

enum parse ssh_parse(const uint8_t *bytes, size_t len, bool client, struct ssh_hello *ret)
{
    *ret = (struct ssh_hello){.software = text_of(NULL)};
    const uint8_t *end = memchr(bytes, '\n', len < LINE_LEN ? len : LINE_LEN);
    if (len < 4 || memcmp(bytes, "SSH-", 4) != 0)
        return len < 4 ? PARSE_MORE : PARSE_BAD;
    if (end == NULL)
        return len < LINE_LEN ? PARSE_MORE : PARSE_BAD;
    size_t line = (size_t)(end - bytes);
    ret->software = text_at(bytes, bytes[line - 1] == '\r' ? line - 1 : line);
    struct cursor c = cursor_over(end + 1, len - line - 1);
    if (cursor_left(&c) < 6)
        return PARSE_MORE;
    uint32_t packet_len = cursor_u32(&c);
    if (packet_len > PACKET_LEN || packet_len < 2 || c.at[1] != KEXINIT)
        return PARSE_DONE; /* version 1 of the protocol, or none at all */
    if (cursor_left(&c) < packet_len)
        return PARSE_MORE;
    struct cursor packet = cursor_child(&c, packet_len);
    struct text list[LISTS];
    cursor_skip(&packet, 2 + COOKIE_LEN);
    for (int i = 0; i < LISTS; i++) {
        struct cursor names = cursor_child(&packet, cursor_u32(&packet));
        list[i] = text_at(names.at, cursor_left(&names));
    }
    if (cursor_ok(&packet))
        fingerprint(list, client, ret->hassh);
    return PARSE_DONE;
}
