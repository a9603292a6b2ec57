/*
 * muster feeds: which indicator sets there are, what is in them, how old they are and what in them
 * could not be used.
 *
 *     feeds list [PATH...]   the paths given, those of --intel, and those the store remembers
 *     feeds add PATH|URL...  remembers a file or folder, or fetches a URL into the store: later
 *                            reads use it when no --intel is given
 *     feeds update [SET...]  asks the servers of fetched sets again (feeds/remote.c)
 *
 * Only `add URL` and `update` use a network; a path is remembered, not copied.
 */
#include "feeds/feeds.h"
#include "base/buf.h"
#include "cmd/cmd.h"
#include "cmd/feeds_update.h"
#include "feeds/remote.h"
#include "record/indicators.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *text, int status)
{
    cmd_say("feeds", "%s", text);
    return status;
}

enum { COUNT_TEXT = 48 };

/* "1,165,706" */
static const char *count_format(uint64_t count, char grouped[COUNT_TEXT])
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, count);
    size_t at = 0;
    for (int i = 0; i < len; i++) {
        if (i && (len - i) % 3 == 0)
            grouped[at++] = ',';
        grouped[at++] = digits[i];
    }
    grouped[at] = '\0';
    return grouped;
}

static void count_plain(struct buf *out, uint64_t count)
{
    char grouped[COUNT_TEXT];
    buf_string(out, count_format(count, grouped));
}

/* "  1,165,706 names" in one column. */
static void count_line(struct buf *out, uint64_t count, const char *of)
{
    char grouped[COUNT_TEXT];
    buf_format(out, "    %12s  %s", count_format(count, grouped), of);
}

static void set_show(struct buf *out, const struct indicator_set_info *info, const char *file,
                     struct arena *arena)
{
    struct feed_remote remote;
    char newest[DAY_TEXT];
    (void)day_format(info->newest, newest);
    buf_printable(out, info->name);
    buf_format(out, "  digest %s, newest listing %s, %" PRIu64 " file%s\n", info->digest,
               newest[0] ? newest : "undated", info->files, info->files == 1 ? "" : "s");
    buf_string(out, "    from ");
    buf_printable(out, info->origin);
    if (feed_remote_of(arena_text(arena, info->origin).at, arena, &remote)) {
        buf_format(out, "\n    fetched %.10s from ", remote.fetched);
        buf_printable(out, text_of(remote.url));
    }
    buf_string(out, "\n    compiled ");
    buf_printable(out, text_of(file));
    buf_char(out, '\n');
    for (unsigned i = 0; i < INDICATOR_KINDS; i++) {
        if (info->by_kind[i] == 0)
            continue;
        count_line(out, info->by_kind[i], indicator_kind_text[i]);
        buf_char(out, '\n');
    }
    count_line(out, info->lines, "lines and objects read:");
    buf_string(out, " ");
    count_plain(out, info->lines_used);
    buf_string(out, " used, ");
    count_plain(out, info->lines_refused);
    buf_string(out, " not used, ");
    count_plain(out, info->lines_remark);
    buf_string(out, " remarks\n");
    if (info->listings > info->indicators) {
        count_line(out, info->listings - info->indicators, "listings repeat others of these\n");
    }
    if (info->rejected)
        buf_string(out, "    not used:\n");
    for (unsigned i = 0; i < INDICATOR_REJECTS; i++) {
        if (info->reject[i] == 0)
            continue;
        count_line(out, info->reject[i], indicator_reject_text[i]);
        buf_string(out, "; the first: ");
        buf_printable(out, info->reject_example[i]);
        buf_char(out, '\n');
    }
}

static void counts_json(struct buf *out, const char *key, const uint64_t *count,
                        const char *const *name, unsigned len)
{
    const char *between = "";
    buf_format(out, ",\"%s\":{", key);
    for (unsigned i = 0; i < len; i++) {
        if (count[i] == 0)
            continue;
        buf_string(out, between);
        buf_json(out, text_of(name[i]));
        buf_format(out, ":%" PRIu64, count[i]);
        between = ",";
    }
    buf_char(out, '}');
}

