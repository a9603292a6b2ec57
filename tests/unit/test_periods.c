/* Periods as users write them, and who answers for an address. */
#include "cmd/period.h"
#include "enrich/owners.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void reads_periods(void **state)
{
    (void)state;
    static const struct {
        const char *text, *from, *to; /* from NULL: none */
        int years;
    } row[] = {
        {"2018", "2018-01-01", "2018-12-31", 0},
        {"2018", "2017-01-01", "2017-12-31", 1},
        {"2018-Q1", "2018-01-01", "2018-03-31", 0},
        {"2018-Q4", "2018-10-01", "2018-12-31", 0},
        {"2020-02", "2020-02-01", "2020-02-29", 0},
        {"2020-02", "2019-02-01", "2019-02-28", 1},
        {"2018-12", "2018-12-01", "2018-12-31", 0},
        {"2018-W01", "2018-01-01", "2018-01-07", 0},
        {"2021-W01", "2021-01-04", "2021-01-10", 0},
        {"2020-W53", "2020-12-28", "2021-01-03", 0},
        {"2020-02-29", "2020-02-29", "2020-02-29", 0},
        {"2020-02-29", NULL, NULL, 1},
        {"2019-W53", NULL, NULL, 0},
        {"2018-W00", NULL, NULL, 0},
        {"2018-Q5", NULL, NULL, 0},
        {"2018-13", NULL, NULL, 0},
        {"2018-1", NULL, NULL, 0},
        {"2018-01-32", NULL, NULL, 0},
        {"2018-01-1", NULL, NULL, 0},
        {"18", NULL, NULL, 0},
        {"2018-", NULL, NULL, 0},
        {"2018-01-01-01", NULL, NULL, 0},
        {"", NULL, NULL, 0},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct period period;
        struct day day;
        bool read = period_parse(text_of(row[i].text), row[i].years, &period);
        assert_int_equal(read, row[i].from != NULL);
        if (!read)
            continue;
        assert_true(day_parse(text_of(row[i].from), &day) && day.number == period.from.number);
        assert_true(day_parse(text_of(row[i].to), &day) && day.number == period.to.number);
    }
}

static void finds_owners(void **state)
{
    (void)state;
    static const char file[] = "# contacts\n"
                               "192.0.2.0/24, University , abuse@uni.example\r\n"
                               "192.0.2.128/25,Institute\n"
                               "AS64496,Cable Co,noc@cable.example # at night too\n"
                               "64497,Mobile\n"
                               "2001:db8::/32,Six\n"
                               "192.0.2.1/33,Nobody\nAS99999999999,Nobody\nAS1\nx,y\n"
                               "0.0.0.0/0,Everybody else";
    static const struct {
        const char *address;
        int64_t asn;
        const char *owner, *email;
    } row[] = {
        {"192.0.2.1", -1, "University", "abuse@uni.example"},
        {"192.0.2.1", 64496, "University", "abuse@uni.example"},
        {"192.0.2.200", -1, "Institute", NULL},
        {"2001:db8::5", 64496, "Six", NULL},
        {"2001:db9::5", 64496, "Cable Co", "noc@cable.example"},
        {"2001:db9::5", 64497, "Mobile", NULL},
        {"2001:db9::5", 64498, NULL, NULL},
        {"2001:db9::5", -1, NULL, NULL},
        {"198.51.100.1", 64496, "Everybody else", NULL},
    };
    struct owners owners = {.len = 0};
    owners_read(&owners, text_of(file));
    assert_int_equal(owners.len, 6);
    assert_int_equal(owners.refused, 4);
    assert_string_equal(owners.first_refused,
                        "line 7: neither a network's number (AS64496) nor a range (192.0.2.0/24)");
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct address address;
        assert_true(address_parse(text_of(row[i].address), &address));
        const struct owner *owner = owners_find(&owners, address, row[i].asn);
        assert_int_equal(owner != NULL, row[i].owner != NULL);
        if (owner == NULL)
            continue;
        assert_true(text_is(owner->name, row[i].owner));
        assert_true(row[i].email ? text_is(owner->email, row[i].email) : owner->email.at == NULL);
    }
    owners_free(&owners);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_periods),
        cmocka_unit_test(finds_owners),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
