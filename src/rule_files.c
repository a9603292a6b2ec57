#include "rule_files.h"

#include "base/arena.h"
#include "base/mem.h"

#include <dirent.h>
#include <stdlib.h>

enum { FILES_MAX = 8192 };

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void rule_files_each(const char *path,
                     void (*file)(void *rules, const char *path, struct rule_complaint complaint),
                     void *rules, struct rule_complaint complaint)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        file(rules, path, complaint);
        return;
    }
    struct arena arena = {0};
    const char **name = mem_new(FILES_MAX, sizeof *name);
    size_t len = 0;
    for (struct dirent *d; len < FILES_MAX && (d = readdir(dir)) != NULL;) {
        struct text t = text_of(d->d_name);
        if (d->d_name[0] != '.' && (text_ends(t, ".yar") || text_ends(t, ".yara")))
            name[len++] = arena_format(&arena, "%s/%s", path, d->d_name).at;
    }
    (void)closedir(dir);
    if (len)
        qsort(name, len, sizeof *name, by_name);
    for (size_t i = 0; i < len; i++)
        file(rules, name[i], complaint);
    if (len == 0)
        complaint.tell(complaint.context,
                       arena_format(&arena, "%s: no file *.yar in this folder", path).at);
    mem_free(name);
    arena_free(&arena);
}
