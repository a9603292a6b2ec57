/*
 * The intel detector's state, between its two halves: intel.c fills it from records, intel_weigh.c
 * makes evidence of it when the pair closes.
 */
#ifndef MUSTER_DETECT_INTEL_H
#define MUSTER_DETECT_INTEL_H

#include "detect/detect.h"

enum { INTEL_HITS = 6 };

/* How an indicator was met. */
enum intel_how {
    INTEL_FLOW = 1,      /* a conversation with the address */
    INTEL_ASKED = 2,     /* a DNS question */
    INTEL_NAMED = 4,     /* the name stood in the conversation: SNI, Host, or DNS told it */
    INTEL_POST = 8,      /* a URL: sent something to it */
    INTEL_GET = 16,      /* a URL: what came back was no file */
    INTEL_DOWNLOAD = 32, /* a URL: fetched a file */
    INTEL_CERTIFICATE = 64,
    INTEL_FINGERPRINT = 128,
    INTEL_FILE = 256, /* a file with that digest came */
};

struct intel_hit {
    uint64_t number;    /* the first record it was met in */
    uint32_t reference; /* with set_index and kind: what indicators_get finds it by */
    uint32_t count;     /* answered conversations, questions, requests */
    uint32_t tried;     /* conversations that were not answered */
    uint16_t port;
    uint16_t how; /* enum intel_how bits */
    uint8_t set_index, kind, class;
    uint8_t spare[5];
};

struct intel_pair {
    struct intel_hit hit[INTEL_HITS]; /* the first in intel_before's order */
    uint64_t len;
};

enum intel_knob { INTEL_BEFORE, INTEL_AFTER, INTEL_KNOWN_BY, INTEL_CLOUD };

struct indicator_window intel_window(const struct detect *detect);
/* Adds or counts a meeting; `tried`: it was not answered. */
void intel_meet(struct intel_pair *pair, const struct indicator *found, enum intel_how how,
                uint64_t number, struct port port, bool tried);
/* What warning lists and provider.list make of a match: intel_warn.c. */
void intel_warn(const struct detect *detect, const struct indicator *listing,
                struct evidence *evidence, struct evidence_out *out);
void intel_close(const struct detect *detect, struct evidence_out *out);

#endif
