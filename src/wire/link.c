#include "wire/link.h"

#include <stddef.h>

enum { PPP_IPV4 = 0x0021, PPP_IPV6 = 0x0057, PPP_MPLS = 0x0281, PPP_MPLS_GROUP = 0x0283 };
enum { HDLC_PPP = 0xFF, HDLC_UNICAST = 0x0F, HDLC_GROUP = 0x8F, UNNUMBERED = 0x03 };
enum { NLPID_SNAP = 0x80, NLPID_IPV6 = 0x8E, NLPID_IPV4 = 0xCC };
enum { ARPHRD_NETLINK = 824, FAMILY_IPV4 = 2 };

struct link_kind {
    uint8_t before; /* bytes before what `open` reads */
    enum skip (*open)(struct cursor *c, struct frame *ret, uint16_t *ret_type);
    uint16_t type; /* of a link that has no header, and so no `open` */
};

uint16_t link_ppp(struct cursor *c)
{
    uint16_t protocol = cursor_u8(c);
    if ((protocol & 1) == 0) /* an odd first byte: the field was compressed to it */
        protocol = (uint16_t)(protocol << 8 | cursor_u8(c));
    switch (protocol) {
    case PPP_IPV4:
        return ETHER_IPV4;
    case PPP_IPV6:
        return ETHER_IPV6;
    case PPP_MPLS:
        return ETHER_MPLS;
    case PPP_MPLS_GROUP:
        return ETHER_MPLS_GROUP;
    default:
        return ETHER_NONE;
    }
}

uint16_t link_llc(struct cursor *c)
{
    uint32_t llc = cursor_u24(c);
    if (llc == 0x060603) /* IP without SNAP (RFC 948) */
        return ETHER_IPV4;
    if (llc != 0xAAAA03)
        return ETHER_NONE;
    uint32_t organization = cursor_u24(c);
    uint16_t type = cursor_u16(c);
    return organization == 0 && type > ETHER_LLC_MAX ? type : ETHER_NONE;
}

uint16_t link_ip(struct cursor c)
{
    unsigned version = cursor_u8(&c) >> 4;
    return version == 4 ? ETHER_IPV4 : version == 6 ? ETHER_IPV6 : ETHER_NONE;
}

/* ---- Ethernet, and what switches put into it for a port of their own */

static enum skip open_ether(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    ret->mac_target = link_mac(c);
    ret->mac_source = link_mac(c);
    *ret_type = cursor_u16(c);
    return SKIPS;
}

static enum skip open_tagged(struct cursor *c, struct frame *ret, unsigned tag, uint16_t *ret_type)
{
    ret->mac_target = link_mac(c);
    ret->mac_source = link_mac(c);
    cursor_skip(c, tag);
    *ret_type = cursor_u16(c);
    return SKIPS;
}

static enum skip open_dsa(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    return open_tagged(c, ret, 4, ret_type);
}

static enum skip open_edsa(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    return open_tagged(c, ret, 8, ret_type);
}

/* ---- an EtherType or the IP version alone */

static enum skip open_type(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    *ret_type = cursor_u16(c);
    return SKIPS;
}

static enum skip open_raw(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    *ret_type = link_ip(*c);
    return SKIPS;
}

/* Two bytes of type, two that are not used (RFC 4391 6). */
static enum skip open_ipoib(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)open_type(c, ret, ret_type);
    cursor_skip(c, 2);
    return SKIPS;
}

/* ---- an address family: the number of IPv6 is each system's own */

static uint16_t family_type(uint32_t family)
{
    switch (family) {
    case FAMILY_IPV4:
        return ETHER_IPV4;
    case 10: /* Linux */
    case 23: /* Windows */
    case 24: /* NetBSD, OpenBSD */
    case 26: /* Solaris */
    case 28: /* FreeBSD */
    case 30: /* Darwin */
        return ETHER_IPV6;
    default:
        return ETHER_NONE;
    }
}

/* NULL has it in the order of the machine that captured, LOOP in network order. */
static enum skip open_family(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    uint32_t family = cursor_u32(c);
    if (family > 0xFFFF)
        family = __builtin_bswap32(family);
    *ret_type = family_type(family);
    return SKIPS;
}

