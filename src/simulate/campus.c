#include "simulate/campus.h"

#include "base/mem.h"
#include "simulate/calls.h"
#include "simulate/infect.h"

#include <stdio.h>
#include <string.h>

enum { LONG_TAIL = 160, PLACES = 512, HABITS_EACH = 64 };

static const struct kind kinds[KINDS] = {
#define KIND(id, name, fixed, share, flags) {name, fixed, share, flags},
#include "simulate/kind.list"
#undef KIND
};

static uint64_t mix(uint64_t seed, uint64_t what)
{
    struct random random = random_of(seed ^ what * UINT64_C(0x9e3779b97f4a7c15));
    return random_next(&random);
}

bool machine_draws(const struct machine *machine, uint64_t what, unsigned percent)
{
    return mix(machine->seed, what) % 100 < percent;
}

struct machine *campus_machine(struct campus *campus, enum kind_id id)
{
    for (unsigned i = 0; i < campus->machines; i++)
        if (campus->machine[i].id == id)
            return &campus->machine[i];
    muster_never("every kind has a machine");
}

struct place *campus_place(struct campus *campus, const char *name)
{
    for (unsigned i = 0; i < campus->places; i++)
        if (strcmp(campus->place[i].name, name) == 0)
            return &campus->place[i];
    muster_never("the place is in place.list");
}

/* ---- when somebody is there */

enum { SPELLS = 3, MINUTE = 60, NOON = 12 * 60 };

/* Minutes of the day from which until which the machine is on. Of a working day: */
static unsigned spells_of(const struct machine *machine, struct random *random, int from[SPELLS],
                          int until[SPELLS])
{
    int come = 8 * 60 + (int)random_in(random, 0, 130);
    int go = 15 * 60 + 40 + (int)random_in(random, 0, 140);
    if (machine_draws(machine, 11, 10)) /* lives here */
        go = 22 * 60 + (int)random_in(random, 0, 110);
    from[0] = come;
    if (!(machine->kind->flags & KIND_MOVES)) {
        until[0] = go;
        return 1;
    }
    until[0] = NOON - (int)random_in(random, 0, 50);
    from[1] = NOON + 20 + (int)random_in(random, 0, 40);
    until[1] = 14 * 60 + 30 + (int)random_in(random, 0, 60);
    from[2] = until[1] + 10 + (int)random_in(random, 0, 30);
    until[2] = go;
    return SPELLS;
}

static bool weekend(int day) /* 1970-01-01 was a Thursday */
{
    return (day + 4) % 7 == 0 || (day + 4) % 7 == 6;
}

bool machine_is_on(const struct machine *machine, struct instant t, struct instant *ret_on)
{
    enum { DAYS_AWAY = 30 };
    if (machine->never_off)
        return true;
    struct day today = instant_day(t);
    for (int day = today.number; day < today.number + DAYS_AWAY; day++) {
        struct random random = random_of(mix(machine->seed, 0x100000 + (uint64_t)day));
        int from[SPELLS], until[SPELLS];
        unsigned len = spells_of(machine, &random, from, until);
        if (random_in(&random, 0, 99) < (weekend(day) ? 85 : 4))
            continue;
        for (unsigned i = 0; i < len; i++) {
            int64_t start = day * DAY_US, minute = MINUTE * SECOND_US;
            if (t.us >= start + until[i] * minute)
                continue;
            ret_on->us = start + from[i] * minute;
            return t.us >= ret_on->us;
        }
    }
    ret_on->us = INT64_MAX;
    return false;
}

/* ---- places */

struct place *place_add(struct campus *campus, struct random *random, const char *name,
                        unsigned weight, unsigned flags)
{
    muster_assert(campus->places < PLACES);
    struct place *place = &campus->place[campus->places++];
    (void)snprintf(place->name, sizeof place->name, "%s", name);
    place->flags = flags;
    place->weight = weight;
    place->rtt_us = (uint32_t)random_in(random, 6000, 140000);
    place->ttl_s = random_in(random, 0, 3) == 0 ? 900 : 7200;
    if (flags & (PLACE_CDN | PLACE_POOL))
        place->ttl_s = 300;
    place->seed = random_next(random);
    place->addresses = flags & PLACE_POOL ? PLACE_ADDRESSES : 1;
    for (unsigned i = 0; i < place->addresses; i++)
        place->v4[i] = draw_address(random);
    place->v6 = draw_address_v6(random);
    if (flags & PLACE_CDN) {
        place->rtt_us = 4000;
        place->addresses = 2;
        place->v4[0] = campus->cdn[place->seed % 3];
        place->v4[1] = campus->cdn[3 + place->seed % 3];
        place->v6 = campus->cdn_v6;
    }
    campus->browse_weight += weight;
    return place;
}

