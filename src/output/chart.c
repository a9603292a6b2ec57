#include "output/chart.h"

#include "base/mem.h"
#include "output/columns.h"

enum { WIDTH = 960, HEIGHT = 220, LEFT = 54, RIGHT = 10, TOP = 14, BOTTOM = 36, BARS_MAX = 168 };
enum { HOURS_MOST_DAYS = 7, LABELS = 8, CELL_WIDTH = 4, CELL_HEIGHT = 10 };
_Static_assert((int)HOURS_MOST_DAYS * 24 <= (int)BARS_MAX, "room for a week of hours");

/* A bar: an hour, or the busiest of the days [first, first + span). */
struct bar {
    int64_t hosts, fresh;
    bool watched;
};

struct picture {
    struct day first;
    int32_t span; /* days a bar; 0 = an hour a bar */
    unsigned len;
    struct bar bar[BARS_MAX];
    int64_t most;
};

static bool days_make(struct picture *picture, const struct rows *rows)
{
    unsigned hosts = column_named(rows, "hosts"), fresh = column_named(rows, "new_hosts");
    struct day last;
    if (rows->len == 0 || !day_parse(rows_cell(rows, 0, 0), &picture->first) ||
        !day_parse(rows_cell(rows, rows->len - 1, 0), &last))
        return false;
    int32_t days = last.number - picture->first.number + 1;
    picture->span = (days + BARS_MAX - 1) / BARS_MAX;
    picture->len = (unsigned)((days + picture->span - 1) / picture->span);
    picture->most = 1;
    for (size_t row = 0; row < rows->len; row++) {
        struct day day;
        if (!day_parse(rows_cell(rows, row, 0), &day))
            continue;
        struct bar *bar = &picture->bar[(day.number - picture->first.number) / picture->span];
        int64_t count = rows_count(rows, row, hosts);
        bar->watched = true;
        if (count > bar->hosts) {
            bar->hosts = count;
            bar->fresh = rows_count(rows, row, fresh);
        }
        picture->most = bar->hosts > picture->most ? bar->hosts : picture->most;
    }
    return true;
}

static bool hours_make(struct picture *picture, const struct rows *rows, struct day first,
                       struct day last)
{
    int64_t days = (int64_t)last.number - first.number + 1;
    if (rows->len == 0 || days < 1 || days > HOURS_MOST_DAYS)
        return false;
    unsigned hosts = column_named(rows, "hosts");
    picture->first = first;
    picture->len = (unsigned)days * 24;
    picture->most = 1;
    for (unsigned i = 0; i < picture->len; i++)
        picture->bar[i].watched = true;
    for (size_t row = 0; row < rows->len; row++) {
        struct instant at;
        if (!instant_parse(rows_cell(rows, row, 0), &at))
            continue;
        int64_t i = (int64_t)(instant_day(at).number - first.number) * 24 + day_hour(at);
        if (i < 0 || i >= (int64_t)picture->len)
            continue;
        picture->bar[i].hosts = rows_count(rows, row, hosts);
        picture->most =
            picture->bar[i].hosts > picture->most ? picture->bar[i].hosts : picture->most;
    }
    return true;
}

/* 1, 2, 5, 10, 20, 50 ...: the first step of which four reach the top. */
static int64_t grid_step(int64_t most)
{
    int64_t unit = 1;
    for (;; unit *= 10)
        for (int64_t n = 1; n <= 5; n += n == 1 ? 1 : 3)
            if (unit * n * 4 >= most)
                return unit * n;
}

static void put_grid(struct buf *buf, int64_t step, int64_t top)
{
    const double height = HEIGHT - TOP - BOTTOM;
    for (int64_t value = 0; value <= top; value += step) {
        double y = TOP + height * (1.0 - (double)value / (double)top);
        buf_format(buf,
                   "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                   "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                   LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4);
        column_thousands(buf, value);
        buf_string(buf, "</text>");
    }
}

