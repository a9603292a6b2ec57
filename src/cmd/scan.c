/*
 * muster scan: files on disk. Nothing is run, changed or sent anywhere.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/progress.h"
#include "cmd/ask.h"
#include "cmd/cmd.h"
#include "output/columns.h"
#include "output/wrap.h"
#include "scan/walk.h"
#include "scan_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COLUMNS = 100 };
static const char clamd_usual[] = "/run/clamav/clamd.ctl";

struct scanning {
    const struct options *options;
    struct scan_file *scan;
    struct walk_counts counts;
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

/* "line 3: runs as a program what a request brings (eval)" */
static void put_trait(struct buf *buf, const struct scan_found *found, unsigned i)
{
    if (found->trait[i].line)
        buf_format(buf, "line %u: ", found->trait[i].line);
    buf_string(buf, scan_trait_table[i].text);
    if (found->trait[i].what[0])
        buf_format(buf, " (%s)", found->trait[i].what);
}

static void put_text(const struct scanning *s, const struct walk_file *file,
                     const struct scan_verdict *v)
{
    static const char *const colour[] = {"\033[2m", "\033[33m", "\033[1;31m"};
    struct buf line = {0}, why = {0};
    buf_format(&line, "%s%-9s%s  %5.3f  ", s->colour ? colour[rank(v->grade)] : "", v->grade,
               s->colour ? "\033[0m" : "", v->p);
    buf_printable(&line, text_of(file->path));
    if (v->member[0]) {
        buf_string(&line, ", in it ");
        buf_printable(&line, text_of(v->member));
    }
    buf_char(&line, '\n');
    for (unsigned i = 0; i < SCAN_TRAITS; i++) {
        if (v->found.trait[i].times == 0)
            continue;
        buf_string(&why, why.len ? "; " : "");
        put_trait(&why, &v->found, i);
    }
    wrap_text(&line, text_at(why.at, why.len), COLUMNS, 4, 6);
    (void)fwrite(line.at, 1, line.len, stdout);
    buf_free(&why);
    buf_free(&line);
}

static void put_json(const struct walk_file *file, const struct scan_verdict *v)
{
    struct buf line = {0};
    char when[INSTANT_TEXT];
    buf_string(&line, "{\"path\":");
    buf_json(&line, text_of(file->path));
    buf_string(&line, ",\"member\":");
    if (v->member[0])
        buf_json(&line, text_of(v->member));
    else
        buf_string(&line, "null");
    buf_format(&line,
               ",\"size\":%llu,\"modified\":\"%s\",\"grade\":\"%s\",\"p\":%.4f,\"evidence\":[",
               (unsigned long long)file->size,
               instant_format((struct instant){file->mtime_s * SECOND_US}, when), v->grade, v->p);
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

static void on_file(void *context, const struct walk_file *file)
{
    struct scanning *s = context;
    struct scan_verdict v;
    const char *name = strrchr(file->path, '/');
    progress_update(&s->progress, "scan", s->counts.bytes, 0);
    scan_file_look(s->scan, text_of(name ? name + 1 : file->path), file->bytes, &v);
    s->good += v.known_good;
    if (v.grade == NULL)
        return;
    progress_clear(&s->progress);
    s->graded[rank(v.grade)]++;
    if (s->options->json)
        put_json(file, &v);
    else
        put_text(s, file, &v);
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
    const struct walk_counts *c = &s->counts;
    struct scan_members members = scan_file_members(s->scan);
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

static int run(const struct options *options)
{
    struct scanning s = {.options = options};
    char why[300] = "";
    if (options->words_len == 0)
        return cmd_fail("scan", EXIT_USAGE, "it takes files or folders: muster scan /var/www");
    s.scan = scan_file_new();
    s.colour = isatty(STDOUT_FILENO) == 1;
    int status = prepare(&s);
    if (status == EXIT_DONE) {
        progress_start(&s.progress, options->quiet);
        bool all = walk((const char *const *)options->words, options->words_len, &s.counts, on_file,
                        &s, why);
        progress_clear(&s.progress);
        if (!options->quiet)
            summary(&s);
        if (!all) {
            cmd_say("scan", "%s", why);
            status = EXIT_UNUSED_INPUT;
        }
    }
    scan_file_free(s.scan);
    return status;
}

const struct command command_scan = {
    .name = "scan",
    .usage = "scan PATH... [--marks RULES] [--baseline DIR|PACKAGE]",
    .about = "files on disk: backdoors in websites' programs",
    .help = "  PATH                 files or folders: a web server's root, uploads, archives\n",
    .run = run,
};
