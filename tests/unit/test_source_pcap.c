/* source/pcap.c, and the ways in that all sources share: file, pipe, standard input. */
#include "capture.h"
#include "guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define MICRO UINT32_C(0xa1b2c3d4)
#define NANO UINT32_C(0xa1b23c4d)
#define MODIFIED UINT32_C(0xa1b2cd34)

static void packet_is(const struct packet *p, int64_t us, uint8_t seed, uint32_t captured,
                      uint32_t length, uint16_t link)
{
    assert_int_equal(p->time.us, us);
    assert_int_equal(p->captured, captured);
    assert_int_equal(p->length, length);
    assert_int_equal(p->link, link);
    for (uint32_t i = 0; i < captured; i++)
        assert_int_equal(p->at[i], (uint8_t)(seed + i));
}

static void reads_orders_and_resolutions(void **state)
{
    (void)state;
    for (int variant = 0; variant < 4; variant++) {
        bool nano = variant & 2;
        struct capture c = {.big = variant & 1};
        capture_pcap(&c, nano ? NANO : MICRO, 2, 4, 1);
        capture_record(&c, 1591213073, nano ? 123456999 : 123456, 7, 60, 1514);
        capture_record(&c, UINT32_MAX, 999999, 9, 0, 0);
        capture_record(&c, 0, 0, 11, 3, 3);
        struct taken t = taken_memory(c.buf.at, c.buf.len);
        assert_int_equal(t.len, 3);
        packet_is(&t.packet[0], INT64_C(1591213073123456), 7, 60, 1514, 1);
        packet_is(&t.packet[1], UINT32_MAX * SECOND_US + (nano ? 999 : 999999), 9, 0, 0, 1);
        packet_is(&t.packet[2], 0, 11, 3, 3, 1);
        assert_string_equal(t.damage, "");
        taken_free(&t);
        capture_free(&c);
    }
}

static void reads_modified(void **state)
{
    (void)state;
    for (int big = 0; big < 2; big++) {
        struct capture c = {.big = big};
        capture_pcap(&c, MODIFIED, 2, 4, 1);
        for (int i = 0; i < 2; i++) {
            capture_record(&c, 1000, 5, 0, 0, 70);
            capture_number(&c, 42, 8); /* the 8 bytes more, then the packet's */
            capture_bytes(&c, 3, 40);
            size_t captured = c.buf.len - 40 - 16;
            memcpy(c.buf.at + captured, big ? "\0\0\0\x28" : "\x28\0\0\0", 4);
        }
        struct taken t = taken_memory(c.buf.at, c.buf.len);
        assert_int_equal(t.len, 2);
        packet_is(&t.packet[1], 1000 * SECOND_US + 5, 3, 40, 70, 1);
        taken_free(&t);
        capture_free(&c);
    }
}

static void reads_old_and_odd_versions(void **state)
{
    (void)state;
    struct capture swapped = {0}, perhaps = {0}, odd = {0};
    capture_pcap(&swapped, MICRO, 2, 2, 1);
    capture_number(&swapped, 9, 8);
    capture_u32(&swapped, 100);
    capture_u32(&swapped, 20);
    capture_bytes(&swapped, 1, 20);
    capture_pcap(&perhaps, MICRO, 2, 3, 1);
    capture_record(&perhaps, 9, 0, 1, 20, 100);
    buf_add(&perhaps.buf, swapped.buf.at + 24, swapped.buf.len - 24);
    capture_pcap(&odd, MICRO, 77, 1, 1);
    capture_record(&odd, 9, 0, 1, 20, 100);
    struct taken a = taken_memory(swapped.buf.at, swapped.buf.len);
    struct taken b = taken_memory(perhaps.buf.at, perhaps.buf.len);
    struct taken d = taken_memory(odd.buf.at, odd.buf.len);
    assert_int_equal(a.len, 1);
    packet_is(&a.packet[0], 9 * SECOND_US, 1, 20, 100, 1);
    assert_int_equal(b.len, 2);
    packet_is(&b.packet[0], 9 * SECOND_US, 1, 20, 100, 1);
    packet_is(&b.packet[1], 9 * SECOND_US, 1, 20, 100, 1);
    assert_int_equal(d.len, 1);
    taken_free(&a);
    taken_free(&b);
    taken_free(&d);
    capture_free(&swapped);
    capture_free(&perhaps);
    capture_free(&odd);
}

static void masks_link(void **state)
{
    (void)state;
    static const struct {
        uint32_t field;
        uint16_t link;
    } fields[] = {{1, 1}, {0x24000001, 1}, {0xf4000071, 113}, {12, 101}, {14, 101}, {276, 276}};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        struct capture c = {.big = i & 1};
        capture_pcap(&c, MICRO, 2, 4, fields[i].field);
        capture_record(&c, 1, 1, 1, 1, 1);
        struct taken t = taken_memory(c.buf.at, c.buf.len);
        assert_int_equal(t.len, 1);
        assert_int_equal(t.packet[0].link, fields[i].link);
        taken_free(&t);
        capture_free(&c);
    }
    assert_string_equal(source_link_name(1), "ETHERNET");
    assert_string_equal(source_link_name(127), "IEEE802_11_RADIOTAP");
    assert_string_equal(source_link_name(9999), "unknown");
}

