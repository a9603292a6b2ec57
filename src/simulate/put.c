#include "simulate/put.h"

#include "base/file.h"

#include <limits.h>
#include <stdio.h>

bool put_file(const char *folder, const char *name, struct buf *bytes, struct err *err)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    bool done = len > 0 && (size_t)len < sizeof path;
    if (!done)
        (void)err_set(err, "the path %s/%s is too long", folder, name);
    done = done && file_write(path, bytes->at, bytes->len, 0644, err);
    buf_free(bytes);
    return done;
}

bool put_trails(const char *folder, const char *family, const char *trails, struct err *err)
{
    char name[PATH_MAX];
    struct buf out = {0};
    buf_format(&out,
               "# Made up by muster simulate: there is no such malware, and whoever holds\n"
               "# these addresses has nothing to do with it.\n\n%s",
               trails);
    (void)snprintf(name, sizeof name, "indicators/%s.txt", family);
    return put_file(folder, name, &out, err);
}
