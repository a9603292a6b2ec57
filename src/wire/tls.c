/*
 * TLS handshakes. The trouble: a hello may be spread over records and segments, several messages
 * may share a record, and alerts may stand between; only then come lists whose lengths the sender
 * wrote. So in two steps: the handshake bytes are first gathered from the records into the scratch,
 * as far as they can be read by others (a change of cipher ends that), then taken apart there
 * message by message. An extension that is damaged inside says nothing; one that breaks the list
 * spoils the hello.
 *
 * Order: tls_recognise on the start of each direction, then tls_parse_* whenever more has come,
 * until it is not MORE. Texts of a client and of a server live in separate parts of the scratch, so
 * that one scratch can serve both directions of a conversation, one after the other.
 */
#include "wire/tls.h"

#include "base/cursor.h"
#include "wire/ja.h"
#include "wire/x509.h"

enum { /* RFC 8446 B.1, B.3 */
       LAYER_CIPHER_CHANGE = 20,
       LAYER_ALERT = 21,
       LAYER_HANDSHAKE = 22,
       LAYER_HEADER = 5,
       LAYER_MAX = 16384 + 2048, /* RFC 5246 6.2.3: what a careless peer may still send */
       ALERT_WARNING = 1,
       ALERT_FATAL = 2,
       HELLO_REQUEST = 0,
       HELLO_CLIENT = 1,
       HELLO_SERVER = 2,
       CERTIFICATE = 11,
       SUPPLEMENTAL = 23, /* RFC 4680: before the certificate */
       MESSAGE_HEADER = 4,
       MESSAGES_MAX = 16,
       RANDOM_LEN = 32,
};

enum { /* RFC 8446 4.2 */
       EXT_SERVER_NAME = 0,
       EXT_GROUPS = 10,
       EXT_POINT_FORMATS = 11,
       EXT_SIGNATURES = 13,
       EXT_ALPN = 16,
       EXT_VERSIONS = 43,
};

enum {
    SSL2_HEADER = 2,
    SSL2_HELLO_MIN = 9 + 3 + 16, /* fields, one cipher, challenge */
    NAME_MAX_LEN = 255,
    SERVER_TEXTS = 1024, /* where in scratch->text a server's texts start */
};

/* A client hello in SSL 2.0's clothes that offers 3.0 or later (RFC 5246 E.2). */
static bool is_ssl2_hello(struct cursor c)
{
    uint16_t len = cursor_u16(&c);
    uint8_t type = cursor_u8(&c);
    uint16_t version = cursor_u16(&c);
    uint8_t ciphers_high = cursor_u8(&c);
    return cursor_ok(&c) && (len & 0x8000) && (len & 0x7fff) >= SSL2_HELLO_MIN && len < 0x8400 &&
           type == HELLO_CLIENT && version >= 0x0300 && version <= 0x0303 && ciphers_high <= 3;
}

enum tls_side tls_recognise(const uint8_t *bytes, size_t len)
{
    struct cursor c = cursor_over(bytes, len);
    if (is_ssl2_hello(c))
        return TLS_CLIENT;
    uint8_t record = cursor_u8(&c);
    uint16_t version = cursor_u16(&c), record_len = cursor_u16(&c);
    uint8_t message = cursor_u8(&c);
    if (cursor_ok(&c) && record == LAYER_ALERT && version > 0x0300 && version <= 0x0303 &&
        record_len == 2 && message == ALERT_WARNING)
        return TLS_SERVER; /* it does not know the name, but goes on (RFC 6066 3) */
    if (!cursor_ok(&c) || record != LAYER_HANDSHAKE || version < 0x0300 || version > 0x0304 ||
        record_len == 0 || record_len > LAYER_MAX)
        return TLS_NEITHER;
    if (cursor_left(&c) >= 5 && record_len >= 6) { /* a message length and a version follow */
        uint32_t message_len = cursor_u24(&c);
        if (message_len < 2 + RANDOM_LEN || message_len > TLS_STREAM_MAX || cursor_u8(&c) != 3)
            return TLS_NEITHER;
    }
    return message == HELLO_CLIENT   ? TLS_CLIENT
           : message == HELLO_SERVER ? TLS_SERVER
                                     : TLS_NEITHER;
}

/* Copies the handshake bytes of the records seen so far to the scratch. Returns whether no more of
 * them will come in the clear: a change of cipher, application data, a fatal alert, a stream that
 * is no TLS any more, or more than we keep. */
