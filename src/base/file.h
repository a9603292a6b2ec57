/*
 * Files that appear whole (temp, fsync, rename) and files that are only looked at (mapped).
 */
#ifndef MUSTER_BASE_FILE_H
#define MUSTER_BASE_FILE_H

#include "base/err.h"
#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

struct file_map {
    const uint8_t *at; /* read-only bytes; NULL when the file is empty */
    size_t len;
};

/* Maps a whole regular file for reading in order. */
bool file_map(struct file_map *map, const char *path, struct err *err);
void file_unmap(struct file_map *map); /* accepts a zeroed map */

/* Writes bytes to `path` so that it appears whole or not at all, with `mode` (0600...). */
bool file_write(const char *path, const void *bytes, size_t len, unsigned mode, struct err *err);
/* Adds bytes to the end of `folder`/`name` at once, after which they are on disk; made with `mode`.
 */
bool file_append(const char *folder, const char *name, const void *bytes, size_t len, unsigned mode,
                 struct err *err);
/* The last step of a file somebody else wrote to `temp`: fsync, rename to path, fsync its folder.
 */
bool file_publish(const char *temp, const char *path, struct err *err);
/* mkdir -p with `mode` for what is made. */
bool file_make_folder(const char *path, unsigned mode, struct err *err);
bool file_exists(const char *path);

#endif
