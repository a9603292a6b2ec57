/*
 * The capture file of Wireshark and newer tools (draft-ietf-opsawg-pcapng): blocks, each with its
 * length before and behind its body. A file is one or more sections, each with its own byte order
 * and its own interfaces; an interface has its own link type, snap length and resolution of time.
 * Read: section header, interface, enhanced, simple and the obsolete packet block; every other
 * block is stepped over.
 *
 * Damage. A block whose two lengths agree keeps the file in step, whatever its body holds: only
 * that block is lost. When they disagree, the first is believed if the file ends there, or if a
 * block whose own lengths agree stands there; else nothing tells where the next block begins (a
 * search for one would find those inside packets that carried a capture), and what follows is not
 * read.
 */
#include "source/input.h"

#include "base/mem.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a, /* the same in both byte orders */
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE = 3,
    BLOCK_ENHANCED = 6,
    BLOCK_LEAST = 12,
    HEAD_BYTES = 12, /* type, length, and of a section header the byte-order mark */
    OPTION_END = 0,
    OPTION_TSRESOL = 9,
    OPTION_TSOFFSET = 14,
    OPTIONS_MAX = 1000,     /* looked at in one block */
    INTERFACES_MAX = 16384, /* of one section */
};

#define PCAPNG_SOURCE UINT32_C(0x706e6721)
#define BYTE_ORDER_MARK UINT32_C(0x1a2b3c4d)
#define TICKS_US_MAX (INT64_C(1) << 60) /* later times are held here: no sum overflows */

struct interface {
    bool usable;      /* its block could be read */
    bool binary;      /* ticks are 2^-exponent seconds, else 10^-exponent */
    uint8_t exponent; /* 6 unless if_tsresol says otherwise */
    uint16_t link;
    uint32_t snap;     /* bytes; 0 = no limit */
    int64_t offset_us; /* if_tsoffset */
};

struct pcapng {
    struct source source; /* first */
    uint32_t magic;       /* PCAPNG_SOURCE */
    struct input input;
    bool big; /* the section's numbers are big-endian */
    struct interface *interface;
    uint32_t interfaces, room;
    uint64_t packets;
    bool ended;
};

/* A block as its head says. */
struct head {
    uint32_t type, length;
    bool big;
};

static struct pcapng *pcapng_of(struct source *source)
{
    struct pcapng *png = (struct pcapng *)source;
    muster_assert(png->magic == PCAPNG_SOURCE);
    return png;
}

static inline uint16_t number_u16(struct cursor *c, bool big)
{
    return big ? cursor_u16(c) : cursor_u16_le(c);
}

static inline uint32_t number_u32(struct cursor *c, bool big)
{
    return big ? cursor_u32(c) : cursor_u32_le(c);
}

static bool pcapng_knows(const uint8_t *start, size_t len)
{
    struct cursor c = cursor_over(start, len);
    uint32_t type = cursor_u32(&c);
    cursor_skip(&c, 4);
    uint32_t mark = cursor_u32(&c);
    return cursor_ok(&c) && type == BLOCK_SECTION &&
           (mark == BYTE_ORDER_MARK || mark == __builtin_bswap32(BYTE_ORDER_MARK));
}

/* Reads the head of the block at `at`, of which `len` >= 8 bytes are there. */
static bool head_read(const uint8_t *at, size_t len, bool big, struct head *ret)
{
    struct cursor c = cursor_over(at, len);
    struct head head = {.big = big};
    head.type = number_u32(&c, big);
    if (head.type == BLOCK_SECTION) {
        struct cursor mark = c;
        cursor_skip(&mark, 4);
        uint32_t order = cursor_u32(&mark);
        if (!cursor_ok(&mark) ||
            (order != BYTE_ORDER_MARK && order != __builtin_bswap32(BYTE_ORDER_MARK)))
            return false;
        head.big = order == BYTE_ORDER_MARK;
    }
    head.length = number_u32(&c, head.big);
    if (!cursor_ok(&c) || head.length < BLOCK_LEAST || head.length % 4 != 0)
        return false;
    *ret = head;
    return true;
}

