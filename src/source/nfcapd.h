/* What nfdump prints of a file of nfcapd, read like a log (nfcapd.c). */
#ifndef MUSTER_SOURCE_NFCAPD_H
#define MUSTER_SOURCE_NFCAPD_H

#include "source/input.h"

/* A source over what nfdump has printed; as source_kind.open. */
struct source *nfcapd_printed(const struct source_kind *kind, struct input *in, const char *path,
                              struct err *err);

#endif
