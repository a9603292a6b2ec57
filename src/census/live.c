#include "census/live.h"

#include "base/buf.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { WEEK_DAYS = 7, SHOWN = 250, COLUMNS = 9, DAY_S = 86400 };
enum { LONG_HOLD_DAYS = 14, GONE_DAYS = 7, ENDS_LEAST = 5 };
#define BUSY 1.15    /* estimated machines to addresses in an hour: more is told */
#define SEVERAL 0.10 /* of the days of addresses */
#define SEED UINT64_C(0x6d7573746572)

/* Addresses of counted hosts by network and week, in how many hours and on how many days, on how
 * many of these days with several families at once; and which weeks were watched whole. */
static bool ask_windows(const struct asker *asker, struct arena *arena, struct rows *seen,
                        struct rows *watched, struct err *err)
{
    return asker_ask(
               asker,
               "WITH f AS (SELECT coalesce(host_asn, -1) AS asn, host_id, day, family, "
               "bit_or(hours) AS hours FROM counted GROUP BY ALL), d AS (SELECT asn, host_id, day, "
               "bit_count(bit_or(hours)) AS in_hours, count(DISTINCT family) > 1 AND "
               "sum(bit_count(hours)) > bit_count(bit_or(hours)) AS several FROM f GROUP BY asn, "
               "host_id, day) "
               "SELECT asn, (day - (SELECT min(day) FROM watched_day)) // 7 AS week, "
               "count(DISTINCT host_id) AS addresses, sum(in_hours)::BIGINT AS hours, count(*) AS "
               "days, count(*) FILTER (several) AS several FROM d GROUP BY ALL ORDER BY asn, week",
               arena, seen, err) &&
           asker_ask(asker,
                     "SELECT (day - (SELECT min(day) FROM watched_day)) // 7 AS week, count(*) AS "
                     "days, epoch(min(day)::TIMESTAMP)::BIGINT AS start FROM watched_day GROUP BY "
                     "week ORDER BY week",
                     arena, watched, err);
}

/* Machines whose address is known by a stable identity, from when to when; a machine seen twice at
 * an address held it in between when nobody else was seen there. */
static bool ask_identities(const struct asker *asker, struct arena *arena, struct rows *ret,
                           struct err *err)
{
    return asker_ask(
        asker,
        "WITH net AS (SELECT host, any_value(host_asn) AS asn FROM every GROUP BY host), "
        "held AS (SELECT sensor, device, host, first, last, lag(device) OVER w AS before FROM "
        "identities WHERE device IS NOT NULL WINDOW w AS (PARTITION BY sensor, host ORDER BY "
        "first, "
        "device)), runs AS (SELECT *, sum(CASE WHEN device IS DISTINCT FROM before THEN 1 ELSE 0 "
        "END) OVER (PARTITION BY sensor, host ORDER BY first, device ROWS UNBOUNDED PRECEDING) AS "
        "run FROM held) "
        "SELECT CASE WHEN is_private(host) THEN -1 ELSE net.asn END AS asn, (hash(sensor, device) "
        "// 4)::BIGINT AS device, epoch(min(first))::BIGINT AS start, epoch(max(last))::BIGINT AS "
        "until FROM runs LEFT JOIN net USING (host) WHERE is_private(host) OR net.asn IS NOT NULL "
        "GROUP BY sensor, host, device, run, net.asn HAVING until > start ORDER BY asn, device, "
        "start LIMIT 2000000",
        arena, ret, err);
}

/* By network: addresses that were not seen again for GONE_DAYS and more, and the days that all were
 * at risk of that. */
static bool ask_ends(const struct asker *asker, struct arena *arena, struct rows *ret,
                     struct err *err)
{
    char sql[512];
    (void)snprintf(sql, sizeof sql,
                   "WITH life AS (SELECT coalesce(host_asn, -1) AS asn, host_id, min(day) AS f, "
                   "max(day) AS l FROM counted GROUP BY ALL), rim AS (SELECT max(day) - %d AS c "
                   "FROM watched_day) SELECT asn, count(*) FILTER (l < c) AS ends, sum(least(l, c) "
                   "- f)::BIGINT AS days FROM life, rim WHERE f <= c GROUP BY asn ORDER BY asn",
                   GONE_DAYS);
    return asker_ask(asker, sql, arena, ret, err);
}

