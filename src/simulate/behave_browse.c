/*
 * Somebody reads pages: sessions of some minutes, bursts of conversations for each page and what it
 * pulls in, pauses for reading, longer ones between sessions. Some do it through the web proxy.
 */
#include "simulate/calls.h"

#include <stdio.h>

static struct place *choose_place(struct campus *campus, struct habit *habit)
{
    uint64_t at = random_in(&habit->random, 0, campus->browse_weight - 1);
    for (unsigned i = 0; i < campus->places; i++) {
        if (at < campus->place[i].weight)
            return &campus->place[i];
        at -= campus->place[i].weight;
    }
    return &campus->place[0];
}

static struct place *choose_part(struct campus *campus, struct habit *habit)
{
    struct place *part = NULL;
    for (unsigned i = 0, seen = 0; i < campus->places; i++)
        if ((campus->place[i].flags & PLACE_PART) && random_in(&habit->random, 0, seen++) == 0)
            part = &campus->place[i];
    muster_assert(part != NULL);
    return part;
}

static void read_page(struct talk *talk, const struct place *place, size_t most)
{
    if (place->flags & PLACE_PLAIN) {
        speak_http(talk, place->name, "/", browser_agent, random_in(talk->random, 300, most));
        return;
    }
    greet_place(talk, place, TLS_BROWSER);
    for (uint64_t i = random_in(talk->random, 2, 5) / 2; i > 0; i--) {
        speak_data(talk, CLIENT, 200, 500);
        talk->now = later(talk->now, random_in(talk->random, 2000, 200000));
        speak_data(talk, SERVER, 300, most);
    }
}

static void visit(struct campus *campus, struct habit *habit, struct instant now,
                  struct place *place, size_t most)
{
    struct talk talk = call_place(campus, habit, now, place, place->flags & PLACE_PLAIN ? 80 : 443);
    talk_open(&talk);
    read_page(&talk, place, most);
    talk.now = later(talk.now, random_in(&habit->random, 100000, 5000000));
    talk_close(&talk);
}

/* CONNECT to the proxy (RFC 9110 9.3.6), which opens the conversation outside. */
static void visit_by_proxy(struct campus *campus, struct habit *habit, struct instant now,
                           struct place *place, size_t most)
{
    struct machine *proxy = campus_machine(campus, KIND_PROXY);
    struct talk near = call_ends(campus, habit, now, end_inside(habit->machine, proxy->v4),
                                 end_service(proxy, 3128), 400);
    char line[2 * PLACE_NAME + 60];
    bool plain = place->flags & PLACE_PLAIN;
    talk_open(&near);
    if (plain)
        (void)snprintf(line, sizeof line, "GET http://%s/ HTTP/1.1\r\nHost: %s\r\n", place->name,
                       place->name);
    else
        (void)snprintf(line, sizeof line, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\n",
                       place->name, place->name);
    speak_line(&near, CLIENT, line);
    struct habit relay = *habit;
    relay.machine = proxy;
    struct talk far = call_place(campus, &relay, near.now, place, plain ? 80 : 443);
    talk_open(&far);
    near.now = far.now;
    read_page(&far, place, most);
    talk_close(&far);
    habit->random = relay.random;
    if (plain) {
        near.now = far.now;
        speak_line(&near, SERVER, "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nA made-up");
    } else {
        speak_line(&near, SERVER, "HTTP/1.1 200 Connection established\r\n");
        read_page(&near, place, most);
    }
    talk_close(&near);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    bool proxied = habit->machine->kind->flags & KIND_PROXIED,
         phone = PHONES >> habit->machine->id & 1;
    void (*go)(struct campus *, struct habit *, struct instant, struct place *, size_t) =
        proxied ? visit_by_proxy : visit;
    struct instant now = habit->next;
    struct place *place = choose_place(campus, habit);
    unsigned pages = 0;
    do {
        if (random_in(&habit->random, 0, 9) < 4)
            place = choose_place(campus, habit);
        go(campus, habit, now, place, 600);
        for (uint64_t parts = random_in(&habit->random, 0, 3) / 2; parts > 0; parts--)
            go(campus, habit, later(now, random_in(&habit->random, 150000, 1500000)),
               choose_part(campus, habit), 400);
        now = later(now, 3 * SECOND_US + wait_poisson(habit, 35));
    } while (++pages < 30 && random_in(&habit->random, 0, 3) > 0);
    return (uint64_t)(now.us - habit->next.us) + wait_poisson(habit, phone ? 8000 : 5500);
}

const struct behaviour behave_browse = {
    .name = "browse",
    .about = "somebody reads pages",
    .kinds = PEOPLE,
    .act = act,
};
