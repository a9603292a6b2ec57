#include "source/collect.h"

#include "base/mem.h"
#include "base/queue.h"
#include "source/input.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define COLLECT_MAGIC UINT32_C(0x636f6c21)
enum {
    SLABS = 48,
    SLAB_BYTES = 1 << 20,
    SLAB_MS = 100, /* a slab goes on after so long, full or not */
    AT_ONCE = 32,  /* datagrams of one call */
    SOCKET_BYTES = 32 * 1024 * 1024,
    ADDRESS_BYTES = 64,
};

/* A datagram in a slab, before its bytes. */
struct head {
    struct address exporter;
    struct instant received;
    uint32_t len, pad;
};

struct slab {
    struct instant until; /* the clock when it was handed on */
    uint64_t lost;        /* datagrams that the system dropped so far */
    uint32_t used, at;
    uint8_t *bytes; /* SLAB_BYTES */
};

struct collect {
    int socket[COLLECT_SOCKETS], signals;
    unsigned sockets;
    int64_t ends_us; /* of the monotonic clock; 0: never */
    pthread_t thread;
    bool threaded;
    struct queue idle, full; /* slabs; NULL in `full`: there are no more */
    struct slab slab[SLABS];
    uint8_t *room; /* AT_ONCE * DATAGRAM_BYTES, of the receiving thread */
    /* Of the reading thread: */
    struct slab *hand; /* the slab being read */
    uint64_t lost;     /* counted already */
    bool over, started, in_use;
    struct exports exports;
    uint64_t offset;
};

struct collect_source {
    struct source source; /* first */
    uint32_t magic;
    struct collect *collect;
    struct day day; /* of its datagrams; unknown until the first slab */
    bool cutting, ended;
};

/* ---- sockets */

/* "1.2.3.4:5" or "[::1]:5" */
static bool end_parse(const char *text, struct sockaddr_storage *ret, socklen_t *ret_len)
{
    char address[ADDRESS_BYTES];
    const char *colon = strrchr(text, ':');
    bool v6 = text[0] == '[';
    size_t len = colon ? (size_t)(colon - text) : 0;
    unsigned port = 0;
    for (const char *at = colon ? colon + 1 : ""; *at; at++)
        port = *at >= '0' && *at <= '9' && port < 65536 ? port * 10 + (unsigned)(*at - '0') : 65536;
    if (port == 0 || port > 65535 || len < 2 || len >= sizeof address ||
        (v6 && text[len - 1] != ']'))
        return false;
    size_t skip = v6;
    memcpy(address, text + skip, len - 2 * skip);
    address[len - 2 * skip] = '\0';
    *ret = (struct sockaddr_storage){0};
    struct sockaddr_in *in = (void *)ret;
    struct sockaddr_in6 *in6 = (void *)ret;
    if (v6) {
        in6->sin6_family = AF_INET6;
        in6->sin6_port = htons((uint16_t)port);
        *ret_len = sizeof *in6;
        return inet_pton(AF_INET6, address, &in6->sin6_addr) == 1;
    }
    in->sin_family = AF_INET;
    in->sin_port = htons((uint16_t)port);
    *ret_len = sizeof *in;
    return inet_pton(AF_INET, address, &in->sin_addr) == 1;
}

static bool socket_open(struct collect *c, const char *text, struct err *err)
{
    struct sockaddr_storage end;
    socklen_t len;
    int on = 1, bytes = SOCKET_BYTES;
    if (!end_parse(text, &end, &len))
        return err_set(err,
                       "cannot listen on %s: not an address and port such as 127.0.0.1:2055 or "
                       "[::1]:2055",
                       text);
    int fd = socket(end.ss_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return err_errno(err, "cannot listen on %s", text);
    c->socket[c->sockets++] = fd;
    if (end.ss_family == AF_INET6) /* what is asked for, not IPv4 too */
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    (void)setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    if (bind(fd, (struct sockaddr *)&end, len) != 0)
        return err_errno(err, "cannot listen on %s", text);
    return true;
}

int collect_buffer(const struct collect *c)
{
    int bytes = 0;
    socklen_t len = sizeof bytes;
    return getsockopt(c->socket[0], SOL_SOCKET, SO_RCVBUF, &bytes, &len) == 0 ? bytes / 2 : 0;
}

/* ---- the receiving thread */

static uint64_t dropped(const struct collect *c)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < c->sockets; i++) {
        uint32_t info[SK_MEMINFO_VARS] = {0};
        socklen_t len = sizeof info;
        if (getsockopt(c->socket[i], SOL_SOCKET, SO_MEMINFO, info, &len) == 0)
            sum += info[SK_MEMINFO_DROPS];
    }
    return sum;
}

static struct address address_of(const struct sockaddr_storage *from)
{
    if (from->ss_family == AF_INET6)
        return address_v6(((const struct sockaddr_in6 *)(const void *)from)->sin6_addr.s6_addr);
    return address_v4(ntohl(((const struct sockaddr_in *)(const void *)from)->sin_addr.s_addr));
}

