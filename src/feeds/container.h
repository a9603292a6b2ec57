/*
 * Files as they come: compressed, archived, or neither; told by their first bytes.
 */
#ifndef MUSTER_FEEDS_CONTAINER_H
#define MUSTER_FEEDS_CONTAINER_H

#include "feeds/compile.h"

/* zip.c: hands each file of a zip archive to `member`, up to `most` bytes of them unpacked; null,
 * or why the rest was not read. */
const char *feed_zip_read(struct text archive, uint64_t most,
                          void (*member)(void *context, struct text name, struct text content),
                          void *context);

/* ---- unpack.c */

bool unpack_is_gzip(struct text t);
bool unpack_is_zstd(struct text t);
bool unpack_is_tar(struct text t);
bool unpack_is_zip(struct text t);
bool unpack_is_packed(struct text t); /* any of them */

/* gzip and Zstandard: false when it is damaged or gives over `most` bytes; `out` has what came. */
bool unpack(struct text packed, uint64_t most, struct buf *out);
/* Hands each regular file of a tar archive to `member`; false when it is damaged. */
bool unpack_tar(struct text archive,
                void (*member)(void *context, struct text name, struct text content),
                void *context);
/* Hands each file in it to `member`: of an archive, compressed or not, or the one that is
 * compressed; null, or why the rest was not read. */
const char *unpack_each(struct text name, struct text packed, uint64_t most,
                        void (*member)(void *context, struct text name, struct text content),
                        void *context);

/* ---- container.c */

/* Reads one file of a set, whatever it is wrapped in. What cannot be unwrapped is counted. */
void feed_container_read(struct feed_sink *sink, struct text path, struct text content);

#endif
