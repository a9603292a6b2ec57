/*
 * Files that HTTP carries to home hosts, and attachments of mail: put together, bounded, into
 * digests (MD5, SHA-1, SHA-256), what rules for files and clamd say of them, and, only when asked
 * for, a copy in a folder. One `files` a shard; nothing is shared.
 *
 * Bodies that are compressed on the way (Content-Encoding) are unpacked. A body of which bytes are
 * missing is no file.
 */
#ifndef MUSTER_FILES_H
#define MUSTER_FILES_H

#include "record/record.h"
#include "scan_file.h"

enum {
    FILES_OPEN = 32,      /* at once; more are left out */
    FILE_KEPT = 4 << 20,  /* bytes of one that rules and clamd look at; a larger one has digests */
    FILE_MOST = 64 << 20, /* unpacked; a larger one is left out */
};

/* The same for all shards; the caller's. */
struct files_plan {
    const char *folder;           /* --carve: a folder that is there; NULL = nothing is written */
    const struct scan_file *scan; /* rules and clamd; NULL = none */
};

/* What is said of one; copied. Null texts: not said. */
struct files_about {
    struct text name, type, url, encoding; /* encoding: Content-Encoding of HTTP */
};

struct files;
struct files *files_new(const struct files_plan *plan);
void files_free(struct files *files); /* accepts NULL */
/* A file begins in this conversation. False: no room. */
bool files_begin(struct files *files, uint32_t flow, const struct files_about *about);
bool files_is_open(const struct files *files, uint32_t flow);
/* More of it; false: it is left out from here on. */
bool files_data(struct files *files, uint32_t flow, const uint8_t *bytes, size_t len);
/* It ends. True: whole, *ret tells of it, its texts live until the next files_begin. */
bool files_end(struct files *files, uint32_t flow, bool whole, const struct ends *ends,
               struct instant time, struct file_record *ret);

#endif
