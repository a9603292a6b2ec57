/*
 * What a scan found in one website's files, as sightings of kind "implant" for the store: each file
 * a row of the day of the scan, without a controller, for who uses it is not seen on disk. Where
 * the same host and site was seen in use, the store's views put both together.
 *
 * Order: scan_store_new -> scan_store_add ... -> scan_store_write -> scan_store_free.
 */
#ifndef MUSTER_SCAN_STORE_H
#define MUSTER_SCAN_STORE_H

#include "enrich/enrich.h"
#include "record/address.h"
#include "scan_run.h"
#include "store/store.h"

struct scan_place {
    const char *site; /* "www.example.org" or "www.example.org/shop": what the path stands for */
    struct address address; /* of the web server */
    const char *sensor, *source;
    const struct enrich *enrich; /* or NULL */
    struct instant now;
};

struct scan_store;
struct scan_store *scan_store_new(const struct scan_place *place); /* its texts stay the caller's */
/* A file with a grade. */
void scan_store_add(struct scan_store *store, const struct scan_seen *seen);
enum store_written scan_store_write(struct scan_store *store, const char *folder,
                                    const struct scan_run *run, uint64_t memory_bytes,
                                    struct err *err);
void scan_store_free(struct scan_store *store); /* accepts NULL */

#endif
