/* A CSV as a Parquet file, types as DuckDB guesses them:  parquet_of FOLDER NAME.csv NAME.parquet
 */
#include "base/buf.h"
#include "store/duck.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    struct err err;
    struct buf sql = {0};
    if (argc != 4)
        return 2;
    char *folder = realpath(argv[1], NULL);
    struct duck *duck = folder ? duck_open(folder, folder, UINT64_C(1) << 28, 1, &err) : NULL;
    if (duck == NULL) {
        (void)fprintf(stderr, "parquet_of: %s\n", folder ? err.text : "no such folder");
        return 1;
    }
    buf_format(&sql, "COPY (FROM read_csv('%s/%s')) TO '%s/%s' (FORMAT parquet)", folder, argv[2],
               folder, argv[3]);
    bool done = duck_run(duck, sql.at, &err);
    if (!done)
        (void)fprintf(stderr, "parquet_of: %s\n", err.text);
    buf_free(&sql);
    duck_close(duck);
    free(folder);
    return done ? 0 : 1;
}