/* Small sites that few visit: made up out of words, seldom read (Zipf). */
static void add_long_tail(struct campus *campus, struct random *random)
{
    static const char *const first[] = {"amber", "birch",  "copper", "dapple", "ember",
                                        "fern",  "garnet", "hazel",  "indigo", "juniper"};
    static const char *const second[] = {"alley",  "bakery", "chess",   "drums",
                                         "engine", "fjord",  "gazette", "harvest"};
    static const char *const third[] = {"club", "press"};
    for (unsigned i = 0; i < LONG_TAIL; i++) {
        char name[PLACE_NAME];
        (void)snprintf(name, sizeof name, "www.%s-%s-%s.example", first[i % 10], second[i / 10 % 8],
                       third[i / 80 % 2]);
        unsigned flags = i % 5 == 0 ? PLACE_PLAIN : i % 5 == 1 ? PLACE_TLS12 : 0;
        if (i % 7 == 0)
            flags |= PLACE_CDN;
        place_add(campus, random, name, 1 + 30 / (i + 1), flags);
    }
}

static void make_places(struct campus *campus, struct random *random)
{
    static const struct {
        const char *name;
        unsigned weight, flags;
    } table[] = {
#define PLACE(name, weight, flags) {name, weight, flags},
#include "simulate/place.list"
#undef PLACE
    };
    for (unsigned i = 0; i < sizeof campus->cdn / sizeof campus->cdn[0]; i++)
        campus->cdn[i] = draw_address(random);
    campus->cdn_v6 = draw_address_v6(random);
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
        place_add(campus, random, table[i].name, table[i].weight, table[i].flags);
    campus_place(campus, "dns.google")->v4[0] = address_v4(0x08080808);
    add_long_tail(campus, random);
    for (unsigned i = 0; i < 2; i++)
        campus->upstream[i] = draw_address(random);
    for (unsigned i = 0; i < 3; i++)
        campus->scanner[i] = draw_address(random);
    campus->backup = draw_address(random);
}

/* ---- machines */

static uint32_t server_number(enum kind_id id)
{
    static const uint8_t last[KINDS] = {
        [KIND_RESOLVER] = 53, [KIND_GATEWAY] = 25, [KIND_PROXY] = 128,
        [KIND_WEB] = 80,      [KIND_MONITOR] = 9,  [KIND_STORE] = 7,
    };
    return last[id];
}

static void machine_add(struct campus *campus, enum kind_id id, unsigned nth)
{
    struct machine *m = &campus->machine[campus->machines];
    uint32_t number = server_number(id);
    if (number == 0) /* from 10.20.1.1 up, without .0 and .255 */
        number = 256 * (1 + campus->machines / 250) + 1 + campus->machines % 250;
    m->id = id;
    m->kind = &kinds[id];
    (void)snprintf(m->name, sizeof m->name, nth || m->kind->share ? "%s-%u" : "%s", m->kind->name,
                   nth + 1);
    m->v4 = address_v4(0x0a140000 | number);
    m->mac = UINT64_C(0x024d55200000) | number;
    m->seed = mix(campus->plan->seed, 0x200000 + campus->machines);
    m->next_port = (uint16_t)(49152 + m->seed % 10000);
    m->never_off = !(m->kind->flags & KIND_PERSON) || (id == KIND_WINDOWS && nth % 6 == 1);
    if (m->kind->flags &
        KIND_V6) { /* unique local, behind the router's NAT66; or documentation's */
        m->v6.high = m->seed & 1 ? UINT64_C(0xfd4d552000010000) : UINT64_C(0x20010db800200001);
        m->v6.low = m->seed | 1;
    }
    m->known_us = mem_new(PLACES, sizeof *m->known_us);
    campus->machines++;
}

static void make_machines(struct campus *campus)
{
    unsigned count[KINDS], fixed = 0, shares = 0, whole = campus->plan->devices;
    for (unsigned k = 0; k < KINDS; k++) {
        fixed += kinds[k].fixed;
        shares += kinds[k].share;
    }
    unsigned left = whole > fixed ? whole - fixed : 0, rest = left;
    for (unsigned k = 0; k < KINDS; k++) {
        unsigned more = rest * kinds[k].share / shares;
        count[k] = kinds[k].fixed + more;
        left -= more;
    }
    for (unsigned k = 0; left > 0; k = (k + 1) % KINDS)
        if (kinds[k].share > 0) {
            count[k]++;
            left--;
        }
    campus->machine = mem_new(whole > fixed ? whole : fixed, sizeof *campus->machine);
    for (unsigned k = 0; k < KINDS; k++)
        for (unsigned i = 0; i < count[k]; i++)
            machine_add(campus, (enum kind_id)k, i);
}

