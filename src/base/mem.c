#include "base/mem.h"

#include "base/err.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static _Noreturn void out_of_memory(size_t bytes)
{
    (void)fprintf(stderr, "muster: no memory for %zu bytes; lower --memory\n", bytes);
    exit(3);
}

void *mem_new(size_t count, size_t size)
{
    void *at = calloc(count ? count : 1, size ? size : 1);
    if (at == NULL)
        out_of_memory(count * size);
    return at;
}

void *mem_resize(void *old, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        out_of_memory(SIZE_MAX);
    void *at = realloc(old, bytes ? bytes : 1);
    if (at == NULL)
        out_of_memory(bytes);
    return at;
}

void mem_free(void *at)
{
    free(at);
}

char *mem_strdup(const char *string)
{
    size_t len = strlen(string) + 1;
    return memcpy(mem_new(len, 1), string, len);
}

enum { HUGE_PAGE = 2 << 20, HUGE_FROM = 2 << 20 };

void *mem_map(size_t bytes)
{
    void *at = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        out_of_memory(bytes);
    /* What is touched all over in no order costs a miss of the TLB each time unless its pages are
     * large; but the first megabytes are all that a small input ever touches. */
    uintptr_t start = ((uintptr_t)at + HUGE_FROM + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    uintptr_t end = ((uintptr_t)at + bytes) / HUGE_PAGE * HUGE_PAGE;
    if (end > start)
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE); /* a wish */
    return at;
}

void mem_map_reset(void *at, size_t bytes)
{
    if (bytes == 0)
        return;
    int failed = madvise(at, bytes, MADV_DONTNEED);
    muster_assert(failed == 0);
}

void mem_unmap(void *at, size_t bytes)
{
    if (at != NULL)
        (void)munmap(at, bytes ? bytes : 1);
}
