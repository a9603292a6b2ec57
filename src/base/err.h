/*
 * Errors of the world (disk full, file unreadable, server away), carried up to whoever owns the
 * retry. A function fills the err and returns false, or logs: never both.
 *
 * Bugs are muster_assert (always on); bad input is counted by reason and skipped: neither is an
 * err.
 */
#ifndef MUSTER_BASE_ERR_H
#define MUSTER_BASE_ERR_H

#include <stdbool.h>

struct err {
    char text[400]; /* what, where, why, what to do; NUL-terminated */
};

/* Fills err (may be NULL) and returns false, so that a caller can `return err_set(...)`. */
bool err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with ": " and the text of errno at its end. */
bool err_errno(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

__attribute__((noreturn)) void muster_assert_failed(const char *what, const char *file, int line);
/* Where no way leads: `why` says what would have to be untrue. */
#define muster_never(why) muster_assert_failed(why, __FILE__, __LINE__)
#define muster_assert(what) ((what) ? (void)0 : muster_assert_failed(#what, __FILE__, __LINE__))

#endif
