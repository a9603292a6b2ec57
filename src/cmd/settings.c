#include "cmd/settings.h"

#include <unistd.h>

bool settings_read(struct conf *ret, const struct options *o, struct err *err)
{
    bool done = true;
    struct day known_by = {DAY_NONE};
    conf_default(ret);
    if (o->known_by && !day_parse(text_of(o->known_by), &known_by))
        return err_set(err, "--known-by: '%s' is not a date such as 2020-06-03", o->known_by);
    if (access("/etc/muster.conf", R_OK) == 0)
        done = conf_file(ret, "/etc/muster.conf", err);
    if (done && o->config)
        done = conf_file(ret, o->config, err);
    for (unsigned i = 0; done && i < o->set.len; i++)
        done = conf_set(ret, o->set.at[i], err);
    if (known_by.number != DAY_NONE)
        conf_known_by(ret, known_by);
    return done;
}

struct review *settings_rules(const struct options *o, const char *command, struct err *err)
{
    struct review *review = review_new();
    bool done = true;
    for (unsigned i = 0; done && i < o->allow.len; i++)
        done = review_allow(review, o->allow.at[i], err);
    for (unsigned i = 0; done && i < o->roles.len; i++)
        done = review_roles(review, o->roles.at[i], err);
    if (!done) {
        review_free(review);
        return NULL;
    }
    struct text first;
    size_t bad = review_bad(review, &first);
    if (bad)
        cmd_say(command, "%zu line%s of --allow or --roles not understood, the first at %.*s", bad,
                bad == 1 ? "" : "s", (int)first.len, first.at);
    return review;
}