struct live {
    struct census *census;
    struct rows seen, watched, identities, ends;
    struct population_turnover turnover;
    struct network_hold *network; /* of every hold from both sources, by network, */
    struct hold *hold;            /* and the holds in that order */
    size_t holds;
    struct population_window *window;
    double all[POPULATION_DRAWS];
    double covered, addresses, low, high; /* addresses a week: with an estimate; all; bounds */
    double in_hour;                       /* of networks with an estimate */
    double days, several;                 /* address-days; of them with several families at once */
    unsigned known, networks;
    struct text *cell;
};

static int by_network(const void *a, const void *b)
{
    const struct network_hold *left = a, *right = b;
    if (left->asn != right->asn)
        return left->asn < right->asn ? -1 : 1;
    return left->rank < right->rank ? -1 : left->rank > right->rank;
}

/* Identities' holds before those of files, each in their order. */
static void gather(struct live *live, const struct holds *holds)
{
    const struct rows *identities = &live->identities;
    size_t files = holds ? holds->len : 0, len = identities->len + files;
    live->network = mem_new(len + 1, sizeof *live->network);
    live->hold = mem_new(len + 1, sizeof *live->hold);
    live->holds = len;
    for (size_t row = 0; row < identities->len; row++)
        live->network[row] =
            (struct network_hold){.asn = rows_count(identities, row, 0),
                                  .hold = {.device = (uint64_t)rows_count(identities, row, 1),
                                           .start_s = rows_count(identities, row, 2),
                                           .end_s = rows_count(identities, row, 3)}};
    for (size_t i = 0; i < files; i++)
        live->network[identities->len + i] = holds->at[i];
    for (size_t i = 0; i < len; i++)
        live->network[i].rank = i;
    qsort(live->network, len, sizeof *live->network, by_network);
    for (size_t i = 0; i < len; i++)
        live->hold[i] = live->network[i].hold;
}

/* The holds of a network. */
static const struct hold *holds_of(const struct live *live, int64_t asn, size_t *len)
{
    size_t low = 0, high = live->holds;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (live->network[middle].asn < asn)
            low = middle + 1;
        else
            high = middle;
    }
    for (*len = 0; low + *len < live->holds && live->network[low + *len].asn == asn;)
        ++*len;
    return live->hold + low;
}

/* The start of a week that was watched whole (or of a shorter period's only one); -1 = none. */
static int64_t week_start(const struct live *live, int64_t week, int64_t *days)
{
    for (size_t row = 0; row < live->watched.len; row++)
        if (rows_count(&live->watched, row, 0) == week) {
            *days = rows_count(&live->watched, row, 1);
            bool whole = *days == WEEK_DAYS || live->watched.len == 1;
            return whole ? rows_count(&live->watched, row, 2) : -1;
        }
    return -1;
}

static struct text put_number(struct live *live, double value)
{
    return arena_format(&live->census->arena, "%.0f", value);
}

static void add_row(struct live *live, struct text network, double addresses, double in_hour,
                    const struct population *p, double low, double high, const char *note)
{
    struct text *cell = &live->cell[(size_t)COLUMNS * live->networks++];
    cell[0] = network;
    cell[1] = put_number(live, addresses);
    cell[2] = put_number(live, in_hour);
    cell[3] = arena_format(&live->census->arena, "%u", p->windows);
    cell[4] = arena_format(&live->census->arena, "%zu", p->holds);
    cell[5] = p->known ? put_number(live, p->live) : text_of(NULL);
    cell[6] = put_number(live, p->known ? p->low : low);
    cell[7] = put_number(live, p->known ? p->high : high);
    cell[8] = text_of(p->known ? "95 % interval" : note);
}

/* What the weeks of a network that were watched whole come to. */
struct sums {
    double addresses, hours; /* addresses of a week; hours that addresses were seen in */
    double watched_h;
    double low; /* machines when addresses are held for a day */
};

