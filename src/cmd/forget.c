/*
 * muster forget: deletes what the store has of one address, for a lawful request, and keeps a
 * record that it was done, in which the address does not stand.
 */
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "cmd/ask.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool keep_record(const struct options *options, const struct store_forgotten *gone,
                        struct err *err)
{
    char now[INSTANT_TEXT];
    struct buf line = {0};
    buf_format(&line, "%s,%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",", instant_format(clock_now(), now),
               gone->sightings, gone->contacts, gone->identities);
    buf_csv(&line, text_of(options->reason));
    buf_char(&line, '\n');
    bool done = file_append(options->store, "forgotten.csv", line.at, line.len, 0600, err);
    buf_free(&line);
    return done;
}

/* --before DAY: what is older than it is to be kept. */
static int forget_before(const struct options *options)
{
    struct store_forgotten gone = {0};
    struct day day;
    struct err err;
    uint64_t sources;
    if (options->words_len || !day_parse(text_of(options->before), &day))
        return cmd_fail("forget", EXIT_USAGE,
                        "--before takes a day, and no address: muster forget --before 2024-01-01 "
                        "--reason TEXT");
    if (!store_forget_before(options->store, day, options->memory_bytes, &sources, &err) ||
        !keep_record(options, &gone, &err))
        return cmd_fail("forget", EXIT_WORLD, err.text);
    if (!options->quiet)
        (void)printf("deleted %" PRIu64
                     " source%s that ended before %s, with all that was found in "
                     "them; recorded in %s/forgotten.csv\n",
                     sources, sources == 1 ? "" : "s", options->before, options->store);
    return EXIT_DONE;
}

static int run(const struct options *options)
{
    struct day from = {DAY_NONE}, to = {DAY_NONE};
    struct store_forgotten gone;
    struct address address;
    struct err err;
    char text[ADDRESS_TEXT];
    if (options->reason == NULL || options->reason[0] == '\0')
        return cmd_fail("forget", EXIT_USAGE,
                        "say why: --reason TEXT (without the person's name: it is kept in the "
                        "store's forgotten.csv)");
    if (strcmp(options->store, "none") == 0)
        return cmd_fail("forget", EXIT_USAGE, "it needs a store: --store DIR");
    if (options->before)
        return forget_before(options);
    if (options->words_len != 1 || !address_parse(text_of(options->words[0]), &address))
        return cmd_fail("forget", EXIT_USAGE,
                        "it takes one address: muster forget 192.0.2.7 --reason TEXT");
    if ((options->from && !day_parse(text_of(options->from), &from)) ||
        (options->to && !day_parse(text_of(options->to), &to)))
        return cmd_fail("forget", EXIT_USAGE, "--from and --to are days, YYYY-MM-DD");
    bool done = store_forget_address(options->store, text_of(address_format(address, text)), from,
                                     to, options->memory_bytes, &gone, &err);
    if (!done || !keep_record(options, &gone, &err))
        return cmd_fail("forget", EXIT_WORLD, err.text);
    if (!options->quiet)
        (void)printf("deleted %" PRIu64 " finding%s, %" PRIu64 " other contact%s and %" PRIu64
                     " name%s of the machine or its user, in %" PRIu64
                     " file%s; recorded in %s/forgotten.csv\n"
                     "What is read again from the captures or logs comes back: delete those too.\n",
                     gone.sightings, gone.sightings == 1 ? "" : "s", gone.contacts,
                     gone.contacts == 1 ? "" : "s", gone.identities,
                     gone.identities == 1 ? "" : "s", gone.files, gone.files == 1 ? "" : "s",
                     options->store);
    return EXIT_DONE;
}

const struct command command_forget = {
    .name = "forget",
    .usage = "forget ADDRESS|--before DAY --reason TEXT [--from DAY] [--to DAY]",
    .about = "delete what the store has of one address, or all that is older than a day",
    .help = "  ADDRESS              as a host and as the other end of findings\n"
            "  --before DAY         instead: every source that ended before it (retention)\n"
            "  --from DAY --to DAY  only these days: an address is one person's for a while\n",
    .run = run,
};
