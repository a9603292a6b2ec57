/* The made-up network: same seed same bytes, whole packets with right checksums, in order. */
#include "simulate/random.h"
#include "simulate/simulate.h"

#include "base/cursor.h"
#include "base/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static char folder[] = "/tmp/muster-simulate-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    char command[100];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct file_map made(const char *name, uint64_t seed, struct simulated *ret)
{
    char path[300];
    struct err err;
    struct file_map map;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(simulate_campus(path, seed, ret, &err));
    (void)snprintf(path, sizeof path, "%s/%s/capture.pcap", folder, name);
    assert_true(file_map(&map, path, &err));
    return map;
}

static void same_seed(void **state)
{
    (void)state;
    struct simulated one, two, other;
    struct file_map a = made("a", 1, &one), b = made("b", 1, &two), c = made("c", 2, &other);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.at, b.at, a.len);
    assert_true(a.len != c.len || memcmp(a.at, c.at, a.len) != 0);
    assert_int_equal(one.hosts, 12);
    assert_int_equal(one.controlled, 2);
    assert_true(a.len < 64 << 20);
    file_unmap(&a);
    file_unmap(&b);
    file_unmap(&c);
}

static unsigned sum16(const uint8_t *at, size_t len, unsigned sum)
{
    for (size_t i = 0; i < len; i++)
        sum += i & 1 ? at[i] : (unsigned)at[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

/* A right Internet checksum makes its sum all ones (RFC 1071). */
static void packet_is_right(const uint8_t *at, uint32_t len)
{
    assert_true(len >= 60 && len <= 1514);
    if (at == NULL) /* gcc cannot know that a packet has bytes */
        fail();
    const uint8_t *ip = at + 14;
    unsigned total = (unsigned)ip[2] << 8 | ip[3];
    assert_true(ip[0] == 0x45 && total >= 28 && total <= len - 14);
    assert_int_equal(sum16(ip, 20, 0), 0xffff);
    assert_true(ip[9] == 6 || ip[9] == 17);
    unsigned pseudo = sum16(ip + 12, 8, ip[9] + total - 20);
    assert_int_equal(sum16(ip + 20, total - 20, pseudo), 0xffff);
}

static void packets_right(void **state)
{
    (void)state;
    struct simulated all;
    struct file_map map = made("d", 3, &all);
    struct cursor c = cursor_over(map.at, map.len);
    uint64_t before = 0, packets = 0;
    assert_int_equal(cursor_u32_le(&c), 0xa1b2c3d4);
    cursor_skip(&c, 20);
    while (cursor_left(&c) > 0) {
        uint64_t time = (uint64_t)cursor_u32_le(&c) * 1000000;
        time += cursor_u32_le(&c);
        uint32_t captured = cursor_u32_le(&c), length = cursor_u32_le(&c);
        const uint8_t *at = cursor_take(&c, captured);
        assert_non_null(at);
        assert_true(captured == length && time >= before);
        packet_is_right(at, captured);
        before = time;
        packets++;
    }
    assert_int_equal(packets, all.packets);
    assert_true(packets > 5000);
    file_unmap(&map);
}

/* Reference values of xoshiro256** for a state of 1, 2, 3, 4 (its authors' C code gives these). */
static void random_known(void **state)
{
    (void)state;
    struct random random = {{1, 2, 3, 4}};
    assert_int_equal(random_next(&random), 11520);
    assert_int_equal(random_next(&random), 0);
    assert_int_equal(random_next(&random), 1509978240);
    assert_int_equal(random_next(&random), UINT64_C(1215971899390074240));
    for (int i = 0; i < 1000; i++) {
        uint64_t n = random_in(&random, 5, 9);
        assert_true(n >= 5 && n <= 9);
    }
}

static void cannot_write(void **state)
{
    (void)state;
    struct simulated all;
    struct err err = {0};
    assert_false(simulate_campus("/proc/nowhere", 1, &all, &err));
    assert_non_null(strstr(err.text, "/proc/nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed),
        cmocka_unit_test(packets_right),
        cmocka_unit_test(random_known),
        cmocka_unit_test(cannot_write),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
