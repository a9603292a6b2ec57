/*
 * Datagrams of flow export, as bare files hold them one behind the other, put into a capture of
 * UDP. usage: export_wrap OUT.pcap FILE... ; a file's bytes that are no datagram go into one of
 * their own.
 */
#include "base/file.h"
#include "source/exports.h"

#include <stdio.h>
#include <string.h>

static void put(FILE *out, uint64_t value, unsigned bytes, bool big)
{
    for (unsigned i = 0; i < bytes; i++)
        (void)fputc((int)(value >> 8 * (big ? bytes - 1 - i : i) & 0xff), out);
}

static void frame(FILE *out, const uint8_t *at, size_t len, unsigned second)
{
    size_t total = 14 + 20 + 8 + len;
    put(out, 1709632800 + second, 4, false);
    put(out, 0, 4, false);
    put(out, total, 4, false);
    put(out, total, 4, false);
    put(out, 0x020000000001, 6, true);
    put(out, 0x020000000002, 6, true);
    put(out, 0x0800, 2, true);
    put(out, 0x4500, 2, true);
    put(out, 28 + len, 2, true);
    put(out, 0, 4, true);
    put(out, 0x40110000, 4, true); /* no checksum */
    put(out, 0xc0000201, 4, true);
    put(out, 0xc0000202, 4, true);
    put(out, 40000, 2, true);
    put(out, 2055, 2, true);
    put(out, 8 + len, 2, true);
    put(out, 0, 2, true);
    (void)fwrite(at, 1, len, out);
}

int main(int argc, char **argv)
{
    FILE *out = argc > 2 ? fopen(argv[1], "wb") : NULL;
    if (out == NULL) {
        (void)fprintf(stderr, "usage: export_wrap OUT.pcap FILE...\n");
        return 2;
    }
    put(out, 0xa1b2c3d4, 4, false);
    put(out, 0x00040002, 4, false);
    put(out, 0, 8, false);
    put(out, 262144, 4, false);
    put(out, 1, 4, false);
    unsigned second = 0;
    for (int i = 2; i < argc; i++) {
        struct file_map map = {0};
        if (!file_map(&map, argv[i], NULL))
            return 1;
        for (size_t at = 0; at < map.len;) {
            size_t len = 0;
            if (export_look(map.at + at, map.len - at, true, &len) == EXPORT_NONE)
                len = map.len - at;
            frame(out, map.at + at, len, second++);
            at += len;
        }
        file_unmap(&map);
    }
    return fclose(out) == 0 ? 0 : 1;
}