/* OpenBSD's encapsulation interface: family, security parameter index, flags. */
static enum skip open_enc(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)open_family(c, ret, ret_type);
    cursor_skip(c, 8);
    return SKIPS;
}

/* OpenBSD's filter log: the header's length (rounded up to 4), family, more. */
static enum skip open_pflog(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    unsigned length = cursor_u8(c);
    *ret_type = family_type(cursor_u8(c));
    if (length < 2)
        return SKIP_header_damaged;
    cursor_skip(c, ((length + 3) & ~3u) - 2);
    return SKIPS;
}

/* Solaris: version, family, then 22 bytes of where it was seen. */
static enum skip open_ipnet(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    cursor_skip(c, 1);
    *ret_type = family_type(cursor_u8(c));
    cursor_skip(c, 22);
    return SKIPS;
}

/* ---- serial lines */

static enum skip open_cisco_hdlc(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    cursor_skip(c, 2); /* address, control */
    return open_type(c, ret, ret_type);
}

/* RFC 1662: address and control stand before the protocol, unless that was negotiated away. */
static enum skip open_ppp(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    struct cursor peek = *c;
    uint8_t address = cursor_u8(&peek), control = cursor_u8(&peek);
    if (cursor_ok(&peek) && (address == HDLC_UNICAST || address == HDLC_GROUP))
        return open_cisco_hdlc(c, ret, ret_type);
    if (address == HDLC_PPP && control == UNNUMBERED)
        *c = peek;
    *ret_type = link_ppp(c);
    return SKIPS;
}

/* pppd puts the direction where the address was. */
static enum skip open_pppd(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    struct cursor peek = *c;
    if (cursor_u8(&peek) == UNNUMBERED)
        *c = peek;
    *ret_type = link_ppp(c);
    return SKIPS;
}

/* RFC 2427: Q.922 address, control, padding, protocol; or Cisco's: address, EtherType. */
static enum skip open_frame_relay(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    (void)ret;
    bool last = false;
    for (int i = 0; i < 4 && !last; i++)
        last = cursor_u8(c) & 1;
    struct cursor rfc = *c;
    if (cursor_u8(&rfc) != UNNUMBERED) {
        *ret_type = cursor_u16(c);
        return *ret_type > ETHER_LLC_MAX ? SKIPS : SKIP_not_ip;
    }
    uint8_t protocol = cursor_u8(&rfc);
    if (protocol == 0)
        protocol = cursor_u8(&rfc);
    if (protocol == NLPID_SNAP && cursor_u24(&rfc) == 0)
        *ret_type = cursor_u16(&rfc);
    else
        *ret_type = protocol == NLPID_IPV4   ? ETHER_IPV4
                    : protocol == NLPID_IPV6 ? ETHER_IPV6
                                             : ETHER_NONE;
    *c = rfc;
    return SKIPS;
}

/* ---- Linux "any" */

static enum skip open_sll(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    cursor_skip(c, 2); /* direction */
    uint16_t hardware = cursor_u16(c), length = cursor_u16(c);
    uint64_t address = link_mac(c);
    cursor_skip(c, 2);
    *ret_type = cursor_u16(c);
    if (length == 6)
        ret->mac_source = address;
    return hardware == ARPHRD_NETLINK ? SKIP_not_ip : SKIPS;
}

static enum skip open_sll2(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    *ret_type = cursor_u16(c);
    cursor_skip(c, 6); /* reserved, interface */
    uint16_t hardware = cursor_u16(c);
    cursor_skip(c, 1); /* direction */
    uint8_t length = cursor_u8(c);
    uint64_t address = link_mac(c);
    cursor_skip(c, 2);
    if (length == 6)
        ret->mac_source = address;
    return hardware == ARPHRD_NETLINK ? SKIP_not_ip : SKIPS;
}

/* ---- 802.11 (IEEE 802.11-2016 9.2.3, 9.3.2) */

enum {
    DATA_MASK = 0x000C,
    DATA = 0x0008,
    NO_DATA = 0x0040,
    QOS = 0x0080,
    TO_DS = 0x0100,
    FROM_DS = 0x0200,
    MORE_PARTS = 0x0400,
    PROTECTED = 0x4000,
    ORDER = 0x8000,
    QOS_SEVERAL = 0x0080, /* of the QoS control: an aggregate of frames */
};

