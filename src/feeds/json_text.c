/* What every feed in JSON needs: its document, and days as such feeds write them. */
#include "feeds/feed.h"

struct json *feed_json(struct feed_sink *sink, const struct feed_file *file)
{
    const char *why;
    struct text content = file->content;
    if (text_starts(content, "\xef\xbb\xbf"))
        content = text_at(content.at + 3, content.len - 3);
    struct json *json = json_parse(content, &why);
    if (json == NULL)
        feed_damaged(sink, why);
    return json;
}

struct day feed_json_day(struct json_value value)
{
    struct day day = {DAY_NONE};
    int64_t seconds;
    if (json_integer(value, &seconds)) {
        if (seconds > 0 && seconds < INT64_C(253402300800)) /* year 10000 */
            day.number = (int32_t)(seconds / 86400);
        return day;
    }
    return feed_day(json_text(value));
}