static void stops_at_damage(void **state)
{
    (void)state;
    static const uint32_t bad[] = {CAPTURED_MAX + 1, UINT32_MAX, 0x7fffffff};
    for (size_t i = 0; i < 3; i++) {
        struct capture c = {0};
        capture_pcap(&c, MICRO, 2, 4, 1);
        capture_record(&c, 1, 1, 1, 10, 10);
        capture_number(&c, 1, 8);
        capture_u32(&c, bad[i]);
        capture_u32(&c, 10);
        capture_bytes(&c, 1, 200);
        struct taken t = taken_memory(c.buf.at, c.buf.len);
        struct taken s = taken_stream(c.buf.at, c.buf.len);
        assert_int_equal(t.len, 1);
        assert_int_equal(t.skips.count[SKIP_block_damaged], 1);
        assert_int_equal(t.skips.count[SKIP_cut_file], 0);
        assert_non_null(strstr(t.damage, "byte 50: "));
        assert_non_null(strstr(t.damage, "not read"));
        assert_true(taken_same(&t, &s));
        taken_free(&t);
        taken_free(&s);
        capture_free(&c);
    }
}

static void takes_the_largest(void **state)
{
    (void)state;
    struct capture c = {.big = true};
    capture_pcap(&c, MICRO, 2, 4, 1);
    for (uint32_t i = 0; i < 30; i++)
        capture_record(&c, i, 0, (uint8_t)i, CAPTURED_MAX - i, CAPTURED_MAX);
    struct taken t = taken_memory(c.buf.at, c.buf.len);
    struct taken s = taken_stream(c.buf.at, c.buf.len);
    assert_int_equal(t.len, 30);
    packet_is(&t.packet[29], 29 * SECOND_US, 29, CAPTURED_MAX - 29, CAPTURED_MAX, 1);
    assert_true(taken_same(&t, &s));
    taken_free(&t);
    taken_free(&s);
    capture_free(&c);
}

/* Packets of growing size, more than fit one block and one piece of reading. */
static struct capture long_capture(uint32_t packets)
{
    struct capture c = {0};
    capture_pcap(&c, NANO, 2, 4, 113);
    for (uint32_t i = 0; i < packets; i++)
        capture_record(&c, 1500000000 + i, i * 1000, (uint8_t)i, i % 1500, i % 1500 + 4);
    return c;
}

static void check_long(const struct taken *t, uint32_t packets)
{
    assert_int_equal(t->len, packets);
    for (uint32_t i = 0; i < packets; i++)
        packet_is(&t->packet[i], (INT64_C(1500000000) + i) * SECOND_US + i, (uint8_t)i, i % 1500,
                  i % 1500 + 4, 113);
    assert_string_equal(t->damage, "");
}

static void prefix_check(const uint8_t *bytes, size_t len, void *context)
{
    (void)context;
    /* Records end at 24, 24 + 16 + 5 = 45, 45 + 16 = 61 and 61 + 16 + 30 = 107. */
    static const size_t border[] = {24, 45, 61, 107};
    size_t packets = 0;
    bool at_border = false;
    for (size_t i = 0; i < 4; i++) {
        packets += i > 0 && len >= border[i];
        at_border |= len == border[i];
    }
    struct taken t = taken_memory(bytes, len);
    struct taken s = taken_stream(bytes, len);
    assert_int_equal(t.opened, len >= 24);
    assert_int_equal(t.len, packets);
    assert_int_equal(t.skips.count[SKIP_cut_file], t.opened && !at_border);
    assert_int_equal(t.skips.count[SKIP_block_damaged], 0);
    assert_true(taken_same(&t, &s));
    taken_free(&t);
    taken_free(&s);
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    struct capture c = {0};
    capture_pcap(&c, MICRO, 2, 4, 1);
    capture_record(&c, 1, 1, 1, 5, 5);
    capture_record(&c, 2, 2, 2, 0, 5);
    capture_record(&c, 3, 3, 3, 30, 60);
    assert_int_equal(c.buf.len, 107);
    guard_prefixes(c.buf.at, c.buf.len, prefix_check, NULL);
    capture_free(&c);
}

/* Starts a child that writes the bytes to a pipe; returns the pipe's reading end. */
static int piped(const struct capture *c, pid_t *ret_child, bool wait_for_it)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    *ret_child = fork();
    assert_true(*ret_child >= 0);
    if (*ret_child == 0) {
        (void)close(ends[0]);
        for (size_t done = 0; done < c->buf.len;) {
            ssize_t n = write(ends[1], c->buf.at + done, c->buf.len - done);
            if (n <= 0)
                break;
            done += (size_t)n;
        }
        _exit(0);
    }
    (void)close(ends[1]);
    if (wait_for_it)
        (void)waitpid(*ret_child, NULL, 0);
    return ends[0];
}

