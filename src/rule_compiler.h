/*
 * The compiler that users' files of YARA rules are tried with, each alone, since after an error
 * libyara's compiler cannot be used.
 */
#ifndef MUSTER_RULE_COMPILER_H
#define MUSTER_RULE_COMPILER_H

#include <stdbool.h>
#include <yara.h>

/* A file's first error: "NAME:LINE: why". */
struct rule_trial {
    const char *name;
    bool failed;
    char text[400];
};

/* Its errors go to `trial`, which stays the caller's; files cannot include others. Destroyed with
 * yr_compiler_destroy. */
YR_COMPILER *rule_compiler_new(struct rule_trial *trial);

#endif
