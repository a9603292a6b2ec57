/*
 * A made-up country's days (simulate/country.h) written into a store, each day a source of its own,
 * as if muster had read what its sensor saw; and its truth beside it.
 */
#ifndef MUSTER_COUNTRY_STORE_H
#define MUSTER_COUNTRY_STORE_H

#include "base/err.h"
#include "simulate/country.h"

struct country_written {
    uint64_t rows;
    unsigned days;
};

/* Fills the store `store`, makes folder/truth.csv and folder/holds.csv (holds of `devices` machines
 * a network). told: called after each day, for progress; may be NULL. */
bool country_store(const struct country_plan *plan, const char *store, const char *folder,
                   unsigned devices, uint64_t memory_bytes,
                   void (*told)(void *context, unsigned days), void *context,
                   struct country_written *ret, struct err *err);

#endif
