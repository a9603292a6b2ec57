/*
 * What indicators cost: compile, open, and a look-up that finds nothing or something.
 *     indicators PATH CACHE-FOLDER
 * Prints one line a figure. The cache folder should be empty for a first compile.
 */
#include "record/indicators.h"
#include "base/clock.h"
#include "feeds/feeds.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROUNDS = 1 << 22, NAMES = 1 << 16 };

static const struct indicator_window window = {30, 90, {DAY_NONE}};
static const struct day day = {18416};

static uint64_t next(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void figure(const char *what, int64_t us, uint64_t rounds, uint64_t hits)
{
    (void)printf("%-44s %8.1f ns  (%" PRIu64 " of %" PRIu64 " hit)\n", what,
                 (double)us * 1000 / (double)rounds, hits, rounds);
}

static void addresses(const struct indicators *all)
{
    struct indicator hit[INDICATOR_HITS];
    uint64_t state = 1, hits = 0;
    int64_t start = clock_monotonic_us();
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct port port = {443};
        hits += indicators_address(all, address_v4((uint32_t)next(&state)), port, day, &window,
                                   hit) != 0;
    }
    figure("address with port, at random", clock_monotonic_us() - start, ROUNDS, hits);
}

static void names(const struct indicators *all)
{
    static char name[NAMES][32];
    struct indicator hit[INDICATOR_HITS];
    uint64_t state = 1, hits = 0;
    for (unsigned i = 0; i < NAMES; i++)
        (void)snprintf(name[i], sizeof name[i], "www.%08" PRIx32 ".com", (uint32_t)next(&state));
    int64_t start = clock_monotonic_us();
    for (unsigned i = 0; i < ROUNDS; i++)
        hits += indicators_name(all, text_of(name[i % NAMES]), day, &window, hit) != 0;
    figure("name of three labels, not listed", clock_monotonic_us() - start, ROUNDS, hits);
}

/* What is listed, found again, all over the file. */
static void listed(const struct indicators *all)
{
    static struct indicator item[NAMES];
    struct indicator hit[INDICATOR_HITS];
    struct indicator_set_info info;
    uint64_t state = 1, hits = 0;
    unsigned len = 0;
    indicators_info(all, 0, &info);
    uint64_t kept = info.by_kind[INDICATOR_NAME];
    for (unsigned i = 0; kept && i < NAMES; i++)
        len += indicators_get(all, 0, INDICATOR_NAME, (uint32_t)(next(&state) % kept), &item[len]);
    int64_t start = clock_monotonic_us();
    for (unsigned i = 0; i < len; i++)
        hits += indicators_name(all, item[i].item, day, &window, hit) != 0;
    if (len)
        figure("name, listed", clock_monotonic_us() - start, len, hits);
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct err err;
    bool compiled = false;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: indicators PATH CACHE-FOLDER\n");
        return 2;
    }
    for (unsigned round = 0; round < 2; round++) {
        int64_t start = clock_monotonic_us();
        struct text file = feeds_compiled(argv[1], argv[2], &arena, &compiled, &err);
        int64_t took = clock_monotonic_us() - start;
        if (file.at == NULL) {
            (void)fprintf(stderr, "%s\n", err.text);
            return 1;
        }
        (void)printf("%-44s %8.1f ms\n", compiled ? "compile" : "found in the cache",
                     (double)took / 1000);
    }
    struct text file = feeds_compiled(argv[1], argv[2], &arena, &compiled, &err);
    struct indicators *all = indicators_new();
    int64_t start = clock_monotonic_us();
    if (!indicators_open(all, file.at, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    (void)printf("%-44s %8.3f ms\n", "open", (double)(clock_monotonic_us() - start) / 1000);
    addresses(all);
    addresses(all);
    names(all);
    listed(all);
    listed(all);
    indicators_free(all);
    arena_free(&arena);
    return 0;
}
