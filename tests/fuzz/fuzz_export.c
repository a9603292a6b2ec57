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
    struct datagram d = {.at = bytes,
                         .len = len < DATAGRAM_BYTES ? len : DATAGRAM_BYTES,
                         .exporter = address_v4(1),
                         .received = {INT64_C(1709632800) * SECOND_US}};
    for (unsigned twice = 0; twice < 2; twice++) { /* the second time templates are known */
        block.packets = block.records = 0;
        muster_assert(exports_roomy(&exports, &block));
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
