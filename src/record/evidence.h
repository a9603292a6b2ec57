/*
 * Evidence: one detector's finding about one pair. The strength is a log-likelihood ratio in
 * natural logs (may be negative). Pure data: what the judge needs is all here, so that a pair can
 * be judged again at report time.
 */
#ifndef MUSTER_RECORD_EVIDENCE_H
#define MUSTER_RECORD_EVIDENCE_H

#include "base/clock.h"
#include "base/text.h"
#include "record/trait.h"

/* Evidence of one group is about the same fact: the judge takes the strongest of a group. */
enum evidence_group {
    GROUP_LISTED_END,     /* the outside end (address, port, name) is on a list */
    GROUP_LISTED_CONTENT, /* a mark in the conversation is on a list (certificate, URL, JA3, JA4) */
    GROUP_RHYTHM,         /* how the calls lie in time */
    GROUP_SHAPE,          /* what the conversation looks like (TLS, HTTP, raw) */
    GROUP_NAMES,          /* what names are asked for (tunnel, DGA) */
    GROUP_SPREAD,         /* what else the host does */
    GROUP_DIALOG,         /* what the conversation followed upon */
    GROUP_ROLE,           /* what speaks for a harmless end (popular name, shared provider) */
    GROUP_ALERT,          /* what other watchers' rules say of the conversation */
    GROUP_MARK,           /* bytes that the protocol of a known tool cannot do without */
    GROUP_FILE,           /* what a file on the host's disk or on its way there is */
    GROUP_VOLUME,         /* how much was sent */
    GROUPS
};

enum {
    EVIDENCE_CONTENT = 1,      /* a mark, certificate, dated indicator in force: may confirm */
    EVIDENCE_SINKHOLE = 2,     /* the outside end is a sinkhole */
    EVIDENCE_SUSPECT = 4,      /* alone never more than suspected (a name only asked for) */
    EVIDENCE_UNDATED = 8,      /* alone never more than probable */
    EVIDENCE_COMPROMISED = 16, /* the outside end is somebody's hacked machine or site */
    EVIDENCE_RELAYED = 32,     /* done for somebody behind the host: never more than suspected */
    EVIDENCE_DEMOTED = 64,     /* a warning list weakens it */
    EVIDENCE_RELABELLED = 128, /* a warning list says what the end is: sinkhole, scanner, parking */
    EVIDENCE_FLAGGED = 256,    /* a warning list knows the end: worth a remark, no more */
    EVIDENCE_PAYLOAD = 512,    /* the end served a program: never lifts a pair over suspected */
    EVIDENCE_OF_HOST = 1024,   /* about the host alone: the outside end is not its controller */
};

struct evidence {
    const char *detector; /* its name; static */
    uint16_t version;     /* of the detector */
    uint8_t group;        /* enum evidence_group */
    uint16_t flags;       /* EVIDENCE_ bits */
    double strength;
    struct traits traits;  /* what it is the sum of; none where a detector weighs otherwise */
    uint64_t number;       /* packet or line it can be seen at; 0 = none */
    struct text where;     /* the same in words, where `number` is not a packet of the source */
    struct day known_from; /* when the indicator was first listed; DAY_NONE = not known */
    struct text set;       /* indicator set (feed) and digest, or null */
    struct text item;      /* the indicator or figure, e.g. "ja3 51c64c77..." */
    struct text family;    /* or null */
    struct text site; /* it is about a backdoor in this website of the host, host name and path,
                         and who uses it; null: about the host itself */
    struct text why;  /* a sentence with figures that a person can check */
};

#endif
