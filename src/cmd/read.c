/*
 * muster read: captures in; controlled hosts, their controllers and the evidence out; rows into the
 * store; and what was watched, what was skipped and why.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "cmd/cmd.h"
#include "cmd/read_summary.h"
#include "feeds/feeds.h"
#include "output/output.h"
#include "store/store.h"
#include "way.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SHOWN_MAX = 200000 }; /* sightings kept for the table of a run */

/* Everything a run opens, so that one place closes it. */
struct run {
    const struct options *options;
    struct arena arena;
    struct conf conf;
    struct home home;
    struct indicators *indicators;
    struct enrich *enrich;
    struct way *way;
    struct progress progress;
    struct read_summary summary;
    const struct sighting **shown; /* SHOWN_MAX at most */
    size_t shown_len, shown_room;
    char procedure[17];
    int status;
};

static void complain(struct run *run, int status, const char *text)
{
    progress_clear(&run->progress);
    (void)fprintf(stderr, "muster read: %s\n", text);
    if (status > run->status)
        run->status = status;
}

static bool configure(struct run *run)
{
    const struct options *o = run->options;
    struct err err;
    conf_default(&run->conf);
    home_default(&run->home);
    bool done = o->home == NULL || home_parse(&run->home, o->home, &err);
    struct day known_by = {DAY_NONE};
    if (done && o->known_by && !day_parse(text_of(o->known_by), &known_by))
        done = err_set(&err, "--known-by: '%s' is not a date such as 2020-06-03", o->known_by);
    if (done && access("/etc/muster.conf", R_OK) == 0)
        done = conf_file(&run->conf, "/etc/muster.conf", &err);
    if (done && o->config)
        done = conf_file(&run->conf, o->config, &err);
    for (unsigned i = 0; done && i < o->set.len; i++)
        done = conf_set(&run->conf, o->set.at[i], &err);
    if (known_by.number != DAY_NONE)
        conf_known_by(&run->conf, known_by);
    if (!done)
        complain(run, EXIT_USAGE, err.text);
    return done;
}

static bool open_set(struct run *run, const char *path)
{
    struct err err;
    bool compiled = false;
    struct text file = feeds_compiled(path, run->options->cache, &run->arena, &compiled, &err);
    if (file.at && indicators_open(run->indicators, file.at, &err))
        return true;
    complain(run, EXIT_UNUSED_INPUT, err.text);
    return false;
}

static bool open_indicators(struct run *run)
{
    const struct options *o = run->options;
    struct feed_paths known = {.len = 0};
    struct err err;
    run->indicators = indicators_new();
    bool all = true;
    for (unsigned i = 0; i < o->intel.len; i++)
        all &= open_set(run, o->intel.at[i]);
    if (o->intel.len == 0 && !feeds_known(o->store, &run->arena, &known, &err))
        complain(run, EXIT_WORLD, err.text);
    for (unsigned i = 0; i < known.len; i++)
        (void)open_set(run, known.at[i]);
    /* Indicators that were asked for and cannot be used would make every answer wrong. */
    if (!all)
        run->status = EXIT_USAGE;
    return all;
}

static bool open_geo(struct run *run)
{
    const struct options *o = run->options;
    struct err err;
    run->enrich = enrich_new(o->cache);
    for (unsigned i = 0; i < o->geo.len; i++)
        if (!enrich_add(run->enrich, o->geo.at[i], &err)) {
            complain(run, EXIT_USAGE, err.text);
            return false;
        }
    if (o->geo.len == 0)
        run->summary.geo = enrich_add_installed(run->enrich, &err);
    else
        run->summary.geo = o->geo.len;
    return true;
}

static const char *detectors_text(struct run *run)
{
    struct buf buf = {0};
    for (unsigned i = 0; i < detectors_len; i++)
        buf_format(&buf, "%s%s/%u", i ? " " : "", detectors[i]->name, detectors[i]->version);
    struct text text = arena_text(&run->arena, text_at(buf.at, buf.len));
    buf_free(&buf);
    return text.at;
}

static const char *sets_text(struct run *run)
{
    struct buf buf = {0};
    buf_string(&buf, "");
    for (unsigned i = 0; i < indicators_sets(run->indicators); i++) {
        struct indicator_set_info info;
        indicators_info(run->indicators, i, &info);
        buf_format(&buf, "%s%.*s@%s", i ? " " : "", (int)info.name.len, info.name.at, info.digest);
    }
    struct text text = arena_text(&run->arena, text_at(buf.at, buf.len));
    buf_free(&buf);
    return text.at;
}

