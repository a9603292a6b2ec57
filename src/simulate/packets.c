#include "simulate/packets.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "record/packet.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { ETHERNET = 14, IP = 20, IPV6 = 40, UDP = 8, TCP = 20, SYN_OPTIONS = 12, PENDING = 1 << 22 };

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
    struct instant end; /* what is later is left out */
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

static bool file_begin(struct packets *packets, const char *path, struct err *err)
{
    int len = snprintf(packets->path, sizeof packets->path, "%s", path);
    int temp = snprintf(packets->temp, sizeof packets->temp, "%s.%ld.tmp", path, (long)getpid());
    packets->file = NULL;
    if (len < 0 || temp < 0 || (size_t)temp >= sizeof packets->temp)
        return err_set(err, "the path %s is too long", path);
    packets->file = fopen(packets->temp, "wbe");
    if (packets->file == NULL)
        return err_errno(err, "cannot write %s", packets->temp);
    /* draft-ietf-opsawg-pcap: magic, version 2.4, zone, accuracy, snap length, link type 1 */
    uint8_t header[24] = {0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0};
    put_u32_le(header + 16, 262144);
    put_u32_le(header + 20, 1);
    (void)fwrite(header, 1, sizeof header, packets->file);
    return true;
}

/* Lets the file appear. True when there is none. */
static bool file_finish(struct packets *packets, struct err *err)
{
    if (packets->file == NULL)
        return true;
    bool good = !ferror(packets->file);
    good = fclose(packets->file) == 0 && good;
    packets->file = NULL;
    if (!good)
        (void)err_errno(err, "cannot write %s", packets->temp);
    good = good && file_publish(packets->temp, packets->path, err);
    if (!good)
        (void)unlink(packets->temp);
    return good;
}

struct packets *packets_new(const char *path, struct err *err)
{
    struct packets *packets = mem_new(1, sizeof *packets);
    packets->out.us = INT64_MIN;
    packets->end.us = INT64_MAX;
    if (!file_begin(packets, path, err)) {
        mem_free(packets);
        return NULL;
    }
    return packets;
}

void packets_end(struct packets *packets, struct instant end)
{
    packets->end = end;
}

