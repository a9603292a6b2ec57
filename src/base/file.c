#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_map(struct file_map *map, const char *path, struct err *err)
{
    *map = (struct file_map){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot open %s", path);
    struct stat st;
    bool done = false;
    if (fstat(fd, &st) != 0) {
        (void)err_errno(err, "cannot look at %s", path);
    } else if (!S_ISREG(st.st_mode)) {
        (void)err_set(err, "%s is not a regular file", path);
    } else if (st.st_size == 0) {
        done = true;
    } else {
        void *at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) {
            (void)err_errno(err, "cannot map %s", path);
        } else {
            (void)madvise(at, (size_t)st.st_size, MADV_SEQUENTIAL);
            map->at = at;
            map->len = (size_t)st.st_size;
            done = true;
        }
    }
    (void)close(fd);
    return done;
}

void file_unmap(struct file_map *map)
{
    if (map->at != NULL)
        (void)munmap((void *)(uintptr_t)map->at, map->len);
    *map = (struct file_map){0};
}

static bool write_all(int fd, const char *at, size_t len)
{
    while (len) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

bool file_write(const char *path, const void *bytes, size_t len, unsigned mode, struct err *err)
{
    char temp[PATH_MAX];
    int used = snprintf(temp, sizeof temp, "%s.%ld.tmp", path, (long)getpid());
    if (used < 0 || (size_t)used >= sizeof temp)
        return err_set(err, "the path %s is too long", path);
    int fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return err_errno(err, "cannot write %s", temp);
    bool done = write_all(fd, bytes, len);
    if (!done)
        (void)err_errno(err, "cannot write %s", temp);
    (void)close(fd);
    if (!done || !file_publish(temp, path, err)) {
        (void)unlink(temp);
        return false;
    }
    return true;
}

static bool sync_path(const char *path, int flags, struct err *err)
{
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, "cannot open %s", path);
    bool done = fsync(fd) == 0;
    if (!done)
        (void)err_errno(err, "cannot flush %s to the disk", path);
    (void)close(fd);
    return done;
}

bool file_publish(const char *temp, const char *path, struct err *err)
{
    if (!sync_path(temp, O_RDONLY, err))
        return false;
    if (rename(temp, path) != 0)
        return err_errno(err, "cannot rename %s to %s", temp, path);
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return sync_path(".", O_RDONLY | O_DIRECTORY, err);
    size_t len = slash == path ? 1 : (size_t)(slash - path);
    if (len >= sizeof folder)
        return err_set(err, "the path %s is too long", path);
    memcpy(folder, path, len);
    folder[len] = '\0';
    return sync_path(folder, O_RDONLY | O_DIRECTORY, err);
}

bool file_make_folder(const char *path, unsigned mode, struct err *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return err_set(err, "the folder name '%s' cannot be used", path);
    memcpy(part, path, len + 1);
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0')
            continue;
        char kept = *p;
        *p = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST)
            return err_errno(err, "cannot make the folder %s", part);
        *p = kept;
        if (kept == '\0')
            break;
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, "%s is not a folder", path);
    return true;
}

bool file_exists(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

bool file_append(const char *folder, const char *name, const void *bytes, size_t len, unsigned mode,
                 struct err *err)
{
    char path[PATH_MAX];
    int used = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (used < 0 || (size_t)used >= sizeof path)
        return err_set(err, "the path is too long: %.200s", folder);
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, (mode_t)mode);
    if (fd < 0)
        return err_errno(err, "cannot write %s", path);
    bool done = (write(fd, bytes, len) == (ssize_t)len && fsync(fd) == 0) ||
                err_errno(err, "cannot write %s", path);
    (void)close(fd);
    return done;
}
