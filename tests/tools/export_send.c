/*
 * Sends the datagrams of a file of them (bare, one behind the other) over UDP at a rate.
 * usage: export_send FILE ADDRESS PORT RECORDS-PER-SECOND [TIMES]
 * A v5 datagram's records are those its header counts; of others 30 are taken for a datagram's.
 */
#include "base/clock.h"
#include "base/file.h"
#include "source/exports.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct file_map map = {0};
    if (argc < 5 || !file_map(&map, argv[1], NULL)) {
        (void)fprintf(stderr, "usage: export_send FILE ADDRESS PORT RECORDS-PER-SECOND [TIMES]\n");
        return 2;
    }
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(argv[3], NULL, 10))};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (inet_pton(AF_INET, argv[2], &to.sin_addr) != 1 || fd < 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return 1;
    double rate = strtod(argv[4], NULL);
    unsigned long times = argc > 5 ? strtoul(argv[5], NULL, 10) : 1;
    uint64_t datagrams = 0, records = 0, failed = 0;
    int64_t start_us = clock_monotonic_us();
    for (unsigned long round = 0; round < times; round++)
        for (size_t at = 0, len = 0; at < map.len; at += len) {
            enum export_protocol p = export_look(map.at + at, map.len - at, true, &len);
            if (p == EXPORT_NONE)
                return 1;
            failed += send(fd, map.at + at, len, 0) != (ssize_t)len;
            datagrams++;
            records += p == EXPORT_NETFLOW5 ? field_u16(map.at + at + 2) : 30;
            int64_t due_us = start_us + (int64_t)((double)records / rate * 1e6);
            int64_t ahead_us = due_us - clock_monotonic_us();
            if (ahead_us > 1000) {
                struct timespec nap = {0, (long)(ahead_us % 1000000) * 1000};
                (void)nanosleep(&nap, NULL);
            }
        }
    double seconds = (double)(clock_monotonic_us() - start_us) / 1e6;
    (void)printf("%llu datagrams, %llu records in %.2f s: %.0f records/s; %llu not sent\n",
                 (unsigned long long)datagrams, (unsigned long long)records, seconds,
                 (double)records / seconds, (unsigned long long)failed);
    file_unmap(&map);
    return failed > 0;
}
