#include "cmd/ask.h"

#include "store/store.h"

#include <stdio.h>

int cmd_fail(const char *command, int status, const char *text)
{
    (void)fprintf(stderr, "muster %s: %s\n", command, text);
    return status;
}

int cmd_ask(const struct options *options, const char *command,
            bool (*use)(const struct asker *asker, void *state, struct err *err), void *state)
{
    struct err err = {""};
    switch (store_ask(options->store, options->memory_bytes, options->workers, use, state, &err)) {
    case STORE_EMPTY:
        (void)err_set(&err,
                      "the store %.200s is empty; fill it with: muster read --store %.100s FILE",
                      options->store, options->store);
        return cmd_fail(command, EXIT_WORLD, err.text);
    case STORE_UNREADABLE:
        return cmd_fail(command, EXIT_WORLD, err.text);
    case STORE_ANSWERED:
        break;
    }
    return EXIT_DONE;
}
