/* gzip members and Zstandard frames made for tests. */
#ifndef MUSTER_TESTS_PACKED_H
#define MUSTER_TESTS_PACKED_H

#include "base/buf.h"
#include "base/err.h"

#include <zlib.h>
#include <zstd.h>

/* Appends a gzip member with these bytes inside. */
static inline void packed_gzip(struct buf *out, const void *bytes, size_t len)
{
    z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)len};
    int state = deflateInit2(&z, 6, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
    muster_assert(state == Z_OK);
    size_t room = deflateBound(&z, (uLong)len) + 64;
    buf_reserve(out, room);
    z.next_out = (Bytef *)out->at + out->len;
    z.avail_out = (uInt)room;
    state = deflate(&z, Z_FINISH);
    muster_assert(state == Z_STREAM_END);
    out->len += room - z.avail_out;
    (void)deflateEnd(&z);
}

/* Appends a frame. window_log: 0 = as the library likes. */
static inline void packed_zstd(struct buf *out, const void *bytes, size_t len, int window_log)
{
    ZSTD_CCtx *c = ZSTD_createCCtx();
    muster_assert(c != NULL);
    size_t room = ZSTD_compressBound(len) + 64;
    buf_reserve(out, room);
    (void)ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, 1);
    if (window_log) /* kept only when the size is not known from the start */
        (void)ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, window_log);
    ZSTD_inBuffer in = {bytes, len, 0};
    ZSTD_outBuffer to = {out->at + out->len, room, 0};
    while (window_log && in.pos < in.size) {
        size_t state = ZSTD_compressStream2(c, &to, &in, ZSTD_e_continue);
        muster_assert(!ZSTD_isError(state));
    }
    size_t left = ZSTD_compressStream2(c, &to, &in, ZSTD_e_end);
    muster_assert(left == 0);
    out->len += to.pos;
    (void)ZSTD_freeCCtx(c);
}

#endif
