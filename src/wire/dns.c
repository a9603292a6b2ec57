/*
 * DNS messages. The trouble: names are the only foreign bytes of a network that can loop
 * (compression pointers), grow (a 12-byte name may expand to 255) and hold any byte; and muster has
 * no port to trust, so what is no DNS must be told apart by its content.
 *
 * So: the header must make sense, each name must be well formed, and the records must lie end to
 * end as far as the last answer. A pointer may only reach bytes before the name (or the piece of
 * it) that holds it, and what it reaches may not run past that place, so each hop works on less
 * than the one before. Authority and additional records may be cut off; they are only searched for
 * EDNS.
 *
 * mDNS, LLMNR and NetBIOS names share the format and are accepted: who calls tells them apart by
 * port.
 */
#include "wire/dns.h"

#include "base/cursor.h"

#include <stddef.h>

enum {
    HEADER_LEN = 12,
    QUESTION_MIN = 5,   /* root name, type, class */
    RECORD_MIN = 11,    /* root name, type, class, TTL, length */
    QUESTIONS_MAX = 32, /* mDNS asks several at once (RFC 6762 5.3) */
    RECORDS_MAX = 65535 / RECORD_MIN,
    NAME_WIRE_MAX = 255, /* RFC 1035 2.3.4 */
    NAME_TEXT_MAX = 4 * NAME_WIRE_MAX,
    NAME_HOPS_MAX = 64,
    HOST_RECORDS_MAX = 64, /* looked at for machine names */
};

enum { /* RFC 1035 3.2.2, 2782, 3596, 6672, 6891 */
       TYPE_A = 1,
       TYPE_NS = 2,
       TYPE_CNAME = 5,
       TYPE_SOA = 6,
       TYPE_PTR = 12,
       TYPE_MX = 15,
       TYPE_AAAA = 28,
       TYPE_SRV = 33,
       TYPE_DNAME = 39,
       TYPE_OPT = 41,
};

struct message {
    const uint8_t *bytes;
    struct dns_scratch *scratch;
    uint16_t id, flags, questions, answers, authorities, additionals;
};

static bool is_response(const struct message *m)
{
    return (m->flags & 0x8000) != 0;
}

static unsigned opcode(const struct message *m)
{
    return m->flags >> 11 & 15;
}

/* Moves past a name; of a pointer only the direction is looked at. */
static bool name_skip(const struct message *m, struct cursor *c)
{
    size_t start = (size_t)(c->at - m->bytes);
    for (unsigned wire = 0; wire < NAME_WIRE_MAX;) {
        unsigned len = cursor_u8(c);
        if (len == 0)
            return cursor_ok(c);
        if (len >= 0xc0) {
            size_t target = (size_t)(len & 0x3f) << 8 | cursor_u8(c);
            return cursor_ok(c) && target >= HEADER_LEN && target < start;
        }
        if (len > 63)
            return false;
        cursor_skip(c, len);
        wire += len + 1;
    }
    return false;
}

/* Writes a label; bytes that would make the text ambiguous or unprintable as \DDD (RFC 4343 2.1).
 */
static char *label_put(char *out, const uint8_t *label, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        unsigned c = label[i];
        if (c - 'A' < 26) {
            *out++ = (char)(c + 32);
        } else if (c > ' ' && c < 0x7f && c != '.' && c != '\\') {
            *out++ = (char)c;
        } else {
            *out++ = '\\';
            *out++ = (char)('0' + c / 100);
            *out++ = (char)('0' + c / 10 % 10);
            *out++ = (char)('0' + c % 10);
        }
    }
    return out;
}

/* Reads a name into the scratch, following pointers. When the scratch is full the name is only
 * walked and stays null. */
static bool name_read(const struct message *m, struct cursor *c, struct text *ret)
{
    char *text = m->scratch->text + m->scratch->used, *out = text;
    if (sizeof m->scratch->text - m->scratch->used < NAME_TEXT_MAX) {
        *ret = text_at(NULL, 0);
        return name_skip(m, c);
    }
    size_t start = (size_t)(c->at - m->bytes);
    struct cursor piece = *c;
    unsigned wire = 1, hops = 0;
    for (;;) { /* ends: each turn adds to wire or to hops */
        unsigned len = cursor_u8(&piece);
        if (len >= 0xc0) {
            size_t target = (size_t)(len & 0x3f) << 8 | cursor_u8(&piece);
            if (!cursor_ok(&piece) || target < HEADER_LEN || target >= start ||
                hops == NAME_HOPS_MAX)
                return false;
            if (hops++ == 0)
                *c = piece;
            piece = cursor_over(m->bytes + target, start - target);
            start = target;
            continue;
        }
        if (len == 0)
            break;
        const uint8_t *label = cursor_take(&piece, len);
        wire += len + 1;
        if (len > 63 || wire > NAME_WIRE_MAX || label == NULL)
            return false;
        if (out != text)
            *out++ = '.';
        out = label_put(out, label, len);
    }
    if (!cursor_ok(&piece))
        return false;
    if (hops == 0)
        *c = piece;
    *ret = text_at(text, (size_t)(out - text));
    m->scratch->used += (uint32_t)(out - text);
    return true;
}

