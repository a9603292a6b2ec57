/*
 * What is true of the made-up campus, in files beside its captures: a row a day in truth.csv (the
 * columns that muster's labelled captures have), the machines in devices.csv, what looks like
 * command and is not in hard-negatives.csv, and indicators that name two of the three controllers
 * and some ends that control nobody here.
 *
 * Order: truth_start -> truth_day after each day -> truth_write.
 */
#ifndef MUSTER_SIMULATE_TRUTH_H
#define MUSTER_SIMULATE_TRUTH_H

#include "base/buf.h"
#include "simulate/campus.h"

struct truth {
    struct buf rows;
    unsigned turns[INFECTIONS]; /* of the days before */
};

void truth_start(struct truth *truth);
/* The row of a day that is over, whose capture is `name`. */
void truth_day(struct truth *truth, const struct campus *campus, struct day day, const char *name);
/* Writes all files and frees what truth holds. */
bool truth_write(struct truth *truth, const struct campus *campus, const char *folder,
                 struct err *err);

#endif
