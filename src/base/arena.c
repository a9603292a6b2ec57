#include "base/arena.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct arena_chunk {
    struct arena_chunk *older;
    size_t bytes; /* of room */
    _Alignas(16) unsigned char room[];
};

void *arena_new(struct arena *arena, size_t bytes)
{
    bytes = (bytes + 15) & ~(size_t)15;
    if (arena->chunk == NULL || arena->chunk->bytes - arena->used < bytes) {
        size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;
        struct arena_chunk *chunk = mem_new(1, sizeof *chunk + room);
        chunk->bytes = room;
        chunk->older = arena->chunk;
        arena->chunk = chunk;
        arena->used = 0;
    }
    void *at = arena->chunk->room + arena->used;
    arena->used += bytes;
    return at;
}

struct text arena_text(struct arena *arena, struct text text)
{
    if (text.at == NULL)
        return text;
    char *copy = arena_new(arena, (size_t)text.len + 1);
    if (text.len)
        memcpy(copy, text.at, text.len);
    return text_at(copy, text.len);
}

struct text arena_format(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    muster_assert(len >= 0);
    char *at = arena_new(arena, (size_t)len + 1);
    (void)vsnprintf(at, (size_t)len + 1, format, again);
    va_end(again);
    return text_at(at, (size_t)len);
}

void arena_reset(struct arena *arena)
{
    if (arena->chunk == NULL)
        return;
    struct arena older = {.chunk = arena->chunk->older};
    arena_free(&older);
    arena->chunk->older = NULL;
    memset(arena->chunk->room, 0, arena->used);
    arena->used = 0;
}

void arena_free(struct arena *arena)
{
    while (arena->chunk) {
        struct arena_chunk *older = arena->chunk->older;
        mem_free(arena->chunk);
        arena->chunk = older;
    }
    arena->used = 0;
}
