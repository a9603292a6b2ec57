/* The table of feed formats: each is one file and one line in feeds.list. */
#include "feeds/feed.h"

#define FEED(name) extern const struct feed_format feed_##name;
#include "feeds/feeds.list"
#undef FEED

#define FEED(name) &feed_##name,
const struct feed_format *const feed_formats[] = {
#include "feeds/feeds.list"
};
#undef FEED

const unsigned feed_formats_len = sizeof feed_formats / sizeof *feed_formats;
