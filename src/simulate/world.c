#include "simulate/world.h"

#include "simulate/message.h"
#include "simulate/speak.h"

enum { RESOLVER = 10, WEB_SERVER = 11, BEACON = 4, CHECKIN = 7, ASKER = 2 };
static const uint64_t gateway_mac = UINT64_C(0x024d55000001);

static const char *const device_names[DEVICES] = {
    "office-1",  "office-2",     "office-3", "lab-1",   "lab-2",    "library-1",
    "library-2", "reading-room", "printer",  "phone-1", "resolver", "web-server",
};

static const struct {
    const char *name;
    bool tls13, plain;
} site_names[SITES] = {
    {"www.northlight-news.example", true, false}, {"static.northlight-news.example", true, false},
    {"search.quickfind.example", true, false},    {"mail.campus-post.example", false, false},
    {"www.oldtown-library.example", false, true}, {"video.reelhouse.example", true, false},
    {"cdn.reelhouse.example", true, false},       {"docs.sharedesk.example", true, false},
    {"forum.gardeners.example", false, false},    {"weather.skywatch.example", false, true},
    {"shop.brightwares.example", false, false},   {"telemetry.harbour-soft.example", true, false},
    {"update.harbour-soft.example", false, true}, {"mirror.distro-pool.example", false, true},
};
enum { TELEMETRY = 11, UPDATE = 12, MIRROR = 13, BROWSED = 11 };

static const char browser_agent[] = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101";

/* Anybody's address: a first byte out of space that registries gave out, the rest at random. */
static struct address draw_address(struct random *random)
{
    static const uint8_t first[] = {5,   31,  37,  46,  62,  77,  80,  85,  91,  93, 95,  109,
                                    176, 178, 185, 23,  64,  66,  104, 162, 14,  27, 36,  58,
                                    103, 110, 116, 119, 177, 181, 186, 189, 200, 41, 102, 105};
    uint32_t n = first[random_in(random, 0, sizeof first - 1)];
    for (int i = 0; i < 3; i++)
        n = n << 8 | (uint32_t)random_in(random, 1, 254);
    return address_v4(n);
}

static struct end outside(struct address address, uint16_t port)
{
    struct end end = {gateway_mac, address, {port}};
    return end;
}

/* Its end of a new conversation. */
static struct end inside(struct device *device)
{
    struct end end = {device->mac, device->address, {device->next_port}};
    device->next_port = device->next_port == 65535 ? 49152 : (uint16_t)(device->next_port + 1);
    return end;
}

static struct end service(const struct device *device, uint16_t port)
{
    struct end end = {device->mac, device->address, {port}};
    return end;
}

static struct instant later(struct instant t, uint64_t us)
{
    struct instant then = {t.us + (int64_t)us};
    return then;
}

/* The resolver asks the upstream one, then both answers travel back. Returns when the client has
 * its answer. address NULL: the name does not exist. */
static struct instant ask(struct world *world, unsigned who, struct instant now, const char *name,
                          const struct address *address)
{
    struct device *resolver = &world->device[RESOLVER];
    struct end client = inside(&world->device[who]), local = service(resolver, 53);
    struct end recursive = inside(resolver), upstream = outside(world->upstream, 53);
    uint16_t id = (uint16_t)random_next(&world->random);
    uint16_t relayed_id = (uint16_t)random_next(&world->random);
    uint8_t rcode = address ? DNS_NOERROR : DNS_NXDOMAIN;
    struct buf out = {0};
    dns_question(&out, id, name, DNS_TYPE_A);
    packets_udp(world->packets, now, &client, &local, out.at, out.len);
    if (who != RESOLVER && random_in(&world->random, 0, 2) == 0) { /* not in its cache */
        now = later(now, 300);
        out.len = 0;
        dns_question(&out, relayed_id, name, DNS_TYPE_A);
        packets_udp(world->packets, now, &recursive, &upstream, out.at, out.len);
        now = later(now, random_in(&world->random, 9000, 40000));
        out.len = 0;
        dns_reply(&out, relayed_id, name, DNS_TYPE_A, rcode, address);
        packets_udp(world->packets, now, &upstream, &recursive, out.at, out.len);
    }
    now = later(now, 250);
    out.len = 0;
    dns_reply(&out, id, name, DNS_TYPE_A, rcode, address);
    packets_udp(world->packets, now, &local, &client, out.at, out.len);
    buf_free(&out);
    return later(now, 400);
}

