#include "wire/app.h"

#include "wire/der.h"

#include <string.h>

enum { EITHER, OPENER, ANSWERER };

struct mark {
    const char *name;
    const char *bytes;
    uint8_t len, offset, side;
};

#define MARK(name, offset, side, bytes)                                                            \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, offset, side                                               \
    }

static const struct mark stream_marks[] = {
    MARK("ssh", 0, EITHER, "SSH-"),
    MARK("smtp", 0, OPENER, "EHLO "),
    MARK("smtp", 0, OPENER, "HELO "),
    MARK("pop3", 0, ANSWERER, "+OK"),
    MARK("imap", 0, ANSWERER, "* OK"),
    MARK("irc", 0, OPENER, "NICK "),
    MARK("irc", 0, OPENER, "USER "),
    MARK("irc", 0, OPENER, "CAP LS"),
    MARK("irc", 0, OPENER, "PASS "),
    MARK("vnc", 0, EITHER, "RFB 00"),
    MARK("smb", 4, EITHER,
         "\xff"
         "SMB"),
    MARK("smb", 4, EITHER,
         "\xfe"
         "SMB"),
    MARK("bittorrent", 0, EITHER,
         "\x13"
         "BitTorrent protocol"),
    MARK("gnutella", 0, EITHER, "GNUTELLA"),
    MARK("bitcoin", 0, EITHER,
         "\xf9\xbe\xb4\xd9"
         "version"),
    MARK("rdp", 0, OPENER, "\x03\x00\x00"),
    MARK("http2", 0, OPENER, "PRI * HTTP/2.0"),
    MARK("telnet", 0, EITHER, "\xff\xfd"),
    MARK("telnet", 0, EITHER, "\xff\xfb"),
    MARK("dcerpc", 0, EITHER, "\x05\x00\x0b\x03"),
    MARK("mqtt", 4, OPENER, "MQTT"),
    MARK("rtsp", 0, OPENER, "OPTIONS rtsp"),
    MARK("socks", 0, OPENER, "\x05\x01\x00"),
    MARK("socks", 0, OPENER, "\x05\x02\x00"),
};

static const struct mark datagram_marks[] = {
    MARK("dhcp", 236, EITHER, "\x63\x82\x53\x63"),
    MARK("stun", 4, EITHER, "\x21\x12\xa4\x42"),
    MARK("ssdp", 0, EITHER, "M-SEARCH "),
    MARK("ssdp", 0, EITHER, "NOTIFY * "),
    MARK("bittorrent-dht", 0, EITHER, "d1:ad2:id20:"),
    MARK("bittorrent-dht", 0, EITHER, "d1:rd2:id20:"),
    MARK("bittorrent-dht", 0, EITHER, "d2:ip6:"),                      /* BEP 42 */
    MARK("bittorrent", 0, OPENER, "\x00\x00\x04\x17\x27\x10\x19\x80"), /* tracker, BEP 15 */
    MARK("bittorrent", 0, OPENER, "BT-SEARCH * HTTP/1.1"),             /* BEP 14 */
    MARK("game", 0, OPENER, "\xff\xff\xff\xffTSource Engine Query"),
    MARK("game", 0, OPENER, "\xff\xff\xff\xffget"), /* servers asked for by Quake's kin */
    MARK("quic", 1, EITHER, "Q0"),
};

static const char *match(const struct mark *marks, size_t count, const uint8_t *bytes, size_t len,
                         unsigned side)
{
    for (size_t i = 0; i < count; i++) {
        const struct mark *m = &marks[i];
        if ((m->side == EITHER || side == EITHER || m->side == side) &&
            len >= (size_t)m->offset + m->len && memcmp(bytes + m->offset, m->bytes, m->len) == 0)
            return m->name;
    }
    return NULL;
}

const char *app_recognise_stream(const uint8_t *bytes, size_t len, bool opener)
{
    const char *name = match(stream_marks, sizeof stream_marks / sizeof *stream_marks, bytes, len,
                             opener ? OPENER : ANSWERER);
    if (name == NULL && !opener && len >= 4 && memcmp(bytes, "220", 3) == 0 &&
        (bytes[3] == ' ' || bytes[3] == '-')) /* RFC 5321 4.2, RFC 959 4.2 greet alike */
        return memmem(bytes, len, "SMTP", 4) ? "smtp" : "ftp";
    return name;
}

/* A message of SNMP v1, v2c or v3 that fills the datagram (RFC 3416, 3412 6): SEQUENCE, version,
 * then a community or what v3 says of itself. */
static bool is_snmp(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    struct der_value message, version, next;
    return der_expect(&c, 0x30, &message) && cursor_left(&c) == 0 &&
           der_expect(&message.inside, 0x02, &version) && cursor_left(&version.inside) == 1 &&
           version.inside.at[0] <= 3 && version.inside.at[0] != 2 &&
           der_read(&message.inside, &next) &&
           next.tag == (version.inside.at[0] == 3 ? 0x30 : 0x04);
}

const char *app_recognise_datagram(const uint8_t *bytes, size_t len)
{
    const char *name =
        match(datagram_marks, sizeof datagram_marks / sizeof *datagram_marks, bytes, len, EITHER);
    if (name == NULL && len == 48 && (bytes[0] & 7) >= 1 && (bytes[0] & 7) <= 5 &&
        (bytes[0] >> 3 & 7) >= 1)
        return "ntp";
    if (name == NULL && len > 0 && bytes[0] == 0x30 && is_snmp(bytes, len))
        return "snmp";
    return name;
}
