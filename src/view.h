/*
 * The judge and the user's rules, as the store asks for them. Order: view_open -> store_ask with
 * view.store -> the view may go.
 */
#ifndef MUSTER_VIEW_H
#define MUSTER_VIEW_H

#include "conf.h"
#include "record/review.h"
#include "store/store.h"

struct view {
    struct store_view store;
    double knob[JUDGE_KNOBS];
    const struct review *review; /* or NULL */
};

/* `view` must stay where it is while it is used; conf is copied, review is not. */
void view_open(struct view *view, const struct conf *conf, const struct review *review);

#endif