static enum skip wireless(struct cursor *c, struct frame *ret, bool padded, uint16_t *ret_type)
{
    size_t before = cursor_left(c);
    uint16_t control = cursor_u16_le(c);
    if ((control & DATA_MASK) != DATA || (control & NO_DATA))
        return cursor_ok(c) ? SKIP_not_ip : SKIP_header_damaged;
    cursor_skip(c, 2); /* duration */
    uint64_t first = link_mac(c), second = link_mac(c), third = link_mac(c), fourth = 0;
    uint16_t part = cursor_u16_le(c) & 15u, qos = 0;
    bool to = control & TO_DS, from = control & FROM_DS;
    if (to && from)
        fourth = link_mac(c);
    if (control & QOS)
        qos = cursor_u16_le(c);
    if ((control & QOS) && (control & ORDER))
        cursor_skip(c, 4);
    if (control & (PROTECTED | MORE_PARTS) || part || (qos & QOS_SEVERAL))
        return SKIP_wireless;
    size_t used = before - cursor_left(c);
    if (padded && used % 4)
        cursor_skip(c, 4 - used % 4);
    ret->mac_target = to ? third : first;
    ret->mac_source = !from ? second : to ? fourth : third;
    *ret_type = link_llc(c);
    return SKIPS;
}

static enum skip open_wireless(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    return wireless(c, ret, false, ret_type);
}

/* radiotap.org: version, padding, length, words of what is present (bit 31: one more), fields.
 * Only the flags are of use: they tell of padding and of a frame that came damaged. */
static enum skip open_radiotap(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    enum { TIME = 1, FLAGS = 2, PADDED = 0x20, DAMAGED = 0x40, WORDS = 8 };
    struct cursor peek = *c;
    cursor_skip(&peek, 2);
    uint16_t length = cursor_u16_le(&peek);
    struct cursor head = cursor_child(c, length);
    cursor_skip(&head, 4);
    uint32_t present = cursor_u32_le(&head), word = present;
    unsigned words = 1;
    for (; word >> 31 && words < WORDS; words++)
        word = cursor_u32_le(&head);
    if (present & TIME) /* 8 bytes, aligned; the words before it end at a multiple of 4 */
        cursor_skip(&head, words % 2 ? 8 : 12);
    uint8_t flags = present & FLAGS ? cursor_u8(&head) : 0;
    if (!cursor_ok(&head) || (flags & DAMAGED))
        return SKIP_header_damaged;
    return wireless(c, ret, flags & PADDED, ret_type);
}

/* A header of fixed length, or AVS's, which tells its own and is told by its first number. */
static enum skip open_prism(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    enum { PRISM_BYTES = 144, AVS = 0x80211 };
    struct cursor peek = *c;
    uint32_t cookie = cursor_u32(&peek), length = PRISM_BYTES;
    if (cookie >> 12 == AVS)
        length = cursor_u32(&peek);
    cursor_skip(c, length);
    return wireless(c, ret, false, ret_type);
}

/* ---- headers that name the link type of what follows them */

static enum skip open_inner(uint32_t link, struct cursor *c, struct frame *ret, uint16_t *ret_type);

/* Per-Packet Information: version, flags, length, link type; little-endian. */
static enum skip open_ppi(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    struct cursor peek = *c;
    cursor_skip(&peek, 2);
    uint16_t length = cursor_u16_le(&peek);
    uint32_t link = cursor_u32_le(&peek);
    cursor_skip(c, length);
    return open_inner(link, c, ret, ret_type);
}

/* Darwin: length, type of record (1: a packet), link type; little-endian. */
static enum skip open_pktap(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    struct cursor peek = *c;
    uint32_t length = cursor_u32_le(&peek), record = cursor_u32_le(&peek);
    uint32_t link = cursor_u32_le(&peek);
    cursor_skip(c, length);
    return record == 1 ? open_inner(link, c, ret, ret_type) : SKIP_not_ip;
}

/* Linux netfilter log: family, version, resource, then (length, type, value) padded to 4; the
 * packet is the value of type 9. */
static enum skip open_nflog(struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    enum { PAYLOAD = 9, VALUES_MAX = 64 };
    (void)ret;
    *ret_type = family_type(cursor_u8(c));
    cursor_skip(c, 3);
    for (int i = 0; i < VALUES_MAX && cursor_ok(c); i++) {
        unsigned length = cursor_u16_le(c), type = cursor_u16_le(c);
        if (type == PAYLOAD)
            return SKIPS;
        if (length < 4)
            break;
        cursor_skip(c, ((length + 3) & ~3u) - 4);
    }
    return SKIP_header_damaged;
}

