#include "simulate/country.h"

#include "base/mem.h"
#include "simulate/random.h"

#include <math.h>
#include <stdlib.h>

/*
 * A machine's addresses follow one another without a gap, each for as long as its network's law
 * draws; where a machine stands in that when it comes under control is drawn from the stationary
 * renewal process. Machines under control are few among all, so that two never share an address by
 * chance: each hold has an address of its own, by its number.
 */
enum {
    HOUR_S = 3600,
    DAY_S = 86400,
    NIGHT_FROM = 22, /* UTC */
    NIGHT_HOURS = 8,
    FAMILIES = 40,
    LENGTH_LEAST_DAYS = 1,
    LENGTH_MOST_DAYS = 60,
    LENGTH_MEAN_DAYS = 20,
    YEARS = 3,
    SITES = 3607, /* of the last year, at scale 1 (CNCERT 2018), and who used them */
    IMPLANTERS = 3325,
    BACKLOG_DAYS = 40, /* machines that came under control before the first day */
};
#define STARTS_A_DAY 5200.0                  /* machines that come under control, at scale 1 */
#define IMPLANTERS_GROWTH 1.43               /* CNCERT 2018: +43 % */
#define HOST_BASE UINT32_C(0xf0000000)       /* 240/4: reserved, nobody's */
#define CONTROLLER_BASE UINT32_C(0xfc000000) /* likewise */
#define SITE_BASE UINT32_C(0xfe000000)
#define IMPLANTER_BASE UINT32_C(0xff000000)

enum hold_law { HOLD_FIXED, HOLD_EXPONENTIAL, HOLD_MIXED };

static const struct country_network {
    int64_t asn;
    double share;
    enum hold_law law;
    double mean_h;
} networks[] = {
#define NETWORK(asn, share, law, hours, name) {asn, share, law, hours},
#include "simulate/country_network.list"
#undef NETWORK
};
enum { NETWORKS = sizeof networks / sizeof networks[0] };

static const struct place {
    const char *country;
    unsigned controllers[2];
} places[] = {
#define PLACE(country, first, second) {country, {first, second}},
#include "simulate/country_place.list"
#undef PLACE
};
enum { PLACES = sizeof places / sizeof places[0] };

const char *const country_world_name[WORLDS] = {"plain", "night", "tied", "nat", "sensors", "feed"};

struct bot {
    struct random random;
    uint64_t number;        /* among all that ever were */
    int64_t start_s, end_s; /* under control */
    int64_t hold_end_s;
    uint32_t address;
    uint8_t network;
};

struct week {
    int64_t start_day;
    double live[NETWORKS]; /* machines, mean over the week */
};

struct country {
    struct country_plan plan;
    struct random random;
    struct bot *bot;
    size_t bots, bots_room;
    uint64_t bots_ever, holds_ever;
    struct country_row *row;
    size_t rows, rows_room;
    unsigned next_day;
    double live_s[NETWORKS]; /* under control and switched on, of the week in hand */
    struct week *week;
    unsigned weeks;
    uint64_t year_sites[YEARS];
    unsigned before[2][PLACES + 1]; /* controllers of the places before this one, by year */
};

static double unit(struct random *random)
{
    return ((double)(random_next(random) >> 11) + 0.5) / 9007199254740992.0;
}

static double hold_draw(const struct country *c, unsigned network, bool controlled,
                        struct random *random)
{
    const struct country_network *n = &networks[network];
    double mean_s = n->mean_h * HOUR_S;
    if (controlled && c->plan.world == WORLD_TIED)
        mean_s /= 2;
    switch (n->law) {
    case HOLD_FIXED:
        return mean_s;
    case HOLD_MIXED: /* seven of ten for a sixth of the mean, three for three times as long */
        return -log(unit(random)) * mean_s * (unit(random) < 0.7 ? 0.16667 : 2.94444);
    default:
        return -log(unit(random)) * mean_s;
    }
}

/* What is left of the hold that a machine is in the midst of: of the hold that contains a moment,
 * which long ones do more often. Found by renewing from long before. */
