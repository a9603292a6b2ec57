/*
 * muster read: captures in; controlled hosts, their controllers and the evidence out; rows into the
 * store; and what was watched, what was skipped and why.
 */
#include "base/mem.h"
#include "cmd/session.h"

#include <stdio.h>

static void read_one(struct session *session, const struct source_item *item)
{
    struct findings findings;
    struct way_notes notes;
    struct err err;
    if (way_read(session->way, item, session->options->as, &findings, &notes, &err)) {
        session_take(session, item->name, &findings, &notes);
        return;
    }
    parts_complain(&session->parts, EXIT_UNUSED_INPUT, err.text);
    session->summary.unused++;
}

static int read_run(const struct options *options)
{
    if (options->words_len == 0) {
        (void)fprintf(stderr, "muster read: what shall be read? Give captures, folders, or -\n"
                              "Try: muster read --help\n");
        return EXIT_USAGE;
    }
    struct session *session = mem_new(1, sizeof *session);
    struct source_list list = {0};
    struct err err;
    if (!session_open(session, options, "read"))
        goto out;
    if (!source_list_make(&list, options->words, options->words_len, &err)) {
        parts_complain(&session->parts, EXIT_UNUSED_INPUT, err.text);
        goto out;
    }
    for (size_t i = 0; i < list.len; i++)
        read_one(session, &list.item[i]);
    session_show(session);
out:
    source_list_free(&list);
    int status = session_close(session);
    mem_free(session);
    return status;
}

const struct command command_read = {
    .name = "read",
    .usage = "read PATH...",
    .about = "find controlled hosts in captures and folders, or - for standard input",
    .run = read_run,
};
