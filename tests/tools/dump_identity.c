/*
 * Prints who the hosts of a store were: host, known_by, mac, name, domain, user, fingerprint, seen,
 * first packet, one row a line, tabs between, "-" for null. For the comparison with tshark.
 */
#include "base/buf.h"
#include "store/store.h"

#include <stdio.h>

static bool use(const struct asker *asker, void *state, struct err *err)
{
    struct arena arena = {0};
    struct rows rows;
    (void)state;
    if (!asker_ask(asker,
                   "SELECT host, known_by, mac, name, domain, \"user\", fingerprint, seen, packet "
                   "FROM identities ORDER BY ALL",
                   &arena, &rows, err))
        return false;
    struct buf buf = {0};
    for (size_t row = 0; row < rows.len; row++)
        for (unsigned column = 0; column < rows.columns; column++) {
            struct text cell = rows_cell(&rows, row, column);
            buf_printable(&buf, cell.at ? cell : text_of("-"));
            buf_char(&buf, column + 1 < rows.columns ? '\t' : '\n');
        }
    (void)fwrite(buf.at ? buf.at : "", 1, buf.len, stdout);
    buf_free(&buf);
    arena_free(&arena);
    return true;
}

int main(int argc, char **argv)
{
    struct err err = {""};
    if (argc == 2 &&
        store_ask(argv[1], UINT64_C(256) << 20, 1, NULL, use, NULL, &err) == STORE_ANSWERED)
        return 0;
    (void)fprintf(stderr, "usage: dump_identity STORE; %s\n", err.text);
    return 1;
}
