/*
 * How many machines were under control at a typical time, out of how many addresses were seen. An
 * address is a machine's only for as long as it holds it: with a new one each day, one machine is
 * seven addresses in a week; and several addresses at once may be one machine that moved.
 *
 * Method: CARDCount (NDSS 2023), completed. Of a
 * network a sample of holds is known: how long machines kept an address. A hold of length d that
 * touches a window of length W lies inside it for dW/(d + W) on the average, so that n addresses
 * seen in the window were n * mean(dW/(d + W)) / W machines at a typical moment. The sample must be
 * of the holds that touch the window, at their whole length. Whoever holds for longer touches more
 * windows: the sample has that by itself.
 *
 * Machines come under control and leave it within a window too. An address is then seen for as long
 * as its hold and the control last both, pieces of holds: with control that lasts T and holds of m
 * in the mean, n addresses were n / (1 + W/m + W/T) machines. (1 + W/m is what the mean above
 * stands for; a control of T is cut into 1 + T/m pieces.) T is told where addresses are held for
 * weeks, for there they go when the control goes.
 *
 * The interval is by 1,000 draws: each weighs the devices anew (Poisson bootstrap, Chamandy et al.
 * 2012), for the sample is small, draws n holds from it and how many came under control. What errs
 * together is drawn together: a device's weight in all windows, of the n holds as much as lasts
 * from one window into the next, the turnover in all windows and networks. A ratio of sums over few
 * devices errs upwards, and the mean of draws once more: both are taken off.
 *
 * Limits: machines that are on all day; holds that do not depend on who is under control.
 */
#ifndef MUSTER_CENSUS_POPULATION_H
#define MUSTER_CENSUS_POPULATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POPULATION_DRAWS = 1000, POPULATION_LEAST = 30 };

struct hold {
    uint64_t device; /* any number that tells devices apart */
    int64_t start_s, end_s;
    bool cut; /* it began before or went on after what was observed */
};

/* A window of a network: addresses seen in it, and its ends. */
struct population_window {
    uint64_t addresses;
    int64_t start_s, end_s;
};

struct population {
    bool known;             /* else too few addresses or holds */
    double live, low, high; /* mean of the draws, 2.5 and 97.5 percentiles */
    size_t holds;           /* that touched the windows used; of the window that had fewest */
    unsigned windows;       /* that were used */
    double highest;         /* of the windows */
};

/* How often control ends: per second, and the relative error of that. Zeroes: not known, never. */
struct population_turnover {
    double per_s, error;
};

/* The mean hold of holds that touch the windows, in seconds, each counted once however long it is;
 * 0: too few. */
double population_mean_hold(const struct hold *holds, size_t holds_len,
                            const struct population_window *windows, size_t windows_len);

/* The mean over the windows. draw: POPULATION_DRAWS values that the estimate is the mean of, so
 * that networks can be added up; 0 when not known. */
void population_estimate(const struct hold *holds, size_t holds_len,
                         const struct population_window *windows, size_t windows_len,
                         struct population_turnover turnover, uint64_t seed,
                         double draw[POPULATION_DRAWS], struct population *ret);
/* Mean and percentiles of draws; sorts them. */
void population_sum_up(double draw[POPULATION_DRAWS], struct population *ret);
/* For a hold of d seconds in a window of w: what share of the window a machine stands behind it. */
double population_share(double hold_s, double window_s);

#endif
