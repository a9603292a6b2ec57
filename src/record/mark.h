/*
 * Known marks: bytes that the protocol of a known tool cannot do without, found in a record before
 * the detectors see it (marks.h). Rules live as long as the run.
 */
#ifndef MUSTER_RECORD_MARK_H
#define MUSTER_RECORD_MARK_H

#include <stdint.h>

/* How likely honest traffic has the mark: low = it happens, high = no case is known. */
enum mark_confidence { MARK_LOW, MARK_MEDIUM, MARK_HIGH };

/* What was looked at. */
enum mark_part { MARK_SENT, MARK_GOT, MARK_REQUEST, MARK_RESPONSE, MARK_TLS, MARK_PARTS };

struct mark_rule {
    const char *name, *family;
    const char *reference; /* a public account of the mark, or NULL */
    uint32_t number;       /* its place among all rules */
    enum mark_confidence confidence;
};

enum { MARKS_KEPT = 4 };
struct mark_hits {
    uint32_t len;
    struct mark_hit {
        const struct mark_rule *rule;
        enum mark_part part;
        uint32_t offset; /* of the first of the rule's strings in that part */
    } hit[MARKS_KEPT];
};

#endif
