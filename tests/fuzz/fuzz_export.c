/* Any bytes as a file of flow export; and as one datagram that arrives, with what it makes bounded.
 */
#include "logs.h"
#include "source/exports.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct block block; /* too large for a stack */
    struct source source = {.units = 0};
    struct exports exports;
    log_check(&source_export, bytes, len);
    exports_init(&exports, &source, 1 << 16, (struct table_seed){1, 2});
    size_t whole = len < DATAGRAM_BYTES ? len : DATAGRAM_BYTES, half = whole / 2;
    const struct {
        const uint8_t *at;
        size_t len;
        struct address exporter;
    } part[] = {{bytes, half, address_v4(1)},
                {bytes + half, whole - half, address_v4(1)},
                {bytes, whole, address_v4(1)},
                {bytes, whole, address_v4(2)}};
    for (unsigned i = 0; i < sizeof part / sizeof part[0]; i++) {
        struct datagram d = {.at = part[i].at,
                             .len = part[i].len,
                             .exporter = part[i].exporter,
                             .received = {INT64_C(1709632800) * SECOND_US}};
        block.packets = block.records = 0;
        if (exports_roomy(&exports, &block))
            exports_take(&exports, &d, &block);
    }
    for (bool over = false; !over;) {
        block.packets = block.records = 0;
        arena_reset(&block.arena);
        over = exports_finish(&exports, &block);
    }
    muster_assert(source.units == source.used + source.remarks +
                                      source.skips.count[SKIP_line_ignored] +
                                      source.skips.count[SKIP_line_damaged]);
    exports_free(&exports);
    block_free_bytes(&block);
    block.bytes = NULL;
    return 0;
}
