/*
 * muster scan: files on disk. Nothing is run, changed or sent anywhere.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/progress.h"
#include "cmd/ask.h"
#include "cmd/cmd.h"
#include "cmd/parts.h"
#include "output/columns.h"
#include "output/wrap.h"
#include "scan_run.h"
#include "scan_store.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 100 };
static const char clamd_usual[] = "/run/clamav/clamd.ctl";

struct scanning {
    const struct options *options;
    struct scan_file *scan;
    struct scan_memory *memory; /* --remember */
    struct scan_store *store;   /* --site */
    struct enrich *enrich;
    struct scan_run run;
    struct progress progress;
    uint64_t good, graded[3]; /* by grade */
    bool colour;
};

static int rank(const char *grade)
{
    return grade == NULL                     ? -1
           : strcmp(grade, "confirmed") == 0 ? 2
                                             : strcmp(grade, "probable") == 0;
}

static void put_text(const struct scanning *s, const struct scan_seen *seen)
{
    static const char *const colour[] = {"\033[2m", "\033[33m", "\033[1;31m"};
    const struct scan_verdict *v = &seen->verdict;
    struct buf line = {0}, why = {0};
    buf_format(&line, "%s%-9s%s  %5.3f  ", s->colour ? colour[rank(v->grade)] : "", v->grade,
               s->colour ? "\033[0m" : "", v->p);
    buf_printable(&line, text_of(seen->path));
    if (v->member[0]) {
        buf_string(&line, ", in it ");
        buf_printable(&line, text_of(v->member));
    }
    buf_char(&line, '\n');
    scan_put_traits(&why, &v->found);
    wrap_text(&line, text_at(why.at, why.len), COLUMNS, 4, 6);
    (void)fwrite(line.at, 1, line.len, stdout);
    buf_free(&why);
    buf_free(&line);
}

static void put_json(const struct scan_seen *seen)
{
    const struct scan_verdict *v = &seen->verdict;
    const struct walk_stamp *stamp = &seen->file.stamp;
    struct buf line = {0};
    char when[INSTANT_TEXT];
    buf_string(&line, "{\"path\":");
    buf_json(&line, text_of(seen->path));
    buf_string(&line, ",\"member\":");
    if (v->member[0])
        buf_json(&line, text_of(v->member));
    else
        buf_string(&line, "null");
    buf_format(&line,
               ",\"size\":%llu,\"modified\":\"%s\",\"grade\":\"%s\",\"p\":%.4f,\"evidence\":[",
               (unsigned long long)stamp->size,
               instant_format((struct instant){stamp->modified_ns / 1000}, when), v->grade, v->p);
    bool first = true;
    for (unsigned i = 0; i < SCAN_TRAITS; i++) {
        if (v->found.trait[i].times == 0)
            continue;
        buf_format(&line, "%s{\"trait\":\"%s\",\"strength\":%.2f,\"line\":", first ? "" : ",",
                   scan_trait_table[i].name, scan_trait_table[i].strength);
        if (v->found.trait[i].line)
            buf_format(&line, "%u", v->found.trait[i].line);
        else
            buf_string(&line, "null");
        buf_string(&line, ",\"what\":");
        if (v->found.trait[i].what[0])
            buf_json(&line, text_of(v->found.trait[i].what));
        else
            buf_string(&line, "null");
        buf_string(&line, ",\"why\":");
        buf_json(&line, text_of(scan_trait_table[i].text));
        buf_char(&line, '}');
        first = false;
    }
    buf_string(&line, "]}\n");
    (void)fwrite(line.at, 1, line.len, stdout);
    buf_free(&line);
}

