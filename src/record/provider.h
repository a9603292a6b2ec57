/*
 * Services under whose names anybody may be reached: content networks, hosting, mail, chat, pastes,
 * tunnels, dynamic DNS. A controller there is the service's customer; the machine serves others
 * too.
 */
#ifndef MUSTER_RECORD_PROVIDER_H
#define MUSTER_RECORD_PROVIDER_H

#include "base/text.h"

enum provider_kind {
    PROVIDER_CDN,
    PROVIDER_HOSTING,
    PROVIDER_MAIL,
    PROVIDER_CHAT,
    PROVIDER_PASTE,
    PROVIDER_TUNNEL,  /* hands a name to a machine that may stand anywhere */
    PROVIDER_DYNAMIC, /* dynamic DNS: the machine is the customer's, its address changes */
    PROVIDER_KINDS
};
extern const char *const provider_kind_text[PROVIDER_KINDS]; /* "a content network" */

struct provider {
    const char *suffix; /* "cloudfront.net": itself and all under it */
    enum provider_kind kind;
    const char *service; /* "Amazon CloudFront" */
};

/* The provider of a name (lower case, no final dot), the longest suffix first; NULL when none. */
const struct provider *provider_of(struct text name);

#endif
