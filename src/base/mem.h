/*
 * The only place that asks the system for memory. Sizes are in bytes. Memory is by lifetime:
 * start-up (mem_new, checked, never fails without ending the program with a message), tables that
 * traffic fills (mem_map: zeroed pages that cost nothing until touched), and arenas (arena.h).
 */
#ifndef MUSTER_BASE_MEM_H
#define MUSTER_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory; ends the program with a message when there is none. Free with mem_free. */
void *mem_new(size_t count, size_t size);
/* realloc with the same promise; new bytes are not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);
void mem_free(void *at); /* accepts NULL */
char *mem_strdup(const char *string);

/* Zeroed, page-aligned memory; pages are taken when first touched. */
void *mem_map(size_t bytes);
/* Gives the touched pages back; the memory reads as zero again. */
void mem_map_reset(void *at, size_t bytes);
void mem_unmap(void *at, size_t bytes); /* accepts NULL */

#endif
