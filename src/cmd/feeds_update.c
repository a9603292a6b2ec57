#include "cmd/feeds_update.h"

#include "base/buf.h"
#include "conf.h"
#include "feeds/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The limits of fetching: default, /etc/muster.conf, --config, --set, as `read` takes its own. */
static bool limits_read(const struct options *options, struct conf *conf)
{
    struct err err;
    bool done = true;
    conf_default(conf);
    if (access("/etc/muster.conf", R_OK) == 0)
        done = conf_file(conf, "/etc/muster.conf", &err);
    if (done && options->config)
        done = conf_file(conf, options->config, &err);
    for (unsigned i = 0; done && i < options->set.len; i++)
        done = conf_set(conf, options->set.at[i], &err);
    if (!done)
        cmd_say("feeds", "%s", err.text);
    return done;
}

int feeds_add_url(const struct options *options, const char *url, struct arena *arena,
                  const char **ret_path)
{
    struct conf conf;
    struct feed_remote remote;
    struct err err;
    if (!limits_read(options, &conf))
        return EXIT_USAGE;
    if (!feed_remote_add(options->store, url, conf.feeds, arena, &remote, &err)) {
        cmd_say("feeds", "%s", err.text);
        return EXIT_WORLD;
    }
    *ret_path = remote.path;
    return EXIT_DONE;
}

static bool asked_for(const struct options *options, const struct feed_remote *remote)
{
    bool asked = options->words_len < 2;
    for (unsigned i = 1; i < options->words_len; i++)
        asked = asked || strcmp(options->words[i], remote->url) == 0 ||
                strcmp(options->words[i], remote->name) == 0;
    return asked;
}

static const char *const change_text[] = {
    [FEED_CHANGED] = "changed", [FEED_UNCHANGED] = "unchanged", [FEED_KEPT] = "kept"};

struct line {
    const char *name, *why;
    uint64_t before, now;
    enum feed_change change;
};

static void line_json(struct buf *out, const struct line *line, const struct feed_remote *remote)
{
    buf_string(out, "{\"set\":");
    buf_json(out, text_of(line->name));
    buf_string(out, ",\"url\":");
    buf_json(out, text_of(remote->url));
    buf_format(out, ",\"change\":\"%s\",\"before\":%" PRIu64 ",\"now\":%" PRIu64 ",\"digest\":",
               change_text[line->change], line->before, line->now);
    buf_json(out, text_of(remote->digest));
    buf_string(out, ",\"fetched\":");
    buf_json(out, text_of(remote->fetched));
    buf_string(out, ",\"why\":");
    if (line->why[0])
        buf_json(out, text_of(line->why));
    else
        buf_string(out, "null");
    buf_string(out, "}\n");
}

static void table_print(struct buf *out, const struct line *line, unsigned len)
{
    int width = 3;
    for (unsigned i = 0; i < len; i++)
        width = (int)strlen(line[i].name) > width ? (int)strlen(line[i].name) : width;
    buf_format(out, "%-*s  %10s  %10s  %s\n", width, "SET", "BEFORE", "NOW", "WHAT");
    for (unsigned i = 0; i < len; i++) {
        struct buf name = {0};
        buf_printable(&name, text_of(line[i].name));
        buf_format(out, "%-*s  %10" PRIu64 "  %10" PRIu64 "  %s%s", width, name.at ? name.at : "",
                   line[i].before, line[i].now, change_text[line[i].change],
                   line[i].why[0] ? ": " : "");
        buf_printable(out, text_of(line[i].why));
        buf_char(out, '\n');
        buf_free(&name);
    }
}

int feeds_update(const struct options *options)
{
    struct arena arena = {0};
    struct conf conf;
    struct feed_remote *remote = arena_new(&arena, FEED_REMOTES * sizeof *remote);
    struct line *line = arena_new(&arena, FEED_REMOTES * sizeof *line);
    struct buf out = {0};
    unsigned len = 0, known = feed_remotes_open(options->store, &arena, remote);
    int status = EXIT_DONE;
    if (!limits_read(options, &conf)) {
        arena_free(&arena);
        return EXIT_USAGE;
    }
    for (unsigned i = 0; i < known; i++) {
        struct err err = {""};
        if (!asked_for(options, &remote[i]))
            continue;
        struct line *l = &line[len++];
        *l = (struct line){.name = remote[i].name, .why = "", .before = remote[i].listings};
        l->change = feed_remote_update(&remote[i], conf.feeds, options->force, &arena, &err);
        l->now = remote[i].listings;
        if (l->change == FEED_KEPT) {
            l->why = arena_text(&arena, text_of(err.text)).at;
            status = EXIT_WORLD;
        }
        if (options->json)
            line_json(&out, l, &remote[i]);
    }
    if (len == 0 && known == 0)
        cmd_say("feeds",
                "no set of this store came from a URL; `muster feeds add URL` fetches one");
    else if (len == 0)
        cmd_say("feeds", "no set of that name or URL; `muster feeds list` shows them");
    if (len == 0 && known != 0)
        status = EXIT_USAGE;
    if (len && !options->json)
        table_print(&out, line, len);
    (void)fwrite(out.at, 1, out.len, stdout);
    buf_free(&out);
    arena_free(&arena);
    return status;
}