static double hold_left(const struct country *c, unsigned network, bool controlled,
                        struct random *random)
{
    double before = 60.0 * DAY_S + unit(random) * 30 * DAY_S, at = 0;
    while (at <= before)
        at += hold_draw(c, network, controlled, random);
    return at - before;
}

static unsigned draw_network(struct random *random)
{
    double want = unit(random) * 100, sum = 0;
    for (unsigned i = 0; i + 1 < NETWORKS; i++)
        if (want < (sum += networks[i].share))
            return i;
    return NETWORKS - 1;
}

static unsigned scaled(const struct country *c, double n)
{
    unsigned ret = (unsigned)round(n * c->plan.scale);
    return ret ? ret : 1;
}

static unsigned controllers_of(const struct country *c, unsigned place, unsigned year)
{
    return scaled(c, places[place].controllers[year > 0]);
}

struct country *country_new(const struct country_plan *plan)
{
    struct country *c = mem_new(1, sizeof *c);
    c->plan = *plan;
    c->random = random_of(plan->seed);
    c->week = mem_new(plan->days / 7 + 2, sizeof *c->week);
    for (unsigned year = 0; year < 2; year++)
        for (unsigned i = 0; i < PLACES; i++)
            c->before[year][i + 1] = c->before[year][i] + controllers_of(c, i, year);
    return c;
}

void country_free(struct country *c)
{
    if (c == NULL)
        return;
    mem_free(c->bot);
    mem_free(c->row);
    mem_free(c->week);
    mem_free(c);
}

static int64_t day_start_s(const struct country *c, unsigned day)
{
    return ((int64_t)c->plan.start.number + day) * DAY_S;
}

static unsigned year_of(unsigned day)
{
    unsigned year = day / 365;
    return year < YEARS ? year : YEARS - 1;
}

static uint32_t new_address(struct country *c)
{
    uint64_t behind = c->plan.world == WORLD_NAT ? 4 : 1;
    return HOST_BASE + (uint32_t)(c->holds_ever++ / behind % (UINT32_C(1) << 27));
}

static void bot_start(struct country *c, int64_t start_s, double days)
{
    if (c->bots == c->bots_room) {
        c->bots_room = c->bots_room ? c->bots_room * 2 : 1024;
        c->bot = mem_resize(c->bot, c->bots_room, sizeof *c->bot);
    }
    struct bot *b = &c->bot[c->bots++];
    *b = (struct bot){.random = random_of(random_next(&c->random)),
                      .number = c->bots_ever++,
                      .start_s = start_s,
                      .end_s = start_s + (int64_t)(days * DAY_S)};
    b->network = (uint8_t)draw_network(&b->random);
    b->hold_end_s = start_s + (int64_t)hold_left(c, b->network, true, &b->random);
    b->address = new_address(c);
}

static double draw_length(struct random *random)
{
    double days = LENGTH_LEAST_DAYS - log(unit(random)) * LENGTH_MEAN_DAYS;
    return days < LENGTH_MOST_DAYS ? days : LENGTH_MOST_DAYS;
}

/* Fewer at week ends. */
static double rhythm(int64_t day_number)
{
    int64_t week_day = (day_number + 3) % 7; /* 1970-01-01 was a Thursday */
    return week_day >= 5 ? 0.8 : 1.08;
}

static unsigned poisson(struct random *random, double mean)
{
    double root = sqrt(mean), z = sqrt(-2 * log(unit(random))) * cos(2 * M_PI * unit(random));
    if (mean > 50)
        return (unsigned)fmax(0, round(mean + root * z));
    double sum = exp(-mean), p = sum, u = unit(random);
    unsigned k = 0;
    for (; u > sum && k < 500; k++)
        sum += p *= mean / (k + 1);
    return k;
}

static void bots_start(struct country *c, unsigned day)
{
    int64_t start_s = day_start_s(c, day);
    if (day == 0) {
        unsigned old = poisson(&c->random, STARTS_A_DAY * c->plan.scale * BACKLOG_DAYS);
        for (unsigned i = 0; i < old; i++) {
            double began = unit(&c->random) * BACKLOG_DAYS, length = draw_length(&c->random);
            if (length > began)
                bot_start(c, start_s, length - began);
        }
    }
    unsigned fresh = poisson(&c->random, STARTS_A_DAY * c->plan.scale *
                                             rhythm(c->plan.start.number + (int64_t)day));
    for (unsigned i = 0; i < fresh; i++)
        bot_start(c, start_s + (int64_t)(unit(&c->random) * DAY_S), draw_length(&c->random));
}

