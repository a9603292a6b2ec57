/*
 * Runs the made-up campus day by day: habits take turns in order of time, what is before the next
 * turn goes into the day's file. So memory holds what overlaps, not the day.
 */
#include "base/file.h"
#include "simulate/simulate.h"
#include "simulate/truth.h"

#include <limits.h>
#include <stdio.h>

struct run {
    const char *folder;
    struct campus *campus;
    struct packets *packets;
    struct truth truth;
    struct day day;
    char name[DAY_TEXT + 20];
};

static void run_name(struct run *run)
{
    char text[DAY_TEXT];
    (void)snprintf(run->name, sizeof run->name, "captures/%s.pcap", day_format(run->day, text));
}

/* The day is over: its row, and the next one's file. */
static bool run_next_day(struct run *run, struct err *err)
{
    char path[PATH_MAX];
    struct instant midnight = {(run->day.number + 1) * DAY_US};
    packets_until(run->packets, midnight);
    truth_day(&run->truth, run->campus, run->day, run->name);
    run->day.number++;
    run_name(run);
    int len = snprintf(path, sizeof path, "%s/%s", run->folder, run->name);
    muster_assert(len > 0 && (size_t)len < sizeof path);
    return packets_next(run->packets, path, err);
}

static bool run_days(struct run *run, struct err *err)
{
    for (struct habit *habit; (habit = campus_next(run->campus)) != NULL;) {
        while (instant_day(habit->next).number > run->day.number)
            if (!run_next_day(run, err))
                return false;
        packets_until(run->packets, habit->next);
        campus_act(run->campus, habit);
    }
    truth_day(&run->truth, run->campus, run->day, run->name);
    return true;
}

static bool make_folders(const char *folder, struct err *err)
{
    char path[PATH_MAX - 40];
    int len = snprintf(path, sizeof path, "%s/indicators", folder);
    if (len < 0 || (size_t)len >= sizeof path)
        return err_set(err, "the path %s is too long", folder);
    if (!file_make_folder(path, 0755, err))
        return false;
    (void)snprintf(path, sizeof path, "%s/captures", folder);
    return file_make_folder(path, 0755, err);
}

bool simulate_campus(const char *folder, const struct campus_plan *plan, struct simulated *ret,
                     struct err *err)
{
    struct run run = {.folder = folder, .day = plan->start};
    char path[PATH_MAX];
    muster_assert(plan->devices >= DEVICES_LEAST && plan->devices <= DEVICES_MOST &&
                  plan->days >= 1 && plan->days <= DAYS_MOST);
    if (!make_folders(folder, err))
        return false;
    run_name(&run);
    (void)snprintf(path, sizeof path, "%s/%s", folder, run.name);
    run.packets = packets_new(path, err);
    if (run.packets == NULL)
        return false;
    run.campus = campus_new(plan, run.packets);
    packets_end(run.packets, run.campus->end);
    truth_start(&run.truth);
    bool done = run_days(&run, err);
    *ret = (struct simulated){.hosts = run.campus->machines, .controlled = run.campus->infections};
    struct err later = {0};
    bool finished = packets_finish(run.packets, &ret->packets, &ret->bytes, &later);
    if (done && !finished)
        *err = later;
    done = done && finished && truth_write(&run.truth, run.campus, folder, err);
    buf_free(&run.truth.rows);
    campus_free(run.campus);
    return done;
}