static bool lengths_agree(const uint8_t *at, const struct head *head)
{
    struct cursor c = cursor_over(at, head->length);
    cursor_skip(&c, head->length - 4);
    return number_u32(&c, head->big) == head->length && cursor_ok(&c);
}

/* Whether the source ends `skip` bytes on, or a block with agreeing lengths stands there. */
static bool next_is_sound(struct pcapng *png, size_t skip, bool big)
{
    struct input *in = &png->input;
    if (!input_need(in, skip + HEAD_BYTES))
        return (size_t)(in->end - in->at) == skip;
    struct head head;
    const uint8_t *at = in->at + skip;
    if (!head_read(at, HEAD_BYTES, big, &head) || head.length > INPUT_NEED_MAX ||
        !input_need(in, skip + head.length))
        return false;
    return lengths_agree(in->at + skip, &head);
}

/* Ticks since 1970 in the interface's resolution, as microseconds (rounded down). */
static int64_t ticks_us(const struct interface *interface, uint64_t ticks)
{
    uint64_t us = 0;
    unsigned exponent = interface->exponent;
    if (interface->binary) {
        uint64_t seconds = exponent < 64 ? ticks >> exponent : 0;
        uint64_t rest = exponent < 64 ? ticks - (seconds << exponent) : ticks;
        if (exponent > 44) { /* so that the product below fits 64 bits */
            rest = exponent - 44 < 64 ? rest >> (exponent - 44) : 0;
            exponent = 44;
        }
        if (__builtin_mul_overflow(seconds, (uint64_t)SECOND_US, &us))
            return TICKS_US_MAX;
        us += rest * (uint64_t)SECOND_US >> exponent;
    } else {
        us = ticks;
        for (; exponent < 6; exponent++)
            if (__builtin_mul_overflow(us, UINT64_C(10), &us))
                return TICKS_US_MAX;
        for (; exponent > 6 && us > 0; exponent--)
            us /= 10;
    }
    return us > (uint64_t)TICKS_US_MAX ? TICKS_US_MAX : (int64_t)us;
}

static int64_t offset_us(struct cursor *value, bool big)
{
    uint64_t first = number_u32(value, big), second = number_u32(value, big);
    int64_t seconds = (int64_t)(big ? first << 32 | second : second << 32 | first);
    int64_t most = TICKS_US_MAX / SECOND_US;
    seconds = seconds > most ? most : seconds < -most ? -most : seconds;
    return seconds * SECOND_US;
}

/* The options of an interface block (draft-ietf-opsawg-pcapng 4.2); false when they are damaged. */
static bool interface_options(struct cursor *c, bool big, struct interface *interface)
{
    for (int i = 0; i < OPTIONS_MAX && cursor_left(c) >= 4; i++) {
        uint16_t code = number_u16(c, big);
        uint16_t len = number_u16(c, big);
        if (code == OPTION_END)
            break;
        struct cursor value = cursor_child(c, len);
        size_t pad = (4 - len % 4u) % 4u;
        cursor_skip(c, pad < cursor_left(c) ? pad : cursor_left(c));
        if (code == OPTION_TSRESOL && len == 1) {
            uint8_t resolution = cursor_u8(&value);
            interface->binary = resolution & 0x80;
            interface->exponent = resolution & 0x7f;
        } else if (code == OPTION_TSOFFSET && len == 8) {
            interface->offset_us = offset_us(&value, big);
        }
    }
    return cursor_ok(c);
}

/* Packets name interfaces by their place, so that a damaged one keeps its place. */
static bool interface_add(struct pcapng *png, struct cursor *body)
{
    if (png->interfaces == INTERFACES_MAX)
        return false;
    if (png->interfaces == png->room) {
        png->room = png->room ? 2 * png->room : 4;
        png->interface = mem_resize(png->interface, png->room, sizeof *png->interface);
    }
    struct interface *interface = &png->interface[png->interfaces++];
    *interface = (struct interface){.exponent = 6};
    interface->link = source_link_number(number_u16(body, png->big));
    cursor_skip(body, 2);
    interface->snap = number_u32(body, png->big);
    if (!cursor_ok(body))
        return false;
    interface->usable = true;
    return interface_options(body, png->big, interface);
}