/* Which of the year's controllers a bot has: each has one bot at least, the rest go to few. */
static void controller_of(const struct country *c, const struct bot *b, unsigned year,
                          struct country_row *row)
{
    const unsigned *before = c->before[year > 0];
    unsigned all = before[PLACES], place = 0;
    struct random random = random_of(b->number * 7919 + year);
    uint64_t number = b->number;
    if (unit(&random) < 0.5) { /* the smaller the number, the more */
        double u = unit(&random);
        number = (uint64_t)(u * u * u * all);
    }
    unsigned index = (unsigned)(number % all);
    while (index >= before[place + 1])
        place++;
    row->controller = address_v4(CONTROLLER_BASE + (year << 20) + index);
    row->controller_country = places[place].country;
    row->family = index % FAMILIES;
    row->second = c->plan.world == WORLD_SENSORS ? b->number % 2
                  : c->plan.world == WORLD_FEED  ? index % 2
                                                 : false;
}

/* Hours of [from, to) of a day, without the night where machines are off; *on_s: how long it was
 * on. */
static uint32_t hours_of(const struct country *c, int64_t day_s, int64_t from, int64_t to,
                         double *on_s)
{
    uint32_t hours = 0;
    for (int64_t h = 0; h < 24; h++) {
        int64_t begin = day_s + h * HOUR_S, end = begin + HOUR_S;
        int64_t a = from > begin ? from : begin, b = to < end ? to : end;
        bool night = (h + 24 - NIGHT_FROM) % 24 < NIGHT_HOURS;
        if (b <= a || (c->plan.world == WORLD_NIGHT && night))
            continue;
        hours |= UINT32_C(1) << h;
        *on_s += (double)(b - a);
    }
    return hours;
}

static struct country_row *row_new(struct country *c)
{
    if (c->rows == c->rows_room) {
        c->rows_room = c->rows_room ? c->rows_room * 2 : 4096;
        c->row = mem_resize(c->row, c->rows_room, sizeof *c->row);
    }
    return &c->row[c->rows++];
}

/* One machine's day: a row for each address it had. */
static void bot_day(struct country *c, struct bot *b, unsigned day)
{
    int64_t day_s = day_start_s(c, day), end = day_s + DAY_S;
    int64_t at = b->start_s > day_s ? b->start_s : day_s, until = b->end_s < end ? b->end_s : end;
    unsigned year = year_of(day);
    while (at < until) {
        int64_t to = b->hold_end_s < until ? b->hold_end_s : until;
        double on_s = 0;
        uint32_t hours = hours_of(c, day_s, at, to, &on_s);
        if (hours) {
            struct country_row *row = row_new(c);
            *row = (struct country_row){
                .host = address_v4(b->address), .asn = networks[b->network].asn, .hours = hours};
            controller_of(c, b, year, row);
            c->live_s[b->network] += on_s;
        }
        at = to;
        if (at >= b->hold_end_s) {
            b->hold_end_s += (int64_t)fmax(60, hold_draw(c, b->network, true, &b->random));
            b->address = new_address(c);
        }
    }
}

/* Websites with a backdoor, evenly over the year, each used by one address. */
static void sites_day(struct country *c, unsigned day)
{
    unsigned year = year_of(day), in_year = day % 365;
    double growth = year > 0 ? 1 : 1 / IMPLANTERS_GROWTH;
    unsigned sites = scaled(c, SITES * growth), implanters = scaled(c, IMPLANTERS * growth);
    for (unsigned i = sites * in_year / 365; i < sites * (in_year + 1) / 365; i++) {
        *row_new(c) = (struct country_row){
            .host = address_v4(SITE_BASE + (year << 20) + i),
            .asn = networks[NETWORKS - 1].asn,
            .controller = address_v4(IMPLANTER_BASE + (year << 20) + i % implanters),
            .controller_country = places[0].country,
            .hours = 1U << i % 24,
            .implant = true,
            .site = (year << 20) + i};
        c->year_sites[year]++;
    }
}