/* The classes in use, with mDNS's top bit (unicast answer wanted, cache flush: RFC 6762 18.12). */
static bool class_plausible(uint16_t class)
{
    class &= 0x7fff;
    return class == 1 || class == 3 || class == 4 || class == 254 || class == 255;
}

/* A name that must fill the data after `before` bytes of other fields. */
static bool data_name(const struct message *m, struct cursor *data, size_t before,
                      struct dns_answer *answer)
{
    cursor_skip(data, before);
    return name_read(m, data, &answer->name) && cursor_left(data) == 0;
}

/* What a record's data says, as far as struct dns_answer has room for it. */
static bool data_read(const struct message *m, struct cursor *data, struct dns_answer *answer)
{
    size_t len = cursor_left(data);
    struct cursor raw = *data;
    answer->data = text_at(data->at, len);
    if (len == 0) /* prerequisites of an update say so (RFC 2136 2.4) */
        return true;
    switch (answer->type) {
    case TYPE_A:
        if (len == 4)
            answer->address = address_v4(cursor_u32(data));
        return len == 4;
    case TYPE_AAAA:
        if (len == 16)
            answer->address = address_v6(cursor_take(data, 16));
        return len == 16;
    case TYPE_NS:
    case TYPE_CNAME:
    case TYPE_PTR:
    case TYPE_DNAME:
        return data_name(m, data, 0, answer);
    case TYPE_MX:
        return data_name(m, data, 2, answer);
    case TYPE_SOA: /* the primary server; the mailbox and five numbers follow */
        return name_read(m, data, &answer->name);
    case TYPE_SRV: /* or a NetBIOS node status, which shares the number */
        if (!data_name(m, &raw, 6, answer))
            answer->name = text_at(NULL, 0);
        return true;
    default:
        return true;
    }
}

/* One resource record (RFC 1035 4.1.3). `answer` is null where only the walk matters; `owner` is
 * null where the name is not wanted. */
static bool record_read(const struct message *m, struct cursor *c, struct text *owner,
                        struct dns_answer *answer)
{
    if (owner != NULL ? !name_read(m, c, owner) : !name_skip(m, c))
        return false;
    uint16_t type = cursor_u16(c), class = cursor_u16(c);
    uint32_t ttl = cursor_u32(c);
    struct cursor data = cursor_child(c, cursor_u16(c));
    /* OPT, whose class is a size, belongs elsewhere, but some servers of tunnels leave it here */
    if (!cursor_ok(c) || type == 0 || (type != TYPE_OPT && !class_plausible(class)))
        return false;
    if (answer == NULL)
        return true;
    *answer = (struct dns_answer){.type = type, .ttl_s = ttl};
    return data_read(m, &data, answer);
}

/* The upper bits of the response code, in the OPT record's TTL (RFC 6891 6.1.3). Quietly stops
 * where the message is cut. */
static unsigned rcode_upper(const struct message *m, struct cursor *c)
{
    unsigned records = (unsigned)m->authorities + m->additionals;
    for (unsigned i = 0; i < records && i < RECORDS_MAX; i++) {
        if (!name_skip(m, c))
            return 0;
        uint16_t type = cursor_u16(c);
        cursor_skip(c, 2);
        uint32_t ttl = cursor_u32(c);
        cursor_skip(c, cursor_u16(c));
        if (!cursor_ok(c))
            return 0;
        if (type == TYPE_OPT)
            return ttl >> 24;
    }
    return 0;
}

/* Whether twelve bytes can be the header of a message of this length. Operations in use: query,
 * notify, update, and NetBIOS's release, wait and refresh (RFC 1002 4.2.1.1). */