static void reads_standard_input(void **state)
{
    (void)state;
    struct capture c = long_capture(4000);
    struct err err = {""};
    pid_t child;
    int kept = dup(STDIN_FILENO), fd = piped(&c, &child, false);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    (void)close(fd);
    struct taken t = taken_from(source_open("-", NULL, &err));
    if (kept >= 0)
        (void)dup2(kept, STDIN_FILENO);
    (void)close(kept);
    (void)waitpid(child, NULL, 0);
    assert_string_equal(err.text, "");
    check_long(&t, 4000);
    taken_free(&t);
    capture_free(&c);
}

static void reads_pipe_by_name(void **state)
{
    (void)state;
    for (int gone = 0; gone < 2; gone++) { /* whether the writer has gone before we look */
        uint32_t packets = gone ? 100 : 4000;
        struct capture c = long_capture(packets);
        struct err err = {""};
        pid_t child;
        char path[64];
        int fd = piped(&c, &child, gone);
        (void)snprintf(path, sizeof path, "/dev/fd/%d", fd);
        struct source *source = source_open(path, NULL, &err);
        assert_string_equal(err.text, "");
        (void)close(fd);
        struct taken t = taken_from(source);
        if (!gone)
            (void)waitpid(child, NULL, 0);
        check_long(&t, packets);
        taken_free(&t);
        capture_free(&c);
    }
}

static const char *file_of(const void *bytes, size_t len, char path[64])
{
    (void)snprintf(path, 64, "/tmp/muster-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    (void)close(fd);
    return path;
}

static void reads_file(void **state)
{
    (void)state;
    struct capture c = long_capture(4000);
    struct err err = {""};
    char path[64];
    struct source *source = source_open(file_of(c.buf.at, c.buf.len, path), NULL, &err);
    assert_non_null(source);
    assert_int_equal(source->size_bytes, c.buf.len);
    assert_string_equal(source->path, path);
    assert_string_equal(source->kind->name, "pcap");
    struct taken t = taken_from(source);
    check_long(&t, 4000);
    taken_free(&t);
    t = taken_from(source_open(path, "pcap", &err));
    check_long(&t, 4000);
    taken_free(&t);
    (void)unlink(path);
    capture_free(&c);
}

static void survives_a_file_cut_while_read(void **state)
{
    (void)state;
    struct capture c = long_capture(4000);
    struct block *block = mem_new(1, sizeof *block);
    char path[64];
    struct source *source = source_open(file_of(c.buf.at, c.buf.len, path), NULL, NULL);
    assert_non_null(source);
    assert_true(source_next(source, block));
    assert_int_equal(truncate(path, 4096), 0);
    while (source_next(source, block))
        ;
    assert_int_equal(source->skips.count[SKIP_cut_file], 1);
    assert_non_null(strstr(source->damage, "shrank"));
    source_close(source);
    mem_free(block);
    (void)unlink(path);
    capture_free(&c);
}

static void open_fails(const void *bytes, size_t len, const char *as, const char *says)
{
    struct err err = {""};
    char path[64];
    assert_null(source_open(file_of(bytes, len, path), as, &err));
    (void)unlink(path);
    if (strstr(err.text, says) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, says);
    if (as == NULL)
        assert_non_null(strstr(err.text, path));
}

static void names_what_it_cannot_open(void **state)
{
    (void)state;
    struct err err = {""};
    open_fails("\x7f"
               "ELF\2\1\1\0rest",
               12, NULL, "first bytes 7f 45 4c 46 02 01 01 00 are of no known kind");
    open_fails("x", 1, NULL, "first bytes 78 are");
    open_fails("", 0, NULL, "is empty");
    open_fails("\x1f\x8b\x08zzzzzz", 9, NULL, "the gzip data is damaged (its byte ");
    open_fails("\x28\xb5\x2f\xfdzzzzz", 9, NULL, "the zstd data ");
    open_fails("\xd4\xc3\xb2\xa1\2\0\4\0", 8, NULL, "ends inside the header");
    open_fails("\xd4\xc3\xb2\xa1\2\0\4\0", 8, "nosuch", "there are: pcap pcapng");
    open_fails("plain text that is long enough", 30, "pcap", "not those of a pcap file");
    open_fails("plain text that is long enough", 30, "pcapng", "not those of a pcapng file");
    assert_null(source_open("/nonexistent/x.pcap", NULL, &err));
    assert_non_null(strstr(err.text, "/nonexistent/x.pcap: No such file"));
    assert_null(source_open("/", NULL, &err));
    assert_non_null(strstr(err.text, "folder"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_orders_and_resolutions),
        cmocka_unit_test(reads_modified),
        cmocka_unit_test(reads_old_and_odd_versions),
        cmocka_unit_test(masks_link),
        cmocka_unit_test(stops_at_damage),
        cmocka_unit_test(takes_the_largest),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(reads_standard_input),
        cmocka_unit_test(reads_pipe_by_name),
        cmocka_unit_test(reads_file),
        cmocka_unit_test(survives_a_file_cut_while_read),
        cmocka_unit_test(names_what_it_cannot_open),
    };
    return cmocka_run_group_tests_name("source_pcap", tests, NULL, NULL);
}