static int by_host(const void *a, const void *b)
{
    const struct country_row *left = a, *right = b;
    int order = left->implant - right->implant;
    order = order ? order : address_compare(left->host, right->host);
    return order ? order : address_compare(left->controller, right->controller);
}

/* Behind one address several machines may have the same controller: one row. */
static void merge_rows(struct country *c)
{
    size_t kept = 0;
    if (c->rows)
        qsort(c->row, c->rows, sizeof *c->row, by_host);
    for (size_t i = 0; i < c->rows; i++) {
        if (kept && by_host(&c->row[kept - 1], &c->row[i]) == 0)
            c->row[kept - 1].hours |= c->row[i].hours;
        else
            c->row[kept++] = c->row[i];
    }
    c->rows = kept;
}

static void week_close(struct country *c, unsigned day)
{
    if ((day + 1) % 7 != 0)
        return;
    struct week *w = &c->week[c->weeks++];
    w->start_day = c->plan.start.number + (int64_t)day - 6;
    for (unsigned i = 0; i < NETWORKS; i++) {
        w->live[i] = c->live_s[i] / (7.0 * DAY_S);
        c->live_s[i] = 0;
    }
}

bool country_day(struct country *c, struct day *ret_day, const struct country_row **rows,
                 size_t *len)
{
    unsigned day = c->next_day;
    if (day >= c->plan.days)
        return false;
    c->rows = 0;
    bots_start(c, day);
    size_t kept = 0;
    for (size_t i = 0; i < c->bots; i++) {
        bot_day(c, &c->bot[i], day);
        if (c->bot[i].end_s > day_start_s(c, day + 1))
            c->bot[kept++] = c->bot[i];
    }
    c->bots = kept;
    sites_day(c, day);
    merge_rows(c);
    week_close(c, day);
    c->next_day++;
    ret_day->number = c->plan.start.number + (int32_t)day;
    *rows = c->row;
    *len = c->rows;
    return true;
}

void country_truth(const struct country *c, struct buf *buf)
{
    char day[DAY_TEXT];
    buf_string(buf, "what,from,network,value\n");
    for (unsigned w = 0; w < c->weeks; w++)
        for (unsigned i = 0; i < NETWORKS; i++)
            buf_format(buf, "live,%s,AS%lld,%.2f\n",
                       day_format((struct day){(int32_t)c->week[w].start_day}, day),
                       (long long)networks[i].asn, c->week[w].live[i]);
    for (unsigned year = 0; year < YEARS; year++) {
        if (c->year_sites[year] == 0)
            continue;
        (void)day_format((struct day){c->plan.start.number + (int32_t)year * 365}, day);
        for (unsigned i = 0; i < PLACES; i++)
            buf_format(buf, "controllers,%s,%s,%u\n", day, places[i].country,
                       controllers_of(c, i, year));
        buf_format(buf, "sites,%s,,%llu\n", day, (unsigned long long)c->year_sites[year]);
    }
    buf_format(buf, "machines,,,%llu\n", (unsigned long long)c->bots_ever);
}

void country_holds(const struct country *c, unsigned devices, struct buf *buf)
{
    struct random random = random_of(c->plan.seed ^ UINT64_C(0x686f6c6473));
    int64_t first = day_start_s(c, 0), last = day_start_s(c, c->plan.days);
    buf_string(buf, "asn,start,end,device\n");
    for (unsigned n = 0; n < NETWORKS; n++)
        for (unsigned device = 0; device < devices; device++) {
            int64_t at = first - (int64_t)((60 + 30 * unit(&random)) * DAY_S);
            while (at < last) {
                int64_t end = at + (int64_t)fmax(60, hold_draw(c, n, false, &random));
                if (end > first)
                    buf_format(buf, "%lld,%lld,%lld,%u-%u\n", (long long)networks[n].asn,
                               (long long)at, (long long)end, n, device);
                at = end;
            }
        }
}
