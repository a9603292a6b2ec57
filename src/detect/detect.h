/*
 * A detector looks at records and yields evidence about pairs. It is one file ending in
 *     const struct detector detector_x = { .name = "x", ... };
 * and one line, DETECTOR(x), in detect/detect.list.
 *
 * It never allocates, logs or locks; all its memory is the zeroed state the shard gives it, of the
 * size it asks for: per pair, and per host and day. The order of records inside a day must not
 * matter beyond their times. record() sees each record it wants (`records` mask) once per pair it
 * is filed under; close() is called once per pair and day, after its last record.
 */
#ifndef MUSTER_DETECT_DETECT_H
#define MUSTER_DETECT_DETECT_H

#include "record/evidence.h"
#include "record/indicators.h"
#include "record/knob.h"
#include "record/pair.h"
#include "record/record.h"

/* What a detector may look at. Pointers live for the call. */
struct detect {
    void *pair_state;        /* pair_bytes of it */
    void *host_state;        /* host_bytes of it, shared by all pairs of the host and day */
    const struct pair *pair; /* summary so far; complete at close */
    const struct host *host;
    const struct indicators *indicators; /* NULL without --intel */
    const double *knob;                  /* values, in the order of the detector's table */
    const struct alert_rules *alerts;    /* what other watchers' alerts say of control; or NULL */
    struct call_times calls, bursts;     /* of the pair; empty before close */
};

/* Weaker evidence is not worth a line. */
#define EVIDENCE_LEAST 1.2

/* Where evidence goes. Fills evidence's texts with evidence_text below: they are copied. */
struct evidence_out;
/* printf into memory that lives as long as the evidence; at most 400 bytes are kept. */
struct text evidence_text(struct evidence_out *out, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Takes a copy; detector and version are filled in. At most 16 a detector and pair, rest counted.
 */
void evidence_add(struct evidence_out *out, const struct evidence *evidence);

/* A pair over several sources and days of one sensor, as the store's contact rows tell it. */
struct across {
    const struct pair *pair; /* summed up, without calls; its day is the last */
    const struct instant *calls;
    uint32_t len;         /* calls kept, sorted */
    uint32_t days, parts; /* days with a call; sources' rows behind them */
    struct day first_day;
    uint32_t callers, hosts;             /* home hosts that called this end; that called any */
    const struct indicators *indicators; /* NULL without --intel */
    const double *knob;
};

struct detector {
    const char *name, *about;
    uint16_t version;
    uint32_t records;                /* mask of enum record_kind */
    uint32_t pair_bytes, host_bytes; /* multiples of 8 */
    const struct knob *knobs;        /* ends with a NULL name; may be NULL */
    void (*record)(const struct detect *detect, const struct record *record);
    void (*close)(const struct detect *detect, struct evidence_out *out);
    /* What single sources and days cannot show (muster judge); NULL: nothing. */
    void (*across)(const struct across *across, struct evidence_out *out);
};

extern const struct detector *const detectors[];
extern const unsigned detectors_len;

#endif
