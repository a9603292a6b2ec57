/* The report's map: a disc for each country that has a place, its area the number. */
#include "output/country.h"
#include "output/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct buf drawn(const struct text *cells, size_t len)
{
    struct rows rows = {.columns = 2, .len = len, .cell = (struct text *)(uintptr_t)cells};
    rows.name[0] = text_of("country");
    rows.name[1] = text_of("controllers");
    struct buf buf = {0};
    buf_string(&buf, "");
    world_svg(&buf, &rows);
    return buf;
}

static double radius_of(const char *svg, const char *title)
{
    const char *at = strstr(svg, title);
    assert_non_null(at);
    while (strncmp(at, " r=\"", 4) != 0)
        at--;
    return strtod(at + 4, NULL);
}

static unsigned discs(const char *svg)
{
    unsigned found = 0;
    for (const char *at = svg; (at = strstr(at, "<circle")) != NULL; at++)
        found++;
    return found;
}

static void draws_a_disc_for_each_country(void **state)
{
    (void)state;
    const struct text cells[] = {
        text_of("US"), text_of("1600"), text_of("JP"), text_of("400"),       text_of("SG"),
        text_of("1"),  text_of("ZZ"),   text_of("3"),  text_of("not known"), text_of("7"),
    };
    struct buf svg = drawn(cells, 5);
    assert_int_equal(discs(svg.at), 3);
    double us = radius_of(svg.at, "<title>United States: 1,600</title>");
    double jp = radius_of(svg.at, "<title>Japan: 400</title>");
    assert_true(us > 1.99 * jp && us < 2.01 * jp);                      /* a quarter of the area */
    assert_true(radius_of(svg.at, "<title>Singapore: 1</title>") >= 2); /* can be seen */
    assert_non_null(strstr(svg.at, "no country is known: 10."));
    assert_non_null(strstr(svg.at, "by country: United States 1,600, Japan 400, Singapore 1 and 2 "
                                   "more rows"));
    assert_non_null(strstr(svg.at, ">1,600</text>")); /* its disc has room for it */
    assert_null(strstr(svg.at, ">1</text>"));
    buf_free(&svg);
}

static void draws_nothing_of_nothing(void **state)
{
    (void)state;
    const struct text nowhere[] = {text_of("not known"), text_of("7")};
    struct buf svg = drawn(nowhere, 1);
    assert_int_equal(svg.len, 0);
    buf_free(&svg);
    svg = drawn(nowhere, 0);
    assert_int_equal(svg.len, 0);
    buf_free(&svg);
}

/* Every country that people read of has its place, but for those that are no land of their own on
 * the maps; every place has a name and lies on the map. */
static void knows_the_places(void **state)
{
    (void)state;
    static const struct {
        const char *code;
        int x, y;
    } places[] = {
#define LAND(path)
#define PLACE(code, x, y) {#code, x, y},
#include "output/world.list"
#undef LAND
#undef PLACE
    };
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        if (country_name(text_of(places[i].code)) == NULL)
            fail_msg("no name of %s", places[i].code);
        assert_in_range(places[i].x, 0, 960);
        assert_in_range(places[i].y, 0, 418);
    }
    assert_true(sizeof places / sizeof places[0] > 220);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_a_disc_for_each_country),
        cmocka_unit_test(draws_nothing_of_nothing),
        cmocka_unit_test(knows_the_places),
    };
    return cmocka_run_group_tests_name("world", tests, NULL, NULL);
}