static bool gather(const uint8_t *bytes, size_t len, struct tls_scratch *scratch, size_t *have)
{
    struct cursor c = cursor_over(bytes, len < TLS_STREAM_MAX ? len : TLS_STREAM_MAX);
    *have = 0;
    while (cursor_left(&c) >= LAYER_HEADER) {
        uint8_t type = cursor_u8(&c);
        uint16_t version = cursor_u16(&c), record_len = cursor_u16(&c);
        if (version >> 8 != 3 || record_len == 0 || record_len > LAYER_MAX)
            return true;
        size_t part = record_len < cursor_left(&c) ? record_len : cursor_left(&c);
        struct cursor record = cursor_child(&c, part);
        if (type == LAYER_ALERT && record_len == 2) {
            if (cursor_u8(&record) == ALERT_FATAL)
                return true;
        } else if (type == LAYER_HANDSHAKE) {
            memcpy(scratch->handshake + *have, record.at, part);
            *have += part;
        } else {
            return true;
        }
    }
    return len >= TLS_STREAM_MAX;
}

/* The head of a message and as much of its body as there is. */
struct message {
    uint8_t type;
    bool whole;
    struct cursor body;
};

static bool message_take(struct cursor *c, struct message *ret)
{
    if (cursor_left(c) < MESSAGE_HEADER)
        return false;
    ret->type = cursor_u8(c);
    size_t len = cursor_u24(c);
    ret->whole = len <= cursor_left(c);
    ret->body = cursor_child(c, ret->whole ? len : cursor_left(c));
    return true;
}

/* All 16-bit values of a list. */
static void list_read(struct ja_list *list, struct cursor c)
{
    while (cursor_left(&c) >= 2)
        ja_list_add(list, cursor_u16(&c));
}

/* Drafts of TLS 1.3 counted 0x7f00 upwards. */
static uint16_t version_plain(uint16_t version)
{
    return version >> 8 == 0x7f ? 0x0304 : version;
}

struct client_hello {
    struct ja_client ja;
    uint16_t best; /* highest version offered, drafts as what they became */
    struct cursor server_name;
};

/* The first host name of the list (RFC 6066 3). */
static void server_name_read(struct client_hello *hello, struct cursor c)
{
    struct cursor list = cursor_child(&c, cursor_u16(&c));
    uint8_t type = cursor_u8(&list);
    struct cursor name = cursor_child(&list, cursor_u16(&list));
    hello->ja.server_name = true;
    if (type == 0 && cursor_ok(&name) && hello->server_name.at == NULL)
        hello->server_name = name;
}

/* The first protocol of the list (RFC 7301 3.1) that is no GREASE. */
static void alpn_read(struct text *alpn, struct cursor c)
{
    struct cursor list = cursor_child(&c, cursor_u16(&c));
    while (alpn->at == NULL && cursor_left(&list) > 0) {
        struct cursor name = cursor_child(&list, cursor_u8(&list));
        struct cursor peek = name;
        if (cursor_left(&name) == 2 && ja_is_grease(cursor_u16(&peek)))
            continue;
        if (cursor_ok(&name))
            *alpn = text_at(name.at, cursor_left(&name));
    }
}

static void versions_read(struct client_hello *hello, struct cursor c)
{
    struct cursor list = cursor_child(&c, cursor_u8(&c));
    uint16_t best = 0, plain = 0;
    while (cursor_left(&list) >= 2) {
        uint16_t version = cursor_u16(&list);
        if (ja_is_grease(version))
            continue;
        best = version > best ? version : best;
        plain = version_plain(version) > plain ? version_plain(version) : plain;
    }
    if (best == 0)
        return;
    hello->ja.version_best = best;
    hello->best = plain;
}

static void client_extension_read(struct client_hello *hello, uint16_t type, struct cursor c)
{
    struct ja_client *ja = &hello->ja;
    switch (type) {
    case EXT_SERVER_NAME:
        server_name_read(hello, c);
        break;
    case EXT_GROUPS:
        list_read(&ja->groups, cursor_child(&c, cursor_u16(&c)));
        break;
    case EXT_POINT_FORMATS:
        for (struct cursor list = cursor_child(&c, cursor_u8(&c)); cursor_left(&list) > 0;)
            ja_list_add(&ja->formats, cursor_u8(&list));
        break;
    case EXT_SIGNATURES:
        list_read(&ja->signatures, cursor_child(&c, cursor_u16(&c)));
        break;
    case EXT_ALPN:
        alpn_read(&ja->alpn, c);
        break;
    case EXT_VERSIONS:
        versions_read(hello, c);
        break;
    }
}

