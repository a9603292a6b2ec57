/*
 * muster collect: listens for NetFlow, IPFIX and sFlow and finds controlled hosts in it. Rows are
 * written at the end of each UTC day and at the end.
 */
#include "source/collect.h"

#include "base/mem.h"
#include "cmd/session.h"

#include <stdio.h>
#include <string.h>

static void collect_days(struct session *session, struct collect *collect)
{
    while (collect_more(collect)) {
        struct findings findings;
        struct way_notes notes;
        way_take(session->way, collect_source(collect), "collecting", &findings, &notes);
        (void)session_take(session, "collected", &findings, &notes);
    }
}

static int collect_run(const struct options *options)
{
    static const char *const usual[] = {"127.0.0.1:2055"};
    int64_t lasting_us = 0;
    if (options->words_len || (options->lasting && !option_time(options->lasting, &lasting_us))) {
        cmd_say("collect", "%s %s",
                options->words_len ? "takes no files (muster read does):"
                                   : "not a time such as 90s, 15m, 8h or 2d:",
                options->words_len ? options->words[0] : options->lasting);
        (void)fputs("Try: muster collect --help\n", stderr);
        return EXIT_USAGE;
    }
    const char *const *listen = options->listen.len ? options->listen.at : usual;
    unsigned len = options->listen.len ? options->listen.len : 1;
    struct session *session = mem_new(1, sizeof *session);
    struct err err;
    struct collect *collect = collect_open(listen, len, lasting_us, &err);
    if (collect == NULL) {
        cmd_say("collect", "%s", err.text);
        mem_free(session);
        return EXIT_WORLD;
    }
    if (!options->quiet)
        for (unsigned i = 0; i < len; i++)
            cmd_say("collect", "listening on %s (the system holds %d kB); Ctrl-C ends", listen[i],
                    collect_buffer(collect) / 1024);
    if (session_open(session, options, "collect")) {
        collect_days(session, collect);
        session_show(session);
    }
    collect_close(collect);
    int status = session_close(session);
    mem_free(session);
    return status;
}

const struct command command_collect = {
    .name = "collect",
    .usage = "collect",
    .about = "listen for NetFlow, IPFIX and sFlow, and find controlled hosts in it",
    .run = collect_run,
};
