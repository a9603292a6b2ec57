/* Data that leaves: how much, against what came back and what else was sent. */
#include "flows.h"

struct upload {
    double sent_mb, got_mb, others_mb;
    uint16_t port;
    const char *app;
    bool opened, answered, blind; /* blind: the source tells no protocols */
};

static void talk(struct shard *shard, unsigned number, uint32_t outside, const struct upload *u,
                 double sent_mb, double got_mb)
{
    const struct flow_record flow = {.first = FLOWS_AT(number * 10),
                                     .last = FLOWS_AT(number * 10 + 5),
                                     .packets_out = 100,
                                     .packets_in = 100,
                                     .bytes_out = (uint64_t)(sent_mb * 1e6),
                                     .bytes_in = (uint64_t)(got_mb * 1e6),
                                     .app = u->app,
                                     .begun = true,
                                     .answered = u->answered,
                                     .established = u->answered};
    struct record record = {
        .kind = RECORD_FLOW, .time = flow.last, .number = number, .flow = &flow};
    record.ends = (struct ends){.host = address_v4(FLOWS_HOST),
                                .outside = address_v4(outside),
                                .host_port = {(uint16_t)(30000 + number)},
                                .outside_port = {u->port},
                                .protocol = PROTOCOL_TCP,
                                .host_opened = u->opened};
    shard_take(shard, &record, false);
}

static double told(struct shard *shard)
{
    size_t len;
    double strength = 0;
    (void)flows_found(shard, &len);
    assert_int_equal(len, 0); /* never a finding alone */
    const struct contact *contact = shard_contacts(shard, &len);
    for (size_t i = 0; i < len; i++)
        for (uint32_t k = 0; k < contact[i].evidence.len; k++)
            if (strcmp(contact[i].evidence.at[k].detector, "exfil") == 0)
                strength = contact[i].evidence.at[k].strength;
    return strength;
}

static void tells_uploads(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct upload upload;
        double strength;
    } row[] = {
        {"much, unknown protocol", {80, 0.1, 1, 5000, NULL, true, true, false}, 3.5},
        {"some, unknown protocol", {2, 0.1, 0.1, 5000, NULL, true, true, false}, 2.9},
        {"flow export", {2, 0.1, 0.1, 5000, NULL, true, true, true}, 2.4},
        {"TLS", {2, 0.1, 0.1, 443, "tls", true, true, false}, 2.4},
        {"among much else", {2, 0.1, 5, 443, "tls", true, true, false}, 1.7},
        {"as much back", {80, 40, 1, 5000, NULL, true, true, false}, 0},
        {"little", {0.5, 0.01, 0.1, 5000, NULL, true, true, false}, 0},
        {"called from outside", {80, 0.1, 1, 5000, NULL, false, true, false}, 0},
        {"not answered", {80, 0.1, 1, 5000, NULL, true, false, false}, 0},
        {"mail handed on", {80, 0.1, 1, 25, "smtp", true, true, false}, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const struct upload *u = &row[i].upload;
        struct shard *shard = flows_shard();
        if (!u->blind)
            flows_tell_protocols(shard);
        talk(shard, 1, 0x17000001, u, u->sent_mb / 2, u->got_mb / 2);
        talk(shard, 2, 0x18000001, u, u->others_mb, u->others_mb);
        talk(shard, 3, 0x17000001, u, u->sent_mb / 2, u->got_mb / 2);
        double strength = told(shard);
        if (strength < row[i].strength - 0.001 || strength > row[i].strength + 0.001)
            fail_msg("%s: strength %.2f, not %.2f", row[i].what, strength, row[i].strength);
        shard_free(shard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_uploads),
    };
    return cmocka_run_group_tests_name("exfil", tests, NULL, NULL);
}