/* RFC 5246 7.4.1.2, 8446 4.1.2. */
static bool client_hello_read(struct client_hello *hello, struct cursor c)
{
    ja_client_start(&hello->ja);
    hello->server_name = (struct cursor){0};
    hello->ja.version = hello->ja.version_best = hello->best = cursor_u16(&c);
    cursor_skip(&c, RANDOM_LEN);
    cursor_skip(&c, cursor_u8(&c)); /* session */
    struct cursor ciphers = cursor_child(&c, cursor_u16(&c));
    if (hello->ja.version >> 8 != 3 || cursor_left(&ciphers) < 2 || cursor_left(&ciphers) % 2)
        return false;
    list_read(&hello->ja.ciphers, ciphers);
    cursor_skip(&c, cursor_u8(&c)); /* compressions */
    if (!cursor_ok(&c) || cursor_left(&c) == 0)
        return cursor_ok(&c);
    struct cursor extensions = cursor_child(&c, cursor_u16(&c));
    while (cursor_left(&extensions) > 0) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor inside = cursor_child(&extensions, cursor_u16(&extensions));
        ja_list_add(&hello->ja.extensions, type);
        client_extension_read(hello, type, inside);
    }
    return cursor_ok(&c) && cursor_ok(&extensions);
}

/* Appends to the texts of the result; cut at 255 bytes. */
static struct text keep(struct tls_scratch *scratch, struct text text)
{
    if (text.at == NULL)
        return text;
    size_t len = text.len < NAME_MAX_LEN ? text.len : NAME_MAX_LEN;
    char *at = scratch->text + scratch->used;
    memcpy(at, text.at, len);
    scratch->used += (uint32_t)len;
    return text_at(at, len);
}

/* A server name in the form in which DNS names are kept: lower case, no final dot. */
static struct text keep_name(struct tls_scratch *scratch, const struct cursor *name)
{
    if (name->at == NULL)
        return text_at(NULL, 0);
    struct text kept = keep(scratch, text_at(name->at, cursor_left(name)));
    char *at = scratch->text + scratch->used - kept.len;
    for (uint32_t i = 0; i < kept.len; i++)
        at[i] = ascii_lower(at[i]);
    if (kept.len > 1 && at[kept.len - 1] == '.')
        kept.len--;
    return kept;
}

/* There are no extensions and ciphers have three bytes: neither fingerprint is defined for it. */
static enum parse ssl2_parse(struct cursor c, struct tls_record *ret)
{
    struct cursor hello = c;
    uint16_t len = cursor_u16(&hello) & 0x7fff;
    if (cursor_left(&hello) < len)
        return PARSE_MORE;
    if (ret == NULL)
        return PARSE_DONE;
    cursor_skip(&hello, 1);
    ret->client = true;
    ret->version = cursor_u16(&hello);
    ret->server_name = ret->alpn = text_at(NULL, 0);
    ret->ja3[0] = ret->ja4[0] = '\0';
    return PARSE_DONE;
}

enum parse tls_hello_client(const uint8_t *bytes, size_t len, char transport,
                            struct tls_scratch *scratch, struct tls_record *ret)
{
    struct client_hello hello;
    struct message message;
    struct cursor c = cursor_over(bytes, len);
    if (!message_take(&c, &message))
        return PARSE_MORE;
    if (message.type != HELLO_CLIENT)
        return PARSE_BAD;
    if (!message.whole)
        return PARSE_MORE;
    if (!client_hello_read(&hello, message.body))
        return PARSE_BAD;
    if (ret == NULL)
        return PARSE_DONE;
    scratch->used = 0;
    ret->client = true;
    ret->version = hello.best;
    ret->server_name = keep_name(scratch, &hello.server_name);
    ret->alpn = keep(scratch, hello.ja.alpn);
    ja3_client(&hello.ja, ret->ja3);
    ja4_client(&hello.ja, transport, ret->ja4);
    return PARSE_DONE;
}

enum parse tls_parse_client(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret)
{
    size_t have;
    if (is_ssl2_hello(cursor_over(bytes, len)))
        return ssl2_parse(cursor_over(bytes, len), ret);
    if (len > 0 && bytes[0] != LAYER_HANDSHAKE)
        return (bytes[0] & 0x80) && len < 6 ? PARSE_MORE : PARSE_BAD;
    bool ended = gather(bytes, len, scratch, &have);
    enum parse parse = tls_hello_client(scratch->handshake, have, 't', scratch, ret);
    return parse == PARSE_MORE && ended ? PARSE_BAD : parse;
}

struct server_flight {
    struct ja_server ja;
    uint16_t version; /* the one chosen */
    struct text alpn;
    struct cursor certificate; /* DER; null when none was sent */
};

/* RFC 5246 7.4.1.3, 8446 4.1.3. A request to repeat the hello looks the same and is taken for it.
 */
