/*
 * The classic capture file of libpcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records
 * of a 16-byte header and the packet's bytes. Both byte orders; microseconds and nanoseconds; the
 * "modified" kind of Kuznetzov's patch, whose records have 8 bytes more; the lengths that libpcap
 * before 0.5 wrote the wrong way round.
 *
 * Records carry no mark, so once a length is wrong nothing tells where the next one begins: what
 * stands behind is not read, and source->damage says where that was.
 */
#include "source/input.h"

#include "base/mem.h"

#include <string.h>

enum {
    HEADER_BYTES = 24,
    RECORD_BYTES = 16,
    MODIFIED_BYTES = 8, /* interface, protocol, packet type behind a modified record's header */
};

#define PCAP_SOURCE UINT32_C(0x70636170)
#define MAGIC_MICRO UINT32_C(0xa1b2c3d4)
#define MAGIC_NANO UINT32_C(0xa1b23c4d)
#define MAGIC_MODIFIED UINT32_C(0xa1b2cd34)

enum lengths { LENGTHS_RIGHT, LENGTHS_SWAPPED, LENGTHS_PERHAPS_SWAPPED };

struct pcap {
    struct source source; /* first */
    uint32_t magic;       /* PCAP_SOURCE */
    struct input input;
    bool swapped;  /* the file's numbers are big-endian */
    bool nano;     /* fractions are nanoseconds */
    uint8_t extra; /* bytes behind a record's header */
    enum lengths lengths;
    uint16_t link;
    uint64_t packets;
    bool ended;
};

static struct pcap *pcap_of(struct source *source)
{
    struct pcap *pcap = (struct pcap *)source;
    muster_assert(pcap->magic == PCAP_SOURCE);
    return pcap;
}

static inline uint32_t number_u32(struct cursor *c, bool swapped)
{
    uint32_t n = cursor_u32_le(c);
    return swapped ? __builtin_bswap32(n) : n;
}

static bool magic_known(uint32_t magic)
{
    return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED;
}

static bool pcap_knows(const uint8_t *start, size_t len)
{
    struct cursor c = cursor_over(start, len);
    uint32_t magic = cursor_u32(&c);
    return cursor_ok(&c) && (magic_known(magic) || magic_known(__builtin_bswap32(magic)));
}

/* Which releases of libpcap wrote the two lengths of a record in which order: its savefile format
 * turned from (length, captured) to (captured, length) with version 2.3; some of 2.3 did not. */
static enum lengths lengths_of(uint16_t major, uint16_t minor)
{
    if (major == 2 && minor < 3)
        return LENGTHS_SWAPPED;
    if (major == 2 && minor == 3)
        return LENGTHS_PERHAPS_SWAPPED;
    return LENGTHS_RIGHT;
}

static bool header_read(struct pcap *pcap, struct err *err)
{
    struct block none = {.packets = 0};
    bool whole = true;
    input_begin(&pcap->input, &none);
    whole = input_need(&pcap->input, HEADER_BYTES);
    if (whole) {
        struct cursor c = cursor_over(pcap->input.at, HEADER_BYTES);
        uint32_t magic = cursor_u32_le(&c);
        pcap->swapped = !magic_known(magic);
        magic = pcap->swapped ? __builtin_bswap32(magic) : magic;
        pcap->nano = magic == MAGIC_NANO;
        pcap->extra = magic == MAGIC_MODIFIED ? MODIFIED_BYTES : 0;
        uint32_t version = number_u32(&c, pcap->swapped);
        uint16_t major = (uint16_t)(pcap->swapped ? version >> 16 : version);
        uint16_t minor = (uint16_t)(pcap->swapped ? version : version >> 16);
        pcap->lengths = lengths_of(major, minor);
        cursor_skip(&c, 12); /* time zone, accuracy (never used), snap length (not kept to) */
        pcap->link = source_link_number(number_u32(&c, pcap->swapped));
        whole = cursor_ok(&c) && magic_known(magic);
        if (!whole)
            (void)err_set(err, "%s: its first bytes are not those of a pcap file",
                          pcap->source.path);
    } else {
        (void)err_set(err, "%s: ends inside the header of a pcap file", pcap->source.path);
    }
    (void)input_skip(&pcap->input, HEADER_BYTES);
    input_finish(&pcap->input);
    block_free_bytes(&none);
    return whole;
}