static struct talk talk_with(struct world *world, struct end client, struct end server,
                             struct instant now, uint32_t rtt_us)
{
    struct talk talk = {.packets = world->packets,
                        .random = &world->random,
                        .client = client,
                        .server = server,
                        .now = now,
                        .rtt_us = rtt_us};
    return talk;
}

static void visit_tls(struct talk *talk, const struct site *site, size_t least, size_t most)
{
    struct buf certificate = {0};
    struct random own = random_of(site->seed);
    if (!site->tls13)
        certificate_make(&certificate, &own, site->name, "Harbour Trust CA 2", day_of(2024, 2, 1));
    speak_tls(talk, TLS_BROWSER, site->name, site->tls13 ? NULL : &certificate);
    for (uint64_t i = random_in(talk->random, 1, 3); i > 0; i--) {
        speak_data(talk, CLIENT, 250, 900);
        speak_data(talk, SERVER, least, most);
        talk->now = later(talk->now, random_in(talk->random, 2000, 400000));
    }
    buf_free(&certificate);
}

static void act_browse(struct world *world, struct actor *actor, struct instant now)
{
    const struct site *site = &world->site[random_in(&world->random, 0, BROWSED - 1)];
    now = ask(world, actor->device, now, site->name, &site->address);
    struct end server = outside(site->address, site->plain ? 80 : 443);
    struct talk talk =
        talk_with(world, inside(&world->device[actor->device]), server, now, site->rtt_us);
    talk_open(&talk);
    if (site->plain)
        speak_http(&talk, site->name, "/", browser_agent, random_in(&world->random, 900, 9000));
    else
        visit_tls(&talk, site, 800, 26000);
    talk_close(&talk);
}

/* A regular caller that is harmless: every machine has it, to the same place. */
static void act_telemetry(struct world *world, struct actor *actor, struct instant now)
{
    const struct site *site = &world->site[TELEMETRY];
    now = ask(world, actor->device, now, site->name, &site->address);
    struct talk talk = talk_with(world, inside(&world->device[actor->device]),
                                 outside(site->address, 443), now, site->rtt_us);
    talk_open(&talk);
    speak_tls(&talk, TLS_BROWSER, site->name, NULL);
    speak_data(&talk, CLIENT, 400, 600);
    speak_data(&talk, SERVER, 60, 90);
    talk_close(&talk);
}

static void act_update(struct world *world, struct actor *actor, struct instant now)
{
    const struct site *site = &world->site[actor->device % 2 ? UPDATE : MIRROR];
    now = ask(world, actor->device, now, site->name, &site->address);
    struct talk talk = talk_with(world, inside(&world->device[actor->device]),
                                 outside(site->address, 80), now, site->rtt_us);
    talk_open(&talk);
    speak_http(&talk, site->name, "/stable/release", "updater/2.4", 0);
    if (random_in(&world->random, 0, 2) == 0)
        speak_http(&talk, site->name, "/pool/package.bin", "updater/2.4", 60000);
    talk_close(&talk);
}