/* "2024-05-14", or "2024-05-14 09:00" when a bar is an hour. */
static void bar_time(const struct picture *picture, unsigned i, char out[INSTANT_TEXT])
{
    int32_t days = picture->span ? (int32_t)i * picture->span : (int32_t)(i / 24);
    struct day day = {picture->first.number + days};
    (void)day_format(day, out);
    if (picture->span == 0) {
        out[10] = ' ';
        out[11] = (char)('0' + i % 24 / 10);
        out[12] = (char)('0' + i % 24 % 10);
        memcpy(out + 13, ":00", 4);
    }
}

static void put_bar(struct buf *buf, const struct picture *picture, unsigned i, int64_t top)
{
    const double height = HEIGHT - TOP - BOTTOM;
    const struct bar *bar = &picture->bar[i];
    double step = (double)(WIDTH - LEFT - RIGHT) / (double)picture->len;
    double width = step * 0.8 < 40 ? step * 0.8 : 40;
    double x = LEFT + step * i + (step - width) / 2;
    double tall = height * (double)bar->hosts / (double)top;
    int64_t fresh = bar->fresh < bar->hosts ? bar->fresh : bar->hosts;
    double fresh_tall = height * (double)fresh / (double)top;
    char text[INSTANT_TEXT];
    bar_time(picture, i, text);
    if (!bar->watched) {
        buf_format(buf,
                   "<rect class=\"unwatched\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                   "height=\"%.1f\"><title>%s: not watched</title></rect>",
                   LEFT + step * i, TOP, step, height, text);
    } else if (bar->hosts) {
        buf_format(buf, "<g><title>%s: %lld host%s", text, (long long)bar->hosts,
                   bar->hosts == 1 ? "" : "s");
        if (picture->span)
            buf_format(buf, ", %lld new", (long long)bar->fresh);
        buf_format(buf,
                   "</title><rect class=\"all\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                   "height=\"%.1f\"/>",
                   x, TOP + height - tall, width, tall);
        if (fresh)
            buf_format(buf,
                       "<rect class=\"new\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                       "height=\"%.1f\"/>",
                       x, TOP + height - fresh_tall, width, fresh_tall);
        buf_string(buf, "</g>");
    }
}

/* Below the bars: dates, or hours of the day when there is one day only. */
static void put_times(struct buf *buf, const struct picture *picture)
{
    double step = (double)(WIDTH - LEFT - RIGHT) / (double)picture->len;
    bool one_day = picture->span == 0 && picture->len == 24;
    unsigned every = (picture->len + LABELS - 1) / LABELS;
    if (picture->span == 0)
        every = one_day ? 3 : 24;
    for (unsigned i = 0; i < picture->len; i += every) {
        char text[INSTANT_TEXT];
        bar_time(picture, i, text);
        if (!one_day)
            text[10] = '\0';
        buf_format(buf, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>",
                   LEFT + step * (picture->span || one_day ? i + 0.5 : i), HEIGHT - BOTTOM + 16,
                   picture->span || one_day ? "middle" : "start", one_day ? text + 11 : text);
    }
}

static void put_picture(struct buf *buf, const struct picture *picture, const char *label)
{
    int64_t step = grid_step(picture->most);
    int64_t top = (picture->most + step - 1) / step * step;
    buf_format(buf,
               "<div class=\"wide\"><svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\" "
               "aria-label=\"%s\">",
               WIDTH, HEIGHT, label);
    put_grid(buf, step, top);
    for (unsigned i = 0; i < picture->len; i++)
        put_bar(buf, picture, i, top);
    put_times(buf, picture);
    buf_string(buf, "</svg></div>\n");
}

void chart_days(struct buf *buf, const struct rows *day)
{
    struct picture *picture = mem_new(1, sizeof *picture);
    if (days_make(picture, day)) {
        put_picture(buf, picture, "Bars: counted hosts by day; the figures are in the table below");
        buf_format(buf,
                   "<p class=\"definition\">Light: counted hosts with a finding on the day%s; "
                   "dark: of them new in the period. Grey: not watched.</p>\n",
                   picture->span > 1 ? " (a bar shows the busiest of several days)" : "");
    }
    mem_free(picture);
}

