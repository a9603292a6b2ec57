/* Cuts a little-endian microsecond pcap file, as muster simulate writes it, into one file an hour:
 *     split_hours FILE FOLDER            -> FOLDER/00.pcap ... by the hour of each packet's time */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { HEAD = 24, RECORD = 16, PACKET_MAX = 1 << 18 };

static uint32_t number(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

int main(int argc, char **argv)
{
    static unsigned char head[HEAD], record[RECORD], packet[PACKET_MAX];
    FILE *out[24] = {0};
    FILE *in = argc == 3 ? fopen(argv[1], "rb") : NULL;
    if (in == NULL || fread(head, HEAD, 1, in) != 1 || number(head) != UINT32_C(0xa1b2c3d4))
        return 1;
    while (fread(record, RECORD, 1, in) == 1) {
        uint32_t len = number(record + 8), hour = number(record) / 3600 % 24;
        if (len > PACKET_MAX || fread(packet, 1, len, in) != len)
            return 1;
        if (out[hour] == NULL) {
            char path[4096];
            (void)snprintf(path, sizeof path, "%s/%02" PRIu32 ".pcap", argv[2], hour);
            out[hour] = fopen(path, "wb");
            if (out[hour] == NULL || fwrite(head, HEAD, 1, out[hour]) != 1)
                return 1;
        }
        if (fwrite(record, RECORD, 1, out[hour]) != 1 || fwrite(packet, 1, len, out[hour]) != len)
            return 1;
    }
    for (int hour = 0; hour < 24; hour++)
        if (out[hour] && fclose(out[hour]) != 0)
            return 1;
    return fclose(in) != 0;
}
