/*
 * Kinds of geo database: each is one file ending in `const struct geo_kind geo_x` and one line,
 * GEO(x), in enrich.list. What a file is, is told by its content.
 */
#ifndef MUSTER_ENRICH_KIND_H
#define MUSTER_ENRICH_KIND_H

#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "record/address.h"

/* What one database says of an address; the zeroed answer with asn -1 is "nothing". */
struct geo_answer {
    char country[3], registered[3];
    int64_t asn;
    struct text network; /* lives as long as the database is open */
};

struct geo {
    const struct geo_kind *kind;
    void *state;          /* the kind's own */
    char name[64];        /* "geo-whois-asn-country", "GeoLite2-City" */
    struct day built;     /* DAY_NONE = not known */
    bool by_registration; /* its countries come from registration data, not from location */
};

struct geo_kind {
    const char *name, *about;
    /* Whether a file with these bytes is of this kind. */
    bool (*knows)(const uint8_t *at, size_t len);
    /* Fills name, built, by_registration and state. `cache` is a folder for compiled files; may be
     * NULL. False and err when the file is damaged. */
    bool (*open)(struct geo *geo, const char *path, const char *cache, struct err *err);
    /* Fills what the database knows; leaves the rest of the answer as it was. Thread-safe. */
    void (*look)(const struct geo *geo, struct address address, struct geo_answer *answer);
    void (*close)(struct geo *geo);
};

/* Two upper-case letters, else nothing is copied. */
void geo_country(char ret[3], struct text text);
/* The file's name without folder and ending. */
void geo_name_of(char ret[64], const char *path);

#endif
