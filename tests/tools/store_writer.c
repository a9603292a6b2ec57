/*
 * Writes made-up findings into a store, for tests of crashes and of several writers:
 *     store_writer STORE SOURCE_NUMBER PROCEDURE_NUMBER HOSTS CONTACTS [again]
 *     store_writer STORE ask        prints "sources sightings contacts files-doubled"
 */
#include "base/clock.h"
#include "made_findings.h"
#include "store/store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static bool count(const struct asker *asker, void *state, struct err *err)
{
    (void)state;
    struct arena arena = {0};
    struct rows rows;
    bool done =
        asker_ask(asker,
                  "SELECT (SELECT count(*) FROM coverage), (SELECT count(*) FROM sighting), "
                  "(SELECT count(*) FROM contact), (SELECT count(*) FROM sightings), "
                  "(SELECT count(*) - count(DISTINCT source_id) FROM coverage)",
                  &arena, &rows, err);
    if (done)
        (void)printf("%s %s %s %s %s\n", rows_cell(&rows, 0, 0).at, rows_cell(&rows, 0, 1).at,
                     rows_cell(&rows, 0, 2).at, rows_cell(&rows, 0, 3).at,
                     rows_cell(&rows, 0, 4).at);
    arena_free(&arena);
    return done;
}

static int ask(const char *store)
{
    struct err err = {""};
    enum store_answer answer = store_ask(store, 256 << 20, 1, NULL, count, NULL, &err);
    if (answer == STORE_EMPTY)
        (void)puts("0 0 0 0 0");
    if (answer == STORE_UNREADABLE)
        (void)fprintf(stderr, "%s\n", err.text);
    return answer == STORE_UNREADABLE;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[2], "ask") == 0)
        return ask(argv[1]);
    if (argc < 6)
        return 2;
    char source[64], source_id[33], procedure_id[17];
    unsigned long number = strtoul(argv[2], NULL, 10);
    (void)snprintf(source, sizeof source, "made/%lu.pcap", number);
    (void)snprintf(source_id, sizeof source_id, "%016lx%016lx", number * 2654435761UL, number);
    (void)snprintf(procedure_id, sizeof procedure_id, "%016lx", strtoul(argv[3], NULL, 10));
    struct findings_plan plan = {.source = source,
                                 .source_id = source_id,
                                 .procedure_id = procedure_id,
                                 .sensor = "default",
                                 .hosts = (unsigned)strtoul(argv[4], NULL, 10),
                                 .days = 1,
                                 .contacts = (unsigned)strtoul(argv[5], NULL, 10),
                                 .calls = 30};
    struct findings findings;
    findings_make(&findings, &plan);
    struct err err = {""};
    int64_t start = clock_monotonic_us();
    enum store_written written = store_write(argv[1], &findings, argc > 6, 256 << 20, &err);
    (void)printf("%s in %" PRId64 " us %s\n",
                 written == STORE_WRITTEN ? "written"
                 : written == STORE_KNOWN ? "known"
                                          : "failed",
                 clock_monotonic_us() - start, err.text);
    arena_free(&findings.arena);
    return written == STORE_FAILED;
}
