/*
 * A fetched set is only as good as what the server sends today: error pages come with status 200,
 * transfers end early, publishers empty their lists by mistake. So what comes is unpacked and read
 * in memory first, and takes the place of the old file only when it is a feed of the same format
 * with at least half as many listings. The file appears whole (temp, rename); `source` is written
 * after it, so that a crash between the two costs no more than fetching once more.
 */
#include "feeds/remote.h"

#include "base/clock.h"
#include "base/file.h"
#include "feeds/container.h"
#include "feeds/feeds.h"
#include "feeds/fetch.h"

#include <dirent.h>
#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 80 };

bool feed_remote_is(const char *word)
{
    return strncmp(word, "http://", 7) == 0 || strncmp(word, "https://", 8) == 0;
}

/* ---- the record ----------------------------------------------------------------------------- */

static const struct {
    const char *key;
    size_t at;
} fields[] = {
    {"url", offsetof(struct feed_remote, url)},
    {"fetched", offsetof(struct feed_remote, fetched)},
    {"digest", offsetof(struct feed_remote, digest)},
    {"format", offsetof(struct feed_remote, format)},
    {"etag", offsetof(struct feed_remote, etag)},
    {"modified", offsetof(struct feed_remote, modified)},
    {"name", offsetof(struct feed_remote, name)},
};

static const char **field(struct feed_remote *remote, unsigned index)
{
    return (const char **)(void *)((char *)remote + fields[index].at);
}

static uint64_t number_of(struct text text)
{
    uint64_t number = 0;
    for (uint32_t i = 0; i < text.len && i < 18 && text.at[i] >= '0' && text.at[i] <= '9'; i++)
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    return number;
}

static void record_line(struct feed_remote *remote, struct text line, struct arena *arena)
{
    const char *equals = memchr(line.at, '=', line.len);
    if (equals == NULL)
        return;
    struct text key = feed_trim(text_at(line.at, (size_t)(equals - line.at)));
    struct text value = feed_trim(text_at(equals + 1, (size_t)(line.at + line.len - equals) - 1));
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        if (text_is(key, fields[i].key))
            *field(remote, i) = arena_text(arena, value).at;
    if (text_is(key, "listings"))
        remote->listings = number_of(value);
    if (text_is(key, "bytes"))
        remote->bytes = number_of(value);
}

/* STORE/feeds/x/source. */
static bool record_read(const char *folder, struct arena *arena, struct feed_remote *ret)
{
    const char *path = arena_format(arena, "%s/source", folder).at;
    struct file_map map;
    *ret = (struct feed_remote){.folder = folder};
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        *field(ret, i) = "";
    if (!file_exists(path) || !file_map(&map, path, NULL))
        return false;
    struct feed_lines lines = {.at = NULL, .end = NULL};
    if (map.len && map.len < UINT32_MAX)
        lines = feed_lines_over(NULL, text_at(map.at, map.len));
    while (feed_line_next(&lines))
        record_line(ret, lines.line, arena);
    file_unmap(&map);
    ret->path = arena_format(arena, "%s/%s", folder, ret->name).at;
    return fetch_url_is(ret->url) && ret->name[0] != '\0' && strchr(ret->name, '/') == NULL;
}

static bool record_write(struct feed_remote *remote, struct arena *arena, struct err *err)
{
    struct buf out = {0};
    buf_string(&out, "# Where this set came from; `muster feeds update` fetches it again.\n");
    for (unsigned i = 0; i < sizeof fields / sizeof *fields; i++)
        buf_format(&out, "%s = %s\n", fields[i].key, *field(remote, i));
    buf_format(&out, "listings = %" PRIu64 "\nbytes = %" PRIu64 "\n", remote->listings,
               remote->bytes);
    bool done =
        file_write(arena_format(arena, "%s/source", remote->folder).at, out.at, out.len, 0600, err);
    buf_free(&out);
    return done;
}

/* ---- what came ------------------------------------------------------------------------------ */

struct arrival {
    uint64_t listings;
    const char *format;
};

/* Reads it as a set is read, without keeping anything. */
static bool arrival_read(const char *name, const struct buf *body, struct arrival *ret,
                         struct err *err)
{
    struct feed_sink *sink = feed_sink_new();
    struct buf why = {0};
    feed_container_read(sink, text_of(name), text_at(body->at, body->len));
    feed_sink_file(sink, text_of(name)); /* the last record is counted */
    feed_sink_tell(sink, &why);
    *ret = (struct arrival){sink->total, sink->format ? sink->format : "none"};
    bool done = true;
    if (sink->damaged)
        done = err_set(err, "what came is damaged: %s (%s)", sink->damaged, why.at);
    else if (sink->total == 0)
        done = err_set(err, "what came lists no indicator (%s)", why.len ? why.at : "nothing");
    buf_free(&why);
    feed_sink_free(sink);
    return done;
}

static bool arrival_fits(const struct arrival *arrival, const struct feed_remote *remote,
                         struct err *err)
{
    if (remote->format[0] && strcmp(remote->format, arrival->format) != 0)
        return err_set(err, "what came is of another format (%s, not %s); --force takes it",
                       arrival->format, remote->format);
    if (arrival->listings < remote->listings / 2)
        return err_set(err,
                       "what came lists %" PRIu64 ", under half of the %" PRIu64
                       " that are here; --force takes it",
                       arrival->listings, remote->listings);
    return true;
}

