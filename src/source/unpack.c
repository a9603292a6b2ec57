#include "source/unpack.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct unpack {
    int fd;
    bool zstd;
    bool inside;   /* of a member or frame: the input must not end here */
    bool dry, end; /* the input has no more bytes; the content has not */
    z_stream z;
    ZSTD_DStream *d;
    size_t at, len; /* of input, not yet used */
    uint64_t taken; /* bytes of input up to `len` */
    uint64_t given; /* bytes of content */
    char trouble[120];
    uint8_t input[UNPACK_INPUT_BYTES];
};

static bool is_gzip(const uint8_t *start, size_t len)
{
    return len >= 2 && start[0] == 0x1f && start[1] == 0x8b;
}

/* A frame, or one of the sixteen kinds that are skipped (RFC 8878 3.1.2), with which pzstd begins.
 */
static bool is_zstd(const uint8_t *start, size_t len)
{
    return len >= 4 && (memcmp(start, "\x28\xb5\x2f\xfd", 4) == 0 ||
                        (start[0] >> 4 == 5 && memcmp(start + 1, "\x2a\x4d\x18", 3) == 0));
}

bool unpack_knows(const uint8_t *start, size_t len)
{
    return is_gzip(start, len) || is_zstd(start, len);
}

struct unpack *unpack_new(int fd, const uint8_t *start, size_t len)
{
    muster_assert(unpack_knows(start, len) && len <= UNPACK_INPUT_BYTES);
    struct unpack *u = mem_new(1, sizeof *u);
    u->fd = fd;
    u->zstd = is_zstd(start, len);
    memcpy(u->input, start, len);
    u->len = u->taken = len;
    if (u->zstd) {
        u->d = ZSTD_createDStream();
        muster_assert(u->d != NULL);
        size_t set = ZSTD_DCtx_setParameter(u->d, ZSTD_d_windowLogMax, UNPACK_WINDOW_LOG);
        muster_assert(!ZSTD_isError(set));
    } else {
        int state = inflateInit2(&u->z, MAX_WBITS + 16); /* 16: with gzip's header and sum */
        muster_assert(state == Z_OK);
        u->inside = true;
    }
    return u;
}

void unpack_free(struct unpack *u)
{
    if (u == NULL)
        return;
    if (u->zstd)
        (void)ZSTD_freeDStream(u->d);
    else
        (void)inflateEnd(&u->z);
    mem_free(u);
}

const char *unpack_trouble(const struct unpack *u)
{
    return u->trouble[0] ? u->trouble : NULL;
}

uint64_t unpack_taken(const struct unpack *u)
{
    return u->taken - (u->len - u->at);
}

static void stops(struct unpack *u, const char *why)
{
    u->end = true;
    (void)snprintf(u->trouble, sizeof u->trouble, "the %s data %s (its byte %llu)",
                   u->zstd ? "zstd" : "gzip", why, (unsigned long long)unpack_taken(u));
}

/* Reads on when nothing is left. */
static void refill(struct unpack *u)
{
    if (u->at < u->len || u->dry)
        return;
    u->at = u->len = 0;
    ssize_t n;
    do
        n = read(u->fd, u->input, sizeof u->input);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        stops(u, "could not be read on");
    if (n <= 0) {
        u->dry = true;
        return;
    }
    u->len = (size_t)n;
    u->taken += (size_t)n;
}

/* Between two members: true when another begins. Zeros are padding (gzip's manual, of tapes). */
static bool gzip_member(struct unpack *u)
{
    while (!u->end) {
        refill(u);
        if (u->at == u->len)
            break;
        if (u->input[u->at] != 0)
            break;
        u->at++;
    }
    if (u->end || u->at == u->len) {
        u->end = true;
        return false;
    }
    if (u->input[u->at] != 0x1f) {
        stops(u, "is followed by something else, which was not read");
        return false;
    }
    int state = inflateReset(&u->z);
    muster_assert(state == Z_OK);
    u->inside = true;
    return true;
}

static size_t gzip_step(struct unpack *u, uint8_t *to, size_t room)
{
    if (!u->inside && !gzip_member(u))
        return 0;
    u->z.next_in = u->input + u->at;
    u->z.avail_in = (uInt)(u->len - u->at);
    u->z.next_out = to;
    u->z.avail_out = room > UINT32_MAX ? UINT32_MAX : (uInt)room;
    uInt before = u->z.avail_out;
    int state = inflate(&u->z, Z_NO_FLUSH);
    size_t got = before - u->z.avail_out;
    u->at = u->len - u->z.avail_in;
    if (state == Z_STREAM_END)
        u->inside = false;
    else if (state != Z_OK && state != Z_BUF_ERROR)
        stops(u, "is damaged");
    return got;
}

static size_t zstd_step(struct unpack *u, uint8_t *to, size_t room)
{
    if (!u->inside && u->at == u->len) { /* frames may follow each other */
        u->end = true;
        return 0;
    }
    ZSTD_inBuffer in = {u->input, u->len, u->at};
    ZSTD_outBuffer out = {to, room, 0};
    size_t state = ZSTD_decompressStream(u->d, &out, &in);
    u->at = in.pos;
    u->inside = state != 0;
    if (!ZSTD_isError(state))
        return out.pos;
    switch (ZSTD_getErrorCode(state)) {
    case ZSTD_error_prefix_unknown:
        stops(u, "is followed by something else, which was not read");
        break;
    case ZSTD_error_frameParameter_windowTooLarge:
        stops(u, "needs over 128 MB; unpack it first: zstd -d --long=31");
        break;
    default:
        stops(u, "is damaged");
    }
    return out.pos;
}

size_t unpack_read(struct unpack *u, uint8_t *to, size_t room)
{
    muster_assert(room > 0);
    while (!u->end) {
        refill(u);
        if (u->end)
            break;
        size_t got = u->zstd ? zstd_step(u, to, room) : gzip_step(u, to, room);
        u->given += got;
        if (u->given > UNPACK_FREE_BYTES &&
            (u->given - UNPACK_FREE_BYTES) / UNPACK_RATIO_MAX > u->taken)
            stops(u, "unpacks to over 2000 times its size: not read on");
        if (got)
            return got;
        if (!u->end && u->dry && u->at == u->len && u->inside)
            stops(u, "ends too early");
    }
    return 0;
}
