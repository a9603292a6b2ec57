/*
 * Attachments of mail as files (files.h), while somebody asks for files: SMTP's sender is followed
 * beyond the words that a talk record keeps. Part of the application layer (app.h).
 */
#ifndef MUSTER_APP_MAIL_H
#define MUSTER_APP_MAIL_H

#include "app.h"

struct mails; /* of one shard: conversations that are followed, a bounded number */
struct mails *mails_new(void);
void mails_free(struct mails *mails); /* accepts NULL */

/* Whether this side of the conversation is followed (or can be from here on). */
bool mail_follows(const struct app *app, const struct flow *flow, unsigned dir);
void mail_data(struct app *app, uint32_t flow, const uint8_t *bytes, size_t len);
/* It is over, or bytes are missing. */
void mail_stop(struct app *app, uint32_t flow);

#endif
