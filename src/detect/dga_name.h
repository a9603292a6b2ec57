/*
 * Whether one name reads as if a program had drawn it by lot: how much likelier its registered
 * label is under letters drawn evenly than under the letter triples of ordinary names
 * (dga_model.list). Nothing is learnt from any family's names: whatever is drawn by lot scores, and
 * what is put together of words or syllables of a language does not.
 */
#ifndef MUSTER_DETECT_DGA_NAME_H
#define MUSTER_DETECT_DGA_NAME_H

#include "base/text.h"

/* Scores are kept within these, so that one name does not speak for all. */
#define DGA_SCORE_LEAST (-15.0)
#define DGA_SCORE_MOST 20.0

struct dga_name {
    double score;  /* natural log, as it is; short labels never above 0 */
    uint8_t len;   /* of the label */
    uint8_t place; /* of its suffix: a hash, 0 to 63 */
    bool digits;   /* the label has some */
};

/* domain: a registered domain, lower case; any bytes. False when it is none that a program would
 * make up to be found by: one label, under a suffix of a private network (RFC 6762 appendix G) or a
 * provider's (cloudfront.net), internationalised (RFC 5891), or with bytes that host names lack. */
bool dga_name_read(struct text domain, struct dga_name *ret);

#endif
