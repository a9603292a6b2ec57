#include "flow/buffers.h"

#include "base/err.h"
#include "base/mem.h"

#include <string.h>

static const uint32_t size_bytes[BUFFER_SIZES] = {2048, 8192, BUFFER_MAX};

static uint32_t handle_of(unsigned size, uint32_t index)
{
    return (uint32_t)(size + 1) << 28 | index;
}

static struct buffer_size *size_of(const struct buffers *all, uint32_t handle, uint32_t *index)
{
    unsigned size = handle >> 28;
    muster_assert(size >= 1 && size <= BUFFER_SIZES);
    *index = handle & 0x0FFFFFFF;
    const struct buffer_size *s = &all->size[size - 1];
    muster_assert(*index >= 1 && *index <= s->count);
    return (struct buffer_size *)(uintptr_t)s;
}

void buffers_init(struct buffers *all, size_t bytes,
                  void (*taken)(void *context, struct buffer_owner owner), void *context)
{
    *all = (struct buffers){.taken = taken, .context = context};
    for (unsigned i = 0; i < BUFFER_SIZES; i++) {
        struct buffer_size *s = &all->size[i];
        s->bytes = size_bytes[i];
        size_t count = bytes / BUFFER_SIZES / (s->bytes + sizeof *s->buffer);
        s->count = count < 4 ? 4 : count > 0x00FFFFFF ? 0x00FFFFFF : (uint32_t)count;
        s->room = mem_map(((size_t)s->count + 1) * s->bytes);
        s->buffer = mem_map(((size_t)s->count + 1) * sizeof *s->buffer);
    }
}

void buffers_reset(struct buffers *all)
{
    for (unsigned i = 0; i < BUFFER_SIZES; i++) {
        struct buffer_size *s = &all->size[i];
        if (s->fresh) {
            mem_map_reset(s->room, ((size_t)s->count + 1) * s->bytes);
            mem_map_reset(s->buffer, ((size_t)s->count + 1) * sizeof *s->buffer);
        }
        s->fresh = s->free_head = s->newest = s->oldest = 0;
    }
}

void buffers_free(struct buffers *all)
{
    for (unsigned i = 0; i < BUFFER_SIZES; i++) {
        struct buffer_size *s = &all->size[i];
        if (s->room) {
            mem_unmap(s->room, ((size_t)s->count + 1) * s->bytes);
            mem_unmap(s->buffer, ((size_t)s->count + 1) * sizeof *s->buffer);
        }
    }
    *all = (struct buffers){0};
}

static void release(struct buffer_size *s, uint32_t index)
{
    struct buffer *b = &s->buffer[index];
    if (b->newer)
        s->buffer[b->newer].older = b->older;
    else
        s->newest = b->older;
    if (b->older)
        s->buffer[b->older].newer = b->newer;
    else
        s->oldest = b->newer;
    *b = (struct buffer){.older = s->free_head};
    s->free_head = index;
}

static uint32_t take(struct buffers *all, unsigned size, struct buffer_owner owner)
{
    struct buffer_size *s = &all->size[size];
    if (s->free_head == 0 && s->fresh == s->count) {
        struct buffer_owner loser = s->buffer[s->oldest].owner;
        release(s, s->oldest);
        all->taken(all->context, loser);
    }
    uint32_t index = s->free_head;
    if (index)
        s->free_head = s->buffer[index].older;
    else
        index = ++s->fresh;
    s->buffer[index] = (struct buffer){.owner = owner, .older = s->newest};
    if (s->newest)
        s->buffer[s->newest].newer = index;
    else
        s->oldest = index;
    s->newest = index;
    return index;
}

uint8_t *buffers_at(const struct buffers *all, uint32_t handle, uint32_t *len)
{
    uint32_t index;
    const struct buffer_size *s = size_of(all, handle, &index);
    *len = s->buffer[index].len;
    return s->room + (size_t)index * s->bytes;
}

bool buffers_append(struct buffers *all, uint32_t *handle, struct buffer_owner owner,
                    const void *bytes, size_t len)
{
    uint32_t used = 0;
    uint8_t *old = *handle ? buffers_at(all, *handle, &used) : NULL;
    if (len > BUFFER_MAX - used)
        return false;
    size_t need = used + len;
    if (*handle == 0 || need > all->size[(*handle >> 28) - 1].bytes) {
        unsigned size = 0;
        while (all->size[size].bytes < need)
            size++;
        uint32_t index = take(all, size, owner);
        struct buffer_size *s = &all->size[size];
        uint8_t *room = s->room + (size_t)index * s->bytes;
        if (used)
            memcpy(room, old, used);
        s->buffer[index].len = used;
        buffers_drop(all, handle);
        *handle = handle_of(size, index);
    }
    uint32_t index;
    struct buffer_size *s = size_of(all, *handle, &index);
    if (len)
        memcpy(s->room + (size_t)index * s->bytes + used, bytes, len);
    s->buffer[index].len = (uint32_t)need;
    return true;
}

void buffers_remove(struct buffers *all, uint32_t handle, uint32_t offset, uint32_t len)
{
    uint32_t index, used;
    uint8_t *at = buffers_at(all, handle, &used);
    muster_assert(offset <= used && len <= used - offset);
    memmove(at + offset, at + offset + len, used - offset - len);
    struct buffer_size *s = size_of(all, handle, &index);
    s->buffer[index].len = used - len;
}

void buffers_drop(struct buffers *all, uint32_t *handle)
{
    if (*handle == 0)
        return;
    uint32_t index;
    struct buffer_size *s = size_of(all, *handle, &index);
    release(s, index);
    *handle = 0;
}
