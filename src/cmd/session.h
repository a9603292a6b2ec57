/*
 * What reading and collecting have in common: the parts of a run are opened, each source's findings
 * are shown and stored, and the end says what was watched and what was skipped.
 *
 * Order: session_open -> session_take for each source -> session_show -> session_close, also after
 * a session_open that failed.
 */
#ifndef MUSTER_CMD_SESSION_H
#define MUSTER_CMD_SESSION_H

#include "cmd/parts.h"
#include "cmd/read_summary.h"
#include "way.h"

/* Everything a run opens, so that one place closes it. Zeroed at first. */
struct session {
    const struct options *options;
    struct parts parts;
    struct way *way;
    struct progress progress;
    struct read_summary summary;
    const struct sighting **shown; /* a bounded number */
    size_t shown_len, shown_room;
    struct arena arena; /* of what is shown */
    bool again;         /* what the store knows already is replaced */
};

/* false: what is wrong was said, and session_close returns the status. */
bool session_open(struct session *session, const struct options *options, const char *command);
/* false: the store could not take the findings; why was said. */
bool session_take(struct session *session, const char *name, const struct findings *findings,
                  const struct way_notes *notes);
void session_show(struct session *session);
void session_forget(struct session *session); /* what was taken so far is not shown again */
int session_close(struct session *session);   /* exit status */

#endif