static bool server_hello_read(struct server_flight *flight, struct cursor c)
{
    flight->ja.version = flight->version = cursor_u16(&c);
    cursor_skip(&c, RANDOM_LEN);
    if (flight->version >> 8 != 0x7f) /* drafts up to 21 had no session here */
        cursor_skip(&c, cursor_u8(&c));
    flight->ja.cipher = cursor_u16(&c);
    if (flight->version >> 8 != 0x7f)
        cursor_skip(&c, 1); /* compression */
    flight->version = version_plain(flight->version);
    if (!cursor_ok(&c) || flight->version >> 8 != 3 || cursor_left(&c) == 0)
        return cursor_ok(&c) && flight->version >> 8 == 3;
    struct cursor extensions = cursor_child(&c, cursor_u16(&c));
    while (cursor_left(&extensions) > 0) {
        uint16_t type = cursor_u16(&extensions);
        struct cursor inside = cursor_child(&extensions, cursor_u16(&extensions));
        ja_list_add(&flight->ja.extensions, type);
        if (type == EXT_ALPN)
            alpn_read(&flight->alpn, inside);
        else if (type == EXT_VERSIONS && cursor_left(&inside) == 2)
            flight->version = version_plain(cursor_u16(&inside));
    }
    return cursor_ok(&c) && cursor_ok(&extensions);
}

/* The first certificate of the list is the server's own (RFC 5246 7.4.2); the others need not be
 * here yet. */
static bool certificate_take(struct server_flight *flight, struct cursor c)
{
    cursor_skip(&c, 3);
    struct cursor first = cursor_child(&c, cursor_u24(&c));
    if (!cursor_ok(&first) || cursor_left(&first) == 0)
        return false;
    flight->certificate = first;
    return true;
}

/* Takes the flight apart. DONE when nothing that is wanted can follow. */
static enum parse server_flight_read(struct server_flight *flight, struct cursor c, bool ended)
{
    struct message message;
    bool hello = false;
    for (int i = 0; i < MESSAGES_MAX && message_take(&c, &message); i++) {
        if (!hello && message.type == HELLO_REQUEST && message.whole)
            continue;
        if (!hello) {
            if (message.type != HELLO_SERVER)
                return PARSE_BAD;
            if (!message.whole)
                break;
            if (!server_hello_read(flight, message.body))
                return PARSE_BAD;
            hello = true;
            if (flight->version == 0x0304)
                return PARSE_DONE; /* what follows is encrypted */
        } else if (message.type == CERTIFICATE) {
            if (certificate_take(flight, message.body) || message.whole)
                return PARSE_DONE;
            break;
        } else if (message.type != SUPPLEMENTAL) {
            return PARSE_DONE; /* anonymous, or resumed with a new ticket */
        }
    }
    if (!ended)
        return PARSE_MORE;
    return hello ? PARSE_DONE : PARSE_BAD;
}

/* A certificate that cannot be read still has digests, by which lists know it. */
static void certificate_set(struct tls_scratch *scratch, const struct cursor *der,
                            struct certificate *ret)
{
    struct x509_scratch texts;
    struct certificate certificate = {.not_before = {INSTANT_NONE_US},
                                      .not_after = {INSTANT_NONE_US}};
    if (!x509_parse(der->at, cursor_left(der), &texts, &certificate))
        x509_digest(der->at, cursor_left(der), &certificate);
    certificate.subject = keep(scratch, certificate.subject);
    certificate.issuer = keep(scratch, certificate.issuer);
    certificate.subject_name = keep(scratch, certificate.subject_name);
    *ret = certificate;
}

/* `ended`: nothing can follow that is not here. */
static enum parse server_read(const uint8_t *bytes, size_t len, bool ended,
                              struct tls_scratch *scratch, struct tls_record *ret)
{
    struct server_flight flight;
    flight.ja.extensions.len = 0;
    flight.alpn = text_at(NULL, 0);
    flight.certificate = (struct cursor){0};
    enum parse parse = server_flight_read(&flight, cursor_over(bytes, len), ended);
    if (parse != PARSE_DONE || ret == NULL)
        return parse;
    scratch->used = SERVER_TEXTS;
    ret->server = true;
    ret->version = flight.version;
    if (flight.alpn.at != NULL)
        ret->alpn = keep(scratch, flight.alpn);
    ja3_server(&flight.ja, ret->ja3s);
    if (flight.certificate.at != NULL) {
        certificate_set(scratch, &flight.certificate, &ret->certificate);
        ret->certificate_seen = true;
    }
    return PARSE_DONE;
}

enum parse tls_hello_server(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret)
{
    return server_read(bytes, len, false, scratch, ret);
}

enum parse tls_parse_server(const uint8_t *bytes, size_t len, struct tls_scratch *scratch,
                            struct tls_record *ret)
{
    size_t have;
    if (len > 0 && bytes[0] != LAYER_HANDSHAKE && bytes[0] != LAYER_ALERT)
        return PARSE_BAD;
    bool ended = gather(bytes, len, scratch, &have);
    return server_read(scratch->handshake, have, ended, scratch, ret);
}
