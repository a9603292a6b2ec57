/*
 * Prints what the wire makes of each packet of a capture, a line a packet: number, source, target,
 * protocol, ports (ICMP: type and code), payload bytes; of fragments, the packet they make at the
 * number of the one that made it whole. What is not used is printed as number and reason.
 */
#include "base/mem.h"
#include "flow/fragments.h"
#include "source/source.h"
#include "wire/frame.h"

#include <inttypes.h>
#include <stdio.h>

enum { FRAGMENT_ROOM = 16 << 20 };

static uint8_t datagram[65536];

static void print_frame(const struct frame *f)
{
    char source[ADDRESS_TEXT], target[ADDRESS_TEXT];
    (void)printf("%" PRIu64 " %s %s %u %u %u %" PRIu32 "\n", f->number,
                 address_format(f->source, source), address_format(f->target, target),
                 (unsigned)f->protocol, (unsigned)f->source_port.number,
                 (unsigned)f->target_port.number, f->payload_wire);
}

static void dump_packet(struct fragments *fragments, const struct packet *p)
{
    struct frame frame;
    struct fragment part;
    struct skips skips = {{0}};
    enum skip skip = frame_decode(p, &frame, &part);
    if (skip == SKIP_fragment) {
        uint32_t whole = fragments_add(fragments, &frame, &part, &skips);
        if (whole != 0) {
            fragments_take(fragments, whole, datagram, &frame);
            skip = frame_decode_whole(&frame);
        }
        for (int i = 0; i < SKIPS; i++)
            if (skips.count[i])
                (void)fprintf(stderr, "%" PRIu64 " %s %" PRIu64 "\n", p->number, skip_name[i],
                              skips.count[i]);
    }
    if (skip == SKIPS)
        print_frame(&frame);
    else
        (void)printf("%" PRIu64 " %s\n", p->number, skip_name[skip]);
}

int main(int argc, char **argv)
{
    struct err err = {""};
    struct source *source = argc == 2 ? source_open(argv[1], NULL, &err) : NULL;
    if (source == NULL) {
        (void)fprintf(stderr, "%s\n", argc == 2 ? err.text : "usage: dump_frames CAPTURE");
        return 1;
    }
    struct fragments fragments;
    struct block *block = mem_new(1, sizeof *block);
    fragments_init(&fragments, FRAGMENT_ROOM, (struct table_seed){1, 2});
    while (source_next(source, block))
        for (uint32_t i = 0; i < block->packets; i++)
            dump_packet(&fragments, &block->packet[i]);
    fragments_free(&fragments);
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return 0;
}