void chart_hours(struct buf *buf, const struct rows *hour, struct day first, struct day last)
{
    struct picture *picture = mem_new(1, sizeof *picture);
    if (hours_make(picture, hour, first, last)) {
        put_picture(buf, picture,
                    "Bars: counted hosts by hour; each host's hours are in its row above");
        buf_format(buf,
                   "<p class=\"definition\">Counted hosts that talked to what controls them, by "
                   "hour (UTC); at most %lld in one hour.</p>\n",
                   (long long)picture->most);
    }
    mem_free(picture);
}

void strip_begin(struct strip *strip, struct day first, struct day last)
{
    int64_t days = (int64_t)last.number - first.number + 1;
    *strip = (struct strip){.first = first, .days = (unsigned)(days > 0 ? days : 1)};
    if (strip->days <= STRIP_HOUR_DAYS) {
        strip->len = strip->days * 24;
        return;
    }
    strip->span = (strip->days + STRIP_CELLS - 1) / STRIP_CELLS;
    strip->len = (strip->days + strip->span - 1) / strip->span;
}

void strip_add(struct strip *strip, struct day day, uint32_t hours)
{
    int64_t at = (int64_t)day.number - strip->first.number;
    if (at < 0 || at >= (int64_t)strip->days)
        return;
    if (strip->span)
        strip->seen[(unsigned)at / strip->span] = true;
    else
        for (unsigned hour = 0; hour < 24; hour++)
            strip->seen[(unsigned)at * 24 + hour] |= hours >> hour & 1;
}

/* "Seen in 3 of 24 hours: 04 to 05, 13." */
static void strip_words(struct buf *buf, const struct strip *strip)
{
    unsigned seen = 0;
    for (unsigned i = 0; i < strip->len; i++)
        seen += strip->seen[i];
    buf_format(buf, "Seen in %u of %u %s", seen, strip->len,
               strip->span == 0  ? "hours"
               : strip->span > 1 ? "parts of the period"
                                 : "days");
    if (strip->span != 0 || strip->len != 24)
        return;
    const char *before = ": ";
    for (unsigned i = 0, next; i < strip->len; i = next) {
        for (next = i + 1; next < strip->len && strip->seen[next] == strip->seen[i];)
            next++;
        if (!strip->seen[i])
            continue;
        buf_format(buf, next == i + 1 ? "%s%02u" : "%s%02u to %02u", before, i, next - 1);
        before = ", ";
    }
}

void strip_svg(struct buf *buf, const struct strip *strip)
{
    unsigned width = strip->len * CELL_WIDTH;
    buf_format(buf,
               "<svg class=\"strip\" viewBox=\"0 0 %u %d\" preserveAspectRatio=\"none\" "
               "role=\"img\"><title>",
               width, CELL_HEIGHT);
    strip_words(buf, strip);
    buf_format(buf, "</title><path class=\"ground\" d=\"M0 0h%uv%dh-%uz\"/>", width, CELL_HEIGHT,
               width);
    buf_string(buf, "<path class=\"seen\" d=\"");
    for (unsigned i = 0, next; i < strip->len; i = next) {
        for (next = i + 1; next < strip->len && strip->seen[next] == strip->seen[i];)
            next++;
        if (strip->seen[i])
            buf_format(buf, "M%u 0h%uv%dh-%uz", i * CELL_WIDTH, (next - i) * CELL_WIDTH,
                       CELL_HEIGHT, (next - i) * CELL_WIDTH);
    }
    buf_string(buf, "\"/></svg>");
}

void chart_bar(struct buf *buf, int64_t value, int64_t most)
{
    double width = most > 0 ? 100.0 * (double)value / (double)most : 0;
    buf_format(buf,
               "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" "
               "aria-hidden=\"true\"><rect class=\"all\" width=\"%.1f\" height=\"10\"/></svg>",
               width);
}
