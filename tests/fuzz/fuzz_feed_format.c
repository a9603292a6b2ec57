/* Any bytes as the content of each feed format, chosen by the first byte; one value is a STIX
 * pattern alone. Every record must have been counted once. */
#include "base/err.h"
#include "feeds/compile.h"
#include "feeds/stix_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (len == 0)
        return 0;
    struct feed_sink *sink = feed_sink_new();
    struct feed_file file = {.path = text_of("x/hashes.csv"),
                             .content = text_at(bytes + 1, len - 1)};
    unsigned format = bytes[0] % (feed_formats_len + 1);
    feed_sink_file(sink, file.path);
    if (format < feed_formats_len) {
        feed_formats[format]->read(sink, &file);
    } else {
        struct feed_listing listing = FEED_LISTING_NONE;
        feed_record(sink, "object", 1);
        stix_pattern_read(sink, &listing, file.content);
    }
    feed_sink_file(sink, file.path);
    uint64_t rejects = 0;
    for (unsigned i = 0; i < INDICATOR_REJECTS; i++)
        rejects += sink->rejects[i];
    muster_assert(sink->total >= sink->records[FEED_USED]);
    muster_assert(rejects >= sink->records[FEED_REFUSED]);
    feed_sink_free(sink);
    return 0;
}
