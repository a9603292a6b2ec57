/*
 * IPFIX (RFC 7011): a header with the message's length, then sets of templates (2), options
 * templates (3) and data.
 */
#include "source/export_parse.h"

enum { HEAD_BYTES = 16, SET_HEAD = 4, SET_TEMPLATES = 2, SET_OPTIONS = 3, SET_DATA = 256 };

/* Its sets must fill a message to its end, so that not all that begins like one is taken for one.
 */
size_t ipfix_len(const uint8_t *at, size_t len, bool whole)
{
    if (len < HEAD_BYTES || field_u16(at) != 10)
        return 0;
    size_t total = field_u16(at + 2), used = HEAD_BYTES;
    if (total < HEAD_BYTES || (whole && total > len))
        return 0;
    while (used + SET_HEAD <= total && used + SET_HEAD <= len) {
        unsigned id = field_u16(at + used);
        size_t set = field_u16(at + used + 2);
        if (set < SET_HEAD || set > total - used || id < SET_TEMPLATES ||
            (id > SET_OPTIONS && id < SET_DATA))
            return 0;
        used += set;
    }
    return used == total || used > len || !whole ? total : 0;
}

void ipfix_read(struct export_job *job)
{
    const struct datagram *d = job->datagram;
    struct cursor all = cursor_over(d->at, d->len);
    struct cursor c = cursor_child(&all, field_u16(d->at + 2));
    cursor_skip(&c, 4);
    job->exported.us = (int64_t)cursor_u32(&c) * SECOND_US;
    cursor_skip(&c, 4);
    export_domain_find(job, cursor_u32(&c));
    while (cursor_left(&c) >= SET_HEAD) {
        const uint8_t *start = c.at;
        uint16_t id = cursor_u16(&c), len = cursor_u16(&c);
        struct cursor set = cursor_child(&c, len < SET_HEAD ? SIZE_MAX : (size_t)len - SET_HEAD);
        if (!cursor_ok(&set)) {
            export_damaged(job, start, "a set is longer than its message");
            return;
        }
        if (id == SET_TEMPLATES || id == SET_OPTIONS)
            export_template_read(job, &set, id == SET_OPTIONS);
        else if (id >= SET_DATA)
            export_data_read(job, id, set.at, cursor_left(&set));
    }
    if (cursor_left(&all))
        export_damaged(job, all.at, "bytes behind an IPFIX message");
}
