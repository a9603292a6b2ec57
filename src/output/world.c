/*
 * Discs over a pale outline, not coloured countries: a count on a large country's whole area looks
 * larger than the same on a small one, and cities that are states could not be seen at all. The
 * figures stand in the table below the map, which is what is read aloud.
 */
#include "output/world.h"

#include "output/columns.h"
#include "output/country.h"

#include <math.h>

enum { WIDTH = 960, HEIGHT = 418, RADIUS_MOST = 28, LABELLED = 8, SPOKEN = 5 };
#define RADIUS_LEAST 2.5

static const char *const land[] = {
#define LAND(path) path,
#define PLACE(code, x, y)
#include "output/world.list"
#undef LAND
#undef PLACE
};

static const struct place {
    char code[3];
    short x, y;
} places[] = {
#define LAND(path)
#define PLACE(code, x, y) {#code, x, y},
#include "output/world.list"
#undef LAND
#undef PLACE
};

static const struct place *place_of(struct text code)
{
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (text_is(code, places[i].code))
            return &places[i];
    return NULL;
}

static double radius(int64_t count, int64_t most)
{
    return fmax(RADIUS_LEAST, RADIUS_MOST * sqrt((double)count / (double)most));
}

/* "Control servers by country: United States 14,752, Japan 5,116 ... and 30 more" */
static void put_words(struct buf *buf, const struct rows *rows, unsigned controllers)
{
    buf_string(buf, "Map of control servers by country:");
    size_t said = 0;
    for (size_t row = 0; row < rows->len && said < SPOKEN; row++) {
        const char *name = country_name(rows_cell(rows, row, 0));
        if (name == NULL)
            continue;
        buf_format(buf, "%s %s ", said++ ? "," : "", name);
        column_thousands(buf, rows_count(rows, row, controllers));
    }
    if (rows->len > said)
        buf_format(buf, " and %zu more rows of the table below", rows->len - said);
}

static void put_disc(struct buf *buf, const struct rows *rows, size_t row, int64_t most,
                     unsigned controllers)
{
    const struct place *place = place_of(rows_cell(rows, row, 0));
    int64_t count = rows_count(rows, row, controllers);
    if (place == NULL || count < 1)
        return;
    const char *name = country_name(rows_cell(rows, row, 0));
    buf_format(buf, "<circle class=\"spot\" cx=\"%d\" cy=\"%d\" r=\"%.1f\"><title>%s: ", place->x,
               place->y, radius(count, most), name ? name : place->code);
    column_thousands(buf, count);
    buf_string(buf, "</title></circle>");
}

/* Whether the middle of a disc is free of the others for `half` on both sides. */
static bool is_free(const struct rows *rows, size_t row, int64_t most, unsigned controllers,
                    double half)
{
    const struct place *own = place_of(rows_cell(rows, row, 0));
    for (size_t other = 0; other < rows->len; other++) {
        const struct place *place = place_of(rows_cell(rows, other, 0));
        if (place == NULL || other == row)
            continue;
        double apart = hypot(place->x - own->x, place->y - own->y);
        if (apart < half + radius(rows_count(rows, other, controllers), most))
            return false;
    }
    return true;
}

/* A number stands in a disc that has room for it, and that no other covers there. */
static void put_label(struct buf *buf, const struct rows *rows, size_t row, int64_t most,
                      unsigned controllers)
{
    enum { DIGIT_WIDTH = 7, ROOM = 6 };
    struct buf number = {0};
    const struct place *place = place_of(rows_cell(rows, row, 0));
    int64_t count = rows_count(rows, row, controllers);
    column_thousands(&number, count);
    double width = (double)(number.len * DIGIT_WIDTH + ROOM);
    if (place != NULL && count > 0 && 2 * radius(count, most) >= width &&
        is_free(rows, row, most, controllers, width / 2))
        buf_format(buf,
                   "<text class=\"count\" x=\"%d\" y=\"%d\" text-anchor=\"middle\">%.*s</text>",
                   place->x, place->y + 4, (int)number.len, number.at);
    buf_free(&number);
}

void world_svg(struct buf *buf, const struct rows *rows)
{
    unsigned controllers = column_named(rows, "controllers");
    int64_t most = 0, nowhere = 0;
    for (size_t row = 0; row < rows->len; row++) {
        int64_t count = rows_count(rows, row, controllers);
        if (place_of(rows_cell(rows, row, 0)) == NULL)
            nowhere += count;
        else if (count > most)
            most = count;
    }
    if (most == 0)
        return;
    buf_format(buf,
               "<figure class=\"map\"><svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %d\" "
               "aria-label=\"",
               WIDTH, HEIGHT);
    put_words(buf, rows, controllers);
    buf_string(buf, "\"><path class=\"land\" d=\"");
    for (size_t i = 0; i < sizeof land / sizeof land[0]; i++)
        buf_string(buf, land[i]);
    buf_string(buf, "\"/>");
    for (size_t row = 0; row < rows->len; row++) /* the largest first: small ones lie on top */
        put_disc(buf, rows, row, most, controllers);
    for (size_t row = 0; row < rows->len && row < LABELLED; row++)
        put_label(buf, rows, row, most, controllers);
    buf_string(buf, "</svg><figcaption class=\"definition\">A disc's area is the number of control "
                    "servers; it stands in the middle of the country, not at the machines.");
    if (nowhere > 0) {
        buf_string(buf, " Not on the map, for no country is known: ");
        column_thousands(buf, nowhere);
        buf_string(buf, ".");
    }
    buf_string(buf, "</figcaption></figure>\n");
}
