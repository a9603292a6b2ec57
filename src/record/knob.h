/*
 * A knob: a number a user may set (`--set stage.name=value`, `[stage] name = value`). Each part
 * lists its knobs in a table; help, checks and the procedure digest come from it.
 */
#ifndef MUSTER_RECORD_KNOB_H
#define MUSTER_RECORD_KNOB_H

struct knob {
    const char *name; /* "window_after"; NULL ends a table */
    const char *unit; /* "days" */
    const char *about;
    double value, least, most; /* default and bounds */
};

#endif