static bool header_plausible(const struct message *m, size_t len)
{
    unsigned op = opcode(m), code = m->flags & 15;
    if ((m->flags & 0x0040) != 0 || op == 1 || op == 2 || op == 3 || op > 8)
        return false;
    if (m->questions > QUESTIONS_MAX || m->answers > RECORDS_MAX ||
        m->authorities + m->additionals > RECORDS_MAX)
        return false;
    if (len < HEADER_LEN + (size_t)m->questions * QUESTION_MIN + (size_t)m->answers * RECORD_MIN)
        return false;
    if (is_response(
            m)) /* mDNS (RFC 6762 6), NetBIOS and zone transfers answer without a question */
        return m->questions >= 1 || m->answers >= 1;
    /* a query with answers: known answers of mDNS, prerequisites of an update */
    return code == 0 && m->questions >= 1 && (m->answers == 0 || m->id == 0 || op == 5);
}

static bool questions_read(const struct message *m, struct cursor *c, struct dns_record *r)
{
    for (unsigned i = 0; i < m->questions; i++) {
        if (i == 0 ? !name_read(m, c, &r->name) : !name_skip(m, c))
            return false;
        uint16_t type = cursor_u16(c), class = cursor_u16(c);
        if (!cursor_ok(c) || type == 0 || !class_plausible(class))
            return false;
        if (i == 0) {
            r->type = type;
            r->rclass = class & 0x7fff;
        }
    }
    return true;
}

static bool answers_read(const struct message *m, struct cursor *c, struct dns_record *r)
{
    for (unsigned i = 0; i < m->answers; i++) {
        bool kept = i < DNS_ANSWERS;
        bool named = i == 0 && m->questions == 0; /* then it stands for the question */
        if (!record_read(m, c, named ? &r->name : NULL, kept ? &r->answer[i] : NULL))
            return false;
        if (named)
            r->type = r->answer[0].type;
        r->answers_len = (uint16_t)(r->answers_len + kept);
    }
    return true;
}

static void header_read(struct message *m, struct cursor *c)
{
    m->id = cursor_u16(c);
    m->flags = cursor_u16(c);
    m->questions = cursor_u16(c);
    m->answers = cursor_u16(c);
    m->authorities = cursor_u16(c);
    m->additionals = cursor_u16(c);
}

bool dns_parse(const uint8_t *bytes, size_t len, struct dns_scratch *scratch,
               struct dns_record *ret)
{
    if (len < HEADER_LEN)
        return false;
    struct cursor c = cursor_over(bytes, len);
    struct message m = {.bytes = bytes, .scratch = scratch};
    header_read(&m, &c);
    if (!header_plausible(&m, len))
        return false;

    struct dns_record r;
    scratch->used = 0;
    r.name = text_at(NULL, 0);
    r.type = 0;
    r.rclass = 1;
    r.answers_len = 0;
    if (!questions_read(&m, &c, &r) || !answers_read(&m, &c, &r))
        return false;
    r.response = is_response(&m);
    r.id = m.id;
    r.recursion = (m.flags & 0x0100) != 0;
    r.answers_total = m.answers;
    r.message_len = (uint32_t)len;
    unsigned code = (m.flags & 15) | rcode_upper(&m, &c) << 4;
    r.rcode = (uint8_t)(code > 255 ? m.flags & 15 : code);
    /* Answers beyond answers_len are neither filled nor copied: the record is a kilobyte. */
    memcpy(ret, &r, offsetof(struct dns_record, answer) + r.answers_len * sizeof r.answer[0]);
    return true;
}

/* One record of any section; an address record is kept. */
static bool host_read(const struct message *m, struct cursor *c, struct dns_hosts *hosts)
{
    struct text owner;
    struct dns_answer answer;
    if (!record_read(m, c, &owner, &answer))
        return false;
    if (address_known(answer.address) && owner.len > 0 && hosts->len < DNS_HOSTS) {
        hosts->at[hosts->len].name = owner;
        hosts->at[hosts->len++].address = answer.address;
    }
    return true;
}

bool dns_parse_hosts(const uint8_t *bytes, size_t len, struct dns_scratch *scratch,
                     struct dns_hosts *ret)
{
    struct cursor c = cursor_over(bytes, len);
    struct message m = {.bytes = bytes, .scratch = scratch};
    struct dns_record r = {.name = {NULL, 0}};
    struct dns_hosts hosts = {.len = 0};
    header_read(&m, &c);
    scratch->used = 0;
    if (!cursor_ok(&c) || !header_plausible(&m, len) || !questions_read(&m, &c, &r))
        return false;
    unsigned rest = (unsigned)m.authorities + m.additionals;
    for (unsigned i = 0; i < m.answers + rest && i < HOST_RECORDS_MAX; i++)
        if (!host_read(&m, &c, &hosts)) {
            if (i < m.answers)
                return false;
            break;
        }
    hosts.response = is_response(&m);
    hosts.question = r.name;
    hosts.type = r.type;
    *ret = hosts;
    return true;
}
