#include "source/input.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_LEAST = 64 * 1024,          /* a pipe's own size on Linux */
    DROP_PIECE = 32 * 1024 * 1024,   /* pages behind are given back in pieces of this */
    POPULATE_AHEAD = 4 * 1024 * 1024 /* pages before are mapped in pieces of this */
};

static void stream_begin(struct input *in, int fd, const uint8_t *start, size_t len)
{
    muster_assert(len <= INPUT_ROOM && (len == 0 || start != NULL));
    in->fd = fd;
    in->stream = true;
    in->fill = READ_LEAST;
    in->carry = mem_map(INPUT_ROOM);
    in->carried = len;
    if (len)
        memcpy(in->carry, start, len);
}

void input_stream(struct input *in, int fd, const uint8_t *start, size_t len)
{
    *in = (struct input){.fd = -1};
    stream_begin(in, fd, start, len);
}

void input_memory(struct input *in, const void *bytes, size_t len)
{
    *in = (struct input){.fd = -1};
    if (len) {
        in->at = in->begin = bytes;
        in->end = in->begin + len;
    }
}

/* Reads or unpacks up to `want` > 0 bytes; 0: the stream has ended, in->trouble says if too early.
 */
static size_t stream_take(struct input *in, uint8_t *to, size_t want)
{
    ssize_t n = 0;
    if (in->unpack != NULL) {
        size_t got = unpack_read(in->unpack, to, want);
        in->ended = got == 0;
        if (in->ended)
            in->trouble = unpack_trouble(in->unpack);
        return got;
    }
    do
        n = read(in->fd, to, want);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        in->trouble = "reading failed";
    in->ended = n <= 0;
    return n > 0 ? (size_t)n : 0;
}

/* Between two blocks: has n bytes wait in the carry, if there are so many. */
static void stream_wait(struct input *in, size_t n)
{
    while (in->carried < n && !in->ended)
        in->carried += stream_take(in, in->carry + in->carried, n - in->carried);
}

static void stream_unpack(struct input *in)
{
    stream_wait(in, UNPACK_KNOWS_BYTES);
    if (!unpack_knows(in->carry, in->carried))
        return;
    in->unpack = unpack_new(in->fd, in->carry, in->carried);
    in->carried = 0;
    in->ended = false;
}

static bool input_map(struct input *in, const char *path, struct err *err)
{
    if (!file_map(&in->map, path, err))
        return false;
    if (unpack_knows(in->map.at, in->map.len)) {
        in->size = in->map.len;
        file_unmap(&in->map);
        stream_begin(in, in->fd, NULL, 0);
        stream_unpack(in);
        return true;
    }
    in->at = in->begin = in->map.at;
    in->end = in->map.len ? in->map.at + in->map.len : in->map.at;
    return true;
}

bool input_open(struct input *in, const char *path, struct err *err)
{
    *in = (struct input){.fd = STDIN_FILENO};
    bool standard = strcmp(path, "-") == 0, done = true;
    if (!standard) {
        in->fd = open(path, O_RDONLY | O_CLOEXEC);
        if (in->fd < 0)
            return err_errno(err, "cannot open %s", path);
        in->owned = true;
    }
    struct stat st;
    if (fstat(in->fd, &st) != 0)
        done = err_errno(err, "cannot look at %s", path);
    else if (S_ISDIR(st.st_mode))
        done = err_set(err, "%s: is a folder that could not be listed", path);
    else if (S_ISREG(st.st_mode) && !standard)
        done = input_map(in, path, err);
    else {
        stream_begin(in, in->fd, NULL, 0);
        stream_unpack(in);
    }
    if (!done)
        input_close(in);
    return done;
}

const uint8_t *input_peek(struct input *in, size_t n, size_t *ret_len)
{
    muster_assert(n <= INPUT_NEED_MAX);
    if (in->stream)
        stream_wait(in, n);
    size_t len = in->stream ? in->carried : (size_t)(in->end - in->at);
    *ret_len = len < n ? len : n;
    return in->stream ? in->carry : in->at;
}

void input_close(struct input *in)
{
    file_unmap(&in->map);
    unpack_free(in->unpack);
    mem_unmap(in->carry, INPUT_ROOM);
    if (in->owned)
        (void)close(in->fd);
    *in = (struct input){.fd = -1};
}

uint64_t input_size(const struct input *in)
{
    return in->stream ? in->size : (uint64_t)(in->end - in->begin);
}

