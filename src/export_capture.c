#include "export_capture.h"

#include "base/mem.h"
#include "flow/fragments.h"
#include "source/exports.h"
#include "source/input.h"
#include "wire/frame.h"

#include <string.h>
#include <sys/stat.h>

#define CAPTURE_MAGIC UINT32_C(0x65636170)
enum { FRAGMENTS_BYTES = 4 << 20, IDENTITY_BYTES = 96 };

/* A source over another: its packets' datagrams become conversations. */
struct export_capture {
    struct source source; /* first */
    uint32_t magic;
    struct source *packets;
    struct block *block; /* of packets in hand */
    uint32_t at;         /* the next of them */
    struct exports exports;
    struct fragments fragments;
    uint8_t *whole; /* a datagram put together, DATAGRAM_BYTES */
    bool started, drained, ended;
};

static struct export_capture *capture_of(struct source *source)
{
    struct export_capture *c = (struct export_capture *)source;
    muster_assert(c->magic == CAPTURE_MAGIC);
    return c;
}

/* ---- whether it is one */

enum look { LOOK_EXPORT, LOOK_BESIDE, LOOK_OTHER };

struct collector {
    struct address address;
    struct port port;
};

/* What a packet says of the capture. A fragment says nothing until the datagrams are read: the
 * first one has the datagram's beginning, the others no ports. */
static enum look packet_look(const struct packet *p, struct collector *to)
{
    struct frame f;
    struct fragment part;
    size_t len;
    enum skip skip = frame_decode(p, &f, &part);
    if (skip == SKIP_not_ip)
        return LOOK_BESIDE;
    if (skip == SKIP_fragment)
        return f.protocol == PROTOCOL_UDP ? LOOK_BESIDE : LOOK_OTHER;
    if (skip != SKIPS)
        return LOOK_OTHER;
    if (f.protocol == PROTOCOL_ICMP || f.protocol == PROTOCOL_ICMP6)
        return LOOK_BESIDE;
    if (f.protocol != PROTOCOL_UDP || f.payload_len > DATAGRAM_BYTES ||
        export_look(f.payload, f.payload_len, f.payload_len == f.payload_wire, &len) ==
            EXPORT_NONE ||
        len < f.payload_len)
        return LOOK_OTHER;
    if (!address_known(to->address))
        *to = (struct collector){f.target, f.target_port};
    return address_same(to->address, f.target) && to->port.number == f.target_port.number
               ? LOOK_EXPORT
               : LOOK_OTHER;
}

/* Reads the whole capture, or up to the first packet that says that it is none. */
static bool is_export(const char *path)
{
    struct source *source = source_open(path, NULL, NULL);
    struct collector to = {.port = {0}};
    uint64_t found = 0;
    bool good = source != NULL;
    if (!good)
        return false;
    struct block *block = mem_new(1, sizeof *block);
    while (good && source_next(source, block))
        for (uint32_t i = 0; good && i < block->packets; i++) {
            enum look look = packet_look(&block->packet[i], &to);
            found += look == LOOK_EXPORT;
            good = look != LOOK_OTHER;
        }
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return good && found > 0;
}

/* ---- reading it */

static void identify(struct export_capture *c, const struct packet *p)
{
    struct {
        int64_t time_us;
        uint32_t captured, length;
    } head = {p->time.us, p->captured, p->length};
    (void)XXH3_128bits_update(c->source.identity, &head, sizeof head);
    (void)XXH3_128bits_update(c->source.identity, p->at,
                              p->captured < IDENTITY_BYTES ? p->captured : IDENTITY_BYTES);
}

