#include "simulate/calls.h"

#include <math.h>
#include <stdio.h>

const char browser_agent[] =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0";

struct instant later(struct instant t, uint64_t us)
{
    struct instant then = {t.us + (int64_t)us};
    return then;
}

struct address draw_address(struct random *random)
{
    /* first bytes out of space that registries gave out */
    static const uint8_t first[] = {5,   31,  37,  46,  62,  77,  80,  85,  91,  93, 95,  109,
                                    176, 178, 185, 23,  64,  66,  104, 162, 14,  27, 36,  58,
                                    103, 110, 116, 119, 177, 181, 186, 189, 200, 41, 102, 105};
    uint32_t n = first[random_in(random, 0, sizeof first - 1)];
    for (int i = 0; i < 3; i++)
        n = n << 8 | (uint32_t)random_in(random, 1, 254);
    return address_v4(n);
}

struct address draw_address_v6(struct random *random)
{
    struct address address = {UINT64_C(0x2a00000000000000) | random_in(random, 0x10000, 0xfffffff)
                                                                 << 24,
                              random_in(random, 1, 0xffff)};
    return address;
}

struct end end_outside(struct address address, uint16_t port)
{
    struct end end = {ROUTER_MAC, address, {port}};
    return end;
}

struct end end_inside(struct machine *machine, struct address other)
{
    struct end end = {
        machine->mac, address_is_v4(other) ? machine->v4 : machine->v6, {machine->next_port}};
    machine->next_port = machine->next_port == 65535 ? 49152 : (uint16_t)(machine->next_port + 1);
    return end;
}

struct end end_service(const struct machine *machine, uint16_t port)
{
    struct end end = {machine->mac, machine->v4, {port}};
    return end;
}

/* ---- names */

/* A question and its answer of so many bytes, between two ends. */
struct exchange {
    struct end client, server;
    const struct buf *question, *answer;
    uint64_t takes_us;
};

static struct instant exchange_write(struct campus *campus, struct instant now,
                                     const struct exchange *e)
{
    packets_udp(campus->packets, now, &e->client, &e->server, e->question->at, e->question->len);
    now = later(now, e->takes_us);
    packets_udp(campus->packets, now, &e->server, &e->client, e->answer->at, e->answer->len);
    return now;
}

/* The ids of a message are its first two bytes. */
static void message_id(struct buf *message, uint64_t id)
{
    message->at[0] = (char)(id >> 8);
    message->at[1] = (char)id;
}

/* The machine's resolver answers, after asking its own when `relayed`. */
static struct instant ask_resolver(struct campus *campus, struct habit *habit, struct instant now,
                                   struct buf *question, struct buf *answer, bool relayed)
{
    struct machine *machine = habit->machine, *resolver = campus_machine(campus, KIND_RESOLVER);
    struct address upstream = campus->upstream[random_in(&habit->random, 0, 1)];
    struct exchange e = {
        .question = question, .answer = answer, .takes_us = random_in(&habit->random, 9000, 60000)};
    if (machine->kind->flags & KIND_OWN_DNS) {
        e.server = end_outside(campus_place(campus, "dns.google")->v4[0], 53);
        e.client = end_inside(machine, e.server.address);
        return exchange_write(campus, now, &e);
    }
    uint64_t id = random_next(&habit->random);
    struct instant asked = now;
    if (relayed || machine == resolver) {
        e.server = end_outside(upstream, 53);
        e.client = end_inside(resolver, upstream);
        message_id(question, id);
        message_id(answer, id);
        now = exchange_write(campus, later(now, 350), &e);
    }
    if (machine == resolver)
        return now;
    e.server = end_service(resolver, 53);
    e.client = end_inside(machine, resolver->v4);
    e.takes_us = (uint64_t)(now.us - asked.us) + random_in(&habit->random, 200, 500);
    message_id(question, id >> 16);
    message_id(answer, id >> 16);
    return exchange_write(campus, asked, &e);
}

static void alias_of(const struct place *place, char out[PLACE_NAME])
{
    (void)snprintf(out, PLACE_NAME, "e%u.edge.broadreach-cdn.example",
                   (unsigned)(place->seed % 9000 + 1000));
}

static struct instant ask_type(struct campus *campus, struct habit *habit, struct instant now,
                               const struct place *place, uint16_t type, bool relayed)
{
    struct buf question = {0}, answer = {0};
    char alias[PLACE_NAME];
    bool has = type == DNS_TYPE_A || (place->flags & PLACE_V6);
    alias_of(place, alias);
    dns_question(&question, 0, place->name, type);
    dns_reply_alias(&answer, 0, place->name, type, place->flags & PLACE_CDN ? alias : NULL,
                    place->ttl_s, type == DNS_TYPE_A ? place->v4 : &place->v6,
                    !has                 ? 0
                    : type == DNS_TYPE_A ? place->addresses
                                         : 1);
    now = ask_resolver(campus, habit, now, &question, &answer, relayed);
    buf_free(&question);
    buf_free(&answer);
    return now;
}