/* Reads a packet of any of the three blocks; false when it is damaged. */
static bool packet_read(const struct pcapng *png, uint32_t type, struct cursor *body,
                        struct packet *ret)
{
    uint32_t index = 0, high = 0, low = 0, captured, length;
    bool big = png->big;
    if (type == BLOCK_ENHANCED) {
        index = number_u32(body, big);
    } else if (type == BLOCK_PACKET) {
        index = number_u16(body, big);
        cursor_skip(body, 2); /* drops */
    }
    if (index >= png->interfaces || !png->interface[index].usable)
        return false;
    const struct interface *interface = &png->interface[index];
    if (type == BLOCK_SIMPLE) {
        length = captured = number_u32(body, big);
        if (interface->snap != 0 && captured > interface->snap)
            captured = interface->snap;
    } else {
        high = number_u32(body, big);
        low = number_u32(body, big);
        captured = number_u32(body, big);
        length = number_u32(body, big);
    }
    if (captured > CAPTURED_MAX)
        return false;
    const uint8_t *at = cursor_take(body, captured);
    if (!cursor_ok(body))
        return false;
    /* A simple packet has no time: 1970, so that it is counted as one of bad time. */
    ret->time.us = 0;
    if (type != BLOCK_SIMPLE)
        ret->time.us = ticks_us(interface, (uint64_t)high << 32 | low) + interface->offset_us;
    ret->at = at;
    ret->captured = captured;
    ret->length = length;
    ret->link = interface->link;
    return true;
}

static bool section_begin(struct pcapng *png, struct cursor *body, bool big)
{
    cursor_skip(body, 4); /* byte-order mark */
    uint16_t major = number_u16(body, big);
    png->big = big;
    png->interfaces = 0;
    return cursor_ok(body) && major == 1;
}

static bool ends(struct pcapng *png)
{
    struct input *in = &png->input;
    if (in->trouble != NULL)
        source_damaged(&png->source, SKIP_cut_file, input_offset(in), "%s", in->trouble);
    else if (in->at != in->end)
        source_damaged(&png->source, SKIP_cut_file, input_offset(in), "ends inside a block");
    return false;
}

static bool stops(struct pcapng *png, const char *why)
{
    source_damaged(&png->source, SKIP_block_damaged, input_offset(&png->input),
                   "%s; what follows was not read", why);
    return false;
}

/* Steps over a block too large to be held whole: one that is not read, or a damaged one. */
static bool large_skip(struct pcapng *png, const struct head *head)
{
    struct input *in = &png->input;
    uint64_t start = input_offset(in);
    bool wanted = head->type == BLOCK_INTERFACE || head->type == BLOCK_PACKET ||
                  head->type == BLOCK_SIMPLE || head->type == BLOCK_ENHANCED;
    if (head->type == BLOCK_SECTION)
        return stops(png, "a section header of this size cannot be");
    if (head->type == BLOCK_INTERFACE) { /* keeps its place */
        struct cursor none = {.at = in->at, .end = in->at, .spoiled = true};
        (void)interface_add(png, &none);
    }
    bool whole = input_skip(in, head->length - 4) && input_need(in, 4);
    if (wanted)
        source_damaged(&png->source, SKIP_block_damaged, start, "a block of %u bytes is too large",
                       head->length);
    if (!whole) {
        source_damaged(&png->source, SKIP_cut_file, start, "%s",
                       in->trouble ? in->trouble : "ends inside a block");
        return false;
    }
    struct cursor c = cursor_over(in->at, 4);
    if (number_u32(&c, head->big) != head->length)
        return stops(png, "the two lengths of a block disagree");
    return input_skip(in, 4);
}

/* Takes in the block, which is whole, at input.at; true when it yielded a packet. */
static bool block_take(struct pcapng *png, const struct head *head, struct packet *ret)
{
    struct cursor body = cursor_over(png->input.at, head->length - 4);
    cursor_skip(&body, 8);
    bool good = true, packet = false;
    switch (head->type) {
    case BLOCK_SECTION:
        good = section_begin(png, &body, head->big);
        break;
    case BLOCK_INTERFACE:
        good = interface_add(png, &body);
        break;
    case BLOCK_ENHANCED:
    case BLOCK_PACKET:
    case BLOCK_SIMPLE:
        good = packet = packet_read(png, head->type, &body, ret);
        break;
    default:
        break;
    }
    if (!good)
        source_damaged(&png->source, SKIP_block_damaged, input_offset(&png->input),
                       "a block of type %u is damaged", head->type);
    return packet;
}

