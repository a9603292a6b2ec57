#include "output/timeline.h"

#include "base/clock.h"
#include "base/mem.h"
#include "output/columns.h"

enum { WIDTH = 960, HEIGHT = 220, LEFT = 54, RIGHT = 10, TOP = 14, BOTTOM = 36, BARS_MAX = 120 };

/* A bar: the days [first, first + span) of the calendar; the busiest of them gives its height. */
struct bar {
    int64_t hosts, fresh;
    bool watched;
};

struct picture {
    struct day first;
    int32_t span; /* days a bar */
    unsigned len;
    struct bar bar[BARS_MAX];
    int64_t most;
};

static bool picture_make(struct picture *picture, const struct rows *rows)
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
        bar->hosts = count > bar->hosts ? count : bar->hosts;
        bar->fresh += rows_count(rows, row, fresh);
        picture->most = bar->hosts > picture->most ? bar->hosts : picture->most;
        picture->most = bar->fresh > picture->most ? bar->fresh : picture->most;
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
                   "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#d5dae1\"/>"
                   "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                   LEFT, WIDTH - RIGHT, y, y, LEFT - 6, y + 4);
        column_thousands(buf, value);
        buf_string(buf, "</text>");
    }
}

static void put_bars(struct buf *buf, const struct picture *picture, int64_t top)
{
    const double height = HEIGHT - TOP - BOTTOM;
    double step = (double)(WIDTH - LEFT - RIGHT) / (double)picture->len;
    double width = step * 0.8 < 40 ? step * 0.8 : 40;
    for (unsigned i = 0; i < picture->len; i++) {
        const struct bar *bar = &picture->bar[i];
        struct day day = {picture->first.number + (int32_t)i * picture->span};
        char text[DAY_TEXT];
        double x = LEFT + step * i + (step - width) / 2;
        double tall = height * (double)bar->hosts / (double)top;
        int64_t fresh = bar->fresh < bar->hosts ? bar->fresh : bar->hosts;
        double fresh_tall = height * (double)fresh / (double)top;
        (void)day_format(day, text);
        if (!bar->watched)
            buf_format(buf,
                       "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\" "
                       "fill=\"#eceff2\"><title>%s: not watched</title></rect>",
                       LEFT + step * i, TOP, step, height, text);
        else
            buf_format(buf,
                       "<g><title>%s: %lld hosts, %lld new</title><rect x=\"%.1f\" y=\"%.1f\" "
                       "width=\"%.1f\" height=\"%.1f\" fill=\"#7fa8c4\"/><rect x=\"%.1f\" "
                       "y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"#14507a\"/></g>",
                       text, (long long)bar->hosts, (long long)bar->fresh, x, TOP + height - tall,
                       width, tall, x, TOP + height - fresh_tall, width, fresh_tall);
        unsigned every = (picture->len + 7) / 8;
        if (i % every == 0)
            buf_format(buf, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                       LEFT + step * (i + 0.5), HEIGHT - BOTTOM + 16, text);
    }
}

void timeline_svg(struct buf *buf, const struct rows *day)
{
    struct picture *picture = mem_new(1, sizeof *picture);
    if (picture_make(picture, day)) {
        int64_t step = grid_step(picture->most);
        int64_t top = (picture->most + step - 1) / step * step;
        buf_format(buf,
                   "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Counted hosts by day\" "
                   "font-size=\"12\" font-family=\"inherit\" fill=\"#556070\">",
                   WIDTH, HEIGHT);
        put_grid(buf, step, top);
        put_bars(buf, picture, top);
        buf_format(buf,
                   "</svg><p class=\"definition\">Light: counted hosts with a finding on the "
                   "day%s; dark: of them new in the period. Grey: not watched.</p>",
                   picture->span > 1 ? " (a bar shows the busiest of several days)" : "");
    }
    mem_free(picture);
}
