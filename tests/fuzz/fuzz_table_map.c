/* Any bytes as a mapping of a table. */
#include "table_map.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct table_map map;
    struct err err = {.text = ""};
    char path[64];
    int fd = memfd_create("map", 0);
    muster_assert(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    bool good = table_map_read(&map, path, &err);
    muster_assert(good || err.text[0]);
    (void)close(fd);
    return 0;
}
