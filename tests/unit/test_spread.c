/* Hosts that search the Internet: what is a search and what is not, whoever is called first. */
#include "flows.h"

struct search {
    unsigned addresses, step; /* the next address lies so far on */
    uint16_t port;
    bool answered, home;
};

static void call(struct shard *shard, unsigned i, const struct search *s)
{
    const struct flow_record flow = {.first = FLOWS_AT(i * 2),
                                     .last = FLOWS_AT(i * 2 + 1),
                                     .packets_out = 2,
                                     .begun = true,
                                     .answered = s->answered,
                                     .established = s->answered};
    struct record record = {
        .kind = RECORD_FLOW, .time = FLOWS_AT(i * 2 + 1), .number = i + 1, .flow = &flow};
    record.ends = (struct ends){.host = address_v4(FLOWS_HOST),
                                .outside = address_v4(0x17000001 + i * s->step),
                                .host_port = {(uint16_t)(30000 + i)},
                                .outside_port = {s->port},
                                .protocol = PROTOCOL_TCP,
                                .host_opened = true,
                                .outside_home = s->home};
    shard_take(shard, &record, false);
}

static void tells_searches(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct search search;
        const char *grade; /* NULL: nothing */
    } row[] = {
        {"telnet all over", {60, 0x10101, 23, false, false}, "probable"},
        {"telnet, few", {20, 0x10101, 23, false, false}, NULL},
        {"telnet, one network", {60, 1, 23, false, false}, "suspected"},
        {"telnet, answered", {60, 0x10101, 23, true, false}, NULL},
        {"telnet at home", {60, 0x10101, 23, false, true}, NULL},
        {"ssh all over", {60, 0x10101, 22, false, false}, "suspected"},
        {"ssh all over, many", {400, 0x10101, 22, false, false}, "probable"},
        {"web sites that are down", {60, 0x10101, 443, false, false}, NULL},
        {"peers on high ports", {200, 0x10101, 51413, false, false}, NULL},
        {"mail to many", {40, 0x10101, 25, true, false}, "suspected"},
        {"mail to few", {8, 0x10101, 25, true, false}, NULL},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct shard *shard = flows_shard();
        size_t len;
        for (unsigned n = 0; n < row[i].search.addresses; n++)
            call(shard, n, &row[i].search);
        const struct sighting *sighting = flows_found(shard, &len);
        if (len != (row[i].grade != NULL))
            fail_msg("%s: %zu sightings", row[i].what, len);
        if (len) {
            if (!text_is(sighting->grade, row[i].grade))
                fail_msg("%s: %s, p %.3f", row[i].what, sighting->grade.at, sighting->p);
            assert_false(address_known(sighting->controller));
            assert_null(sighting->controller_name.at);
        }
        shard_free(shard);
    }
}

/* The same in any order; and a conversation beside it weighs more than alone. */
static void does_not_depend_on_order(void **state)
{
    (void)state;
    static const struct search search = {60, 0x10101, 23, false, false};
    size_t len[2];
    double p[2];
    uint64_t flows[2];
    for (unsigned turned = 0; turned < 2; turned++) {
        struct shard *shard = flows_shard();
        for (unsigned n = 0; n < search.addresses; n++)
            call(shard, turned ? search.addresses - 1 - n : n, &search);
        const struct sighting *sighting = flows_found(shard, &len[turned]);
        assert_int_equal(len[turned], 1);
        p[turned] = sighting->p;
        flows[turned] = (uint64_t)sighting->first.us;
        shard_free(shard);
    }
    assert_true(p[0] >= p[1] && p[0] <= p[1]);
    assert_int_equal(flows[0], flows[1]);
}

static void weighs_what_is_beside(void **state)
{
    (void)state;
    static const struct search search = {60, 0x10101, 23, false, false};
    struct shard *shard = flows_shard();
    size_t len;
    for (unsigned n = 0; n < search.addresses; n++)
        call(shard, n, &search);
    call(shard, 500, &(struct search){1, 0x20000, 48101, true, false});
    shard_finish(shard);
    const struct contact *contact = shard_contacts(shard, &len);
    bool told = false;
    for (size_t i = 0; i < len; i++)
        for (uint32_t k = 0; k < contact[i].evidence.len; k++)
            told |= contact[i].port == 48101 &&
                    strcmp(contact[i].evidence.at[k].detector, "spread") == 0;
    assert_true(told);
    shard_free(shard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_searches),
        cmocka_unit_test(does_not_depend_on_order),
        cmocka_unit_test(weighs_what_is_beside),
    };
    return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
