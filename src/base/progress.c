#include "base/progress.h"

#include "base/buf.h"
#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

#define EVERY_US (SECOND_US / 5)

void progress_start(struct progress *p, bool quiet)
{
    *p = (struct progress){.on = !quiet && isatty(STDERR_FILENO) == 1};
    p->started_us = p->printed_us = clock_monotonic_us();
}

void progress_update(struct progress *p, const char *label, uint64_t done, uint64_t total)
{
    if (!p->on)
        return;
    int64_t now = clock_monotonic_us();
    if (now - p->started_us < SECOND_US / 2 || now - p->printed_us < EVERY_US)
        return;
    p->printed_us = now;
    p->shown = true;
    struct buf shown = {0};
    buf_printable(&shown, text_of(label)); /* a file's name */
    double seconds = (double)(now - p->started_us) / 1e6;
    double rate = (double)done / seconds;
    if (total > 0 && rate > 0) {
        double left = (double)(total > done ? total - done : 0) / rate;
        (void)fprintf(stderr, "\r\x1b[K%3.0f %%  %.0f MB/s  %d:%02d left  %.60s",
                      100.0 * (double)done / (double)total, rate / 1e6, (int)(left / 60),
                      (int)left % 60, shown.at ? shown.at : "");
    } else {
        (void)fprintf(stderr, "\r\x1b[K%.0f MB  %.0f MB/s  %.60s", (double)done / 1e6, rate / 1e6,
                      shown.at ? shown.at : "");
    }
    buf_free(&shown);
    (void)fflush(stderr);
}

void progress_clear(struct progress *p)
{
    if (p->shown)
        (void)fprintf(stderr, "\r\x1b[K");
    p->shown = false;
}