bool packets_next(struct packets *packets, const char *path, struct err *err)
{
    return file_finish(packets, err) && file_begin(packets, path, err);
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

static uint32_t sum_of(uint64_t n)
{
    uint32_t sum = 0;
    for (; n; n >>= 16)
        sum += (uint32_t)(n & 0xffff);
    return sum;
}

/* The pseudo header of RFC 9293 3.1, RFC 768 and RFC 8200 8.1. */
static uint32_t pseudo_sum(const struct end *from, const struct end *to, uint8_t protocol,
                           size_t len)
{
    uint32_t sum = protocol + (uint32_t)len;
    if (address_is_v4(from->address))
        return sum + sum_of(address_v4_number(from->address)) +
               sum_of(address_v4_number(to->address));
    return sum + sum_of(from->address.high) + sum_of(from->address.low) + sum_of(to->address.high) +
           sum_of(to->address.low);
}

static void put_mac(uint8_t *at, uint64_t mac)
{
    for (int i = 0; i < 6; i++)
        at[i] = (uint8_t)(mac >> (40 - 8 * i));
}

static uint8_t *put_v4(struct packets *packets, uint8_t *ip, const struct end *from,
                       const struct end *to, uint8_t protocol, size_t len)
{
    uint32_t target = address_v4_number(to->address);
    ip[0] = 0x45;
    put_u16(ip + 2, (uint32_t)(IP + len));
    put_u16(ip + 4, packets->ip_id++);
    put_u16(ip + 6, 0x4000);                    /* don't fragment */
    ip[8] = target >> 8 == 0xe00000 ? 255 : 64; /* 224.0.0/24: RFC 6762 11 */
    ip[9] = protocol;
    put_u32(ip + 12, address_v4_number(from->address));
    put_u32(ip + 16, target);
    put_u16(ip + 10, checksum(ip, IP, 0));
    return ip + IP;
}

static void put_address_v6(uint8_t *at, struct address address)
{
    put_u32(at, (uint32_t)(address.high >> 32));
    put_u32(at + 4, (uint32_t)address.high);
    put_u32(at + 8, (uint32_t)(address.low >> 32));
    put_u32(at + 12, (uint32_t)address.low);
}

static uint8_t *put_v6(uint8_t *ip, const struct end *from, const struct end *to, uint8_t protocol,
                       size_t len)
{
    ip[0] = 0x60;
    put_u16(ip + 4, (uint32_t)len);
    ip[6] = protocol;
    ip[7] = to->address.high >> 48 == 0xff02 ? 255 : 64;
    put_address_v6(ip + 8, from->address);
    put_address_v6(ip + 24, to->address);
    return ip + IPV6;
}

/* Ethernet (padded to 60 bytes as on the wire) and IP around `len` bytes of transport, which the
 * caller then writes at the returned place; queue_add hands the packet over. */
static uint8_t *frame_new(struct packets *packets, struct pending *one, const struct end *from,
                          const struct end *to, uint8_t protocol, size_t len)
{
    bool v4 = address_is_v4(from->address);
    muster_assert(v4 == address_is_v4(to->address));
    size_t ip_len = v4 ? IP : IPV6, whole = ETHERNET + ip_len + len;
    one->len = (uint32_t)(whole < 60 ? 60 : whole);
    one->bytes = mem_new(one->len, 1);
    uint8_t *p = one->bytes;
    put_mac(p, to->mac);
    put_mac(p + 6, from->mac);
    put_u16(p + 12, v4 ? 0x0800 : 0x86dd);
    return v4 ? put_v4(packets, p + ETHERNET, from, to, protocol, len)
              : put_v6(p + ETHERNET, from, to, protocol, len);
}

static void queue_add(struct packets *packets, struct instant time, struct pending *one)
{
    muster_assert(time.us >= packets->out.us);
    if (time.us >= packets->end.us) {
        mem_free(one->bytes);
        return;
    }
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
    uint32_t sum = pseudo_sum(from, to, PROTOCOL_UDP, UDP + len);
    uint16_t check = checksum(udp, UDP + len, sum);
    put_u16(udp + 6, check ? check : 0xffff); /* 0 would say "none" (RFC 768) */
    queue_add(packets, time, &one);
}

void packets_tcp(struct packets *packets, struct instant time, const struct end *from,
                 const struct end *to, uint32_t seq, uint32_t ack, uint8_t flags, const void *bytes,
                 size_t len)
{
    /* MSS, SACK permitted, window scale */
    static const uint8_t options[SYN_OPTIONS] = {2, 4, 0, 0, 1, 1, 4, 2, 1, 3, 3, 7};
    uint32_t mss = address_is_v4(from->address) ? PACKET_MSS : PACKET_MSS_V6;
    muster_assert(len <= mss);
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
    if (flags & TCP_SYN) {
        memcpy(tcp + TCP, options, sizeof options);
        put_u16(tcp + TCP + 2, mss);
    }
    if (len)
        memcpy(tcp + header, bytes, len);
    uint32_t sum = pseudo_sum(from, to, PROTOCOL_TCP, header + len);
    put_u16(tcp + 16, checksum(tcp, header + len, sum));
    queue_add(packets, time, &one);
}

bool packets_finish(struct packets *packets, uint64_t *ret_packets, uint64_t *ret_bytes,
                    struct err *err)
{
    struct instant end = {INT64_MAX};
    if (packets->file != NULL)
        packets_until(packets, end);
    bool good = file_finish(packets, err);
    while (packets->heap_len > 0)
        mem_free(heap_pop(packets).bytes);
    *ret_packets = packets->written;
    *ret_bytes = packets->bytes;
    mem_free(packets->heap);
    mem_free(packets);
    return good;
}
