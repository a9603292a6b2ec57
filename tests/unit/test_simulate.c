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
    assert_true(simulate_small(path, seed, ret, &err));
    (void)snprintf(path, sizeof path, "%s/%s/capture.pcap", folder, name);
    assert_true(file_map(&map, path, &err));
    return map;
}

/* A campus of the given size; its first day's capture. */
static struct file_map made_campus(const char *name, const struct campus_plan *plan,
                                   struct simulated *ret)
{
    char path[300], day[DAY_TEXT];
    struct err err;
    struct file_map map;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_true(simulate_campus(path, plan, ret, &err));
    (void)snprintf(path, sizeof path, "%s/%s/captures/%s.pcap", folder, name,
                   day_format(plan->start, day));
    assert_true(file_map(&map, path, &err));
    return map;
}

static struct file_map side_file(const char *name, const char *file)
{
    char path[300];
    struct err err;
    struct file_map map;
    (void)snprintf(path, sizeof path, "%s/%s/%s", folder, name, file);
    assert_true(file_map(&map, path, &err));
    return map;
}

static unsigned count_of(const struct file_map *map, const char *word)
{
    unsigned count = 0;
    size_t len = strlen(word);
    for (const uint8_t *at = map->at, *end = map->at + map->len;
         (at = memmem(at, (size_t)(end - at), word, len)) != NULL; at += len)
        count++;
    return count;
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
static void transport_is_right(const uint8_t *at, size_t len, uint8_t protocol, unsigned addresses)
{
    assert_true(protocol == 6 || protocol == 17);
    assert_int_equal(sum16(at, len, addresses + protocol + (unsigned)len), 0xffff);
}

static void packet_is_right(const uint8_t *at, uint32_t len, uint64_t *v6)
{
    assert_true(len >= 60 && len <= 1514);
    if (at == NULL) /* gcc cannot know that a packet has bytes */
        fail();
    const uint8_t *ip = at + 14;
    if (at[12] == 0x86) {
        size_t payload = (size_t)ip[4] << 8 | ip[5];
        assert_true(ip[0] == 0x60 && payload <= len - 54);
        transport_is_right(ip + 40, payload, ip[6], sum16(ip + 8, 32, 0));
        ++*v6;
        return;
    }
    unsigned total = (unsigned)ip[2] << 8 | ip[3];
    assert_true(ip[0] == 0x45 && total >= 28 && total <= len - 14);
    assert_int_equal(sum16(ip, 20, 0), 0xffff);
    transport_is_right(ip + 20, total - 20, ip[9], sum16(ip + 12, 8, 0));
}

/* Every packet of a capture; how many there are. */
static uint64_t capture_is_right(const struct file_map *map, uint64_t *v6)
{
    struct cursor c = cursor_over(map->at, map->len);
    uint64_t before = 0, packets = 0;
    assert_int_equal(cursor_u32_le(&c), 0xa1b2c3d4);
    cursor_skip(&c, 20);
    for (; cursor_left(&c) > 0; packets++) {
        uint64_t time = (uint64_t)cursor_u32_le(&c) * 1000000;
        time += cursor_u32_le(&c);
        uint32_t captured = cursor_u32_le(&c), length = cursor_u32_le(&c);
        const uint8_t *at = cursor_take(&c, captured);
        assert_non_null(at);
        assert_true(captured == length && time >= before);
        packet_is_right(at, captured, v6);
        before = time;
    }
    return packets;
}

static void packets_right(void **state)
{
    (void)state;
    struct simulated all;
    uint64_t v6 = 0;
    struct file_map map = made("d", 3, &all);
    assert_int_equal(capture_is_right(&map, &v6), all.packets);
    assert_true(all.packets > 5000);
    file_unmap(&map);
}

static const struct campus_plan least = {
    .seed = 5, .devices = DEVICES_LEAST, .days = 2, .start = {19786}}; /* 2024-03-04 */

/* Two days are two files; all their packets are right, some of them IPv6. */
static void campus_right(void **state)
{
    (void)state;
    struct simulated all;
    uint64_t v6 = 0;
    struct file_map first = made_campus("e", &least, &all);
    struct file_map second = side_file("e", "captures/2024-03-05.pcap");
    assert_int_equal(capture_is_right(&first, &v6) + capture_is_right(&second, &v6), all.packets);
    assert_true(v6 > 500 && first.len > 1 << 20 && second.len > 1 << 20);
    assert_int_equal(all.hosts, DEVICES_LEAST);
    assert_int_equal(all.controlled, 3);
    file_unmap(&first);
    file_unmap(&second);
}

static void campus_same_seed(void **state)
{
    (void)state;
    static const char *const files[] = {"truth.csv", "devices.csv", "hard-negatives.csv",
                                        "captures/2024-03-05.pcap"};
    struct simulated one, two;
    struct file_map a = made_campus("f", &least, &one), b = made_campus("g", &least, &two);
    assert_int_equal(a.len, b.len);
    assert_memory_equal(a.at, b.at, a.len);
    file_unmap(&a);
    file_unmap(&b);
    for (unsigned i = 0; i < 4; i++) {
        a = side_file("f", files[i]);
        b = side_file("g", files[i]);
        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.at, b.at, a.len);
        file_unmap(&a);
        file_unmap(&b);
    }
}

/* The truth has a row a day, names three controlled devices and two listed; without infections it
 * names none, and the day is otherwise much the same. */
static void campus_truth(void **state)
{
    (void)state;
    struct simulated ill, well;
    struct campus_plan plan = least;
    struct file_map a = made_campus("h", &plan, &ill);
    plan.no_infections = true;
    struct file_map b = made_campus("i", &plan, &well);
    struct file_map truth = side_file("h", "truth.csv"), devices = side_file("h", "devices.csv");
    assert_int_equal(count_of(&truth, ".pcap,control,"), 2);
    assert_int_equal(count_of(&devices, ",1,"), 3);
    assert_int_equal(count_of(&devices, ",yes,"), 2);
    assert_int_equal(count_of(&devices, "\n"), 1 + DEVICES_LEAST);
    file_unmap(&truth);
    file_unmap(&devices);
    truth = side_file("i", "truth.csv");
    assert_int_equal(count_of(&truth, ".pcap,none,"), 2);
    file_unmap(&truth);
    assert_int_equal(well.controlled, 0);
    assert_true(well.packets < ill.packets && well.packets > ill.packets / 10 * 8);
    file_unmap(&a);
    file_unmap(&b);
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
    assert_false(simulate_small("/proc/nowhere", 1, &all, &err));
    assert_non_null(strstr(err.text, "/proc/nowhere"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed),    cmocka_unit_test(packets_right),
        cmocka_unit_test(campus_right), cmocka_unit_test(campus_same_seed),
        cmocka_unit_test(campus_truth), cmocka_unit_test(random_known),
        cmocka_unit_test(cannot_write),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
