/*
 * The guard-page test: a message, or each prefix of it, laid so that its last byte touches an
 * unreadable page. A parser that reads one byte too far dies at once, with or without a sanitizer.
 */
#ifndef MUSTER_TESTS_GUARD_H
#define MUSTER_TESTS_GUARD_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Calls parse(bytes, n, context) for every n from 0 to len with bytes[n] unreadable. */
static inline void guard_prefixes(const void *message, size_t len,
                                  void (*parse)(const uint8_t *, size_t, void *), void *context)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (len + page - 1) / page * page + page;
    uint8_t *at =
        mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert(at != MAP_FAILED);
    assert(mprotect(at + room, page, PROT_NONE) == 0);
    for (size_t n = 0; n <= len; n++) {
        memcpy(at + room - n, message, n);
        parse(at + room - n, n, context);
    }
    munmap(at, room + page);
}

#endif