static void set_json(struct buf *out, const struct indicator_set_info *info, const char *file,
                     struct arena *arena)
{
    struct feed_remote remote;
    char newest[DAY_TEXT];
    buf_string(out, "{\"set\":");
    buf_json(out, info->name);
    buf_format(out, ",\"digest\":\"%s\",\"indicators\":%" PRIu64 ",\"newest\":", info->digest,
               info->indicators);
    if (day_format(info->newest, newest)[0])
        buf_json(out, text_of(newest));
    else
        buf_string(out, "null");
    buf_format(out,
               ",\"files\":%" PRIu64 ",\"lines\":%" PRIu64 ",\"used\":%" PRIu64
               ",\"refused\":%" PRIu64 ",\"remarks\":%" PRIu64 ",\"listings\":%" PRIu64,
               info->files, info->lines, info->lines_used, info->lines_refused, info->lines_remark,
               info->listings);
    counts_json(out, "kinds", info->by_kind, indicator_kind_text, INDICATOR_KINDS);
    counts_json(out, "rejected", info->reject, indicator_reject_text, INDICATOR_REJECTS);
    buf_string(out, ",\"origin\":");
    buf_json(out, info->origin);
    buf_string(out, ",\"url\":");
    if (feed_remote_of(arena_text(arena, info->origin).at, arena, &remote)) {
        buf_json(out, text_of(remote.url));
        buf_string(out, ",\"fetched\":");
        buf_json(out, text_of(remote.fetched));
    } else {
        buf_string(out, "null,\"fetched\":null");
    }
    buf_string(out, ",\"compiled\":");
    buf_json(out, text_of(file));
    buf_string(out, "}\n");
}

/* Compiles (unless it is) and shows one set. */
static int path_show(const struct options *options, const char *path)
{
    struct arena arena = {0};
    struct buf out = {0};
    struct err err;
    bool compiled = false;
    int status = EXIT_UNUSED_INPUT;
    struct indicators *all = indicators_new();
    struct text file = feeds_compiled(path, options->cache, &arena, &compiled, &err);
    if (file.at && indicators_open(all, file.at, &err)) {
        struct indicator_set_info info;
        indicators_info(all, 0, &info);
        (options->json ? set_json : set_show)(&out, &info, file.at, &arena);
        (void)fwrite(out.at, 1, out.len, stdout);
        status = EXIT_DONE;
    } else {
        (void)complain(err.text, status);
    }
    indicators_free(all);
    buf_free(&out);
    arena_free(&arena);
    return status;
}

static int feeds_list(const struct options *options)
{
    struct arena arena = {0};
    struct feed_paths known;
    struct err err;
    int status = EXIT_DONE;
    unsigned shown = options->intel.len + (options->words_len > 1);
    for (unsigned i = 1; i < options->words_len; i++)
        status |= path_show(options, options->words[i]);
    for (unsigned i = 0; i < options->intel.len; i++)
        status |= path_show(options, options->intel.at[i]);
    if (!feeds_known(options->store, &arena, &known, &err))
        status = complain(err.text, EXIT_WORLD);
    for (unsigned i = 0; i < known.len; i++)
        status |= path_show(options, known.at[i]);
    if (shown + known.len == 0 && !options->json)
        (void)printf("No indicator sets. `muster feeds add FILE|FOLDER|URL` makes later reads use "
                     "one.\n");
    arena_free(&arena);
    return status;
}

static int feeds_add(const struct options *options)
{
    struct err err;
    int status = EXIT_DONE;
    struct arena arena = {0};
    for (unsigned i = 1; i < options->words_len; i++) {
        const char *path = options->words[i];
        bool url = feed_remote_is(path);
        int shown = url ? feeds_add_url(options, path, &arena, &path) : EXIT_DONE;
        if (shown == EXIT_DONE)
            shown = path_show(options, path);
        if (shown == EXIT_DONE && !url && !feeds_remember(options->store, path, &err))
            shown = complain(err.text, EXIT_WORLD);
        if (shown > status)
            status = shown;
    }
    arena_free(&arena);
    if (options->words_len < 2)
        return complain("add needs a file, folder or URL of indicators", EXIT_USAGE);
    return status;
}

static int feeds_run(const struct options *options)
{
    if (options->words_len == 0 || strcmp(options->words[0], "list") == 0)
        return feeds_list(options);
    if (strcmp(options->words[0], "add") == 0)
        return feeds_add(options);
    if (strcmp(options->words[0], "update") == 0)
        return feeds_update(options);
    return complain("the first word is list, add or update", EXIT_USAGE);
}

const struct command command_feeds = {
    .name = "feeds",
    .usage = "feeds list [PATH...] | add PATH|URL... | update [SET...]",
    .about = "indicator sets: what is in them, how old they are, what could not be used",
    .run = feeds_run,
};
