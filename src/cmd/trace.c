/*
 * muster trace: everything the store knows of one host, controller, site or device.
 */
#include "census/trace.h"
#include "cmd/ask.h"

#include "output/trace.h"

#include <stdio.h>

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
    bool known = trace->name.at == NULL || trace->pair.len || trace->contact.len;
    return known ? EXIT_DONE : EXIT_UNUSED_INPUT;
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
    status = print(&making.trace, options->json);
    trace_free(&making.trace);
    return status;
}

const struct command command_trace = {
    .name = "trace",
    .usage = "trace NAME [--near]",
    .about = "everything about one host, controller, site or device, with the evidence",
    .help =
        "  NAME                 an address of a host or a controller, a controller's name, a\n"
        "                       website or a device\n"
        "  --near               also what stood just under the line (p from 0.1); without NAME\n"
        "                       that of all hosts\n",
    .run = run,
};