/* By LINKTYPE_ number (tcpdump.org/linktypes.html; 12 and 14 come as 101, see source/link.c). */
static const struct link_kind links[] = {
    [0] = {0, open_family, 0},         /* NULL */
    [1] = {0, open_ether, 0},          /* ETHERNET */
    [9] = {0, open_ppp, 0},            /* PPP */
    [50] = {0, open_ppp, 0},           /* PPP_HDLC */
    [51] = {0, NULL, ETHER_PPPOE},     /* PPP_ETHER */
    [100] = {0, NULL, ETHER_LLC_MAX},  /* ATM_RFC1483 */
    [101] = {0, open_raw, 0},          /* RAW */
    [104] = {0, open_cisco_hdlc, 0},   /* C_HDLC */
    [105] = {0, open_wireless, 0},     /* IEEE802_11 */
    [107] = {0, open_frame_relay, 0},  /* FRELAY */
    [108] = {0, open_family, 0},       /* LOOP */
    [109] = {0, open_enc, 0},          /* ENC */
    [113] = {0, open_sll, 0},          /* LINUX_SLL */
    [117] = {0, open_pflog, 0},        /* PFLOG */
    [119] = {0, open_prism, 0},        /* IEEE802_11_PRISM */
    [122] = {16, NULL, ETHER_LLC_MAX}, /* IP_OVER_FC */
    [127] = {0, open_radiotap, 0},     /* IEEE802_11_RADIOTAP */
    [138] = {16, open_type, 0},        /* APPLE_IP_OVER_IEEE1394 */
    [163] = {0, open_prism, 0},        /* IEEE802_11_AVS */
    [166] = {1, open_pppd, 0},         /* PPP_PPPD */
    [192] = {0, open_ppi, 0},          /* PPI */
    [204] = {1, open_ppp, 0},          /* PPP_WITH_DIR */
    [205] = {1, open_cisco_hdlc, 0},   /* C_HDLC_WITH_DIR */
    [206] = {1, open_frame_relay, 0},  /* FRELAY_WITH_DIR */
    [226] = {0, open_ipnet, 0},        /* IPNET */
    [228] = {0, NULL, ETHER_IPV4},     /* IPV4 */
    [229] = {0, NULL, ETHER_IPV6},     /* IPV6 */
    [239] = {0, open_nflog, 0},        /* NFLOG */
    [242] = {40, open_ipoib, 0},       /* IPOIB */
    [258] = {0, open_pktap, 0},        /* PKTAP */
    [276] = {0, open_sll2, 0},         /* LINUX_SLL2 */
    [281] = {0, open_dsa, 0},          /* DSA_TAG_BRCM */
    [282] = {4, open_ether, 0},        /* DSA_TAG_BRCM_PREPEND */
    [284] = {0, open_dsa, 0},          /* DSA_TAG_DSA */
    [285] = {0, open_edsa, 0},         /* DSA_TAG_EDSA */
};

enum { LINKS = sizeof links / sizeof links[0] };

static bool link_read(uint32_t link)
{
    return link < LINKS && (links[link].open != NULL || links[link].type != ETHER_NONE);
}

static enum skip open_kind(const struct link_kind *kind, struct cursor *c, struct frame *ret,
                           uint16_t *ret_type)
{
    cursor_skip(c, kind->before);
    if (kind->open != NULL)
        return kind->open(c, ret, ret_type);
    *ret_type = kind->type;
    return SKIPS;
}

/* Such headers are not looked for inside each other. */
static enum skip open_inner(uint32_t link, struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    if (!link_read(link) || links[link].open == open_ppi || links[link].open == open_pktap)
        return SKIP_link_type;
    return open_kind(&links[link], c, ret, ret_type);
}

enum skip link_open(uint16_t link, struct cursor *c, struct frame *ret, uint16_t *ret_type)
{
    if (!link_read(link))
        return SKIP_link_type;
    ret->mac_source = ret->mac_target = 0;
    return open_kind(&links[link], c, ret, ret_type);
}