/* Reads the record at c and moves past it; false when it is not whole or not possible. */
static inline bool record_read(struct cursor *c, const struct pcap *pcap, struct packet *ret)
{
    struct cursor r = *c;
    uint32_t seconds = number_u32(&r, pcap->swapped);
    uint32_t fraction = number_u32(&r, pcap->swapped);
    uint32_t captured = number_u32(&r, pcap->swapped);
    uint32_t length = number_u32(&r, pcap->swapped);
    cursor_skip(&r, pcap->extra);
    if (pcap->lengths == LENGTHS_SWAPPED ||
        (pcap->lengths == LENGTHS_PERHAPS_SWAPPED && captured > length)) {
        uint32_t kept = captured;
        captured = length;
        length = kept;
    }
    if (captured > CAPTURED_MAX)
        return false;
    const uint8_t *at = cursor_take(&r, captured);
    if (!cursor_ok(&r))
        return false;
    ret->time.us = (int64_t)seconds * SECOND_US + (pcap->nano ? fraction / 1000 : fraction);
    ret->at = at;
    ret->captured = captured;
    ret->length = length;
    ret->link = pcap->link;
    *c = r;
    return true;
}

/* Why record_read said no, with the whole of the window known: more can be read (true), or the
 * source has ended, well or not. */
static bool record_retry(struct pcap *pcap)
{
    struct input *in = &pcap->input;
    size_t head = RECORD_BYTES + (size_t)pcap->extra;
    uint32_t captured = 0;
    if (input_need(in, head)) {
        struct cursor c = cursor_over(in->at, RECORD_BYTES);
        cursor_skip(&c, 8);
        uint32_t first = number_u32(&c, pcap->swapped), second = number_u32(&c, pcap->swapped);
        bool swap = pcap->lengths == LENGTHS_SWAPPED ||
                    (pcap->lengths == LENGTHS_PERHAPS_SWAPPED && first > second);
        captured = swap ? second : first;
        if (captured > CAPTURED_MAX) {
            source_damaged(&pcap->source, SKIP_block_damaged, input_offset(in),
                           "a packet of %u captured bytes cannot be; what follows was not read",
                           captured);
            return false;
        }
        if (input_need(in, head + captured))
            return true;
    }
    if (in->trouble != NULL)
        source_damaged(&pcap->source, SKIP_cut_file, input_offset(in), "%s", in->trouble);
    else if (in->at != in->end)
        source_damaged(&pcap->source, SKIP_cut_file, input_offset(in), "ends inside a packet");
    return false;
}

static bool pcap_next(struct source *source, struct block *block)
{
    struct pcap *pcap = pcap_of(source);
    struct input *in = &pcap->input;
    if (pcap->ended)
        return false;
    input_begin(in, block);
    uint32_t n = 0;
    while (n < BLOCK_PACKETS && input_roomy(in)) {
        struct cursor c = {.at = in->at, .end = in->end, .spoiled = false};
        uint64_t number = pcap->packets - n;
        const uint8_t *fetched = c.at;
        while (n < BLOCK_PACKETS && record_read(&c, pcap, &block->packet[n])) {
            fetched = input_prefetch(c.at, c.end, fetched);
            n++;
            block->packet[n - 1].number = number + n;
        }
        pcap->packets = number + n;
        in->at = c.at;
        if (n < BLOCK_PACKETS && !record_retry(pcap)) {
            pcap->ended = true;
            break;
        }
    }
    block->packets = n;
    source->read_bytes = input_progress(in);
    input_finish(in);
    return n > 0 || !pcap->ended;
}

static void pcap_close(struct source *source)
{
    struct pcap *pcap = pcap_of(source);
    input_close(&pcap->input);
    mem_free(pcap->source.path);
    pcap->magic = 0;
    mem_free(pcap);
}

static struct source *pcap_open(const struct source_kind *kind, struct input *in, const char *path,
                                struct err *err)
{
    struct pcap *pcap = source_new(sizeof *pcap, kind, path);
    pcap->magic = PCAP_SOURCE;
    pcap->input = *in;
    pcap->source.size_bytes = input_size(in);
    if (!header_read(pcap, err)) {
        pcap_close(&pcap->source);
        return NULL;
    }
    return &pcap->source;
}

static bool pcap_first(const uint8_t *start, size_t len, struct instant *ret)
{
    struct input in;
    input_memory(&in, start, len);
    return source_first(pcap_open(&source_pcap, &in, "", NULL), ret);
}

const struct source_kind source_pcap = {
    .name = "pcap",
    .about = "captures of tcpdump and libpcap",
    .knows = pcap_knows,
    .first = pcap_first,
    .open = pcap_open,
    .next = pcap_next,
    .close = pcap_close,
};
