/*
 * Every flow that a file of bare datagrams, or a capture of them, tells before it is paired, one a
 * line:
 *     source source-port target target-port protocol packets bytes first last flags
 * Times are microseconds since 1970. What goes to conversations_add is shown instead
 * (link with -Wl,--wrap=conversations_add).
 */
#include "base/mem.h"
#include "export_capture.h"
#include "source/conversations.h"
#include "source/source.h"

#include <stdio.h>

void __wrap_conversations_add(struct conversations *c, const struct piece *p);

void __wrap_conversations_add(struct conversations *c, const struct piece *p)
{
    char source[ADDRESS_TEXT], target[ADDRESS_TEXT];
    (void)c;
    if (p->packets == 0) /* all of it went the other way */
        return;
    (void)printf("%s %u %s %u %u %llu %llu %lld %lld %u\n", address_format(p->source, source),
                 p->source_port.number, address_format(p->target, target), p->target_port.number,
                 p->protocol, (unsigned long long)p->packets, (unsigned long long)p->bytes,
                 (long long)p->first.us, (long long)p->last.us, p->tcp_flags);
}

int main(int argc, char **argv)
{
    struct err err;
    struct source_item item = {.name = argv[argc - 1], .path = &argv[argc - 1], .len = 1};
    struct source *source = argc == 2 ? export_capture_open(&item, "export", &err) : NULL;
    unsigned long long packets = 0;
    if (source == NULL) {
        (void)fprintf(stderr, "%s\n", argc == 2 ? err.text : "usage: dump_export FILE");
        return 1;
    }
    struct block *block = mem_new(1, sizeof *block);
    while (source_next(source, block))
        packets += block->packets;
    (void)fprintf(stderr,
                  "%llu records: %llu flows and packets (%llu), %llu ignored, %llu remarks, %llu "
                  "damaged. %s\n",
                  (unsigned long long)source->units, (unsigned long long)source->used, packets,
                  (unsigned long long)source->skips.count[SKIP_line_ignored],
                  (unsigned long long)source->remarks,
                  (unsigned long long)source->skips.count[SKIP_line_damaged], source->damage);
    source_close(source);
    block_free_bytes(block);
    mem_free(block);
    return 0;
}
