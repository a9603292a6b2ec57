/*
 * X.509 certificates. The trouble: DER is lengths within lengths, all written by whoever made the
 * certificate, and names may come in five character sets. So each value becomes a cursor of its
 * own, which nothing inside can leave; lengths must be definite; of a name as much is kept as an
 * analyst reads. Nothing is verified: the certificate is evidence of who spoke, not a proof.
 */
#include "wire/x509.h"

#include "base/digest.h"
#include "wire/der.h"

#include <stdio.h>

enum {
    TAG_BOOLEAN = 0x01,
    TAG_INTEGER = 0x02,
    TAG_OCTETS = 0x04,
    TAG_OID = 0x06,
    TAG_UTF8 = 0x0c,
    TAG_UTC_TIME = 0x17,
    TAG_GENERALIZED_TIME = 0x18,
    TAG_BMP = 0x1e,
    TAG_SEQUENCE = 0x30,
    TAG_SET = 0x31,
    TAG_VERSION = 0xa0,
    TAG_EXTENSIONS = 0xa3,
    TAG_DNS_NAME = 0x82, /* GeneralName [2] (RFC 5280 4.2.1.6) */
    PARTS_MAX = 32,      /* attributes of a name */
    EXTENSIONS_MAX = 64,
    OPTIONALS_MAX = 4, /* fields between the key and the end */
    ALTERNATIVES_MAX = 256,
    NAME_TEXT_MAX = 255,
};

/* A text that is written piece by piece, each whole or not at all. */
struct writer {
    char *at;
    uint32_t len, room;
};

static void put(struct writer *w, const char *piece, size_t len)
{
    if (w->room - w->len < len) {
        w->room = w->len; /* cut here: a shorter piece behind a lost one would mislead */
        return;
    }
    memcpy(w->at + w->len, piece, len);
    w->len += (uint32_t)len;
}

static void put_hex(struct writer *w, uint8_t b)
{
    static const char digits[] = "0123456789abcdef";
    char piece[3] = {'\\', digits[b >> 4], digits[b & 15]};
    put(w, piece, sizeof piece);
}

/* U+0080..U+FFFF as UTF-8. */
static void put_wide(struct writer *w, unsigned c)
{
    char out[3] = {(char)(0xe0 | c >> 12), (char)(0x80 | (c >> 6 & 0x3f)),
                   (char)(0x80 | (c & 0x3f))};
    if (c >= 0x800) {
        put(w, out, 3);
        return;
    }
    out[1] = (char)(0xc0 | c >> 6);
    put(w, out + 1, 2);
}

