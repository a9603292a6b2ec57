#include "spill.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "record/record.h"
#include "record/row.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

struct text spill_where(const struct spill_about *about, struct arena *arena, uint64_t number)
{
    unsigned part = (unsigned)(number >> RECORD_PART_BITS);
    uint64_t in_part = number & ((UINT64_C(1) << RECORD_PART_BITS) - 1);
    struct text source = part < about->parts ? about->part[part] : about->source;
    return arena_format(arena, "%.*s#%s=%llu", (int)source.len, source.at,
                        about->unit ? about->unit : "packet", (unsigned long long)in_part);
}

void spill_tell_where(const struct spill_about *about, struct arena *arena,
                      struct evidence_list *list)
{
    if (about->unit == NULL || list->len == 0)
        return;
    struct evidence *copy = arena_new(arena, list->len * sizeof *copy);
    for (uint32_t i = 0; i < list->len; i++) {
        copy[i] = list->at[i];
        if (copy[i].number)
            copy[i].where = spill_where(about, arena, copy[i].number);
    }
    list->at = copy;
}

/* A file in the store's folder that has no name; NULL when there can be none. */
static FILE *file_nameless(const char *folder)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/temp", folder);
    if (used < 0 || (size_t)used >= sizeof path || !file_make_folder(folder, 0700, NULL) ||
        !file_make_folder(path, 0700, NULL))
        return NULL;
    int fd = open(path, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) { /* a file system that does not know it */
        (void)snprintf(path + used, sizeof path - (size_t)used, "/spill.XXXXXX");
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            (void)unlink(path);
    }
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (file == NULL && fd >= 0)
        (void)close(fd);
    return file;
}

static void count_warnings(struct spill *spill, const struct evidence_list *list)
{
    for (uint32_t i = 0; i < list->len; i++) {
        spill->demoted += (list->at[i].flags & EVIDENCE_DEMOTED) != 0;
        spill->relabelled += (list->at[i].flags & EVIDENCE_RELABELLED) != 0;
        spill->flagged += (list->at[i].flags & EVIDENCE_FLAGGED) != 0;
    }
}

/* The row as the store takes it, a line. */
static void put_row(struct buf *buf, struct arena *arena, const struct spill_about *about,
                    struct contact *row)
{
    row->sensor = about->sensor;
    row->source = about->source;
    spill_tell_where(about, arena, &row->evidence);
    row_contact(buf, row, ROW_FOR_STORE);
    buf_char(buf, '\n');
}

void spill_write(struct spill *spill, const struct spill_about *about, struct contact *row,
                 size_t len, struct skips *skips)
{
    for (size_t i = 0; i < len; i++)
        count_warnings(spill, &row[i].evidence);
    if (about == NULL || about->folder == NULL)
        return;
    if (spill->file == NULL)
        spill->file = file_nameless(about->folder);
    struct arena arena = {0};
    struct buf buf = {0};
    if (len)
        qsort(row, len, sizeof *row, contact_compare);
    for (size_t i = 0; i < len; i++) {
        buf.len = 0;
        put_row(&buf, &arena, about, &row[i]);
        if (spill->file != NULL && fwrite(buf.at, 1, buf.len, spill->file) == buf.len)
            spill->rows++;
        else
            skips->count[SKIP_contact_dropped]++;
    }
    buf_free(&buf);
    arena_free(&arena);
}

void spill_rewind(struct spill *spill)
{
    if (spill->file != NULL && (fflush(spill->file) != 0 || fseek(spill->file, 0, SEEK_SET) != 0))
        spill->rows = 0;
}

void spill_free(struct spill *spill)
{
    if (spill->file != NULL)
        (void)fclose(spill->file);
    *spill = (struct spill){.file = NULL};
}