/* Reads one block and moves past it; false when the source has ended. */
static bool block_read(struct pcapng *png, struct packet *ret, bool *ret_packet)
{
    struct input *in = &png->input;
    struct head head;
    *ret_packet = false;
    if (!input_need(in, BLOCK_LEAST))
        return ends(png);
    if (!head_read(in->at, HEAD_BYTES, png->big, &head))
        return stops(png, "a block's length or byte order cannot be");
    if (head.length > INPUT_NEED_MAX)
        return large_skip(png, &head);
    if (!input_need(in, head.length))
        return ends(png);
    if (!lengths_agree(in->at, &head)) {
        if (!next_is_sound(png, head.length, head.big))
            return stops(png, "the two lengths of a block disagree");
        source_damaged(&png->source, SKIP_block_damaged, input_offset(in),
                       "the two lengths of a block disagree");
    }
    *ret_packet = block_take(png, &head, ret);
    return input_skip(in, head.length);
}

static bool pcapng_next(struct source *source, struct block *block)
{
    struct pcapng *png = pcapng_of(source);
    struct input *in = &png->input;
    if (png->ended)
        return false;
    input_begin(in, block);
    const uint8_t *fetched = in->at;
    while (block->packets < BLOCK_PACKETS && input_roomy(in)) {
        struct packet *packet = &block->packet[block->packets];
        bool found;
        if (!block_read(png, packet, &found)) {
            png->ended = true;
            break;
        }
        fetched = input_prefetch(in->at, in->end, fetched);
        if (found) {
            packet->number = ++png->packets;
            block->packets++;
        }
    }
    source->read_bytes = input_progress(in);
    input_finish(in);
    return block->packets > 0 || !png->ended;
}

static void pcapng_close(struct source *source)
{
    struct pcapng *png = pcapng_of(source);
    input_close(&png->input);
    mem_free(png->interface);
    mem_free(png->source.path);
    png->magic = 0;
    mem_free(png);
}

/* Whether the file starts with a section of a version that is known. */
static bool section_known(struct pcapng *png, struct err *err)
{
    struct block none = {.packets = 0};
    struct input *in = &png->input;
    input_begin(in, &none);
    bool good = input_need(in, 14);
    if (!good) {
        (void)err_set(err, "%s: ends inside the first block of a pcapng file", png->source.path);
    } else if (!pcapng_knows(in->at, 14)) {
        good = err_set(err, "%s: its first bytes are not those of a pcapng file", png->source.path);
    } else {
        struct cursor c = cursor_over(in->at, 14);
        cursor_skip(&c, 8);
        bool big = cursor_u32(&c) == BYTE_ORDER_MARK;
        uint16_t major = number_u16(&c, big);
        good = major == 1 ||
               err_set(err, "%s: pcapng of version %u is not known", png->source.path, major);
    }
    input_finish(in);
    block_free_bytes(&none);
    return good;
}

static struct source *pcapng_open(const struct source_kind *kind, struct input *in,
                                  const char *path, struct err *err)
{
    struct pcapng *png = source_new(sizeof *png, kind, path);
    png->magic = PCAPNG_SOURCE;
    png->input = *in;
    png->source.size_bytes = input_size(in);
    if (!section_known(png, err)) {
        pcapng_close(&png->source);
        return NULL;
    }
    return &png->source;
}

static bool pcapng_first(const uint8_t *start, size_t len, struct instant *ret)
{
    struct input in;
    input_memory(&in, start, len);
    return source_first(pcapng_open(&source_pcapng, &in, "", NULL), ret);
}

const struct source_kind source_pcapng = {
    .name = "pcapng",
    .about = "captures of Wireshark and dumpcap",
    .knows = pcapng_knows,
    .first = pcapng_first,
    .open = pcapng_open,
    .next = pcapng_next,
    .close = pcapng_close,
};