static void act_time(struct world *world, struct actor *actor, struct instant now)
{
    uint8_t packet[48] = {0x23, 0, 10, 0xe9}; /* client, version 4 (RFC 5905 7.3) */
    struct end client = service(&world->device[actor->device], 123);
    struct end server = outside(world->time_server, 123);
    random_bytes(&world->random, packet + 40, 8);
    packets_udp(world->packets, now, &client, &server, packet, sizeof packet);
    packet[0] = 0x24;
    packet[1] = 2;
    packets_udp(world->packets, later(now, random_in(&world->random, 8000, 16000)), &server,
                &client, packet, sizeof packet);
}

/* Controlled: TLS to a bare address with a certificate that its server made itself. */
static void act_beacon(struct world *world, struct actor *actor, struct instant now)
{
    const struct listed *listed = &world->listed;
    struct buf certificate = {0};
    struct random own = random_of(0xbeac);
    certificate_make(&certificate, &own, "localhost.example", NULL, day_of(2024, 1, 9));
    struct talk talk = talk_with(world, inside(&world->device[actor->device]),
                                 outside(listed->beacon, listed->beacon_port.number), now, 61000);
    talk_open(&talk);
    speak_tls(&talk, TLS_AGENT, NULL, &certificate);
    speak_data(&talk, CLIENT, 180, 200);
    if (random_in(&world->random, 0, 19) == 0)
        speak_data(&talk, SERVER, 2000, 9000); /* an order, now and then */
    else
        speak_data(&talk, SERVER, 48, 48);
    talk_close(&talk);
    buf_free(&certificate);
}

/* Controlled: reports by HTTP POST to a name. */
static void act_checkin(struct world *world, struct actor *actor, struct instant now)
{
    const struct listed *listed = &world->listed;
    now = ask(world, actor->device, now, listed->checkin_name, &listed->checkin);
    struct talk talk = talk_with(world, inside(&world->device[actor->device]),
                                 outside(listed->checkin, 80), now, 93000);
    struct buf out = {0};
    talk_open(&talk);
    http_request(&out, "POST", "/gate.php", listed->checkin_name, "client", 96);
    for (int i = 0; i < 96; i++)
        buf_char(&out, "0123456789abcdef"[random_in(&world->random, 0, 15)]);
    speak(&talk, CLIENT, &out);
    http_reply(&out, 200, "text/plain", 2);
    buf_string(&out, "ok");
    speak(&talk, SERVER, &out);
    talk_close(&talk);
    buf_free(&out);
}

/* Not controlled: asks for a listed name, which does not exist any more. */
static void act_ask(struct world *world, struct actor *actor, struct instant now)
{
    (void)ask(world, actor->device, now, world->listed.asked_name, NULL);
}

/* A listed address knocks at every door. Being scanned is no finding. */
static void act_scan(struct world *world, struct actor *actor, struct instant now)
{
    static const uint16_t ports[] = {22, 23, 80, 445, 3389};
    (void)actor;
    for (unsigned i = 0; i < DEVICES; i++) {
        for (unsigned p = 0; p < sizeof ports / sizeof ports[0]; p++) {
            now = later(now, random_in(&world->random, 15000, 90000));
            struct end from =
                outside(world->listed.scanner, (uint16_t)random_in(&world->random, 32768, 60999));
            struct talk talk =
                talk_with(world, from, service(&world->device[i], ports[p]), now, 900);
            if (i == WEB_SERVER && ports[p] == 80) {
                talk_open(&talk);
                speak_http(&talk, "campus.example", "/.env", "scan", 300);
                talk_close(&talk);
            } else {
                talk_refused(&talk, i != RESOLVER);
            }
        }
    }
}

static void act_visitor(struct world *world, struct actor *actor, struct instant now)
{
    struct end from =
        outside(draw_address(&world->random), (uint16_t)random_in(&world->random, 32768, 60999));
    struct talk talk = talk_with(world, from, service(&world->device[actor->device], 80), now, 700);
    talk_open(&talk);
    speak_http(&talk, "campus.example", "/", browser_agent, random_in(&world->random, 2000, 9000));
    talk_close(&talk);
}

