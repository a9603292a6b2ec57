/*
 * A file of bare datagrams of NetFlow, IPFIX or sFlow, one behind the other, as `nc -ul` or a
 * collector's spool writes them. Where one ends is told by what it says itself. Nothing tells who
 * sent them: they count as one exporter's.
 */
#include "source/exports.h"

#include "base/mem.h"
#include "source/input.h"

#include <string.h>

#define EXPORT_MAGIC UINT32_C(0x65787021)

struct export_source {
    struct source source; /* first */
    uint32_t magic;
    struct input input;
    struct exports exports;
    bool ended, started;
};

static struct export_source *export_of(struct source *source)
{
    struct export_source *s = (struct export_source *)source;
    muster_assert(s->magic == EXPORT_MAGIC);
    return s;
}

static bool export_knows(const uint8_t *start, size_t len)
{
    size_t used = 0, one;
    while (used < len) {
        bool first = used == 0;
        /* The start of a file may end inside a datagram. */
        if (export_look(start + used, len - used, false, &one) == EXPORT_NONE)
            return !first && len - used < 24;
        used += one;
    }
    return used > 0;
}

static struct source *export_open(const struct source_kind *kind, struct input *in,
                                  const char *path, struct err *err)
{
    (void)err;
    struct export_source *s = source_new(sizeof *s, kind, path);
    s->magic = EXPORT_MAGIC;
    s->input = *in;
    s->source.size_bytes = input_size(in);
    s->source.lacks = EXPORT_LACKS;
    s->source.identity = source_identity_new();
    return &s->source;
}

/* Takes the datagram at the front; false: there is none. What cannot be one ends the reading, for
 * nothing tells where the next begins. */
static bool datagram_read(struct export_source *s, struct block *block)
{
    struct input *in = &s->input;
    size_t len;
    (void)input_need(in, DATAGRAM_BYTES);
    size_t left = (size_t)(in->end - in->at);
    if (left == 0) {
        if (in->trouble)
            source_damaged(&s->source, SKIP_cut_file, input_offset(in), "%s", in->trouble);
        return false;
    }
    bool last = left < DATAGRAM_BYTES;
    enum export_protocol p = export_look(in->at, left, last, &len);
    if (p == EXPORT_NONE) {
        s->source.units++;
        source_damaged(&s->source, SKIP_line_damaged, input_offset(in),
                       "no datagram of NetFlow, IPFIX or sFlow%s", last ? " that is whole" : "");
        (void)XXH3_128bits_update(s->source.identity, in->at, left);
        in->at = in->end;
        return false;
    }
    struct datagram d = {.at = in->at,
                         .len = len < left ? len : left,
                         .received = {INSTANT_NONE_US},
                         .offset = input_offset(in)};
    (void)XXH3_128bits_update(s->source.identity, d.at, d.len);
    exports_take(&s->exports, &d, block);
    in->at += d.len;
    return true;
}

static bool export_next(struct source *source, struct block *block)
{
    struct export_source *s = export_of(source);
    if (s->ended)
        return false;
    if (!s->started)
        exports_init(&s->exports, source, source->memory_bytes, source->seed);
    s->started = true;
    input_begin(&s->input, block);
    arena_reset(&block->arena);
    bool more = true;
    while (more && input_roomy(&s->input) && exports_roomy(&s->exports, block))
        more = datagram_read(s, block);
    source->read_bytes = input_progress(&s->input);
    input_finish(&s->input);
    if (!more || s->exports.conversations.ended)
        s->ended = exports_finish(&s->exports, block);
    return true;
}

static void export_close(struct source *source)
{
    struct export_source *s = export_of(source);
    if (s->started)
        exports_free(&s->exports);
    input_close(&s->input);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    s->magic = 0;
    mem_free(s);
}

const struct source_kind source_export = {
    .name = "export",
    .about = "datagrams of NetFlow, IPFIX or sFlow, bare or in a capture of nothing else",
    .unit = "record",
    .knows = export_knows,
    .open = export_open,
    .next = export_next,
    .close = export_close,
};