/* ---- habits and their turns */

static bool earlier(const struct campus *campus, unsigned a, unsigned b)
{
    int64_t x = campus->habit[a].next.us, y = campus->habit[b].next.us;
    return x != y ? x < y : a < b;
}

static void turn_sift(struct campus *campus, unsigned i)
{
    unsigned *turn = campus->turn, moved = turn[i];
    for (unsigned child; (child = 2 * i + 1) < campus->habits; i = child) {
        if (child + 1 < campus->habits && earlier(campus, turn[child + 1], turn[child]))
            child++;
        if (!earlier(campus, turn[child], moved))
            break;
        turn[i] = turn[child];
    }
    turn[i] = moved;
}

/* While its machine is off nothing happens; it goes on some time after it is on again. */
static void habit_awake(struct habit *habit)
{
    struct instant on;
    while (!habit->behaviour->asleep_too && habit->next.us < INT64_MAX / 2 &&
           !machine_is_on(habit->machine, habit->next, &on)) {
        habit->next = on;
        if (on.us < INT64_MAX / 2)
            habit->next = later(on, random_in(&habit->random, 2 * SECOND_US, 90 * SECOND_US));
        else
            break;
    }
}

static void habit_add(struct campus *campus, const struct behaviour *behaviour, unsigned number,
                      struct machine *machine, unsigned variant)
{
    struct habit *habit = &campus->habit[campus->habits];
    uint64_t place = (uint64_t)number << 16 | variant;
    *habit = (struct habit){.behaviour = behaviour,
                            .machine = machine,
                            .variant = variant,
                            .random = random_of(mix(machine->seed, 0x300000 + place))};
    habit->next = later(campus->start, random_in(&habit->random, 0, 600 * SECOND_US));
    habit_awake(habit);
    campus->turn[campus->habits] = campus->habits;
    campus->habits++;
}

static void make_habits(struct campus *campus)
{
    size_t most = (size_t)campus->machines * HABITS_EACH;
    campus->habit = mem_new(most, sizeof *campus->habit);
    campus->turn = mem_new(most, sizeof *campus->turn);
    for (unsigned m = 0; m < campus->machines; m++)
        for (unsigned b = 0; b < behaviours_len; b++) {
            const struct behaviour *behaviour = behaviours[b];
            struct machine *machine = &campus->machine[m];
            if (!(behaviour->kinds >> machine->id & 1) ||
                (behaviour->infection && !infection_is(campus, machine, behaviour)))
                continue;
            for (unsigned v = 0; v < (behaviour->variants ? behaviour->variants : 1); v++)
                if (behaviour->does == NULL || behaviour->does(campus, machine, v)) {
                    muster_assert(campus->habits < most);
                    habit_add(campus, behaviour, b, machine, v);
                }
        }
    for (unsigned i = campus->habits; i-- > 0;)
        turn_sift(campus, i);
}

struct campus *campus_new(const struct campus_plan *plan, struct packets *packets)
{
    struct campus *campus = mem_new(1, sizeof *campus);
    struct random random = random_of(plan->seed);
    campus->plan = plan;
    campus->packets = packets;
    campus->start.us = plan->start.number * DAY_US;
    campus->end.us = campus->start.us + plan->days * DAY_US;
    campus->place = mem_new(PLACES, sizeof *campus->place);
    make_places(campus, &random);
    make_machines(campus);
    infections_make(campus, &random);
    make_habits(campus);
    return campus;
}

void campus_free(struct campus *campus)
{
    for (unsigned i = 0; i < campus->machines; i++)
        mem_free(campus->machine[i].known_us);
    mem_free(campus->machine);
    mem_free(campus->place);
    mem_free(campus->habit);
    mem_free(campus->turn);
    mem_free(campus);
}

struct habit *campus_next(struct campus *campus)
{
    struct habit *first = &campus->habit[campus->turn[0]];
    return first->next.us < campus->end.us ? first : NULL;
}

void campus_act(struct campus *campus, struct habit *habit)
{
    muster_assert(habit == &campus->habit[campus->turn[0]]);
    if (habit->behaviour->infection)
        infection_of(campus, habit)->turns++;
    uint64_t wait = habit->behaviour->act(campus, habit);
    habit->next = later(habit->next, wait ? wait : 1);
    habit_awake(habit);
    turn_sift(campus, 0);
}
