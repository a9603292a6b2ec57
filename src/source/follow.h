/*
 * Following: logs that grow and are rotated, judged a UTC day at a time.
 *
 * Trouble it answers: a day's records lie in several files, which grow, are renamed, compressed and
 * replaced; the program may be killed at any moment; and no record may count twice or not at all.
 *
 * A look (follow_look) finds the logs of the folders and reads what is new of each, only to learn
 * where in it each day begins and ends. When a day is over (follow_due) it is read as one source:
 * of every log the range that holds the day, and of that only the day's records; what comes late,
 * behind what an earlier day's reading took, is read with the next day, and counted. So nothing is
 * kept in memory but places, and what a crash loses is the look.
 *
 * A log is recognised by its first bytes (XXH3 of up to 4096, uncompressed), whatever its name,
 * inode or compression: rotated and packed it is the same log. The state file holds of each kind of
 * log which day was closed last, and of each log what was taken: written as a whole before a day is
 * put into the store (its intent) and after it. Killed between the two, the day is read again from
 * the same place and replaces itself in the store, because its identity is made of folders, kind
 * and day, not of content.
 *
 * A day is over when a record of its kind was seen FOLLOW_GRACE_US behind midnight, and no log that
 * still grows has yet to reach midnight.
 *
 * Order: follow_new -> { follow_look -> while follow_due { follow_begin -> read the item ->
 * follow_done } } -> follow_free.
 */
#ifndef MUSTER_SOURCE_FOLLOW_H
#define MUSTER_SOURCE_FOLLOW_H

#include "source/source.h"

#define FOLLOW_GRACE_US (600 * SECOND_US)

struct follow;

/* Paths: folders, or files: then also what is called like them with more behind (access.log.1). The
 * state is read when there is one. NULL and err: it is damaged, or a path cannot be followed. */
struct follow *follow_new(char *const *paths, size_t len, const char *state_path, struct err *err);
void follow_free(struct follow *follow); /* accepts NULL */

/* False and err: a folder cannot be read. `last`: no more will be written; a last line without its
 * end counts. */
bool follow_look(struct follow *follow, bool last, struct err *err);
/* The next day to be judged; with `finish` also one that is not over. The item lives until the next
 * call. *ret_again: a reading of it was begun before and may be in the store. */
bool follow_due(struct follow *follow, bool finish, const struct source_item **ret,
                bool *ret_again);
bool follow_begin(struct follow *follow, struct err *err);
bool follow_done(struct follow *follow, struct err *err);

/* What to tell people: logs that went away before their day was judged, files that are no logs. */
struct follow_counts {
    uint64_t logs, lost, foreign;
};
struct follow_counts follow_counts(const struct follow *follow);

#endif
