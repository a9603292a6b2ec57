/*
 * muster trace: everything the store knows of one host, controller, site or device.
 */
#include "census/trace.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/ask.h"

#include "output/trace.h"

#include <stdio.h>
#include <unistd.h>

struct making {
    struct trace trace;
    const char *name;
    bool near;
};

static bool make(const struct asker *asker, void *state, struct err *err)
{
    struct making *making = state;
    return trace_make(&making->trace, asker, making->name, making->near, err);
}

static int print(const struct trace *trace, bool json)
{
    struct buf buf = {0};
    if (json)
        output_trace_json(&buf, trace);
    else
        output_trace(&buf, trace);
    bool done = fwrite(buf.at, 1, buf.len, stdout) == buf.len && fflush(stdout) == 0;
    buf_free(&buf);
    if (!done)
        return cmd_fail("trace", EXIT_WORLD, "cannot write the answer");
    bool known =
        trace->name.at == NULL || trace->pair.len || trace->contact.len || trace->identity.len;
    return known ? EXIT_DONE : EXIT_UNUSED_INPUT;
}

/* What a host without a finding does is somebody's habits: who looks says why, and that is kept. */
static bool needs_reason(const struct trace *trace)
{
    return trace->name.at != NULL && trace->is_host && trace->pair.len == 0;
}

static bool log_reason(const struct options *options, const struct trace *trace, struct err *err)
{
    char now[INSTANT_TEXT];
    struct buf line = {0};
    buf_format(&line, "%s uid=%u looked at ", instant_format(clock_now(), now), (unsigned)getuid());
    buf_printable(&line, trace->name);
    buf_string(&line, ": ");
    buf_printable(&line, text_of(options->reason));
    buf_char(&line, '\n');
    bool done = file_append(options->store, "trace.log", line.at, line.len, 0600, err);
    buf_free(&line);
    return done;
}

/* EXIT_DONE when it may be shown. */
static int allow(const struct options *options, const struct trace *trace)
{
    struct err err;
    if (!needs_reason(trace))
        return EXIT_DONE;
    if (options->reason == NULL || options->reason[0] == '\0') {
        (void)err_set(
            &err,
            "%.200s is a host without a finding, so what it did is its user's business; "
            "to look all the same, say why: muster trace %.200s --reason TEXT (it is kept "
            "in %.200s/trace.log)",
            options->words[0], options->words[0], options->store);
        return cmd_fail("trace", EXIT_USAGE, err.text);
    }
    if (!log_reason(options, trace, &err))
        return cmd_fail("trace", EXIT_WORLD, err.text);
    return EXIT_DONE;
}

static int run(const struct options *options)
{
    if (options->words_len > 1 || (options->words_len == 0 && !options->near))
        return cmd_fail("trace", EXIT_USAGE,
                        "it takes one address or name (--near alone: all that stood just "
                        "under the line)");
    if (strcmp(options->store, "none") == 0)
        return cmd_fail("trace", EXIT_USAGE, "it needs a store: --store DIR");
    struct making making = {.near = options->near};
    if (options->words_len)
        making.name = options->words[0];
    int status = cmd_ask(options, "trace", make, &making);
    if (status != EXIT_DONE)
        return status;
    status = allow(options, &making.trace);
    if (status == EXIT_DONE)
        status = print(&making.trace, options->json);
    trace_free(&making.trace);
    return status;
}

const struct command command_trace = {
    .name = "trace",
    .usage = "trace NAME [--near] [--reason TEXT]",
    .about = "everything about one host, controller, site or device, with the evidence",
    .help =
        "  NAME                 an address of a host or a controller, a controller's name, a\n"
        "                       website, a device, a machine's or a user's name\n"
        "  --near               also what stood just under the line (p from 0.1); without NAME\n"
        "                       that of all hosts\n",
    .run = run,
};
