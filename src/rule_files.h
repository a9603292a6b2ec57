/*
 * Files of YARA rules that a user names: a file, or a folder's *.yar and *.yara, in the order of
 * their names, so that the order of rules is the same everywhere.
 */
#ifndef MUSTER_RULE_FILES_H
#define MUSTER_RULE_FILES_H

/* Calls `file` for each; a folder without any is told to `complain`. */
void rule_files_each(const char *path, void (*file)(void *context, const char *path),
                     void (*complain)(void *context, const char *text), void *context);

#endif
