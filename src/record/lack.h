/*
 * What a source cannot tell, by the nature of its format or because a log is missing (lack.list).
 * Said once a run, and kept in `coverage`: nothing found where nothing can be seen means nothing.
 */
#ifndef MUSTER_RECORD_LACK_H
#define MUSTER_RECORD_LACK_H

enum lack {
#define LACK(name, what, unseen) LACK_##name,
#include "record/lack.list"
#undef LACK
    LACKS
};

#define LACK_BIT(name) (1u << LACK_##name)

extern const char *const lack_name[LACKS]; /* "names" */
extern const char *const lack_what[LACKS]; /* it has none of these */
extern const char *const lack_unseen[LACKS];

#endif
