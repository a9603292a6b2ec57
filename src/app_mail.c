#include "app_mail.h"

#include "app_http.h"
#include "base/mem.h"
#include "mail_parts.h"

#include <string.h>

enum { MAILS = 16 };
#define NO_FLOW UINT32_MAX

struct mails {
    struct mail {
        uint32_t flow; /* NO_FLOW = free */
        struct mail_parts parts;
    } mail[MAILS];
};

struct mails *mails_new(void)
{
    struct mails *mails = mem_new(1, sizeof *mails);
    for (unsigned i = 0; i < MAILS; i++)
        mails->mail[i].flow = NO_FLOW;
    return mails;
}

void mails_free(struct mails *mails)
{
    mem_free(mails);
}

static struct mail *find(const struct app *app, uint32_t flow)
{
    for (unsigned i = 0; i < MAILS; i++)
        if (app->mails->mail[i].flow == flow)
            return &app->mails->mail[i];
    return NULL;
}

bool mail_follows(const struct app *app, const struct flow *flow, unsigned dir)
{
    return app->files && flow->app && strcmp(flow->app, "smtp") == 0 &&
           flow->host_opened == (dir == OUT);
}

/* What a sink needs of the conversation. */
struct way_of {
    struct app *app;
    uint32_t flow;
};

static void on_begin(void *context, struct text name, struct text type)
{
    struct way_of *w = context;
    const struct files_about about = {.name = name, .type = type};
    if (!files_begin(w->app->files, w->flow, &about))
        w->app->skips->count[SKIP_file_left]++;
}

static void on_data(void *context, const uint8_t *bytes, size_t len)
{
    struct way_of *w = context;
    if (files_is_open(w->app->files, w->flow) && !files_data(w->app->files, w->flow, bytes, len))
        w->app->skips->count[SKIP_file_left]++;
}

static void on_end(void *context, bool whole)
{
    struct way_of *w = context;
    struct flow *flow = flows_at(w->app->flows, w->flow);
    struct ends ends = flow_ends(flow);
    struct file_record file;
    if (!files_is_open(w->app->files, w->flow))
        return;
    if (files_end(w->app->files, w->flow, whole, &ends, w->app->now, &file)) {
        file.sent = flow->host_opened;
        app_emit(w->app, flow, RECORD_FILE, &file);
    } else {
        w->app->skips->count[SKIP_file_left] += !whole;
    }
}

void mail_data(struct app *app, uint32_t index, const uint8_t *bytes, size_t len)
{
    struct way_of way = {app, index};
    const struct mail_sink sink = {&way, on_begin, on_data, on_end};
    struct mail *mail = find(app, index);
    if (mail == NULL && (mail = find(app, NO_FLOW)) != NULL)
        *mail = (struct mail){.flow = index};
    if (mail)
        mail_parts_feed(&mail->parts, bytes, len, &sink);
}

void mail_stop(struct app *app, uint32_t index)
{
    struct way_of way = {app, index};
    const struct mail_sink sink = {&way, on_begin, on_data, on_end};
    struct mail *mail = app->files ? find(app, index) : NULL;
    if (mail == NULL)
        return;
    mail_parts_stop(&mail->parts, &sink);
    mail->flow = NO_FLOW;
}
