#include "source/source.h"

#include "base/mem.h"
#include "source/input.h"
#include "source/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct source_kind *const kinds[] = {
#define SOURCE(name) &source_##name,
#include "source/source.list"
#undef SOURCE
};

enum { KINDS = sizeof kinds / sizeof kinds[0], START_BYTES = 4096 };

/* Files that are not read, told apart so that the message can say what to do. */
static const struct foreign {
    const char *magic;
    uint8_t len;
    const char *what; /* with %s for the path */
} foreign[] = {
    {"\x1f\x8b", 2, "compressed twice: unpack %s once first"},
    {"\x28\xb5\x2f\xfd", 4, "compressed twice: unpack %s once first"},
    {"BZh", 3, "bzip2-compressed: not read; try bzcat %s | muster read -"},
    {"\xfd\x37zXZ", 5, "xz-compressed: not read; try xzcat %s | muster read -"},
    {"\x04\x22\x4d\x18", 4, "lz4-compressed: not read; try lz4cat %s | muster read -"},
    {"PK\x03\x04", 4, "a zip archive: not read; unpack %s first"},
    {"snoop\0\0\0", 8, "a snoop capture: not read; try tshark -r %s -w - | muster read -"},
    {"GMBU", 4, "a Network Monitor capture: not read; try tshark -r %s -w - | muster read -"},
};

const struct source_kind *source_kind_named(const char *name, struct err *err)
{
    char names[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < KINDS; i++) {
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
        int n = snprintf(names + used, sizeof names - used, " %s", kinds[i]->name);
        used += n > 0 && (size_t)n < sizeof names - used ? (size_t)n : 0;
    }
    (void)err_set(err, "no kind of source is called '%s'; there are:%s", name, names);
    return NULL;
}

const struct source_kind *source_kind_of(const uint8_t *start, size_t len)
{
    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i]->knows(start, len))
            return kinds[i];
    return NULL;
}

/* Says of a file that no kind knows what it is, and what to do. */
static void foreign_err(const uint8_t *start, size_t len, const char *path, struct err *err)
{
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        const struct foreign *f = &foreign[i];
        if (len < f->len || memcmp(start, f->magic, f->len) != 0)
            continue;
        const char *gap = strstr(f->what, "%s");
        muster_assert(gap != NULL);
        (void)err_set(err, "%s: %.*s%s%s", path, (int)(gap - f->what), f->what, path, gap + 2);
        return;
    }
    char bytes[3 * 8 + 1] = "";
    size_t shown = len < 8 ? len : 8;
    for (size_t i = 0; i < shown; i++)
        (void)snprintf(bytes + 3 * i, 4, " %02x", start[i]);
    (void)err_set(err, "%s: first bytes%s are of no known kind", path, bytes);
}

/* Opens the input and tells its kind, unless *kind is known. */
static bool file_open(struct input *in, const char *path, const struct source_kind **kind,
                      struct err *err)
{
    if (!input_open(in, path, err))
        return false;
    size_t len;
    const uint8_t *start = input_peek(in, START_BYTES, &len);
    if (len == 0)
        (void)err_set(err, "%s: %s", path, in->trouble ? in->trouble : "is empty");
    else if (*kind == NULL && (*kind = source_kind_of(start, len)) == NULL)
        foreign_err(start, len, path, err);
    if (len == 0 || *kind == NULL) {
        input_close(in);
        return false;
    }
    return true;
}

struct source *source_open(const char *path, const char *kind_or_null, struct err *err)
{
    struct input in;
    const struct source_kind *kind = NULL;
    if (kind_or_null != NULL && (kind = source_kind_named(kind_or_null, err)) == NULL)
        return NULL;
    if (!file_open(&in, path, &kind, err))
        return NULL;
    /* The source takes a copy of `in`: nothing of it points here. */
    /* cppcheck-suppress returnDanglingLifetime */
    return kind->open(kind, &in, path, err);
}

struct source *source_open_item(const struct source_item *item, const char *kind_or_null,
                                struct err *err)
{
    size_t most = item->window ? SOURCE_WINDOW_PARTS : SOURCE_PARTS;
    muster_assert(item->len > 0 && item->len <= most);
    struct source *source = source_open(item->path[0], kind_or_null, err);
    if (source == NULL || (item->len == 1 && item->window == NULL))
        return source;
    mem_free(source->path);
    source->path = mem_strdup(item->name);
    source->part = item->path;
    source->parts = (unsigned)item->len;
    for (size_t i = 1; i < item->len; i++) {
        struct input in;
        const struct source_kind *kind = source->kind;
        if (kind->add == NULL || !file_open(&in, item->path[i], &kind, err)) {
            source_close(source);
            return NULL;
        }
        kind->add(source, &in, item->path[i]);
    }
    if (item->window && !log_window(source, item->window, err)) {
        source_close(source);
        return NULL;
    }
    return source;
}

bool source_next(struct source *source, struct block *block)
{
    /* A pipe's block may end before its first packet, when other things filled it. */
    do {
        if (!source->kind->next(source, block))
            return false;
    } while (block->packets + block->records == 0);
    return true;
}

void source_close(struct source *source)
{
    if (source != NULL)
        source->kind->close(source);
}

void block_free_bytes(struct block *block)
{
    mem_unmap(block->bytes, block->room);
    arena_free(&block->arena);
    block->bytes = NULL;
    block->room = 0;
}

void *source_new(size_t bytes, const struct source_kind *kind, const char *path)
{
    muster_assert(bytes >= sizeof(struct source));
    struct source *source = mem_new(1, bytes);
    source->kind = kind;
    source->path = mem_strdup(path);
    return source;
}

XXH3_state_t *source_identity_new(void)
{
    XXH3_state_t *state = XXH3_createState();
    muster_assert(state != NULL);
    (void)XXH3_128bits_reset(state);
    return state;
}

bool source_first(struct source *source, struct instant *ret)
{
    if (source == NULL)
        return false;
    struct block *block = mem_new(1, sizeof *block);
    bool found = source_next(source, block);
    if (found)
        *ret = block->packets ? block->packet[0].time : block->record[0].time;
    block_free_bytes(block);
    mem_free(block);
    source_close(source);
    return found;
}

void source_damaged(struct source *source, enum skip reason, uint64_t byte, const char *format, ...)
{
    source->skips.count[reason]++;
    if (source->damage[0] != '\0')
        return;
    enum { NAME_SHOWN = 80 };
    const char *slash = source->part_name ? strrchr(source->part_name, '/') : NULL;
    const char *name = slash ? slash + 1 : source->part_name ? source->part_name : "";
    int used = snprintf(source->damage, sizeof source->damage, "%.*s%sbyte %llu: ", NAME_SHOWN,
                        name, name[0] ? ", " : "", (unsigned long long)byte);
    muster_assert(used > 0 && (size_t)used < sizeof source->damage);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(source->damage + used, sizeof source->damage - (size_t)used, format, args);
    va_end(args);
}
