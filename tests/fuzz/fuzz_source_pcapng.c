/*
 * Any bytes as a pcapng file. Beyond not crashing: read as a mapped file and read as a stream must
 * give the same packets, counts and words.
 */
#include "capture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (!source_pcapng.knows(bytes, len))
        return 0;
    struct taken mapped = taken_memory(bytes, len), stream = taken_stream(bytes, len);
    muster_assert(taken_same(&mapped, &stream));
    taken_free(&mapped);
    taken_free(&stream);
    struct instant first;
    (void)source_pcapng.first(bytes, len, &first);
    return 0;
}
