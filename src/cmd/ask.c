#include "cmd/ask.h"

#include "cmd/settings.h"
#include "rules.h"
#include "view.h"

#include <stdio.h>
#include <string.h>

int cmd_fail(const char *command, int status, const char *text)
{
    cmd_say(command, "%s", text);
    return status;
}

struct asking {
    bool (*use)(const struct asker *asker, void *state, struct err *err);
    void *state;
    struct rules_notes hidden; /* by --allow */
};

/* The caller's questions, and what the rules hid from them. */
static bool use_both(const struct asker *asker, void *state, struct err *err)
{
    struct asking *asking = state;
    struct arena arena = {0};
    struct rows rows;
    memset(&asking->hidden, 0, sizeof asking->hidden);
    if (!asking->use(asker, asking->state, err))
        return false;
    bool done = asker_ask(asker,
                          "SELECT allowed_by, count(DISTINCT (host, coalesce(controller, "
                          "controller_name), sensor)) FROM suppressed GROUP BY allowed_by ORDER BY "
                          "allowed_by",
                          &arena, &rows, err);
    for (size_t i = 0; done && i < rows.len; i++)
        rules_count(&asking->hidden, rows_cell(&rows, i, 0), (uint64_t)rows_count(&rows, i, 1));
    arena_free(&arena);
    return done;
}

static void tell_hidden(const struct options *options, const struct rules_notes *hidden)
{
    struct buf buf = {0};
    rules_print(hidden, &buf);
    if (buf.len && !options->quiet)
        (void)fwrite(buf.at, 1, buf.len, stderr);
    buf_free(&buf);
}

static enum store_answer ask_store(const struct options *options, const struct review *review,
                                   const struct conf *conf, struct asking *asking, struct err *err)
{
    struct view view;
    view_open(&view, conf, review);
    enum store_answer answer = store_ask(options->store, options->memory_bytes, options->workers,
                                         &view.store, use_both, asking, err);
    if (answer == STORE_ANSWERED)
        tell_hidden(options, &asking->hidden);
    return answer;
}

int cmd_ask(const struct options *options, const char *command,
            bool (*use)(const struct asker *asker, void *state, struct err *err), void *state)
{
    struct err err = {""};
    struct conf conf;
    struct asking asking = {.use = use, .state = state};
    struct review *review = NULL;
    if (settings_read(&conf, options, &err))
        review = settings_rules(options, command, &err);
    if (review == NULL)
        return cmd_fail(command, EXIT_USAGE, err.text);
    enum store_answer answer = ask_store(options, review, &conf, &asking, &err);
    review_free(review);
    switch (answer) {
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