/* Reads at least `least` more bytes behind the window, as far as there are any. */
static void stream_read(struct input *in, uint8_t *to, size_t least)
{
    size_t room = (size_t)(in->limit - in->end);
    if (least > room)
        least = room;
    size_t want = least < READ_LEAST ? READ_LEAST : least;
    if (want > room)
        want = room;
    size_t got = 0;
    while (got < least && !in->ended)
        got += stream_take(in, to + got, want - got);
    in->end += got;
}

/* The window lies in the block's bytes or the map, which are ours to write only in the former. */
static uint8_t *window_end(const struct input *in)
{
    return (uint8_t *)(uintptr_t)in->end;
}

bool input_more(struct input *in, size_t n)
{
    muster_assert(n <= (size_t)2 * INPUT_NEED_MAX);
    if (!in->stream || in->ended)
        return false;
    size_t left = (size_t)(in->end - in->at);
    stream_read(in, window_end(in), n - left);
    return (size_t)(in->end - in->at) >= n;
}

bool input_skip(struct input *in, uint64_t n)
{
    size_t left = (size_t)(in->end - in->at);
    if (n <= left) {
        in->at += n;
        /* What is passed over in a map need not come from the disk. */
        uint64_t done = (uint64_t)(in->at - in->begin);
        if (!in->stream && done > in->populated)
            in->populated = done / POPULATE_AHEAD * POPULATE_AHEAD;
        return true;
    }
    in->at = in->end;
    n -= left;
    /* Between input_begin and input_finish the carry is free: it takes what nobody wants. */
    while (n && in->stream && !in->ended) {
        size_t got = stream_take(in, in->carry, n < INPUT_ROOM ? (size_t)n : INPUT_ROOM);
        in->origin += got;
        n -= got;
    }
    return n == 0;
}

/* Asks whether the file still has its bytes, gives back the pages that lie far behind (they would
 * count as our memory), and has those before us mapped in one call instead of a fault each. */
static void map_begin(struct input *in)
{
    if (in->fd < 0)
        return;
    struct stat st;
    uint64_t size = fstat(in->fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size : 0;
    if (size < (uint64_t)(in->end - in->begin)) {
        in->end = in->begin + size;
        in->trouble = "the file shrank while it was read";
        if (in->at > in->end)
            in->at = in->end;
    }
    uint64_t done = (uint64_t)(in->at - in->begin), whole = (uint64_t)(in->end - in->begin);
    while (in->populated < whole && in->populated < done + POPULATE_AHEAD / 2) {
        uint64_t piece = whole - in->populated;
        if (piece > POPULATE_AHEAD)
            piece = POPULATE_AHEAD;
        /* Linux 5.14; where it fails the pages come by themselves. */
        (void)madvise((void *)(uintptr_t)(in->begin + in->populated), piece, MADV_POPULATE_READ);
        in->populated += piece;
    }
    while (done >= in->dropped + 2 * (uint64_t)DROP_PIECE) {
        (void)madvise((void *)(uintptr_t)(in->begin + in->dropped), DROP_PIECE, MADV_DONTNEED);
        in->dropped += DROP_PIECE;
    }
}

void input_begin(struct input *in, struct block *block)
{
    block->packets = block->records = 0;
    if (!in->stream) {
        map_begin(in);
        return;
    }
    if (block->room < INPUT_ROOM) {
        block_free_bytes(block);
        block->bytes = mem_map(INPUT_ROOM);
        block->room = INPUT_ROOM;
    }
    if (in->carried)
        memcpy(block->bytes, in->carry, in->carried);
    in->begin = in->at = block->bytes;
    in->end = in->begin + in->carried;
    in->limit = in->begin + INPUT_ROOM;
    if (in->carried < in->fill)
        stream_read(in, block->bytes + in->carried, in->fill - in->carried);
    in->carried = 0;
}

void input_finish(struct input *in)
{
    if (!in->stream)
        return;
    size_t used = (size_t)(in->at - in->begin);
    in->carried = (size_t)(in->end - in->at);
    if (in->carried)
        memcpy(in->carry, in->at, in->carried);
    in->origin += used;
    in->at = in->end = in->begin = in->limit = NULL;
    /* As much as this block took and little more: what is carried on is copied twice. */
    in->fill = used + READ_LEAST < INPUT_FILL_MAX ? used + READ_LEAST : INPUT_FILL_MAX;
}