/* The bytes of one UTF-8 character from the first on; 0 when they are none. */
static size_t utf8_len(const struct cursor *c)
{
    uint8_t first = c->at[0];
    size_t len = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
    if (len > cursor_left(c))
        return 0;
    for (size_t i = 1; i < len; i++)
        if ((c->at[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* A character of the ASCII range, escaped where RFC 4514 2.4 wants it. */
static void put_ascii(struct writer *w, uint8_t c, bool first, bool last)
{
    char piece[2] = {'\\', (char)c};
    if (c < ' ' || c == 0x7f)
        put_hex(w, c);
    else if (strchr(",+\"\\<>;", c) || (first && c == '#') || (c == ' ' && (first || last)))
        put(w, piece, 2);
    else
        put(w, piece + 1, 1);
}

/* An attribute's text. `plain` leaves the escapes of RFC 4514 out. */
static void put_string(struct writer *w, const struct der_value *string, bool plain)
{
    struct cursor c = string->inside;
    size_t width = string->tag == TAG_BMP ? 2 : 1; /* BMPString: UCS-2 (X.690 8.23.8) */
    for (bool first = true; cursor_left(&c) >= width; first = false) {
        size_t utf8 = string->tag == TAG_UTF8 && c.at[0] >= 0x80 ? utf8_len(&c) : 0;
        if (utf8 > 0) {
            put(w, (const char *)cursor_take(&c, utf8), utf8);
            continue;
        }
        unsigned b = width == 2 ? cursor_u16(&c) : cursor_u8(&c);
        char one = (char)b;
        if (b >= 0x80 && width == 2)
            put_wide(w, b >> 11 == 0x1b ? 0xfffd : b); /* half of a pair is no character */
        else if (b >= 0x80)
            put_hex(w, (uint8_t)b);
        else if (plain && b >= ' ' && b != 0x7f)
            put(w, &one, 1);
        else
            put_ascii(w, (uint8_t)b, first, cursor_left(&c) == 0);
    }
}

/* RFC 4514 3 and what others call the rest; DER of the object identifier without its header. */
static const struct attribute {
    const char *name;
    uint8_t len;
    uint8_t oid[10];
} attributes[] = {
    {"CN", 3, {0x55, 4, 3}},
    {"O", 3, {0x55, 4, 10}},
    {"OU", 3, {0x55, 4, 11}},
    {"C", 3, {0x55, 4, 6}},
    {"L", 3, {0x55, 4, 7}},
    {"ST", 3, {0x55, 4, 8}},
    {"emailAddress", 9, {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 1}},
    {"serialNumber", 3, {0x55, 4, 5}},
    {"street", 3, {0x55, 4, 9}},
    {"SN", 3, {0x55, 4, 4}},
    {"GN", 3, {0x55, 4, 42}},
    {"title", 3, {0x55, 4, 12}},
    {"postalCode", 3, {0x55, 4, 17}},
    {"businessCategory", 3, {0x55, 4, 15}},
    {"DC", 10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 25}},
    {"UID", 10, {0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 1, 1}},
};

static bool is_oid(const struct cursor *oid, const uint8_t *bytes, size_t len)
{
    return cursor_left(oid) == len && memcmp(oid->at, bytes, len) == 0;
}

/* "CN=", or the dotted numbers of an attribute that has no name here (X.690 8.19). */
static void put_type(struct writer *w, struct cursor oid)
{
    char number[24];
    for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
        if (is_oid(&oid, attributes[i].oid, attributes[i].len)) {
            put(w, attributes[i].name, strlen(attributes[i].name));
            return;
        }
    uint32_t arc = 0;
    for (bool first = true; cursor_left(&oid) > 0;) {
        uint8_t b = cursor_u8(&oid);
        arc = arc << 7 | (b & 0x7f);
        if (b & 0x80)
            continue;
        uint32_t root = arc < 80 ? arc / 40 : 2;
        int len = first ? snprintf(number, sizeof number, "%u.%u", root, arc - 40 * root)
                        : snprintf(number, sizeof number, ".%u", arc);
        put(w, number, (size_t)len);
        first = false;
        arc = 0;
    }
}

/* One attribute and its value; whether another one follows in the same set. */
struct part {
    struct cursor oid;
    struct der_value string;
    bool joined; /* to the part before it, by + */
};

static bool name_parts(struct cursor name, struct part part[PARTS_MAX], unsigned *ret_len)
{
    unsigned len = 0;
    while (cursor_left(&name) > 0 && len < PARTS_MAX) {
        struct der_value set, pair, oid;
        if (!der_expect(&name, TAG_SET, &set))
            return false;
        for (bool joined = false; cursor_left(&set.inside) > 0 && len < PARTS_MAX; joined = true) {
            if (!der_expect(&set.inside, TAG_SEQUENCE, &pair) ||
                !der_expect(&pair.inside, TAG_OID, &oid) ||
                !der_read(&pair.inside, &part[len].string))
                return false;
            part[len].oid = oid.inside;
            part[len++].joined = joined;
        }
    }
    *ret_len = len;
    return true;
}

static struct text written(struct x509_scratch *scratch, const struct writer *w)
{
    scratch->used += w->len;
    return text_at(w->at, w->len);
}

static struct writer writer_over(struct x509_scratch *scratch)
{
    struct writer w = {scratch->text + scratch->used, 0, NAME_TEXT_MAX};
    return w;
}

/* The name as text, the most specific part first (RFC 4514 2.1), and its common name if wanted. */
static bool name_read(struct cursor name, struct x509_scratch *scratch, struct text *ret,
                      struct text *common)
{
    struct part part[PARTS_MAX];
    unsigned len;
    if (!name_parts(name, part, &len))
        return false;
    struct writer w = writer_over(scratch);
    const struct part *cn = NULL;
    for (unsigned to = len; to > 0;) {
        unsigned from = to - 1; /* parts of one set keep their order */
        while (part[from].joined)
            from--;
        for (unsigned i = from; i < to; i++) {
            if (i > from || to < len)
                put(&w, i > from ? "+" : ",", 1);
            put_type(&w, part[i].oid);
            put(&w, "=", 1);
            put_string(&w, &part[i].string, false);
            if (cn == NULL && is_oid(&part[i].oid, attributes[0].oid, attributes[0].len))
                cn = &part[i];
        }
        to = from;
    }
    *ret = written(scratch, &w);
    if (common == NULL || cn == NULL)
        return true;
    w = writer_over(scratch);
    put_string(&w, &cn->string, true);
    *common = written(scratch, &w);
    return true;
}

static int two_digits(struct cursor *c)
{
    uint8_t tens = cursor_u8(c), ones = cursor_u8(c);
    if (tens < '0' || tens > '9' || ones < '0' || ones > '9')
        cursor_spoil(c);
    return (tens - '0') * 10 + (ones - '0');
}

/* UTCTime YYMMDDhhmm[ss]Z or GeneralizedTime YYYYMMDDhhmm[ss]Z (RFC 5280 4.1.2.5), the latter with
 * seconds left out or an offset (X.680 46.3, 47.3) as careless tools write them. */
static struct instant time_read(const struct der_value *time)
{
    struct instant unknown = {INSTANT_NONE_US};
    struct cursor c = time->inside;
    if (time->tag != TAG_UTC_TIME && time->tag != TAG_GENERALIZED_TIME)
        return unknown;
    int year = two_digits(&c);
    if (time->tag == TAG_GENERALIZED_TIME)
        year = year * 100 + two_digits(&c);
    else
        year += year < 50 ? 2000 : 1900;
    int month = two_digits(&c), mday = two_digits(&c), hour = two_digits(&c);
    int minute = two_digits(&c), second = 0, offset = 0;
    if (cursor_left(&c) >= 2 && c.at[0] >= '0' && c.at[0] <= '9')
        second = two_digits(&c);
    if (cursor_left(&c) == 5 && (c.at[0] == '+' || c.at[0] == '-')) {
        int sign = cursor_u8(&c) == '+' ? 1 : -1;
        offset = sign * two_digits(&c) * 60;
        offset += sign * two_digits(&c);
    }
    if (!cursor_ok(&c) || month < 1 || month > 12 || mday < 1 || mday > 31 || hour > 23 ||
        minute > 59 || second > 60)
        return unknown;
    int64_t s = (hour * INT64_C(60) + minute - offset) * 60 + second;
    struct instant t = {(int64_t)day_of(year, month, mday).number * DAY_US + s * SECOND_US};
    return t;
}

/* The first DNS name among the alternatives, lower case. */
static bool alternatives_read(struct cursor octets, struct x509_scratch *scratch, struct text *ret)
{
    struct der_value names, name;
    if (!der_expect(&octets, TAG_SEQUENCE, &names))
        return false;
    for (int i = 0; i < ALTERNATIVES_MAX && der_read(&names.inside, &name); i++) {
        if (name.tag != TAG_DNS_NAME || cursor_left(&name.inside) == 0)
            continue;
        struct writer w = writer_over(scratch);
        put_string(&w, &name, true);
        for (uint32_t j = 0; j < w.len; j++)
            w.at[j] = ascii_lower(w.at[j]);
        *ret = written(scratch, &w);
        return true;
    }
    return false;
}

/* Looks for the alternative names (RFC 5280 4.2.1.6) in what follows the key. Damage here costs
 * only that name. */
static void extensions_read(struct cursor rest, struct x509_scratch *scratch, struct text *ret)
{
    static const uint8_t alternative_names[] = {0x55, 0x1d, 0x11};
    struct der_value field, list, extension, oid, octets;
    for (int i = 0; i < OPTIONALS_MAX && der_read(&rest, &field); i++) {
        if (field.tag != TAG_EXTENSIONS)
            continue;
        if (!der_expect(&field.inside, TAG_SEQUENCE, &list))
            return;
        for (int j = 0; j < EXTENSIONS_MAX && der_read(&list.inside, &extension); j++) {
            if (!der_expect(&extension.inside, TAG_OID, &oid) ||
                !is_oid(&oid.inside, alternative_names, sizeof alternative_names))
                continue;
            if (der_read(&extension.inside, &octets) && octets.tag == TAG_BOOLEAN)
                (void)der_read(&extension.inside, &octets);
            if (octets.tag == TAG_OCTETS)
                (void)alternatives_read(octets.inside, scratch, ret);
            return;
        }
    }
}

void x509_digest(const uint8_t *der, size_t len, struct certificate *ret)
{
    digest_sha1(der, len, ret->sha1);
    digest_sha256(der, len, ret->sha256);
}

bool x509_parse(const uint8_t *der, size_t len, struct x509_scratch *scratch,
                struct certificate *ret)
{
    struct cursor c = cursor_over(der, len);
    struct der_value outer, body, field, issuer, validity, subject, before, after;
    if (!der_expect(&c, TAG_SEQUENCE, &outer) || !der_expect(&outer.inside, TAG_SEQUENCE, &body))
        return false;
    struct cursor *b = &body.inside;
    if (!der_read(b, &field) || (field.tag == TAG_VERSION && !der_read(b, &field)) ||
        field.tag != TAG_INTEGER) /* serial number */
        return false;
    if (!der_expect(b, TAG_SEQUENCE, &field) /* signature algorithm */ ||
        !der_expect(b, TAG_SEQUENCE, &issuer) || !der_expect(b, TAG_SEQUENCE, &validity) ||
        !der_expect(b, TAG_SEQUENCE, &subject) ||
        !der_expect(b, TAG_SEQUENCE, &field) /* public key */ ||
        !der_read(&validity.inside, &before) || !der_read(&validity.inside, &after))
        return false;

    struct certificate r = {0};
    scratch->used = 0;
    if (!name_read(subject.inside, scratch, &r.subject, &r.subject_name) ||
        !name_read(issuer.inside, scratch, &r.issuer, NULL))
        return false;
    extensions_read(body.inside, scratch, &r.subject_name);
    r.not_before = time_read(&before);
    r.not_after = time_read(&after);
    size_t subject_len = (size_t)(subject.inside.end - subject.start);
    r.self_signed = (size_t)(issuer.inside.end - issuer.start) == subject_len &&
                    memcmp(issuer.start, subject.start, subject_len) == 0;
    x509_digest(der, len, &r);
    *ret = r;
    return true;
}
