/*
 * A trace: all the store knows of one host or controller, ready to be printed. Made by census/,
 * printed by output/. All texts live in the arena.
 */
#ifndef MUSTER_RECORD_TRACE_H
#define MUSTER_RECORD_TRACE_H

#include "record/census.h"

enum trace_identity {
    TRACE_IDENTITY_what, /* machine, user, domain, MAC, DHCP client, software */
    TRACE_IDENTITY_value,
    TRACE_IDENTITY_known_by,
    TRACE_IDENTITY_addresses,
    TRACE_IDENTITY_first,
    TRACE_IDENTITY_last,
    TRACE_IDENTITY_seen,
    TRACE_IDENTITY_where,
};

struct trace {
    struct arena arena;
    struct text name;     /* as asked; null: everything just under the line */
    bool is_host;         /* it is a host (else a controller, or not known at all) */
    struct rows pair;     /* enum census_pair: the loudest first */
    struct rows evidence; /* enum census_evidence: in the order of pair, the strongest first */
    struct rows identity; /* who the machine is: enum trace_identity, machine and user first */
    struct rows day;      /* day by day */
    struct rows contact;  /* what else it talked to, or who else talked to it */
    struct rows near;     /* what stood just under the line */
    struct rows similar;  /* when nothing is known of it: names that are */
};

#endif