/* The system's time of arrival, or ours. */
static struct instant arrival(struct msghdr *message, struct instant now)
{
    for (struct cmsghdr *m = CMSG_FIRSTHDR(message); m; m = CMSG_NXTHDR(message, m))
        if (m->cmsg_level == SOL_SOCKET && m->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec at;
            memcpy(&at, CMSG_DATA(m), sizeof at);
            return (struct instant){(int64_t)at.tv_sec * SECOND_US + at.tv_nsec / 1000};
        }
    return now;
}

static void slab_add(struct slab *slab, struct address exporter, struct instant received,
                     const uint8_t *at, uint32_t len)
{
    struct head head = {.exporter = exporter, .received = received, .len = len};
    memcpy(slab->bytes + slab->used, &head, sizeof head);
    memcpy(slab->bytes + slab->used + sizeof head, at, len);
    slab->used += (uint32_t)sizeof head + len;
}

static bool slab_roomy(const struct slab *slab)
{
    return SLAB_BYTES - slab->used >= AT_ONCE * 2048u;
}

/* Takes what one socket has, as far as the slab has room for the largest; false: it has no more. */
static bool receive(struct collect *c, int fd, struct slab *slab)
{
    struct mmsghdr message[AT_ONCE];
    struct iovec part[AT_ONCE];
    struct sockaddr_storage from[AT_ONCE];
    struct {
        _Alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(struct timespec)) + 64];
    } control[AT_ONCE];
    size_t fit = (SLAB_BYTES - slab->used) / (sizeof(struct head) + DATAGRAM_BYTES);
    unsigned want = fit < AT_ONCE ? (unsigned)fit : AT_ONCE;
    for (unsigned i = 0; i < want; i++) {
        part[i] = (struct iovec){c->room + (size_t)i * DATAGRAM_BYTES, DATAGRAM_BYTES};
        message[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
                                                  .msg_namelen = sizeof from[i],
                                                  .msg_iov = &part[i],
                                                  .msg_iovlen = 1,
                                                  .msg_control = &control[i],
                                                  .msg_controllen = sizeof control[i]}};
    }
    int n = want ? recvmmsg(fd, message, want, MSG_DONTWAIT, NULL) : 0;
    struct instant now = clock_now();
    for (int i = 0; i < n; i++)
        slab_add(slab, address_of(&from[i]), arrival(&message[i].msg_hdr, now),
                 c->room + (size_t)i * DATAGRAM_BYTES, message[i].msg_len);
    return n == (int)want && want > 0;
}

/* Waits for datagrams, a signal or the slab's time; false: it is over. */
static bool wait_some(struct collect *c, int64_t slab_us)
{
    struct pollfd fd[COLLECT_SOCKETS + 1];
    int64_t now_us = clock_monotonic_us(), until_us = slab_us + SLAB_MS * INT64_C(1000);
    if (c->ends_us && now_us >= c->ends_us)
        return false;
    if (c->ends_us && c->ends_us < until_us)
        until_us = c->ends_us;
    for (unsigned i = 0; i < c->sockets; i++)
        fd[i] = (struct pollfd){.fd = c->socket[i], .events = POLLIN};
    fd[c->sockets] = (struct pollfd){.fd = c->signals, .events = POLLIN};
    int left_ms = until_us > now_us ? (int)((until_us - now_us + 999) / 1000) : 0;
    (void)poll(fd, c->sockets + 1, left_ms);
    return (fd[c->sockets].revents & POLLIN) == 0;
}

static void *receive_main(void *argument)
{
    struct collect *c = argument;
    bool more = true;
    while (more) {
        struct slab *slab = queue_take(&c->idle);
        int64_t since_us = clock_monotonic_us();
        slab->used = slab->at = 0;
        while (more && slab_roomy(slab) &&
               clock_monotonic_us() - since_us < SLAB_MS * INT64_C(1000)) {
            more = wait_some(c, since_us);
            for (unsigned i = 0; i < c->sockets; i++) /* at the end: what is there already */
                while (slab_roomy(slab) && receive(c, c->socket[i], slab))
                    ;
        }
        slab->until = clock_now();
        slab->lost = dropped(c);
        queue_put(&c->full, slab);
    }
    queue_put(&c->full, NULL);
    return NULL;
}

/* ---- open and close */

static bool signals_open(struct collect *c, struct err *err)
{
    sigset_t ends;
    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    c->signals = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    return c->signals >= 0 || err_errno(err, "cannot wait for signals");
}