static void on_seen(void *context, const struct scan_seen *seen)
{
    struct scanning *s = context;
    const struct scan_verdict *v = &seen->verdict;
    bool looked = seen->outcome == WALK_READ, whole = !seen->file.cut && !seen->file.changed;
    progress_update(&s->progress, "scan", s->run.counts.bytes, 0);
    s->good += v->known_good;
    if (v->grade == NULL) {
        if (s->memory && whole && (looked || seen->outcome == WALK_KNOWN))
            scan_memory_note(s->memory, seen->path, &seen->file.stamp, seen->digest, looked);
        return;
    }
    progress_clear(&s->progress);
    s->graded[rank(v->grade)]++;
    if (s->store)
        scan_store_add(s->store, seen);
    if (s->options->json)
        put_json(seen);
    else
        put_text(s, seen);
}

static void put_counts(struct buf *buf, uint64_t n, const char *what)
{
    if (n == 0)
        return;
    buf_string(buf, buf->len ? ", " : "");
    column_thousands(buf, (int64_t)n);
    buf_format(buf, " %s", what);
}

static void summary(const struct scanning *s)
{
    const struct walk_counts *c = &s->run.counts;
    struct scan_members members = s->run.members;
    struct buf buf = {0}, left = {0};
    uint64_t all = s->graded[0] + s->graded[1] + s->graded[2];
    buf_string(&buf, all ? "\n" : "");
    column_thousands(&buf, (int64_t)c->files);
    buf_format(&buf, " file%s (%.1f MB)", c->files == 1 ? "" : "s", (double)c->bytes / 1e6);
    if (members.looked)
        buf_format(&buf, " and %llu in archives", (unsigned long long)members.looked);
    buf_string(&buf, " looked at: ");
    if (all == 0)
        buf_string(&buf, "no backdoor found");
    else
        buf_format(&buf, "%llu confirmed, %llu probable, %llu suspected",
                   (unsigned long long)s->graded[2], (unsigned long long)s->graded[1],
                   (unsigned long long)s->graded[0]);
    if (s->run.known)
        buf_format(&buf, "; %llu clean before and the same since",
                   (unsigned long long)s->run.known);
    if (s->good)
        buf_format(&buf, "; %llu known to be good", (unsigned long long)s->good);
    buf_string(&buf, ".\n");
    put_counts(&left, c->links, c->links == 1 ? "symbolic link" : "symbolic links");
    put_counts(&left, c->special, c->special == 1 ? "special file" : "special files");
    put_counts(&left, c->unreadable, "not readable");
    put_counts(&left, c->deep, "folders too deep");
    put_counts(&left, c->cut, "looked at up to 16 MB only");
    put_counts(&left, c->changed, "changed while they were read");
    put_counts(&left, members.skipped,
               members.skipped == 1 ? "archive not read whole" : "archives not read whole");
    if (left.len)
        buf_format(&buf, "left      %.*s\n", (int)left.len, left.at);
    if (c->unreadable) {
        buf_string(&buf, "          first not readable: ");
        buf_printable(&buf, text_of(c->first_unreadable));
        buf_char(&buf, '\n');
    }
    (void)fwrite(buf.at, 1, buf.len, s->options->json ? stderr : stdout);
    buf_free(&left);
    buf_free(&buf);
}

static void complain(void *context, const char *text)
{
    (void)context;
    cmd_say("scan", "%s", text);
}

/* What it looks with; EXIT_DONE or why it cannot. */
static int prepare(struct scanning *s)
{
    const struct options *o = s->options;
    struct err err;
    for (unsigned i = 0; i < o->marks.len; i++)
        scan_file_rules(s->scan, o->marks.at[i], (struct rule_complaint){complain, NULL});
    scan_file_ready(s->scan);
    for (unsigned i = 0; i < o->baseline.len; i++)
        if (!scan_file_baseline(s->scan, o->baseline.at[i], &err))
            return cmd_fail("scan", EXIT_USAGE, err.text);
    const char *clamd = o->clamd ? o->clamd : clamd_usual;
    if (strcmp(clamd, "none") != 0 && (o->clamd || access(clamd, W_OK) == 0) &&
        !scan_file_clamd(s->scan, clamd, &err)) {
        if (o->clamd)
            return cmd_fail("scan", EXIT_WORLD, err.text);
        cmd_say("scan", "goes on without clamd: %s", err.text);
    }
    return EXIT_DONE;
}

