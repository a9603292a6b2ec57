/*
 * muster verdict: what somebody who looked at a finding says of it. A line of verdicts.csv in the
 * store; the last word on a host and its controller counts, and what is false leaves the census.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/ask.h"
#include "record/address.h"

#include <stdio.h>
#include <string.h>

struct looking {
    const char *host, *controller;
    int64_t found;
};

static bool add_line(const struct options *options, const struct looking *l, struct err *err)
{
    char now[INSTANT_TEXT];
    struct buf line = {0};
    buf_format(&line, "%s,", instant_format(clock_now(), now));
    buf_csv(&line, text_of(l->host));
    buf_char(&line, ',');
    buf_csv(&line, text_of(l->controller));
    buf_format(&line, ",%s,", options->words[2]);
    buf_csv(&line, text_of(options->reason ? options->reason : ""));
    buf_char(&line, '\n');
    bool done = file_append(options->store, "verdicts.csv", line.at, line.len, 0600, err);
    buf_free(&line);
    return done;
}

/* How many findings there are of the pair. */
static bool look(const struct asker *asker, void *state, struct err *err)
{
    struct looking *l = state;
    struct arena arena = {0};
    struct rows rows;
    struct buf sql = {0};
    buf_string(&sql, "SELECT count(*) FROM sightings WHERE host = ");
    buf_sql(&sql, text_of(l->host));
    buf_string(&sql, " AND controller_key = ");
    buf_sql(&sql, text_of(l->controller));
    bool done = asker_ask(asker, sql.at, &arena, &rows, err);
    l->found = done ? rows_count(&rows, 0, 0) : 0;
    buf_free(&sql);
    arena_free(&arena);
    return done;
}

static bool is_verdict(const char *word)
{
    return strcmp(word, "true") == 0 || strcmp(word, "false") == 0 || strcmp(word, "unsure") == 0;
}

static int run(const struct options *options)
{
    char host[ADDRESS_TEXT], controller[ADDRESS_TEXT];
    struct address address;
    struct err err;
    if (options->words_len != 3 || !is_verdict(options->words[2]) ||
        !address_parse(text_of(options->words[0]), &address))
        return cmd_fail("verdict", EXIT_USAGE,
                        "say which and what: muster verdict HOST CONTROLLER true|false|unsure "
                        "[--reason TEXT]");
    if (strcmp(options->store, "none") == 0)
        return cmd_fail("verdict", EXIT_USAGE, "it needs a store: --store DIR");
    struct looking l = {.host = address_format(address, host), .controller = options->words[1]};
    if (address_parse(text_of(options->words[1]), &address))
        l.controller = address_format(address, controller);
    int status = cmd_ask(options, "verdict", look, &l);
    if (status != EXIT_DONE)
        return status;
    if (l.found == 0)
        return cmd_fail("verdict", EXIT_USAGE,
                        "the store has no finding of this host with this controller: muster trace "
                        "HOST shows what it has");
    if (!add_line(options, &l, &err))
        return cmd_fail("verdict", EXIT_WORLD, err.text);
    if (!options->quiet)
        (void)printf("%s and %s: %s, said of %lld finding%s%s\n", l.host, l.controller,
                     options->words[2], (long long)l.found, l.found == 1 ? "" : "s",
                     strcmp(options->words[2], "false") == 0 ? "; not counted from now on" : "");
    return EXIT_DONE;
}

const struct command command_verdict = {
    .name = "verdict",
    .usage = "verdict HOST CONTROLLER true|false|unsure [--reason TEXT]",
    .about = "say what a finding is that you looked at; what is false is not counted",
    .help = "  HOST CONTROLLER      an address, and the controller's address or name\n",
    .run = run,
};
