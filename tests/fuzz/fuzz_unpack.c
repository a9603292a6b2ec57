/*
 * Any bytes as a compressed file, read through source_open as everything is. Beyond not crashing:
 * it ends, and what comes out is bounded by what went in.
 */
#include "capture.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    if (!unpack_knows(bytes, len))
        return 0;
    char path[64];
    int fd = memfd_create("capture", MFD_CLOEXEC);
    muster_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct source *source = source_open(path, NULL, NULL);
    if (source != NULL) {
        struct block *block = mem_new(1, sizeof *block);
        uint64_t captured = 0;
        while (source_next(source, block))
            for (uint32_t i = 0; i < block->packets; i++)
                captured += block->packet[i].captured;
        /* a step beyond the bound may still be given */
        muster_assert(captured <= UNPACK_FREE_BYTES + (len + 1) * UNPACK_RATIO_MAX + INPUT_ROOM);
        block_free_bytes(block);
        mem_free(block);
        source_close(source);
    }
    (void)close(fd);
    return 0;
}