struct collect *collect_open(const char *const *listen, unsigned len, int64_t lasting_us,
                             struct err *err)
{
    struct collect *c = mem_new(1, sizeof *c);
    c->signals = -1;
    queue_init(&c->idle);
    queue_init(&c->full);
    bool good = len <= COLLECT_SOCKETS || err_set(err, "more than %d addresses", COLLECT_SOCKETS);
    for (unsigned i = 0; good && i < len; i++)
        good = socket_open(c, listen[i], err);
    good = good && signals_open(c, err);
    if (!good) {
        collect_close(c);
        return NULL;
    }
    c->room = mem_map((size_t)AT_ONCE * DATAGRAM_BYTES);
    for (unsigned i = 0; i < SLABS; i++) {
        c->slab[i].bytes = mem_map(SLAB_BYTES);
        queue_put(&c->idle, &c->slab[i]);
    }
    c->ends_us = lasting_us ? clock_monotonic_us() + lasting_us : 0;
    return c;
}

void collect_close(struct collect *c)
{
    if (c == NULL)
        return;
    muster_assert(!c->in_use && (!c->threaded || c->over));
    if (c->threaded)
        (void)pthread_join(c->thread, NULL);
    for (unsigned i = 0; i < c->sockets; i++)
        (void)close(c->socket[i]);
    if (c->signals >= 0)
        (void)close(c->signals);
    for (unsigned i = 0; i < SLABS; i++)
        mem_unmap(c->slab[i].bytes, SLAB_BYTES);
    mem_unmap(c->room, (size_t)AT_ONCE * DATAGRAM_BYTES);
    queue_free(&c->idle);
    queue_free(&c->full);
    exports_free(&c->exports);
    mem_free(c);
}

bool collect_more(const struct collect *c)
{
    return !c->over;
}

/* ---- the source of a day */

static struct collect_source *source_of(struct source *source)
{
    struct collect_source *s = (struct collect_source *)source;
    muster_assert(s->magic == COLLECT_MAGIC);
    return s;
}

/* Reads what is left in the slab, until the block is full or the day is over. */
static void slab_read(struct collect_source *s, struct block *block)
{
    struct collect *c = s->collect;
    struct slab *slab = c->hand;
    while (slab->at < slab->used) {
        struct head head;
        memcpy(&head, slab->bytes + slab->at, sizeof head);
        int32_t day = instant_day(head.received).number;
        if (s->day.number == DAY_NONE)
            s->day.number = day;
        if (day > s->day.number) {
            s->cutting = true;
            return;
        }
        if (!exports_roomy(&c->exports, block))
            return;
        struct datagram d = {.at = slab->bytes + slab->at + sizeof head,
                             .len = head.len,
                             .exporter = head.exporter,
                             .received = head.received,
                             .offset = c->offset};
        (void)XXH3_128bits_update(s->source.identity, slab->bytes + slab->at,
                                  sizeof head + head.len);
        exports_take(&c->exports, &d, block);
        c->offset += head.len;
        s->source.read_bytes += head.len;
        slab->at += (uint32_t)sizeof head + head.len;
    }
    conversations_pass(&c->exports.conversations, slab->until);
    s->source.skips.count[SKIP_datagram_lost] += slab->lost - c->lost;
    c->lost = slab->lost;
    s->cutting = s->day.number != DAY_NONE && instant_day(slab->until).number > s->day.number;
    queue_put(&c->idle, slab);
    c->hand = NULL;
}

static bool collect_next(struct source *source, struct block *block)
{
    struct collect_source *s = source_of(source);
    struct collect *c = s->collect;
    if (s->ended)
        return false;
    if (!c->started)
        exports_init(&c->exports, source, source->memory_bytes, source->seed);
    else if (c->exports.source != source)
        exports_go_on(&c->exports, source);
    c->started = true;
    block->packets = block->records = 0;
    arena_reset(&block->arena);
    /* A block goes on after each slab, so that little waits where little comes. */
    if (!c->over && !s->cutting && exports_roomy(&c->exports, block)) {
        if (c->hand == NULL)
            c->hand = queue_take(&c->full);
        if (c->hand == NULL)
            c->over = true;
        else
            slab_read(s, block);
    }
    if (c->over)
        s->ended = exports_finish(&c->exports, block);
    else if (s->cutting)
        s->ended = exports_cut(&c->exports, block);
    return true;
}

static void collect_source_close(struct source *source)
{
    struct collect_source *s = source_of(source);
    s->collect->in_use = false;
    (void)XXH3_freeState(source->identity);
    mem_free(source->path);
    s->magic = 0;
    mem_free(s);
}

static const struct source_kind kind = {
    .name = "export",
    .about = "flow export as it arrives",
    .unit = "record",
    .next = collect_next,
    .close = collect_source_close,
};

struct source *collect_source(struct collect *c)
{
    muster_assert(!c->in_use);
    if (!c->threaded) {
        int failed = pthread_create(&c->thread, NULL, receive_main, c);
        muster_assert(failed == 0);
        c->threaded = true;
    }
    struct collect_source *s = source_new(sizeof *s, &kind, "collected");
    s->magic = COLLECT_MAGIC;
    s->collect = c;
    s->day.number = DAY_NONE;
    s->source.lacks = EXPORT_LACKS;
    s->source.identity = source_identity_new();
    c->in_use = true;
    return &s->source;
}
