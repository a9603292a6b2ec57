/*
 * Any bytes as a compiled indicator file. What guards the header (magic, sizes, digest) is put
 * right first, so that what lies behind it is reached.
 */
#include "base/err.h"
#include "base/mem.h"
#include "record/indicators_format.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void look_up(const struct indicators *all)
{
    static const struct indicator_window window = {30, 90, {DAY_NONE}};
    static const struct day day = {18416};
    static const uint8_t sha1[20] = {0};
    struct indicator hit[INDICATOR_HITS];
    struct indicator_set_info info;
    struct port port = {443};
    for (uint32_t i = 0; i < 64; i++)
        (void)indicators_address(all, address_v4(i * UINT32_C(0x04000001) + 0xc6336407u), port, day,
                                 &window, hit);
    (void)indicators_address(all, address_v4(0xc6336407), port, day, &window, hit);
    (void)indicators_name(all, text_of("a.b.bad.example.org"), day, &window, hit);
    (void)indicators_url(all, text_of("bad.example.org"), text_of("/x/y.php?z"), day, &window, hit);
    (void)indicators_certificate(all, sha1, day, &window, hit);
    (void)indicators_ja3(all, "51c64c77e60f3980eea90869b68c58a8", day, &window, hit);
    (void)indicators_ja4(all, "t13d1516h2_8daaf6152771_b186095e22b6", day, &window, hit);
    for (uint8_t kind = 0; kind < INDICATOR_KINDS; kind++)
        (void)indicators_get(all, 0, kind, 0, hit);
    indicators_info(all, 0, &info);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char path[64];
    struct indicator_header header = {0};
    int fd = memfd_create("fuzz", 0);
    if (fd < 0 || len < sizeof header) {
        (void)close(fd);
        return 0;
    }
    memcpy(&header, bytes, sizeof header);
    header.magic = INDICATOR_MAGIC;
    header.version = INDICATOR_VERSION;
    header.header_bytes = sizeof header;
    header.file_bytes = len;
    header.header_digest = 0;
    header.header_digest = XXH3_64bits(&header, sizeof header);
    bool written =
        write(fd, &header, sizeof header) == (ssize_t)sizeof header &&
        write(fd, bytes + sizeof header, len - sizeof header) == (ssize_t)(len - sizeof header);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct indicators *all = indicators_new();
    if (written && indicators_open(all, path, NULL))
        look_up(all);
    indicators_free(all);
    (void)close(fd);
    return 0;
}
