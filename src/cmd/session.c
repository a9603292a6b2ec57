#include "cmd/session.h"

#include "base/buf.h"
#include "base/mem.h"
#include "marks.h"
#include "output/output.h"
#include "store/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { SHOWN_MAX = 200000 }; /* sightings kept for the table of a run */

static void way_open(struct session *session)
{
    const struct options *o = session->options;
    const struct parts *parts = &session->parts;
    struct way_setup setup = {
        .conf = &parts->conf,
        .indicators = indicators_sets(parts->indicators) ? parts->indicators : NULL,
        .enrich = parts->enrich,
        .home = &parts->home,
        .review = parts->review,
        .map = parts->map,
        .server = {parts->server[0], parts->server[1]},
        .sensor = o->sensor,
        .spill = strcmp(o->store, "none") == 0 ? NULL : o->store,
        .procedure_id = parts->procedure,
        .detectors = parts->detectors,
        .sets = parts->sets,
        .workers = o->workers,
        .memory_bytes = o->memory_bytes,
        .seed = o->table_seed,
        .progress = &session->progress,
    };
    if (parts->marks)
        marks_compile(parts->marks);
    session->way = way_new(&setup);
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

static void keep_shown(struct session *session, const struct findings *findings)
{
    for (size_t i = 0; i < findings->sightings && session->shown_len < SHOWN_MAX; i++) {
        if (session->shown_len == session->shown_room) {
            session->shown_room = session->shown_room ? session->shown_room * 2 : 256;
            session->shown =
                mem_resize(session->shown, session->shown_room, sizeof(struct sighting *));
        }
        struct sighting *copy = arena_new(&session->arena, sizeof *copy);
        sighting_copy(&session->arena, copy, &findings->sighting[i]);
        session->shown[session->shown_len++] = copy;
    }
}

bool session_take(struct session *session, const char *name, const struct findings *findings,
                  const struct way_notes *notes)
{
    const struct options *o = session->options;
    struct err err;
    bool unread_link = notes->counts.skips.count[SKIP_link_type] > 0;
    read_summary_add(&session->summary, name, findings, notes);
    if (o->json)
        show_json(findings);
    else
        keep_shown(session, findings);
    enum store_written written = STORE_WRITTEN;
    if (strcmp(o->store, "none") != 0) {
        written = store_write(o->store, findings, session->again, o->memory_bytes / 4, &err);
        if (written == STORE_FAILED)
            parts_complain(&session->parts, EXIT_WORLD, err.text);
        store_forget(o->store, session->parts.conf.store[STORE_BYSTANDER_DAYS]);
        session->summary.known += written == STORE_KNOWN;
    }
    if (unread_link && session->parts.status < EXIT_UNUSED_INPUT)
        session->parts.status = EXIT_UNUSED_INPUT;
    return written != STORE_FAILED;
}

void session_forget(struct session *session)
{
    read_summary_free(&session->summary);
    session->summary = (struct read_summary){.geo = session->parts.databases};
    session->shown_len = 0;
    arena_free(&session->arena);
}

void session_show(struct session *session)
{
    const struct options *o = session->options;
    struct buf buf = {0};
    progress_clear(&session->progress);
    if (session->summary.sources == 0) /* why was said above; "nothing found" would be a lie */
        return;
    bool terminal = isatty(STDOUT_FILENO) == 1;
    struct winsize size = {0};
    unsigned columns = 100;
    if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 60)
        columns = size.ws_col;
    if (!o->json) {
        output_table(&buf, session->shown, session->shown_len, terminal, columns);
        (void)fwrite(buf.at, 1, buf.len, stdout);
        buf.len = 0;
    }
    if (!o->quiet) {
        read_summary_print(&session->summary, &buf, o, session->parts.indicators);
        (void)fwrite(buf.at, 1, buf.len, o->json ? stderr : stdout);
    }
    buf_free(&buf);
}

bool session_open(struct session *session, const struct options *options, const char *command)
{
    session->options = options;
    session->again = options->again;
    progress_start(&session->progress, options->quiet);
    if (!parts_open(&session->parts, options, command, &session->progress))
        return false;
    session->summary.geo = session->parts.databases;
    way_open(session);
    return true;
}

int session_close(struct session *session)
{
    way_free(session->way);
    read_summary_free(&session->summary);
    parts_close(&session->parts);
    mem_free(session->shown);
    arena_free(&session->arena);
    return session->parts.status;
}
