#include "app_talk.h"

#include "app_http.h"
#include "app_identity.h"
#include "app_mail.h"

#include <string.h>

enum { TALK_OPEN, TALK_FULL }; /* of a side: its words are kept */

bool talk_wanted(const char *app_name)
{
    static const char *const wanted[] = {"irc", "smtp", "ftp", "telnet"};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strcmp(app_name, wanted[i]) == 0)
            return true;
    return false;
}

static struct text kept(const struct app *app, struct flow *flow, unsigned dir)
{
    uint32_t len;
    if (*flow_content(flow, dir) == 0)
        return text_of(NULL);
    const uint8_t *at = buffers_at(app->buffers, *flow_content(flow, dir), &len);
    return text_at(at, len < TALK_KEPT ? len : TALK_KEPT);
}

/* No more of this side is taken, but by who follows mail. */
static void side_end(const struct app *app, struct flow *flow, unsigned dir)
{
    flow->stream[dir].phase = TALK_FULL;
    if (!mail_follows(app, flow, dir))
        flow->stream[dir].state = STREAM_DONE;
}

void talk_tell(struct app *app, uint32_t index)
{
    struct flow *flow = flows_at(app->flows, index);
    struct talk_record record = {.app = flow->app,
                                 .out = kept(app, flow, OUT),
                                 .in = kept(app, flow, IN),
                                 .host_first = flow->spoke_first == SPOKE_HOST,
                                 .begun = flow->syn || flow->syn_ack};
    if (record.out.len || record.in.len)
        app_emit(app, flow, RECORD_TALK, &record);
    app_identity_words(app, flow, OUT, record.out);
    app_identity_words(app, flow, IN, record.in);
    for (unsigned dir = OUT; dir <= IN; dir++) {
        side_end(app, flow, dir);
        buffers_drop(app->buffers, flow_content(flow, dir));
    }
}

static void talk_end(struct app *app, uint32_t index, unsigned dir)
{
    struct flow *flow = flows_at(app->flows, index);
    side_end(app, flow, dir);
    if (flow->stream[!dir].phase == TALK_FULL || flow->stream[!dir].state == STREAM_DONE)
        talk_tell(app, index);
}

void talk_data(struct app *app, uint32_t index, unsigned dir, const uint8_t *bytes, size_t len)
{
    struct flow *flow = flows_at(app->flows, index);
    struct buffer_owner owner = {index, SLOT_CONTENT_OUT + dir};
    uint32_t have = 0;
    if (mail_follows(app, flow, dir))
        mail_data(app, index, bytes, len);
    if (flow->stream[dir].phase == TALK_FULL)
        return;
    if (*flow_content(flow, dir))
        (void)buffers_at(app->buffers, *flow_content(flow, dir), &have);
    size_t room = have < TALK_KEPT ? TALK_KEPT - have : 0;
    if (room)
        (void)buffers_append(app->buffers, flow_content(flow, dir), owner, bytes,
                             len < room ? len : room);
    if (len >= room)
        talk_end(app, index, dir);
}

void talk_gap(struct app *app, uint32_t index, unsigned dir)
{
    struct flow *flow = flows_at(app->flows, index);
    if (mail_follows(app, flow, dir))
        mail_stop(app, index);
    talk_end(app, index, dir);
    flow->stream[dir].state = STREAM_DONE;
}
