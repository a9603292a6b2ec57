/*
 * The secret of the tables: keys chosen to share a chain do not under another secret, and no row
 * and no count depends on it, even where the tables are too small and the oldest are pushed out.
 */
#include "way.h"

#include "base/mem.h"
#include "conf.h"
#include "record/row.h"
#include "simulate/simulate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char folder[] = "/tmp/muster-seed-XXXXXX";

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

enum { BUCKETS = 1024, CHOSEN = 256 };

static unsigned longest_chain(struct table_seed seed, const uint64_t (*key)[3], unsigned words)
{
    unsigned length[BUCKETS] = {0}, longest = 0;
    for (unsigned i = 0; i < CHOSEN; i++) {
        unsigned *chain = &length[table_hash(seed, key[i], words) % BUCKETS];
        *chain += 1;
        longest = *chain > longest ? *chain : longest;
    }
    return longest;
}

/* Who knows a secret makes one chain of all his keys; with another they are spread as any. */
static void chosen_keys_spread(void **state)
{
    (void)state;
    static uint64_t key[CHOSEN][3];
    const struct table_seed known = {0, 0}, other = {0x243F6A8885A308D3, 0x13198A2E03707344},
                            third = {0, 1};
    for (unsigned words = 1; words <= 3; words++) {
        unsigned n = 0;
        memset(key, 0, sizeof key);
        for (uint64_t i = 0; n < CHOSEN; i++) {
            key[n][words - 1] = i;
            n += table_hash(known, key[n], words) % BUCKETS == 0;
        }
        assert_int_equal(longest_chain(known, (const uint64_t(*)[3])key, words), CHOSEN);
        assert_in_range(longest_chain(other, (const uint64_t(*)[3])key, words), 1, 8);
        assert_in_range(longest_chain(third, (const uint64_t(*)[3])key, words), 1, 8);
    }
}

/* All that a read says: rows, coverage, counts by reason. */
static char *read_all(const char *path, struct table_seed seed, unsigned workers, uint64_t memory,
                      uint64_t *ret_evicted)
{
    struct conf conf;
    struct home home;
    struct findings found;
    struct way_notes notes;
    struct err err;
    struct buf buf = {0};
    struct progress silent = {0};
    conf_default(&conf);
    assert_true(conf_set(&conf, "judge.prior=0.5", &err)); /* so that there are sightings */
    home_default(&home);
    const struct way_setup setup = {.conf = &conf,
                                    .home = &home,
                                    .sensor = "here",
                                    .procedure_id = "p",
                                    .detectors = "d",
                                    .sets = "",
                                    .workers = workers,
                                    .memory_bytes = memory,
                                    .seed = seed,
                                    .progress = &silent};
    struct way *way = way_new(&setup);
    char file[80], *files[] = {file};
    (void)snprintf(file, sizeof file, "%s", path);
    struct source_item item = {.path = files, .len = 1, .name = file};
    assert_true(way_read(way, &item, NULL, &found, &notes, &err));
    assert_true(found.sightings > 0);
    for (size_t i = 0; i < found.sightings; i++)
        row_sighting(&buf, &found.sighting[i], ROW_FOR_STORE);
    for (size_t i = 0; i < found.contacts; i++)
        row_contact(&buf, &found.contact[i], ROW_FOR_STORE);
    row_coverage(&buf, &found.coverage, ROW_FOR_STORE);
    for (unsigned i = 0; i < SKIPS; i++)
        buf_format(&buf, " %llu", (unsigned long long)notes.counts.skips.count[i]);
    *ret_evicted = notes.counts.skips.count[SKIP_pair_evicted];
    way_free(way);
    return buf.at;
}

static void no_output_depends_on_it(void **state)
{
    (void)state;
    static const struct table_seed seeds[] = {
        {0, 0}, {1, UINT64_MAX}, {0x452821E638D01377, 0xBE5466CF34E90C6C}};
    static const uint64_t memories[] = {256 << 20, 4 << 20};
    struct simulated made;
    struct err err;
    char path[100];
    assert_true(simulate_small(folder, 1, &made, &err));
    (void)snprintf(path, sizeof path, "%s/capture.pcap", folder);
    for (unsigned m = 0; m < 2; m++) {
        uint64_t evicted;
        char *first = read_all(path, seeds[0], 1, memories[m], &evicted);
        assert_int_equal(evicted > 0, m == 1);
        for (unsigned i = 1; i < 3; i++) {
            char *again = read_all(path, seeds[i], i, memories[m], &evicted);
            assert_string_equal(again, first);
            mem_free(again);
        }
        mem_free(first);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_keys_spread),
        cmocka_unit_test(no_output_depends_on_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