/* The weeks of rows [from, to) of `seen` that were watched whole. */
static size_t windows_of(struct live *live, size_t from, size_t to, struct sums *ret)
{
    size_t windows = 0;
    *ret = (struct sums){0};
    for (size_t row = from; row < to; row++) {
        int64_t days = 0, start = week_start(live, rows_count(&live->seen, row, 1), &days);
        if (start < 0)
            continue;
        double addresses = (double)rows_count(&live->seen, row, 2);
        live->window[windows++] = (struct population_window){
            .addresses = (uint64_t)addresses, .start_s = start, .end_s = start + days * DAY_S};
        ret->addresses += addresses;
        ret->hours += (double)rows_count(&live->seen, row, 3);
        ret->watched_h += 24.0 * (double)days;
        ret->low += addresses * population_share(DAY_S, (double)days * DAY_S);
    }
    return windows;
}

/* Where addresses are held for weeks they go when the control goes: how often that is. */
static void find_turnover(struct live *live)
{
    double ends = 0, days = 0, by_hold = 0;
    for (size_t from = 0, to; from < live->seen.len; from = to) {
        int64_t asn = rows_count(&live->seen, from, 0);
        struct sums sums;
        for (to = from; to < live->seen.len && rows_count(&live->seen, to, 0) == asn;)
            to++;
        size_t windows = windows_of(live, from, to, &sums);
        size_t len;
        const struct hold *hold = holds_of(live, asn, &len);
        double hold_s = population_mean_hold(hold, len, live->window, windows);
        for (size_t row = 0; row < live->ends.len && hold_s >= LONG_HOLD_DAYS * (double)DAY_S;
             row++)
            if (rows_count(&live->ends, row, 0) == asn) {
                double at_risk = (double)rows_count(&live->ends, row, 2);
                ends += (double)rows_count(&live->ends, row, 1);
                days += at_risk;
                by_hold += at_risk * DAY_S / hold_s;
            }
    }
    if (ends < ENDS_LEAST || ends <= by_hold || days <= 0)
        return;
    live->turnover.per_s = (ends - by_hold) / days / DAY_S;
    live->turnover.error = sqrt(ends) / (ends - by_hold);
}

/* One network: rows [from, to) of `seen`. */
static void network(struct live *live, size_t from, size_t to)
{
    struct population p;
    double draw[POPULATION_DRAWS];
    struct sums sums;
    int64_t asn = rows_count(&live->seen, from, 0);
    size_t windows = windows_of(live, from, to, &sums);
    if (windows == 0)
        return;
    size_t len;
    const struct hold *hold = holds_of(live, asn, &len);
    population_estimate(hold, len, live->window, windows, live->turnover, SEED + (uint64_t)asn,
                        draw, &p);
    double mean = sums.addresses / (double)windows, low = sums.low / (double)windows;
    double in_hour = sums.hours / sums.watched_h;
    live->addresses += mean;
    live->covered += p.known ? mean : 0;
    live->in_hour += p.known ? in_hour : 0;
    live->low += p.known ? p.low : low;
    live->high += p.known ? p.high : mean;
    for (unsigned d = 0; d < POPULATION_DRAWS && p.known; d++)
        live->all[d] += draw[d];
    live->known += p.known;
    if (live->networks < SHOWN)
        add_row(live,
                asn < 0 ? text_of("private or not known")
                        : arena_format(&live->census->arena, "AS%lld", (long long)asn),
                mean, in_hour, &p, low, mean,
                "not enough data; range if addresses are held for a day or more");
}

