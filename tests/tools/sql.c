/* One question to DuckDB about files of a folder; tab-separated cells, a row a line:
 *     sql FOLDER 'SELECT ...'
 */
#include "base/arena.h"
#include "store/duck.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct err err = {""};
    struct arena arena = {0};
    struct rows rows;
    if (argc != 3)
        return 2;
    char *folder = realpath(argv[1], NULL);
    struct duck *duck = folder ? duck_open(folder, folder, UINT64_C(1) << 28, 1, &err) : NULL;
    bool done = duck != NULL && duck_ask(duck, argv[2], &arena, &rows, &err);
    if (!done)
        (void)fprintf(stderr, "sql: %s\n", folder ? err.text : "no such folder");
    for (size_t row = 0; done && row < rows.len; row++)
        for (unsigned column = 0; column < rows.columns; column++) {
            struct text cell = rows_cell(&rows, row, column);
            (void)printf("%.*s%c", (int)cell.len, cell.len ? cell.at : "",
                         column + 1 < rows.columns ? '\t' : '\n');
        }
    arena_free(&arena);
    duck_close(duck);
    free(folder);
    return done ? 0 : 1;
}