static void open_way(struct run *run)
{
    const struct options *o = run->options;
    const char *sets = sets_text(run);
    struct text also = arena_format(&run->arena, "%s|%s", sets, o->home ? o->home : "");
    conf_digest(&run->conf, also.at, run->procedure);
    struct way_setup setup = {
        .conf = &run->conf,
        .indicators = indicators_sets(run->indicators) ? run->indicators : NULL,
        .enrich = run->enrich,
        .home = &run->home,
        .sensor = o->sensor,
        .procedure_id = run->procedure,
        .detectors = detectors_text(run),
        .sets = sets,
        .workers = o->workers,
        .memory_bytes = o->memory_bytes,
        .progress = &run->progress,
    };
    run->way = way_new(&setup);
}

static void show_json(const struct findings *findings)
{
    struct buf buf = {0};
    for (size_t i = 0; i < findings->sightings; i++) {
        output_json(&buf, &findings->sighting[i]);
        if (buf.len > 65536) {
            (void)fwrite(buf.at, 1, buf.len, stdout);
            buf.len = 0;
        }
    }
    if (buf.len)
        (void)fwrite(buf.at, 1, buf.len, stdout);
    (void)fflush(stdout);
    buf_free(&buf);
}

static void keep_shown(struct run *run, const struct findings *findings)
{
    for (size_t i = 0; i < findings->sightings && run->shown_len < SHOWN_MAX; i++) {
        if (run->shown_len == run->shown_room) {
            run->shown_room = run->shown_room ? run->shown_room * 2 : 256;
            run->shown = mem_resize(run->shown, run->shown_room, sizeof(struct sighting *));
        }
        struct sighting *copy = arena_new(&run->arena, sizeof *copy);
        sighting_copy(&run->arena, copy, &findings->sighting[i]);
        run->shown[run->shown_len++] = copy;
    }
}

static void read_one(struct run *run, const char *path)
{
    const struct options *o = run->options;
    struct findings findings;
    struct way_notes notes;
    struct err err;
    if (!way_read(run->way, path, o->as, &findings, &notes, &err)) {
        complain(run, EXIT_UNUSED_INPUT, err.text);
        run->summary.unused++;
        return;
    }
    bool unread_link = notes.counts.skips.count[SKIP_link_type] > 0;
    read_summary_add(&run->summary, path, &findings, &notes);
    if (o->json)
        show_json(&findings);
    else
        keep_shown(run, &findings);
    if (strcmp(o->store, "none") != 0) {
        enum store_written written =
            store_write(o->store, &findings, o->again, o->memory_bytes / 4, &err);
        if (written == STORE_FAILED)
            complain(run, EXIT_WORLD, err.text);
        run->summary.known += written == STORE_KNOWN;
    }
    if (unread_link && run->status < EXIT_UNUSED_INPUT)
        run->status = EXIT_UNUSED_INPUT;
}

static void show(struct run *run)
{
    const struct options *o = run->options;
    struct buf buf = {0};
    progress_clear(&run->progress);
    if (run->summary.sources == 0) /* why was said above; "nothing found" would be a lie */
        return;
    bool terminal = isatty(STDOUT_FILENO) == 1;
    struct winsize size = {0};
    unsigned columns = 100;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
        columns = size.ws_col;
    if (!o->json) {
        output_table(&buf, run->shown, run->shown_len, terminal, columns);
        (void)fwrite(buf.at, 1, buf.len, stdout);
        buf.len = 0;
    }
    if (!o->quiet) {
        read_summary_print(&run->summary, &buf, o, run->indicators);
        (void)fwrite(buf.at, 1, buf.len, o->json ? stderr : stdout);
    }
    buf_free(&buf);
}

static int read_run(const struct options *options)
{
    if (options->words_len == 0) {
        (void)fprintf(stderr, "muster read: what shall be read? Give captures, folders, or -\n"
                              "Try: muster read --help\n");
        return EXIT_USAGE;
    }
    struct run *run = mem_new(1, sizeof *run);
    struct source_list list = {0};
    struct err err;
    run->options = options;
    progress_start(&run->progress, options->quiet);
    if (!configure(run) || !open_indicators(run) || !open_geo(run))
        goto out;
    if (!source_list_make(&list, options->words, options->words_len, &err)) {
        complain(run, EXIT_UNUSED_INPUT, err.text);
        goto out;
    }
    open_way(run);
    for (size_t i = 0; i < list.len; i++)
        read_one(run, list.path[i]);
    show(run);
out:
    way_free(run->way);
    source_list_free(&list);
    enrich_free(run->enrich);
    indicators_free(run->indicators);
    arena_free(&run->arena);
    mem_free(run->shown);
    int status = run->status;
    mem_free(run);
    return status;
}

const struct command command_read = {
    .name = "read",
    .usage = "read PATH...",
    .about = "find controlled hosts in captures and folders, or - for standard input",
    .run = read_run,
};