static void actor_add(struct world *world, const char *about,
                      void (*act)(struct world *, struct actor *, struct instant), unsigned device,
                      uint32_t every_s, uint32_t loose)
{
    muster_assert(world->actors < ACTORS);
    struct actor *actor = &world->actor[world->actors++];
    *actor = (struct actor){
        .about = about, .act = act, .device = device, .every_s = every_s, .loose = loose};
    actor->next = later(world->start, random_in(&world->random, 0, (uint64_t)every_s * 1000000));
}

static void make_actors(struct world *world)
{
    for (unsigned i = 0; i < DEVICES; i++) {
        actor_add(world, "time", act_time, i, 1024, 4);
        if (i == RESOLVER || i == WEB_SERVER)
            continue;
        if (strcmp(world->device[i].name, "printer") != 0)
            actor_add(world, "browsing", act_browse, i, 240, 90);
        actor_add(world, "telemetry", act_telemetry, i, 900, 3);
        actor_add(world, "updates", act_update, i, 5400, 30);
    }
    actor_add(world, "visitors", act_visitor, WEB_SERVER, 200, 90);
    actor_add(world, "beacon", act_beacon, BEACON, 120, 12);
    actor_add(world, "check-in", act_checkin, CHECKIN, 300, 5);
    actor_add(world, "listed name asked for", act_ask, ASKER, 3600, 40);
    actor_add(world, "scan", act_scan, WEB_SERVER, 10800, 40);
}

void world_make(struct world *world, uint64_t seed, struct packets *packets)
{
    *world = (struct world){.random = random_of(seed), .packets = packets};
    struct random *random = &world->random;
    struct day day = day_of(2024, 3, 5); /* a Tuesday */
    world->start = later((struct instant){(int64_t)day.number * DAY_US}, UINT64_C(8) * 3600000000);
    world->end = later(world->start, UINT64_C(8) * 3600000000);
    for (unsigned i = 0; i < DEVICES; i++) {
        struct device *device = &world->device[i];
        uint32_t last = i == RESOLVER ? 53 : i == WEB_SERVER ? 80 : 11 + i;
        device->name = device_names[i];
        device->address = address_v4(0x0a140000 | last); /* 10.20.0.0/24 */
        device->mac = UINT64_C(0x024d55000100) | last;
        device->next_port = (uint16_t)random_in(random, 49152, 60000);
    }
    for (unsigned i = 0; i < SITES; i++)
        world->site[i] = (struct site){.name = site_names[i].name,
                                       .address = draw_address(random),
                                       .rtt_us = (uint32_t)random_in(random, 7000, 120000),
                                       .tls13 = site_names[i].tls13,
                                       .plain = site_names[i].plain,
                                       .seed = random_next(random)};
    world->upstream = draw_address(random);
    world->time_server = draw_address(random);
    world->listed = (struct listed){.beacon = draw_address(random),
                                    .checkin = draw_address(random),
                                    .scanner = draw_address(random),
                                    .beacon_port = {8443},
                                    .checkin_name = "gate.tidewrack.example",
                                    .asked_name = "cdn.lampwright.example",
                                    .beacon_family = "grebe",
                                    .checkin_family = "tidewrack",
                                    .asked_family = "lampwright"};
    world->controlled[0] = BEACON;
    world->controlled[1] = CHECKIN;
    make_actors(world);
}

struct actor *world_next(struct world *world)
{
    struct actor *first = &world->actor[0];
    for (unsigned i = 1; i < world->actors; i++)
        if (world->actor[i].next.us < first->next.us)
            first = &world->actor[i];
    return first->next.us < world->end.us ? first : NULL;
}

void world_act(struct world *world, struct actor *actor)
{
    struct instant now = actor->next;
    actor->act(world, actor, now);
    uint64_t mean = (uint64_t)actor->every_s * 1000000, part = mean * actor->loose / 100;
    actor->next = later(now, random_in(&world->random, mean - part, mean + part));
}