/* Where findings go, with --site. */
static int prepare_store(struct scanning *s)
{
    const struct options *o = s->options;
    struct err err;
    unsigned databases;
    struct scan_place place = {.site = o->site, .sensor = o->sensor, .now = clock_now()};
    if (o->site == NULL && o->at == NULL)
        return EXIT_DONE;
    if (o->site == NULL || o->at == NULL || strcmp(o->store, "none") == 0)
        return cmd_fail("scan", EXIT_USAGE,
                        "a site's findings join the store with all of: --site NAME, --at ADDRESS "
                        "of its web server, --store DIR");
    if (!address_parse(text_of(o->at), &place.address))
        return cmd_fail("scan", EXIT_USAGE, "--at takes one IPv4 or IPv6 address");
    s->enrich = parts_databases(o, &databases, &err);
    if (s->enrich == NULL)
        return cmd_fail("scan", EXIT_USAGE, err.text);
    place.source = o->words[0];
    place.enrich = s->enrich;
    s->store = scan_store_new(&place);
    return EXIT_DONE;
}

static int prepare_memory(struct scanning *s)
{
    const char *path = s->options->remember;
    struct err err;
    if (path == NULL)
        return EXIT_DONE;
    s->memory = scan_memory_open(path, scan_file_digest(s->scan), &err);
    return s->memory ? EXIT_DONE : cmd_fail("scan", EXIT_WORLD, err.text);
}

/* What outlives the run. */
static int keep(struct scanning *s)
{
    const struct options *o = s->options;
    struct err err;
    int status = EXIT_DONE;
    if (s->memory && !scan_memory_keep(s->memory, &err))
        status = cmd_fail("scan", EXIT_WORLD, err.text);
    if (s->store == NULL)
        return status;
    enum store_written written =
        scan_store_write(s->store, o->store, &s->run, o->memory_bytes / 4, &err);
    if (written == STORE_FAILED)
        return cmd_fail("scan", EXIT_WORLD, err.text);
    if (!o->quiet && !o->json)
        (void)printf("kept      in %s as %s%s: muster report --store %s\n", o->store, o->site,
                     written == STORE_KNOWN ? " (known already)" : "", o->store);
    return status;
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

static int look(struct scanning *s)
{
    const struct options *o = s->options;
    char why[300] = "";
    progress_start(&s->progress, o->quiet);
    s->run.scan = s->scan;
    s->run.memory = s->memory;
    s->run.workers = o->workers;
    s->run.seen = on_seen;
    s->run.context = s;
    bool all = scan_run(&s->run, (const char *const *)o->words, o->words_len, why);
    progress_clear(&s->progress);
    if (!o->quiet)
        summary(s);
    if (!all)
        cmd_say("scan", "%s", why);
    return worse(all ? EXIT_DONE : EXIT_UNUSED_INPUT, keep(s));
}

static int run(const struct options *options)
{
    struct scanning s = {.options = options};
    if (options->words_len == 0)
        return cmd_fail("scan", EXIT_USAGE, "it takes files or folders: muster scan /var/www");
    s.scan = scan_file_new();
    s.colour = isatty(STDOUT_FILENO) == 1;
    int status = prepare(&s);
    if (status == EXIT_DONE)
        status = prepare_store(&s);
    if (status == EXIT_DONE)
        status = prepare_memory(&s);
    if (status == EXIT_DONE)
        status = look(&s);
    scan_store_free(s.store);
    scan_memory_free(s.memory);
    enrich_free(s.enrich);
    scan_file_free(s.scan);
    return status;
}

const struct command command_scan = {
    .name = "scan",
    .usage = "scan PATH... [--baseline DIR|PACKAGE] [--site NAME --at ADDRESS]",
    .about = "files on disk: backdoors in websites' programs",
    .help = "  PATH                 files or folders: a web server's root, uploads, archives\n",
    .run = run,
};
