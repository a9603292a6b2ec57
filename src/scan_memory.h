/*
 * Which files a scan found clean, so that the next need not look at what is still the same: by
 * path, size and both times (the time of the last change to the entry is the kernel's, nobody can
 * set it back), or, when a time changed, by size and digest of the bytes. Files with a finding are
 * never remembered. It holds for one set of looks and rules; with others everything is looked at.
 *
 * The file must lie where the owner of the scanned files cannot write.
 */
#ifndef MUSTER_SCAN_MEMORY_H
#define MUSTER_SCAN_MEMORY_H

#include "base/err.h"
#include "scan/walk.h"

struct scan_memory;

/* What `path` holds, when it was made with this digest (scan_file_digest); no such file is an empty
 * memory; a damaged one is an error. */
struct scan_memory *scan_memory_open(const char *path, uint64_t digest, struct err *err);
bool scan_memory_same(const struct scan_memory *memory, const char *path,
                      const struct walk_stamp *stamp);
bool scan_memory_same_bytes(const struct scan_memory *memory, const char *path, uint64_t len,
                            uint64_t bytes_digest);
/* A file that is clean, of this run: these alone are kept. One that was not read (known) keeps the
 * digest that it had. */
void scan_memory_note(struct scan_memory *memory, const char *path, const struct walk_stamp *stamp,
                      uint64_t bytes_digest, bool read);
/* Writes what was noted in place of what was there (mode 0600). */
bool scan_memory_keep(struct scan_memory *memory, struct err *err);
void scan_memory_free(struct scan_memory *memory); /* accepts NULL */

#endif
