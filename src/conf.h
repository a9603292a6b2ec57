/*
 * Configuration: the values of all knobs, from the parts' tables. Order: default, /etc/muster.conf,
 * --config, --set; an unknown name is an error.
 */
#ifndef MUSTER_CONF_H
#define MUSTER_CONF_H

#include "base/err.h"
#include "detect/detect.h"
#include "feeds/remote.h"
#include "judge/judge.h"
#include "store/store.h"

enum { CONF_DETECTORS = 32, CONF_KNOBS = 32 };

struct conf {
    double detector[CONF_DETECTORS][CONF_KNOBS]; /* in the order of the detector's table */
    double judge[JUDGE_KNOBS];
    double feeds[FEEDS_KNOBS];
    double store[STORE_KNOBS];        /* change no finding: not in the digest */
    const struct alert_rules *alerts; /* the caller's; NULL = alerts say nothing */
    const struct marks *marks;        /* likewise; NULL = known marks are not looked for */
    const struct files_plan *files;   /* likewise; NULL = files are not put together */
};

void conf_default(struct conf *conf);
/* "stage.name=value", e.g. "judge.prior=0.0001" or "intel.window_after=30". */
bool conf_set(struct conf *conf, const char *setting, struct err *err);
/* --known-by: given to every detector that has a knob of this name, as days since 1970. */
void conf_known_by(struct conf *conf, struct day day);
/* The value of a detector's knob. */
double conf_value(const struct conf *conf, const char *detector, const char *knob);
/* An INI file: name = value under [stage]. */
bool conf_file(struct conf *conf, const char *path, struct err *err);
/* Digest of detectors, their versions and all values; hex into out. `also` is mixed in (indicator
 * sets, home). */
void conf_digest(const struct conf *conf, const char *also, char out[17]);

#endif