/* The frame of a whole UDP datagram; false: there is none (yet). */
static bool datagram_frame(struct export_capture *c, const struct packet *p, struct frame *f)
{
    struct fragment part;
    enum skip skip = frame_decode(p, f, &part);
    if (skip == SKIP_fragment && f->protocol == PROTOCOL_UDP) {
        uint32_t whole = fragments_add(&c->fragments, f, &part, &c->source.skips);
        if (whole == 0)
            return false;
        if (fragments_len(&c->fragments, whole) > DATAGRAM_BYTES) {
            fragments_drop(&c->fragments, whole, &c->source.skips);
            return false;
        }
        fragments_take(&c->fragments, whole, c->whole, f);
        skip = frame_decode_whole(f);
    }
    if (skip == SKIPS && f->protocol == PROTOCOL_UDP && f->payload_len <= DATAGRAM_BYTES)
        return true;
    if (skip == SKIPS)
        skip = SKIP_line_ignored;
    c->source.units += skip == SKIP_line_ignored;
    c->source.skips.count[skip]++;
    return false;
}

static void packet_take(struct export_capture *c, const struct packet *p, struct block *block)
{
    struct frame f;
    identify(c, p);
    if (!datagram_frame(c, p, &f))
        return;
    struct datagram d = {.at = f.payload,
                         .len = f.payload_len,
                         .exporter = f.source,
                         .received = f.time,
                         .offset = c->packets->read_bytes};
    exports_take(&c->exports, &d, block);
}

static void start(struct export_capture *c)
{
    c->started = true;
    exports_init(&c->exports, &c->source, c->source.memory_bytes, c->source.seed);
    fragments_init(&c->fragments, FRAGMENTS_BYTES, c->source.seed);
}

static bool capture_next(struct source *source, struct block *block)
{
    struct export_capture *c = capture_of(source);
    if (c->ended)
        return false;
    if (!c->started)
        start(c);
    block->packets = block->records = 0;
    arena_reset(&block->arena);
    while (!c->drained && exports_roomy(&c->exports, block)) {
        if (c->at == c->block->packets) {
            c->at = 0;
            c->drained = !source_next(c->packets, c->block);
            if (c->drained)
                break;
        }
        packet_take(c, &c->block->packet[c->at++], block);
    }
    source->read_bytes = c->packets->read_bytes;
    if (!c->drained)
        return true;
    if (!c->exports.conversations.ended) {
        fragments_reset(&c->fragments, &source->skips);
        skips_add(&source->skips, &c->packets->skips);
        memcpy(source->damage, *c->packets->damage ? c->packets->damage : source->damage,
               sizeof source->damage);
    }
    c->ended = exports_finish(&c->exports, block);
    return true;
}

static void capture_close(struct source *source)
{
    struct export_capture *c = capture_of(source);
    if (c->started) {
        exports_free(&c->exports);
        fragments_free(&c->fragments);
    }
    block_free_bytes(c->block);
    mem_free(c->block);
    mem_free(c->whole);
    source_close(c->packets);
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    c->magic = 0;
    mem_free(c);
}

static const struct source_kind kind = {
    .name = "export",
    .about = "a capture of flow export",
    .unit = "record",
    .next = capture_next,
    .close = capture_close,
};

static struct source *capture_over(struct source *packets)
{
    struct export_capture *c = source_new(sizeof *c, &kind, packets->path);
    c->magic = CAPTURE_MAGIC;
    c->packets = packets;
    c->block = mem_new(1, sizeof *c->block);
    c->whole = mem_new(1, DATAGRAM_BYTES);
    c->source.size_bytes = packets->size_bytes;
    c->source.lacks = EXPORT_LACKS;
    c->source.identity = source_identity_new();
    return &c->source;
}

struct source *export_capture_open(const struct source_item *item, const char *kind_or_null,
                                   struct err *err)
{
    struct stat st;
    const char *path = item->path[0];
    bool said = kind_or_null && strcmp(kind_or_null, source_export.name) == 0;
    if (said) { /* of a capture the packets' datagrams, else the file's */
        struct source *capture = source_open(path, NULL, NULL);
        if (capture && capture->kind->unit == NULL)
            return capture_over(capture);
        if (capture && capture->kind == &source_export)
            return capture; /* what came through a pipe comes once */
        source_close(capture);
    }
    struct source *source = source_open_item(item, kind_or_null, err);
    if (source == NULL || source->kind->unit != NULL || kind_or_null != NULL)
        return source;
    bool twice = strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISREG(st.st_mode);
    return twice && is_export(path) ? capture_over(source) : source;
}
