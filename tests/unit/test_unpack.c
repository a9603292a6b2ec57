/* source/unpack.c: a compressed capture is read as its content, cut and damaged ones as far as they
 * go, with the reason, and none makes us read without end. */
#include "packed.h"

#include "capture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MICRO UINT32_C(0xa1b2c3d4)

/* As a regular file (in memory), opened by name. */
static struct taken taken_file(const void *bytes, size_t len, struct err *err)
{
    char path[64];
    int fd = memfd_create("capture", MFD_CLOEXEC);
    muster_assert(fd >= 0);
    const uint8_t *at = bytes;
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, at + done, len - done);
        muster_assert(n > 0);
        done += (size_t)n;
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct taken t = taken_from(source_open(path, NULL, err));
    (void)close(fd);
    return t;
}

/* Through a pipe as standard input; the bytes must fit a pipe. */
static struct taken taken_pipe(const void *bytes, size_t len, struct err *err)
{
    int ends[2], kept = dup(STDIN_FILENO);
    muster_assert(pipe(ends) == 0);
    muster_assert(write(ends[1], bytes, len) == (ssize_t)len);
    (void)close(ends[1]);
    muster_assert(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    (void)close(ends[0]);
    struct taken t = taken_from(source_open("-", NULL, err));
    if (kept >= 0)
        (void)dup2(kept, STDIN_FILENO);
    (void)close(kept);
    return t;
}

static struct capture some(uint32_t packets)
{
    struct capture c = {0};
    capture_pcap(&c, MICRO, 2, 4, 1);
    for (uint32_t i = 0; i < packets; i++)
        capture_record(&c, 1500000000 + i, i, (uint8_t)i, i % 1400, i % 1400 + 10);
    return c;
}

/* The content in `parts` members or frames, with what may stand between and behind them. */
static struct buf pack(const struct capture *c, bool zstd, size_t parts)
{
    struct buf out = {0};
    for (size_t i = 0; i < parts; i++) {
        size_t from = c->buf.len * i / parts, to = c->buf.len * (i + 1) / parts;
        if (zstd) {
            buf_add(&out, "\x5a\x2a\x4d\x18\3\0\0\0abc", 11);
            packed_zstd(&out, c->buf.at + from, to - from, 0);
        } else {
            packed_gzip(&out, c->buf.at + from, to - from);
        }
    }
    if (!zstd)
        buf_add(&out, "\0\0\0\0\0", 5);
    return out;
}

static void reads_as_its_content(void **state)
{
    (void)state;
    struct capture c = some(3000);
    struct taken plain = taken_memory(c.buf.at, c.buf.len);
    assert_int_equal(plain.len, 3000);
    for (int zstd = 0; zstd < 2; zstd++)
        for (size_t parts = 1; parts <= 500; parts = parts * 7 + 1) {
            struct buf packed = pack(&c, zstd, parts);
            struct err err = {""};
            struct taken t = taken_file(packed.at, packed.len, &err);
            assert_string_equal(err.text, "");
            assert_true(taken_same(&plain, &t));
            taken_free(&t);
            buf_free(&packed);
        }
    taken_free(&plain);
    capture_free(&c);
}

static void reads_from_a_pipe(void **state)
{
    (void)state;
    struct capture c = some(100);
    struct taken plain = taken_memory(c.buf.at, c.buf.len);
    for (int zstd = 0; zstd < 2; zstd++) {
        struct buf packed = pack(&c, zstd, 3);
        struct err err = {""};
        struct taken t = taken_pipe(packed.at, packed.len, &err);
        assert_string_equal(err.text, "");
        assert_true(taken_same(&plain, &t));
        taken_free(&t);
        buf_free(&packed);
    }
    taken_free(&plain);
    capture_free(&c);
}

static void tells_progress_in_bytes_of_the_file(void **state)
{
    (void)state;
    struct capture c = some(3000);
    struct buf packed = pack(&c, false, 1);
    char path[64] = "/tmp/muster-test-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, packed.at, packed.len), (ssize_t)packed.len);
    (void)close(fd);
    struct source *source = source_open(path, NULL, NULL);
    (void)unlink(path);
    assert_non_null(source);
    assert_int_equal(source->size_bytes, packed.len);
    struct block *block = mem_new(1, sizeof *block);
    while (source_next(source, block))
        assert_true(source->read_bytes <= packed.len);
    assert_int_equal(source->read_bytes, packed.len);
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    buf_free(&packed);
    capture_free(&c);
}

static void says_where_it_was_cut(void **state)
{
    (void)state;
    struct capture c = some(12);
    for (int zstd = 0; zstd < 2; zstd++) {
        struct buf packed = pack(&c, zstd, 2);
        size_t whole = packed.len - (zstd ? 0 : 5); /* the padding may be cut */
        for (size_t len = 1; len < whole; len++) {
            struct err err = {""};
            struct taken t = taken_file(packed.at, len, &err);
            const char *says = t.opened ? t.damage : err.text;
            if (says[0] == '\0')
                fail_msg("cut to %zu of %zu bytes: nothing said", len, whole);
            assert_true(t.len < 12 || strstr(says, "ends too early") != NULL);
            if (t.opened)
                assert_int_equal(t.skips.count[SKIP_cut_file], 1);
            taken_free(&t);
        }
        buf_free(&packed);
    }
    capture_free(&c);
}

static void says_that_it_is_damaged(void **state)
{
    (void)state;
    struct capture c = some(12);
    struct taken plain = taken_memory(c.buf.at, c.buf.len);
    for (int zstd = 0; zstd < 2; zstd++) {
        struct buf packed = {0};
        if (zstd)
            packed_zstd(&packed, c.buf.at, c.buf.len, 0);
        else
            packed_gzip(&packed, c.buf.at, c.buf.len);
        for (size_t i = 12; i < packed.len; i++) {
            struct err err = {""};
            packed.at[i] ^= 0x40;
            struct taken t = taken_file(packed.at, packed.len, &err);
            packed.at[i] ^= 0x40;
            /* What the sums do not cover changes nothing, or it is seen. */
            if (!taken_same(&plain, &t) && t.opened && t.damage[0] == '\0')
                fail_msg("%s byte %zu: nothing said", zstd ? "zstd" : "gzip", i);
            taken_free(&t);
        }
        buf_free(&packed);
    }
    taken_free(&plain);
    capture_free(&c);
}

static void says_what_follows(void **state)
{
    (void)state;
    struct capture c = some(12);
    for (int zstd = 0; zstd < 2; zstd++) {
        struct buf packed = pack(&c, zstd, 1);
        buf_string(&packed, "and a word more");
        struct err err = {""};
        struct taken t = taken_file(packed.at, packed.len, &err);
        assert_int_equal(t.len, 12);
        assert_non_null(strstr(t.damage, "followed by something else, which was not read"));
        taken_free(&t);
        buf_free(&packed);
    }
    capture_free(&c);
}

/* Zeros are records without bytes: 6 kB that unpack to 200 MB are cut at 64 MB and a little. */
static void cuts_what_does_not_end(void **state)
{
    (void)state;
    enum { ZEROS = 200 << 20 };
    struct capture c = {0};
    struct buf packed = {0};
    capture_pcap(&c, MICRO, 2, 4, 1);
    uint8_t *bytes = mem_map(ZEROS);
    memcpy(bytes, c.buf.at, c.buf.len);
    packed_zstd(&packed, bytes, ZEROS, 0);
    mem_unmap(bytes, ZEROS);
    assert_true(packed.len < 20000);
    char path[64] = "/tmp/muster-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, packed.at, packed.len), (ssize_t)packed.len);
    (void)close(fd);
    struct source *source = source_open(path, NULL, NULL);
    (void)unlink(path);
    assert_non_null(source);
    struct block *block = mem_new(1, sizeof *block);
    uint64_t packets = 0;
    while (source_next(source, block))
        packets += block->packets;
    assert_true(packets >= (64 << 20) / 16 - 2 && packets < (110 << 20) / 16);
    assert_non_null(strstr(source->damage, "unpacks to over 2000 times its size"));
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    buf_free(&packed);
    capture_free(&c);
}

static void refuses_a_large_window(void **state)
{
    (void)state;
    struct capture c = some(12);
    for (int log = UNPACK_WINDOW_LOG; log <= UNPACK_WINDOW_LOG + 1; log++) {
        struct buf packed = {0};
        struct err err = {""};
        packed_zstd(&packed, c.buf.at, c.buf.len, log);
        struct taken t = taken_file(packed.at, packed.len, &err);
        assert_int_equal(t.len, log == UNPACK_WINDOW_LOG ? 12 : 0);
        if (log > UNPACK_WINDOW_LOG)
            assert_non_null(strstr(err.text, "needs over 128 MB"));
        taken_free(&t);
        buf_free(&packed);
    }
    capture_free(&c);
}

static void names_what_is_inside(void **state)
{
    (void)state;
    static const struct {
        const char *content;
        size_t len;
        const char *says;
    } cases[] = {
        {"\x7f"
         "ELF\2\1\1\0rest",
         12, "first bytes 7f 45 4c 46 02 01 01 00 are of no known kind"},
        {"\x1f\x8b\x08zzzzz", 8, "compressed twice"},
        {"", 0, "is empty"},
    };
    for (size_t i = 0; i < 6; i++) {
        struct buf packed = {0};
        struct err err = {""};
        if (i % 2)
            packed_zstd(&packed, cases[i / 2].content, cases[i / 2].len, 0);
        else
            packed_gzip(&packed, cases[i / 2].content, cases[i / 2].len);
        struct taken t = taken_file(packed.at, packed.len, &err);
        assert_false(t.opened);
        if (strstr(err.text, cases[i / 2].says) == NULL)
            fail_msg("'%s' does not say '%s'", err.text, cases[i / 2].says);
        buf_free(&packed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_as_its_content),
        cmocka_unit_test(reads_from_a_pipe),
        cmocka_unit_test(tells_progress_in_bytes_of_the_file),
        cmocka_unit_test(says_where_it_was_cut),
        cmocka_unit_test(says_that_it_is_damaged),
        cmocka_unit_test(says_what_follows),
        cmocka_unit_test(cuts_what_does_not_end),
        cmocka_unit_test(refuses_a_large_window),
        cmocka_unit_test(names_what_is_inside),
    };
    return cmocka_run_group_tests_name("unpack", tests, NULL, NULL);
}
