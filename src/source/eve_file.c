/*
 * Files in an EVE log: those that came whole over HTTP to who asked for them, with their digests.
 */
#include "source/eve.h"

enum {
    FILE_NAME,
    FILE_STATE,
    FILE_GAPS,
    FILE_SIZE,
    FILE_MD5,
    FILE_SHA1,
    FILE_SHA256,
    FILE_MEMBERS
};
static const char *const file_names[FILE_MEMBERS] = {
    [FILE_NAME] = "filename", [FILE_STATE] = "state", [FILE_GAPS] = "gaps",
    [FILE_SIZE] = "size",     [FILE_MD5] = "md5",     [FILE_SHA1] = "sha1",
    [FILE_SHA256] = "sha256",
};

void eve_file_names(struct eve *eve)
{
    json_names_make(&eve->file, file_names, FILE_MEMBERS);
}

/* Asked for with GET: what came is the answer's. */
static bool was_fetched(const struct eve_event *event)
{
    return text_is(json_text(json_get(event->member[EVE_HTTP], "http_method")), "GET");
}

enum log_line eve_file(struct eve_event *event)
{
    struct json_value v[FILE_MEMBERS];
    struct block *block = event->entry->block;
    if (!json_pick(event->member[EVE_FILEINFO], &event->eve->file, v)) {
        event->entry->wrong = "a fileinfo event without fileinfo";
        return LOG_DAMAGED;
    }
    struct text md5 = json_text(v[FILE_MD5]), sha1 = json_text(v[FILE_SHA1]),
                sha256 = json_text(v[FILE_SHA256]);
    bool whole = text_is(json_text(v[FILE_STATE]), "CLOSED") && !json_is_true(v[FILE_GAPS]);
    if (!whole || !was_fetched(event) || (md5.at == NULL && sha1.at == NULL && sha256.at == NULL))
        return LOG_IGNORED;
    if (!eve_known(event) && event->ends.host_port.number < event->ends.outside_port.number)
        eve_turn(&event->ends); /* the file's way: from the server */
    struct file_record *file = block_file(block, event->time, event->entry->number, &event->ends);
    file->name = eve_text(event, v[FILE_NAME]);
    file->md5 = digest_text(&block->arena, md5, 32);
    file->sha1 = digest_text(&block->arena, sha1, 40);
    file->sha256 = digest_text(&block->arena, sha256, 64);
    file->size = (int64_t)eve_count(v[FILE_SIZE]);
    return LOG_USED;
}
