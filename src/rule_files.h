/*
 * Files of YARA rules that a user names: a file, or a folder's *.yar and *.yara, in the order of
 * their names, so that the order of rules is the same everywhere.
 */
#ifndef MUSTER_RULE_FILES_H
#define MUSTER_RULE_FILES_H

/* Whom to tell what of a user's files cannot be used, and why. */
struct rule_complaint {
    void (*tell)(void *context, const char *text);
    void *context;
};

/* Calls `file` for each; a folder without any is told. */
void rule_files_each(const char *path,
                     void (*file)(void *rules, const char *path, struct rule_complaint complaint),
                     void *rules, struct rule_complaint complaint);

#endif
