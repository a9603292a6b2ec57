/* Any bytes as a feed file: unwrapped, told by content, read, compiled. */
#include "base/buf.h"
#include "base/err.h"
#include "feeds/container.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct feed_sink *sink = feed_sink_new();
    struct buf out = {0};
    feed_container_read(sink, text_of("static/malware/x.txt"), text_at(bytes, len));
    feed_sink_build(sink, text_of("x"), text_of("/x"), &out);
    muster_assert(out.len >= sizeof(struct indicator_header));
    buf_free(&out);
    feed_sink_free(sink);
    return 0;
}
