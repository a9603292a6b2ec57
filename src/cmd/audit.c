/*
 * muster audit: draws findings for a person to look at, with their evidence; muster verdict records
 * what they are.
 */
#include "census/audit.h"

#include "base/buf.h"
#include "cmd/ask.h"
#include "cmd/period.h"
#include "output/rows_json.h"
#include "output/wrap.h"

#include <stdio.h>
#include <string.h>

enum { SAMPLE_USUAL = 20, SAMPLE_MOST = 10000, PAGE = 100, LINES = 4 };

struct drawing {
    struct period period;
    unsigned sample, seed;
    struct arena arena;
    struct rows rows;
};

static bool ask(const struct asker *asker, void *state, struct err *err)
{
    struct drawing *d = state;
    arena_reset(&d->arena);
    return audit_ask(&d->rows, asker, d->period.from, d->period.to, d->sample, d->seed, &d->arena,
                     err);
}

static void put_cell(struct buf *buf, const struct rows *rows, size_t row, enum audit_column column)
{
    struct text text = rows_cell(rows, row, column);
    if (text.at)
        buf_printable(buf, text);
    else
        buf_char(buf, '-');
}

static void put_finding(struct buf *buf, const struct rows *rows, size_t row)
{
    struct text rest = rows_cell(rows, row, AUDIT_EVIDENCE), line;
    put_cell(buf, rows, row, AUDIT_DAY);
    buf_string(buf, "  ");
    put_cell(buf, rows, row, AUDIT_HOST);
    buf_string(buf, "  ");
    put_cell(buf, rows, row, AUDIT_CONTROLLER);
    if (rows_cell(rows, row, AUDIT_PORT).at) {
        buf_char(buf, ':');
        put_cell(buf, rows, row, AUDIT_PORT);
    }
    buf_string(buf, "  ");
    put_cell(buf, rows, row, AUDIT_FAMILY);
    buf_string(buf, "  ");
    put_cell(buf, rows, row, AUDIT_GRADE);
    buf_char(buf, ' ');
    put_cell(buf, rows, row, AUDIT_P);
    buf_string(buf, ", conversations: ");
    put_cell(buf, rows, row, AUDIT_FLOWS);
    if (rows_cell(rows, row, AUDIT_VERDICT).at) {
        buf_string(buf, ", looked at: ");
        put_cell(buf, rows, row, AUDIT_VERDICT);
    }
    buf_char(buf, '\n');
    while (text_line(&rest, &line)) {
        struct buf plain = {0};
        buf_printable(&plain, line);
        wrap_text(buf, text_at(plain.at, plain.len), PAGE, 4, LINES);
        buf_free(&plain);
    }
}

static void print(const struct rows *rows)
{
    struct buf buf = {0};
    struct text part = text_of(NULL);
    for (size_t row = 0; row < rows->len; row++) {
        if (!text_same(part, rows_cell(rows, row, AUDIT_COUNTED))) {
            part = rows_cell(rows, row, AUDIT_COUNTED);
            buf_format(&buf, "%s%s\n", row ? "\n" : "",
                       text_is(part, "true") ? "COUNTED: is each right?"
                                             : "NOT COUNTED: is one of them right?");
        }
        put_finding(&buf, rows, row);
    }
    buf_string(&buf, rows->len ? "\nSay what each is: muster verdict HOST CONTROLLER "
                                 "true|false|unsure --reason TEXT\n"
                               : "Nothing was found in that period.\n");
    (void)fwrite(buf.at, 1, buf.len, stdout);
    buf_free(&buf);
}

static void print_json(const struct rows *rows)
{
    struct buf buf = {0};
    rows_json(&buf, rows);
    buf_char(&buf, '\n');
    (void)fwrite(buf.at, 1, buf.len, stdout);
    buf_free(&buf);
}

static int run(const struct options *options)
{
    struct drawing d = {.period = {{DAY_NONE}, {DAY_NONE}}, .seed = options->seed};
    d.sample = options->sample ? options->sample : SAMPLE_USUAL;
    if (options->words_len)
        return cmd_fail("audit", EXIT_USAGE, "it takes no words; the store is given with --store");
    if (d.sample > SAMPLE_MOST)
        return cmd_fail("audit", EXIT_USAGE, "--sample is at most 10000");
    if (options->period && !period_parse(text_of(options->period), 0, &d.period))
        return cmd_fail("audit", EXIT_USAGE,
                        "--period is 2018, 2018-Q3, 2018-07, 2018-W27 or a day");
    int status = cmd_ask(options, "audit", ask, &d);
    if (status == EXIT_DONE)
        (options->json ? print_json : print)(&d.rows);
    arena_free(&d.arena);
    return status;
}

const struct command command_audit = {
    .name = "audit",
    .usage = "audit [--sample N] [--seed N] [--period P]",
    .about = "draw findings for you to look at, so that the report can say how many are right",
    .run = run,
};
