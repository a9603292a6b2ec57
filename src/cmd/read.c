/*
 * muster read: captures in; controlled hosts, their controllers and the evidence out; rows into the
 * store; and what was watched, what was skipped and why.
 */
#include "base/mem.h"
#include "cmd/session.h"
#include "cmd/suricata.h"

#include <stdio.h>
#include <string.h>

/* Suricata's alerts for a capture, when they are wanted. What it cannot do is said; the capture is
 * read all the same. */
static void alerts_make(struct session *session, struct source_item *item,
                        struct suricata *suricata)
{
    static const char name[] = "suricata:";
    const struct options *o = session->options;
    struct err err;
    suricata->folder[0] = '\0';
    if (o->with == NULL)
        return;
    struct source *source = source_open(item->path[0], o->as, NULL);
    bool capture = source != NULL && source->kind->unit == NULL;
    source_close(source);
    if (!capture)
        return;
    const char *rules = strchr(o->with, ':') ? o->with + sizeof name - 1 : NULL;
    if (!suricata_run(suricata, item->path[0], rules, o->home, &err)) {
        parts_complain(&session->parts, EXIT_WORLD, err.text);
        return;
    }
    if (suricata->no_rules)
        parts_complain(&session->parts, EXIT_WORLD,
                       "suricata has no rules, so it raises no alerts: suricata-update fetches "
                       "some, or give --with suricata:RULES");
    item->alerts = suricata->eve;
}

static void read_one(struct session *session, struct source_item *item)
{
    struct findings findings;
    struct way_notes notes;
    struct suricata suricata;
    struct err err;
    alerts_make(session, item, &suricata);
    if (way_read(session->way, item, session->options->as, &findings, &notes, &err)) {
        session_take(session, item->name, &findings, &notes);
    } else {
        parts_complain(&session->parts, EXIT_UNUSED_INPUT, err.text);
        session->summary.unused++;
    }
    suricata_clean(&suricata);
}

static bool with_is_known(const char *with)
{
    static const char name[] = "suricata:";
    return strcmp(with, "suricata") == 0 ||
           (strncmp(with, name, sizeof name - 1) == 0 && with[sizeof name - 1] != '\0');
}

static int read_run(const struct options *options)
{
    if (options->words_len == 0) {
        (void)fprintf(stderr, "muster read: what shall be read? Give captures, folders, or -\n"
                              "Try: muster read --help\n");
        return EXIT_USAGE;
    }
    if (options->with && !with_is_known(options->with)) {
        (void)fprintf(stderr, "muster read: --with %s: only suricata or suricata:RULES is known\n",
                      options->with);
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