static bool arrival_keep(struct feed_remote *remote, const struct arrival *arrival,
                         const struct fetch_reply *reply, struct arena *arena, struct err *err)
{
    char now[INSTANT_TEXT];
    struct instant moment = clock_now();
    if (!file_write(remote->path, reply->body.at, reply->body.len, 0600, err))
        return false;
    remote->fetched = arena_text(arena, text_of(instant_format(moment, now))).at;
    remote->format = arrival->format;
    remote->listings = arrival->listings;
    remote->bytes = reply->body.len;
    remote->etag = arena_text(arena, text_of(reply->etag)).at;
    remote->modified = arena_text(arena, text_of(reply->modified)).at;
    remote->digest =
        arena_format(arena, "%016" PRIx64, XXH3_64bits(reply->body.at, reply->body.len)).at;
    return record_write(remote, arena, err);
}

enum feed_change feed_remote_update(struct feed_remote *remote, const double *knob, bool force,
                                    struct arena *arena, struct err *err)
{
    bool here = file_exists(remote->path);
    struct fetch_wish wish = {remote->url, here ? remote->etag : NULL,
                              here ? remote->modified : NULL, knob};
    struct fetch_reply reply;
    struct arrival arrival;
    enum feed_change change = FEED_KEPT;
    if (!fetch(&wish, &reply, err))
        goto out;
    if (reply.unchanged) {
        change = here ? FEED_UNCHANGED : FEED_KEPT;
        if (!here)
            (void)err_set(err, "%s says unchanged, but nothing is here", remote->url);
        goto out;
    }
    if (!arrival_read(remote->name, &reply.body, &arrival, err) ||
        (here && !force && !arrival_fits(&arrival, remote, err)))
        goto out;
    const char *digest = remote->digest;
    if (arrival_keep(remote, &arrival, &reply, arena, err))
        change = here && strcmp(digest, remote->digest) == 0 ? FEED_UNCHANGED : FEED_CHANGED;
out:
    buf_free(&reply.body);
    return change;
}

/* ---- the store's sets ----------------------------------------------------------------------- */

/* The last part of the URL's path, or its host, as a file's name. */
static const char *name_of(const char *url, struct arena *arena)
{
    char name[NAME_MAX_BYTES + 1] = "";
    size_t len = 0;
    const char *host = strstr(url, "://") + 3;
    const char *end = host + strcspn(host, "?#"), *slash = end;
    while (slash > host && slash[-1] != '/')
        slash--;
    if (slash == end) { /* ends in '/' */
        slash = host;
        end = host + strcspn(host, "/");
    }
    for (; slash < end && len < NAME_MAX_BYTES; slash++) {
        char c = *slash;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '_' || (c == '.' && len);
        name[len++] = plain ? c : '_';
    }
    if (len == 0 || (len == 6 && memcmp(name, "source", 6) == 0))
        name[len++] = '_';
    return arena_text(arena, text_at(name, len)).at;
}

bool feed_remote_add(const char *store_folder, const char *url, const double *knob,
                     struct arena *arena, struct feed_remote *ret, struct err *err)
{
    char root[PATH_MAX];
    if (!fetch_url_is(url))
        return err_set(err, "%s is no URL that can be fetched", url);
    if (store_folder == NULL || strcmp(store_folder, "none") == 0)
        return err_set(err, "--store none keeps nothing: name a store to add indicators to");
    if (!file_make_folder(store_folder, 0700, err))
        return false;
    if (realpath(store_folder, root) == NULL)
        return err_errno(err, "cannot find %s", store_folder);
    const char *name = name_of(url, arena);
    struct text stem = feed_stem(text_of(name));
    const char *folder = arena_format(arena, "%s/feeds/%.*s-%08" PRIx32, root, (int)stem.len,
                                      stem.at, (uint32_t)indicator_hash(url, strlen(url)))
                             .at;
    if (!file_make_folder(folder, 0700, err))
        return false;
    if (!record_read(folder, arena, ret)) {
        ret->url = url;
        ret->name = name;
        ret->path = arena_format(arena, "%s/%s", folder, name).at;
    }
    if (feed_remote_update(ret, knob, false, arena, err) == FEED_KEPT) {
        (void)rmdir(folder); /* unless something is in it */
        return false;
    }
    return feeds_remember(store_folder, ret->path, err);
}

static int remote_order(const void *left, const void *right)
{
    const struct feed_remote *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->url, b->url);
}

unsigned feed_remotes_open(const char *store_folder, struct arena *arena,
                           struct feed_remote ret[FEED_REMOTES])
{
    unsigned len = 0;
    const char *path = arena_format(arena, "%s/feeds", store_folder).at;
    DIR *dir = opendir(path);
    if (dir == NULL)
        return 0;
    for (struct dirent *entry; len < FEED_REMOTES && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.' &&
            record_read(arena_format(arena, "%s/%s", path, entry->d_name).at, arena, &ret[len]))
            len++;
    (void)closedir(dir);
    qsort(ret, len, sizeof *ret, remote_order);
    return len;
}

bool feed_remote_of(const char *path, struct arena *arena, struct feed_remote *ret)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    struct text folder = arena_text(arena, text_at(path, (size_t)(slash - path)));
    return record_read(folder.at, arena, ret) && strcmp(ret->name, slash + 1) == 0;
}
