#include "rule_compiler.h"

#include "base/err.h"

#include <stdio.h>

static void on_message(int level, const char *file, int line, const YR_RULE *rule, const char *text,
                       void *context)
{
    struct rule_trial *trial = context;
    (void)file;
    (void)rule;
    if (level != YARA_ERROR_LEVEL_ERROR || trial->failed)
        return;
    trial->failed = true;
    (void)snprintf(trial->text, sizeof trial->text, "%s:%d: %s", trial->name, line, text);
}

YR_COMPILER *rule_compiler_new(struct rule_trial *trial)
{
    YR_COMPILER *compiler = NULL;
    int made = yr_compiler_create(&compiler);
    muster_assert(made == ERROR_SUCCESS);
    yr_compiler_set_callback(compiler, on_message, trial);
    yr_compiler_set_include_callback(compiler, NULL, NULL, NULL);
    return compiler;
}
