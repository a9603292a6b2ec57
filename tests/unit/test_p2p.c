/* Networks of peers: what is one and what is not, whoever is called first. */
#include "flows.h"

struct peers {
    unsigned len, step; /* the next peer lies so far on */
    unsigned answer;    /* every so many-th answers; 0 = none */
    uint8_t protocol;
    uint16_t port;
    uint64_t payload; /* a call */
    const char *app;  /* of every tenth conversation */
    bool sizes;       /* differ */
    unsigned every_s;
    bool blind; /* the source tells no protocols */
};

static void call(struct shard *shard, unsigned i, const struct peers *p)
{
    bool answered = p->answer && i % p->answer == 0;
    uint64_t payload = p->payload + (p->sizes ? i % 20 * 40 : 0);
    const struct flow_record flow = {.first = FLOWS_AT(i * p->every_s),
                                     .last = FLOWS_AT(i * p->every_s + 1),
                                     .packets_out = payload / 1400 + 1,
                                     .payload_out = payload,
                                     .payload_in = answered ? payload : 0,
                                     .app = i % 10 ? NULL : p->app,
                                     .begun = true,
                                     .answered = answered,
                                     .established = answered};
    struct record record = {.kind = RECORD_FLOW, .time = flow.last, .number = i + 1, .flow = &flow};
    record.ends = (struct ends){.host = address_v4(FLOWS_HOST),
                                .outside = address_v4(0x17000001 + i * p->step),
                                .host_port = {4000},
                                .outside_port = {(uint16_t)(p->port + i % 7)},
                                .protocol = p->protocol,
                                .host_opened = true};
    shard_take(shard, &record, false);
}

/* The evidence that tells of peers, of whichever pair has it; strength 0: none has. */
static double told(struct shard *shard, uint64_t *peer)
{
    size_t len, pairs = 0;
    double strength = 0;
    (void)flows_found(shard, &len);
    const struct sighting *sighting = shard_sightings(shard, &len);
    for (size_t i = 0; i < len; i++)
        for (uint32_t k = 0; k < sighting[i].evidence.len; k++)
            if (strcmp(sighting[i].evidence.at[k].detector, "p2p") == 0) {
                strength = sighting[i].evidence.at[k].strength;
                *peer = (uint64_t)sighting[i].first.us;
                assert_false(address_known(sighting[i].controller));
                pairs++;
            }
    const struct contact *contact = shard_contacts(shard, &len);
    for (size_t i = 0; i < len; i++)
        for (uint32_t k = 0; k < contact[i].evidence.len; k++)
            if (strcmp(contact[i].evidence.at[k].detector, "p2p") == 0) {
                strength = contact[i].evidence.at[k].strength;
                *peer = (uint64_t)contact[i].first.us;
                pairs++;
            }
    assert_true(pairs <= 1);
    return strength;
}

static void tells_peers(void **state)
{
    (void)state;
    enum { UDP = PROTOCOL_UDP, TCP = PROTOCOL_TCP };
    static const struct {
        const char *what;
        struct peers peers;
        double least, most; /* of the strength */
    } row[] = {
        {"bots, most gone, all day",
         {200, 0x10101, 3, UDP, 16464, 16, NULL, false, 300, false},
         7,
         9},
        {"bots, an hour", {60, 0x10101, 3, UDP, 16464, 16, NULL, false, 60, false}, 5.5, 6.5},
        {"bots by TCP", {60, 0x10101, 3, TCP, 9000, 16, NULL, false, 60, false}, 5.5, 6.5},
        {"messages of many sizes",
         {60, 0x10101, 3, UDP, 9000, 16, NULL, true, 60, false},
         4.5,
         5.5},
        {"peers that are all there", {60, 0x10101, 1, UDP, 9000, 16, NULL, true, 60, false}, 3, 4},
        {"flow export", {200, 0x10101, 3, UDP, 16464, 16, NULL, false, 300, true}, 4, 6},
        {"few peers", {12, 0x10101, 3, UDP, 16464, 16, NULL, false, 60, false}, 0, 0},
        {"one network", {60, 1, 3, UDP, 16464, 16, NULL, false, 60, false}, 0, 0},
        {"a known service's port", {60, 0x10101, 3, UDP, 53, 16, NULL, false, 60, false}, 0, 0},
        {"file sharing", {60, 0x10101, 2, TCP, 9000, 90000, NULL, false, 60, false}, 0, 0},
        {"known file sharing",
         {60, 0x10101, 3, UDP, 9000, 16, "bittorrent-dht", false, 60, false},
         0,
         0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct shard *shard = flows_shard();
        uint64_t peer = 0;
        if (!row[i].peers.blind)
            flows_tell_protocols(shard);
        for (unsigned n = 0; n < row[i].peers.len; n++)
            call(shard, n, &row[i].peers);
        double strength = told(shard, &peer);
        if (strength < row[i].least || strength > row[i].most)
            fail_msg("%s: strength %.2f", row[i].what, strength);
        shard_free(shard);
    }
}

static void does_not_depend_on_order(void **state)
{
    (void)state;
    static const struct peers peers = {60, 0x10101, 3,     PROTOCOL_UDP, 16464,
                                       16, NULL,    false, 60,           false};
    uint64_t peer[2] = {0, 0};
    double strength[2];
    for (unsigned turned = 0; turned < 2; turned++) {
        struct shard *shard = flows_shard();
        flows_tell_protocols(shard);
        for (unsigned n = 0; n < peers.len; n++)
            call(shard, turned ? peers.len - 1 - n : n, &peers);
        strength[turned] = told(shard, &peer[turned]);
        shard_free(shard);
    }
    assert_true(strength[0] > 5 && strength[0] <= strength[1] && strength[0] >= strength[1]);
    assert_int_equal(peer[0], peer[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_peers),
        cmocka_unit_test(does_not_depend_on_order),
    };
    return cmocka_run_group_tests_name("p2p", tests, NULL, NULL);
}
