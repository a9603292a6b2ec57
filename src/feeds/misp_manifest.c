/*
 * The files beside the events of a MISP feed: manifest.json, which tells what events there are, and
 * hashes.csv, which finds the event of a value by its MD5. Neither lists anything itself: all of
 * them are remarks. The events are read where they lie, each as a file of its own.
 */
#include "feeds/feed.h"

static bool is_manifest(const struct feed_file *file, struct text head)
{
    return text_ends(file->path, "manifest.json") && feed_holds(head, "\"info\"") &&
           feed_holds(head, "\"timestamp\"");
}

/* "d41d8cd98f00b204e9800998ecf8427e,5de7f1a0-..." */
static bool is_hash_line(struct text line)
{
    return line.len == 69 && line.at[32] == ',' && line.at[41] == '-' && line.at[46] == '-';
}

static bool misp_manifest_is(const struct feed_file *file, struct text head)
{
    struct feed_lines lines = feed_lines_over(NULL, head);
    return is_manifest(file, head) || (text_ends(file->path, "hashes.csv") &&
                                       feed_line_next(&lines) && is_hash_line(lines.line));
}

static void misp_manifest_read(struct feed_sink *sink, const struct feed_file *file)
{
    if (text_ends(file->path, "hashes.csv")) {
        struct feed_lines lines = feed_lines_over(sink, file->content);
        while (feed_line_next(&lines)) {
            if (is_hash_line(lines.line))
                feed_remark(sink);
            else
                feed_reject(sink, REJECT_NOT_UNDERSTOOD, lines.line);
        }
        return;
    }
    struct json *json = feed_json(sink, file);
    if (json == NULL)
        return;
    struct json_each each = json_members(json_root(json));
    struct json_value event;
    for (uint64_t n = 1; json_next(&each, NULL, &event); n++) {
        feed_record(sink, "event", n);
        feed_remark(sink);
    }
    json_free(json);
}

const struct feed_format feed_misp_manifest = {
    .name = "misp-manifest",
    .about = "the table of contents of a MISP feed's folder",
    .is = misp_manifest_is,
    .read = misp_manifest_read,
};
