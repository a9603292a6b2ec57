/*
 * Country and network of an address, by the data in force on a day. Private, reserved and multicast
 * addresses have neither. Databases come as files with the day they are valid from.
 *
 * Order: enrich_new -> enrich_add for each file -> enrich_place -> enrich_free.
 */
#ifndef MUSTER_ENRICH_ENRICH_H
#define MUSTER_ENRICH_ENRICH_H

#include "base/clock.h"
#include "base/err.h"
#include "record/address.h"

struct enrich;

struct place {
    char country[3];     /* located, ISO 3166-1 alpha-2; "" = unknown */
    char registered[3];  /* where the address is registered; "" = unknown */
    int64_t asn;         /* -1 = unknown */
    struct text network; /* name of the network, or null; lives as long as the enrich */
    struct text version; /* database and its build date, e.g. "geo-whois-asn-country 2026-06-17" */
};

struct enrich *enrich_new(const char *cache_or_null);
/* "[FROM=]FILE": a .mmdb (country or ASN, both MaxMind's nested and ip-location-db's flat layout)
 * or the ASN CSV (compiled once into the cache). FROM (YYYY-MM-DD) is the first day it is valid;
 * without it, always. */
bool enrich_add(struct enrich *enrich, const char *from_file, struct err *err);
/* The databases that came with muster's set-up, when present next to the executable; counts them.
 */
unsigned enrich_add_installed(struct enrich *enrich, struct err *err);
void enrich_place(const struct enrich *enrich, struct address address, struct day day,
                  struct place *ret);
/* What was added, for doctor and the coverage: latest `from` first. */
struct enrich_info {
    struct text name;
    const char *kind;     /* for people */
    struct day from;      /* DAY_NONE = always */
    struct day built;     /* DAY_NONE = not known */
    bool by_registration; /* its countries are of registration */
};
unsigned enrich_count(const struct enrich *enrich);
void enrich_info(const struct enrich *enrich, unsigned i, struct enrich_info *ret);
void enrich_free(struct enrich *enrich); /* accepts NULL */

#endif
