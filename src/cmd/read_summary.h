/* What the end of a read says: what was watched, what was skipped and why, what to do next. */
#ifndef MUSTER_CMD_READ_SUMMARY_H
#define MUSTER_CMD_READ_SUMMARY_H

#include "base/buf.h"
#include "cmd/cmd.h"
#include "way.h"

enum { WARNED_SHOWN = 40, LACKING_KINDS = 16 };
struct read_summary {
    unsigned sources, known, unused, geo;
    uint64_t packets, bytes;
    uint64_t records, units, remarks; /* of logs and exports: used, in all, headers */
    struct {
        const char *kind; /* of source; static */
        unsigned lacks;   /* LACK_BITs: of any of its sources */
    } lacking[LACKING_KINDS];
    struct instant first, last;
    uint64_t controlled;    /* sightings that are confirmed or probable */
    struct way_notes notes; /* counts added up; foreign networks of the last source that had them */
    uint64_t demoted, relabelled, flagged; /* pairs' evidence, by warning lists */
    struct buf warned;                     /* the first WARNED_SHOWN of them, a line each */
    char damaged[256];                     /* first damage, with its file */
};

void read_summary_add(struct read_summary *summary, const char *path,
                      const struct findings *findings, const struct way_notes *notes);
void read_summary_free(struct read_summary *summary);
void read_summary_print(const struct read_summary *summary, struct buf *buf,
                        const struct options *options, const struct indicators *indicators);

#endif
