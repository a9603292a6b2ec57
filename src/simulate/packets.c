#include "simulate/packets.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "record/packet.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { ETHERNET = 14, IP = 20, UDP = 8, TCP = 20, SYN_OPTIONS = 12, PENDING = 1 << 20 };

/* A packet that waits for its turn. */
struct pending {
    struct instant time;
    uint64_t number; /* in order of handing over: keeps packets of one time in order */
    uint32_t len;
    uint8_t *bytes;
};

struct packets {
    char path[PATH_MAX], temp[PATH_MAX];
    FILE *file;
    struct pending *heap; /* the earliest at 0 */
    size_t heap_len, heap_room;
    struct instant out; /* of the last one written */
    uint64_t numbers, written, bytes;
    uint16_t ip_id;
};

static void put_u16(uint8_t *at, uint32_t n)
{
    at[0] = (uint8_t)(n >> 8);
    at[1] = (uint8_t)n;
}

static void put_u32(uint8_t *at, uint32_t n)
{
    put_u16(at, n >> 16);
    put_u16(at + 2, n);
}

static void put_u32_le(uint8_t *at, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(n >> 8 * i);
}

struct packets *packets_new(const char *path, struct err *err)
{
    struct packets *packets = mem_new(1, sizeof *packets);
    int len = snprintf(packets->path, sizeof packets->path, "%s", path);
    int temp = snprintf(packets->temp, sizeof packets->temp, "%s.%ld.tmp", path, (long)getpid());
    if (len < 0 || temp < 0 || (size_t)temp >= sizeof packets->temp) {
        (void)err_set(err, "the path %s is too long", path);
        mem_free(packets);
        return NULL;
    }
    packets->file = fopen(packets->temp, "wbe");
    if (packets->file == NULL) {
        (void)err_errno(err, "cannot write %s", packets->temp);
        mem_free(packets);
        return NULL;
    }
    packets->out.us = INT64_MIN;
    /* draft-ietf-opsawg-pcap: magic, version 2.4, zone, accuracy, snap length, link type 1 */
    uint8_t header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0};
    put_u32_le(header + 16, 262144);
    put_u32_le(header + 20, 1);
    (void)fwrite(header, 1, sizeof header, packets->file);
    return packets;
}

static bool earlier(const struct pending *a, const struct pending *b)
{
    return a->time.us != b->time.us ? a->time.us < b->time.us : a->number < b->number;
}

static void heap_push(struct packets *packets, struct pending one)
{
    muster_assert(packets->heap_len < PENDING);
    if (packets->heap_len == packets->heap_room) {
        packets->heap_room = packets->heap_room ? packets->heap_room * 2 : 1024;
        packets->heap = mem_resize(packets->heap, packets->heap_room, sizeof *packets->heap);
    }
    size_t i = packets->heap_len++;
    for (; i > 0 && earlier(&one, &packets->heap[(i - 1) / 2]); i = (i - 1) / 2)
        packets->heap[i] = packets->heap[(i - 1) / 2];
    packets->heap[i] = one;
}

static struct pending heap_pop(struct packets *packets)
{
    struct pending *heap = packets->heap, first = heap[0], last = heap[--packets->heap_len];
    size_t i = 0, len = packets->heap_len;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= len)
            break;
        if (child + 1 < len && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &last))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
    return first;
}

static void write_one(struct packets *packets, const struct pending *one)
{
    uint8_t header[16];
    put_u32_le(header, (uint32_t)(one->time.us / SECOND_US));
    put_u32_le(header + 4, (uint32_t)(one->time.us % SECOND_US));
    put_u32_le(header + 8, one->len);
    put_u32_le(header + 12, one->len);
    /* A full disk shows in ferror at the end. */
    (void)fwrite(header, 1, sizeof header, packets->file);
    (void)fwrite(one->bytes, 1, one->len, packets->file);
    packets->written++;
    packets->bytes += one->len;
    packets->out = one->time;
}

void packets_until(struct packets *packets, struct instant time)
{
    while (packets->heap_len > 0 && packets->heap[0].time.us < time.us) {
        struct pending one = heap_pop(packets);
        write_one(packets, &one);
        mem_free(one.bytes);
    }
}

