/* Any bytes as the content of a feed format, which the first line names (its place in feeds.list
 * may change); "pattern" is a STIX pattern alone. Every record must have been counted once. */
#include "base/err.h"
#include "feeds/compile.h"
#include "feeds/stix_pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t *line = len ? memchr(bytes, '\n', len) : NULL;
    if (line == NULL)
        return 0;
    struct text name = text_at(bytes, (size_t)(line - bytes));
    struct feed_sink *sink = feed_sink_new();
    struct feed_file file = {.path = text_of("x/hashes.csv"),
                             .content = text_at(line + 1, len - name.len - 1)};
    size_t format = 0;
    while (format < feed_formats_len && !text_is(name, feed_formats[format]->name))
        format++;
    feed_sink_file(sink, file.path);
    if (format < feed_formats_len) {
        feed_formats[format]->read(sink, &file);
    } else if (text_is(name, "pattern")) {
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
