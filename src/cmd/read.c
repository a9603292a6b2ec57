/*
 * muster read: captures in; controlled hosts, their controllers and the evidence out; rows into the
 * store; and what was watched, what was skipped and why.
 */
#include "base/mem.h"
#include "cmd/read_follow.h"
#include "cmd/session.h"
#include "cmd/suricata.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* A file that is no capture. What comes through a pipe comes once: it is not opened. */
static bool is_log(const char *path, const char *kind_or_null)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return false;
    struct source *source = source_open(path, kind_or_null, NULL);
    bool is = source == NULL || source->kind->unit != NULL;
    source_close(source);
    return is;
}

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
    if (is_log(item->path[0], o->as))
        return;
    if (!suricata_can(item->path[0], &err)) {
        parts_complain(&session->parts, EXIT_WORLD, err.text);
        return;
    }
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
        (void)session_take(session, item->name, &findings, &notes);
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

struct days {
    struct session *session;
    struct err not_read; /* why a day could not be read */
};

/* A followed day, shown as soon as it is judged. */
static enum follow_read read_day(void *state, const struct source_item *item, bool again)
{
    struct days *days = state;
    struct session *session = days->session;
    struct findings findings;
    struct way_notes notes;
    if (!way_read(session->way, item, NULL, &findings, &notes, &days->not_read))
        return FOLLOW_LATER;
    session->again = again || session->options->again;
    bool kept = session_take(session, item->name, &findings, &notes);
    session_show(session);
    (void)fflush(stdout);
    session_forget(session);
    return kept ? FOLLOW_READ : FOLLOW_STOP;
}

static void read_days(struct session *session)
{
    struct days days = {.session = session};
    struct err err;
    if (read_follow(session->options, read_day, &days, &err))
        return;
    if (err.text[0] || days.not_read.text[0]) /* else it was said */
        parts_complain(&session->parts, EXIT_WORLD, err.text[0] ? err.text : days.not_read.text);
}

static bool usage_is_right(const struct options *o)
{
    const char *wrong = NULL;
    int64_t us;
    if (o->words_len == 0)
        wrong = "what shall be read? Give captures, logs, folders, or -";
    else if (o->follow && strcmp(o->store, "none") == 0)
        wrong = "--follow keeps in the store where it left off: --store none cannot be";
    else if (!o->follow && (o->finish || o->lasting))
        wrong = "--finish and --for are of --follow";
    else if (o->lasting && !option_time(o->lasting, &us))
        wrong = "--for: not a time such as 90s, 15m, 8h or 2d";
    else if (o->with && (o->follow || !with_is_known(o->with)))
        wrong = "--with: only suricata or suricata:RULES is known, and not with --follow";
    if (wrong)
        (void)fprintf(stderr, "muster read: %s\nTry: muster read --help\n", wrong);
    return wrong == NULL;
}

static int read_run(const struct options *options)
{
    if (!usage_is_right(options))
        return EXIT_USAGE;
    if (options->follow)
        read_follow_signals();
    struct session *session = mem_new(1, sizeof *session);
    struct source_list list = {0};
    struct err err;
    if (!session_open(session, options, "read"))
        goto out;
    if (options->follow) {
        read_days(session);
        goto out;
    }
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
    .about = "find controlled hosts in captures, logs and folders, or - for standard input",
    .help = "  A line of --alerts FILE is ENGINE | CONDITIONS | STRENGTH | FLAGS | WHY, such as\n"
            "    suricata | signature=ET MALWARE*; severity=1 | 9.4 | | our rule of thumb\n"
            "    * | id=2024897 | 0 | | known here, harmless\n"
            "  The first that fits decides. share/muster/alert.list is muster's own table, which\n"
            "  goes after it, with the manual of fields and flags at its head.\n",
    .run = read_run,
};