struct instant ask_place(struct campus *campus, struct habit *habit, struct instant now,
                         struct place *place)
{
    struct machine *machine = habit->machine;
    int64_t *known_us = &machine->known_us[place - campus->place];
    if (place->name[0] == '\0' || now.us < *known_us)
        return now;
    bool cached = place->cached_from.us <= now.us && now.us < place->cached_until.us;
    struct instant done = ask_type(campus, habit, now, place, DNS_TYPE_A, !cached);
    if (address_known(machine->v6))
        (void)ask_type(campus, habit, later(now, 90), place, DNS_TYPE_AAAA, !cached);
    *known_us = done.us + (int64_t)place->ttl_s * SECOND_US;
    if (!cached && !(machine->kind->flags & KIND_OWN_DNS)) {
        place->cached_from = done;
        place->cached_until.us = *known_us;
    }
    return later(done, random_in(&habit->random, 200, 900));
}

struct instant ask_once(struct campus *campus, struct habit *habit, struct instant now,
                        const char *name, const struct answer *a)
{
    struct buf question = {0}, answer = {0};
    dns_question(&question, 0, name, a->type);
    if (a->text != NULL)
        dns_reply_text(&answer, 0, name, a->text);
    else
        dns_reply(&answer, 0, name, a->type, a->rcode, a->address);
    now = ask_resolver(campus, habit, now, &question, &answer, true);
    buf_free(&question);
    buf_free(&answer);
    return later(now, random_in(&habit->random, 200, 900));
}

/* ---- conversations */

struct talk call_ends(struct campus *campus, struct habit *habit, struct instant now,
                      struct end client, struct end server, uint32_t rtt_us)
{
    struct talk talk = {.packets = campus->packets,
                        .random = &habit->random,
                        .client = client,
                        .server = server,
                        .now = now,
                        .rtt_us = rtt_us,
                        .sparing = true};
    return talk;
}

struct talk call_address(struct campus *campus, struct habit *habit, struct instant now,
                         struct address address, uint16_t port, uint32_t rtt_us)
{
    return call_ends(campus, habit, now, end_inside(habit->machine, address),
                     end_outside(address, port), rtt_us);
}

struct talk call_place(struct campus *campus, struct habit *habit, struct instant now,
                       struct place *place, uint16_t port)
{
    now = ask_place(campus, habit, now, place);
    /* The same address while the answer is kept; a happy-eyeballs race that IPv6 mostly wins. */
    uint64_t choice =
        place->flags & PLACE_POOL ? random_next(&habit->random) : habit->machine->seed;
    struct address address = place->v4[choice % place->addresses];
    if ((place->flags & PLACE_V6) && address_known(habit->machine->v6) &&
        random_in(&habit->random, 0, 9) < 7)
        address = place->v6;
    return call_address(campus, habit, now, address, port, place->rtt_us);
}

void greet_place(struct talk *talk, const struct place *place, enum tls_client client)
{
    if (!(place->flags & PLACE_TLS12)) {
        speak_tls_short(talk, client, place->name);
        return;
    }
    struct buf certificate = {0};
    struct random own = random_of(place->seed);
    /* of the first of its quarter */
    struct day day = instant_day(talk->now);
    day.number -= day.number % 80 + 5;
    certificate_make(&certificate, &own, place->name, "Harbour Trust CA 2", day);
    speak_tls(talk, client, place->name, &certificate);
    buf_free(&certificate);
}

void call_tls(struct campus *campus, struct habit *habit, struct place *place, uint16_t port,
              size_t asked, size_t answered)
{
    struct talk talk = call_place(campus, habit, habit->next, place, port);
    talk_open(&talk);
    greet_place(&talk, place, TLS_BROWSER);
    speak_data(&talk, CLIENT, asked, asked + asked / 8);
    talk.now = later(talk.now, random_in(&habit->random, 1000, 30000));
    speak_data(&talk, SERVER, answered, answered + answered / 8);
    talk_close(&talk);
}

/* ---- waits */

uint64_t wait_even(struct habit *habit, uint32_t mean_s, uint32_t percent)
{
    uint64_t mean = (uint64_t)mean_s * SECOND_US, part = mean * percent / 100;
    /* Even a timer is late by what the machine is busy with. */
    return random_in(&habit->random, mean - part, mean + part) +
           random_in(&habit->random, 0, 20000);
}

uint64_t wait_poisson(struct habit *habit, double mean_s)
{
    double u = (double)((random_next(&habit->random) >> 11) + 1) / 9007199254740993.0;
    return (uint64_t)(-log(u) * mean_s * 1e6) + 1;
}