/* RFC 1071, over bytes and a start value of sums. */
static uint16_t checksum(const uint8_t *at, size_t len, uint32_t sum)
{
    for (size_t i = 0; i + 1 < len; i += 2)
        sum += (uint32_t)at[i] << 8 | at[i + 1];
    if (len & 1)
        sum += (uint32_t)at[len - 1] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* The pseudo header of RFC 9293 3.1 and RFC 768. */
static uint32_t pseudo_sum(uint32_t source, uint32_t target, uint8_t protocol, size_t len)
{
    return (source >> 16) + (source & 0xffff) + (target >> 16) + (target & 0xffff) + protocol +
           (uint32_t)len;
}

static void put_mac(uint8_t *at, uint64_t mac)
{
    for (int i = 0; i < 6; i++)
        at[i] = (uint8_t)(mac >> (40 - 8 * i));
}

/* Ethernet (padded to 60 bytes as on the wire) and IPv4 around `len` bytes of transport, which the
 * caller then writes at the returned place; queue_add hands the packet over. */
static uint8_t *frame_new(struct packets *packets, struct pending *one, const struct end *from,
                          const struct end *to, uint8_t protocol, size_t len)
{
    size_t whole = ETHERNET + IP + len;
    one->len = (uint32_t)(whole < 60 ? 60 : whole);
    one->bytes = mem_new(one->len, 1);
    uint8_t *p = one->bytes;
    put_mac(p, to->mac);
    put_mac(p + 6, from->mac);
    put_u16(p + 12, 0x0800);
    uint8_t *ip = p + ETHERNET;
    ip[0] = 0x45;
    put_u16(ip + 2, (uint32_t)(IP + len));
    put_u16(ip + 4, packets->ip_id++);
    put_u16(ip + 6, 0x4000); /* don't fragment */
    ip[8] = 64;
    ip[9] = protocol;
    put_u32(ip + 12, address_v4_number(from->address));
    put_u32(ip + 16, address_v4_number(to->address));
    put_u16(ip + 10, checksum(ip, IP, 0));
    return ip + IP;
}

static void queue_add(struct packets *packets, struct instant time, struct pending *one)
{
    muster_assert(time.us >= packets->out.us);
    one->time = time;
    one->number = packets->numbers++;
    heap_push(packets, *one);
}

void packets_udp(struct packets *packets, struct instant time, const struct end *from,
                 const struct end *to, const void *bytes, size_t len)
{
    struct pending one;
    uint8_t *udp = frame_new(packets, &one, from, to, PROTOCOL_UDP, UDP + len);
    put_u16(udp, from->port.number);
    put_u16(udp + 2, to->port.number);
    put_u16(udp + 4, (uint32_t)(UDP + len));
    memcpy(udp + UDP, bytes, len);
    uint32_t sum = pseudo_sum(address_v4_number(from->address), address_v4_number(to->address),
                              PROTOCOL_UDP, UDP + len);
    uint16_t check = checksum(udp, UDP + len, sum);
    put_u16(udp + 6, check ? check : 0xffff); /* 0 would say "none" (RFC 768) */
    queue_add(packets, time, &one);
}

void packets_tcp(struct packets *packets, struct instant time, const struct end *from,
                 const struct end *to, uint32_t seq, uint32_t ack, uint8_t flags, const void *bytes,
                 size_t len)
{
    /* MSS, SACK permitted, window scale */
    static const uint8_t options[SYN_OPTIONS] = {2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7};
    muster_assert(len <= PACKET_MSS);
    size_t header = TCP + (flags & TCP_SYN ? SYN_OPTIONS : 0);
    struct pending one;
    uint8_t *tcp = frame_new(packets, &one, from, to, PROTOCOL_TCP, header + len);
    put_u16(tcp, from->port.number);
    put_u16(tcp + 2, to->port.number);
    put_u32(tcp + 4, seq);
    put_u32(tcp + 8, ack);
    tcp[12] = (uint8_t)(header / 4 << 4);
    tcp[13] = flags;
    put_u16(tcp + 14, 64240);
    if (flags & TCP_SYN)
        memcpy(tcp + TCP, options, sizeof options);
    if (len)
        memcpy(tcp + header, bytes, len);
    uint32_t sum = pseudo_sum(address_v4_number(from->address), address_v4_number(to->address),
                              PROTOCOL_TCP, header + len);
    put_u16(tcp + 16, checksum(tcp, header + len, sum));
    queue_add(packets, time, &one);
}

bool packets_finish(struct packets *packets, uint64_t *ret_packets, uint64_t *ret_bytes,
                    struct err *err)
{
    struct instant end = {INT64_MAX};
    packets_until(packets, end);
    bool good = !ferror(packets->file);
    good = fclose(packets->file) == 0 && good;
    if (!good)
        (void)err_errno(err, "cannot write %s", packets->temp);
    good = good && file_publish(packets->temp, packets->path, err);
    if (!good)
        (void)unlink(packets->temp);
    *ret_packets = packets->written;
    *ret_bytes = packets->bytes;
    mem_free(packets->heap);
    mem_free(packets);
    return good;
}
