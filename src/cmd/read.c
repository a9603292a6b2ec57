/*
 * muster read: captures in; controlled hosts, their controllers and the evidence out; rows into the
 * store; and what was watched, what was skipped and why.
 */
#include "base/buf.h"
#include "base/mem.h"
#include "cmd/parts.h"
#include "cmd/read_summary.h"
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
    struct parts parts;
    struct way *way;
    struct progress progress;
    struct read_summary summary;
    const struct sighting **shown; /* SHOWN_MAX at most */
    size_t shown_len, shown_room;
};

static void open_way(struct run *run)
{
    const struct options *o = run->options;
    const struct parts *parts = &run->parts;
    struct way_setup setup = {
        .conf = &parts->conf,
        .indicators = indicators_sets(parts->indicators) ? parts->indicators : NULL,
        .enrich = parts->enrich,
        .home = &parts->home,
        .review = parts->review,
        .server = {parts->server[0], parts->server[1]},
        .sensor = o->sensor,
        .spill = strcmp(o->store, "none") == 0 ? NULL : o->store,
        .procedure_id = parts->procedure,
        .detectors = parts->detectors,
        .sets = parts->sets,
        .workers = o->workers,
        .memory_bytes = o->memory_bytes,
        .seed = o->table_seed,
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
        struct sighting *copy = arena_new(&run->parts.arena, sizeof *copy);
        sighting_copy(&run->parts.arena, copy, &findings->sighting[i]);
        run->shown[run->shown_len++] = copy;
    }
}

static void read_one(struct run *run, const struct source_item *item)
{
    const struct options *o = run->options;
    struct findings findings;
    struct way_notes notes;
    struct err err;
    if (!way_read(run->way, item, o->as, &findings, &notes, &err)) {
        parts_complain(&run->parts, EXIT_UNUSED_INPUT, err.text);
        run->summary.unused++;
        return;
    }
    bool unread_link = notes.counts.skips.count[SKIP_link_type] > 0;
    read_summary_add(&run->summary, item->name, &findings, &notes);
    if (o->json)
        show_json(&findings);
    else
        keep_shown(run, &findings);
    if (strcmp(o->store, "none") != 0) {
        enum store_written written =
            store_write(o->store, &findings, o->again, o->memory_bytes / 4, &err);
        if (written == STORE_FAILED)
            parts_complain(&run->parts, EXIT_WORLD, err.text);
        store_forget(o->store, run->parts.conf.store[STORE_BYSTANDER_DAYS]);
        run->summary.known += written == STORE_KNOWN;
    }
    if (unread_link && run->parts.status < EXIT_UNUSED_INPUT)
        run->parts.status = EXIT_UNUSED_INPUT;
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
        read_summary_print(&run->summary, &buf, o, run->parts.indicators);
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
    if (!parts_open(&run->parts, options, "read", &run->progress))
        goto out;
    run->summary.geo = run->parts.databases;
    if (!source_list_make(&list, options->words, options->words_len, &err)) {
        parts_complain(&run->parts, EXIT_UNUSED_INPUT, err.text);
        goto out;
    }
    open_way(run);
    for (size_t i = 0; i < list.len; i++)
        read_one(run, &list.item[i]);
    show(run);
out:
    way_free(run->way);
    read_summary_free(&run->summary);
    source_list_free(&list);
    parts_close(&run->parts);
    mem_free(run->shown);
    int status = run->parts.status;
    mem_free(run);
    return status;
}

const struct command command_read = {
    .name = "read",
    .usage = "read PATH...",
    .about = "find controlled hosts in captures and folders, or - for standard input",
    .run = read_run,
};