/* Assumptions that the addresses themselves speak against. */
static void warn(struct live *live, double low)
{
    struct census *census = live->census;
    if (live->known && low > BUSY * live->in_hour)
        census_warn(
            census,
            arena_format(&census->arena,
                         "In a typical hour %.0f addresses were seen, fewer than the machines "
                         "estimated. Where machines are off at times, call less than once an hour, "
                         "or give up addresses sooner than those whose holds are known, the "
                         "estimate is too high: take it for an upper bound.",
                         live->in_hour),
            text_of("In a typical hour far fewer addresses were seen than machines are estimated: "
                    "take the estimate for an upper bound."));
    for (size_t row = 0; row < live->seen.len; row++) {
        live->days += (double)rows_count(&live->seen, row, 4);
        live->several += (double)rows_count(&live->seen, row, 5);
    }
    if (live->several > SEVERAL * live->days)
        census_warn(
            census,
            arena_format(&census->arena,
                         "On %.0f %% of their days addresses were under several families at once, "
                         "as when machines share an address (NAT): numbers of machines are lower "
                         "bounds.",
                         100 * live->several / live->days),
            text_of("Addresses were often under several families at once, as when machines share "
                    "an address (NAT): numbers of machines are lower bounds."));
}

static void sum_up(struct live *live)
{
    struct census *census = live->census;
    struct population all = {0};
    size_t whole = 0;
    for (size_t row = 0; row < live->watched.len; row++)
        whole += rows_count(&live->watched, row, 1) == WEEK_DAYS;
    all.windows = (unsigned)(whole ? whole : live->watched.len == 1);
    all.known = live->known > 0 && live->covered >= live->addresses * 0.999;
    if (live->known)
        population_sum_up(live->all, &all);
    warn(live, all.low);
    census->live =
        (struct census_live){.known = all.known,
                             .part = live->known > 0 && !all.known,
                             .live = all.live,
                             .low = all.known ? all.low : live->low,
                             .high = all.known ? all.high : live->high,
                             .share = live->addresses > 0 ? live->covered / live->addresses : 0,
                             .addresses = live->addresses,
                             .windows = all.windows};
    add_row(live, text_of("all"), live->addresses, live->in_hour, &all, live->low, live->high,
            live->known ? "networks without enough data are in the range only"
                        : "not enough data; range if addresses are held for a day or more");
}

static void add_table(struct live *live)
{
    static const char *const names[COLUMNS] = {"network", "addresses", "in_hour", "weeks", "holds",
                                               "live",    "low",       "high",    "range"};
    struct census *census = live->census;
    struct census_table *table = &census->table[census->tables++];
    *table = (struct census_table){
        .id = "population",
        .title = "Machines under control at a typical time, by network",
        .definition =
            "Addresses: seen in a week, mean over the weeks that were watched whole; in hour: in "
            "one "
            "of its hours. Live: machines at a time, estimated from how long addresses are held "
            "(CARDCount, completed); bounds "
            "as `range` says. Machines are taken to be on all day and their holds not to depend on "
            "being under control; behind NAT an address counts as one machine: a lower bound. Rows "
            "do not add up."};
    for (unsigned i = 0; i < COLUMNS; i++)
        table->rows.name[i] = text_of(names[i]);
    table->rows.columns = COLUMNS;
    table->rows.len = live->networks;
    table->rows.cell = live->cell;
}

bool census_live(struct census *census, const struct asker *asker, const struct holds *holds,
                 struct err *err)
{
    struct live *live = mem_new(1, sizeof *live);
    live->census = census;
    bool done = ask_windows(asker, &census->arena, &live->seen, &live->watched, err) &&
                ask_identities(asker, &census->arena, &live->identities, err) &&
                ask_ends(asker, &census->arena, &live->ends, err);
    if (done && live->seen.len) {
        gather(live, holds);
        live->window = mem_new(live->watched.len + 1, sizeof *live->window);
        live->cell = arena_new(&census->arena, (size_t)(SHOWN + 2) * COLUMNS * sizeof *live->cell);
        find_turnover(live);
        for (size_t from = 0, to; from < live->seen.len; from = to) {
            for (to = from; to < live->seen.len &&
                            rows_count(&live->seen, to, 0) == rows_count(&live->seen, from, 0);)
                to++;
            network(live, from, to);
        }
        sum_up(live);
        add_table(live);
    }
    mem_free(live->network);
    mem_free(live->hold);
    mem_free(live->window);
    mem_free(live);
    return done;
}
