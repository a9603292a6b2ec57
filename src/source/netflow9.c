/*
 * NetFlow v9 (RFC 3954): a header, then flow sets of templates (0), options templates (1) and data
 * (by their template's number, from 256 on). The header's count is of records of all kinds and is
 * often wrong; it is not used.
 */
#include "source/export_parse.h"

enum { HEAD_BYTES = 20, SET_HEAD = 4, SET_TEMPLATES = 0, SET_OPTIONS = 1, SET_DATA = 256 };

static bool is_version(unsigned id)
{
    return id == 5 || id == 7 || id == 9 || id == 10;
}

/* Some fill a datagram up with zeros: where they end, at the next one's version or the end of all;
 * 0: elsewhere. */
static size_t zeros_end(const uint8_t *at, size_t used, size_t len)
{
    while (used < len && at[used] == 0)
        used++;
    return used == len || (at[used - 1] == 0 && is_version(at[used])) ? used - (used < len) : 0;
}

/* Sets follow each other until a header, zeros that fill the datagram up, or the end. */
size_t netflow9_len(const uint8_t *at, size_t len, bool whole)
{
    if (len < HEAD_BYTES + SET_HEAD || field_u16(at) != 9)
        return 0;
    size_t used = HEAD_BYTES;
    while (len - used >= SET_HEAD) {
        unsigned id = field_u16(at + used);
        size_t set = field_u16(at + used + 2);
        if (used > HEAD_BYTES && is_version(id)) /* no set has such a number */
            return used;
        if (set < SET_HEAD)
            return used > HEAD_BYTES ? zeros_end(at, used, len) : 0;
        if (id > SET_OPTIONS && id < SET_DATA)
            return 0;
        if (set > len - used)
            return !whole ? used + set : used > HEAD_BYTES ? len : 0;
        used += set;
        if (used > DATAGRAM_BYTES)
            return 0;
    }
    return len;
}

/* The header has whole seconds beside milliseconds of uptime, so that what both say of the
 * exporter's start differs by up to a second from datagram to datagram; the latest is the nearest.
 * Farther off, the counter went round or the clock was set. */
static void export_time(struct export_job *job)
{
    struct export_domain *d = job->domain;
    int64_t ran_us = (int64_t)job->uptime_ms * 1000, started_us = job->exported.us - ran_us;
    if (started_us > d->reference_us || d->reference_us - started_us > 2 * SECOND_US)
        d->reference_us = started_us;
    job->exported.us = d->reference_us + ran_us;
}

void netflow9_read(struct export_job *job)
{
    const struct datagram *d = job->datagram;
    struct cursor c = cursor_over(d->at, d->len);
    cursor_skip(&c, 4);
    job->uptime_ms = cursor_u32(&c);
    job->uptime_known = true;
    job->exported.us = (int64_t)cursor_u32(&c) * SECOND_US;
    cursor_skip(&c, 4);
    export_domain_find(job, cursor_u32(&c));
    export_time(job);
    while (cursor_left(&c) >= SET_HEAD) {
        const uint8_t *start = c.at;
        uint16_t id = cursor_u16(&c), len = cursor_u16(&c);
        if (len < SET_HEAD) /* zeros to the end, or nothing that can be read on */
            break;
        struct cursor set = cursor_child(&c, len - SET_HEAD);
        if (!cursor_ok(&set)) {
            export_damaged(job, start, "a flow set is longer than its datagram");
            return;
        }
        if (id == SET_TEMPLATES || id == SET_OPTIONS)
            export_template_read(job, &set, id == SET_OPTIONS);
        else if (id >= SET_DATA)
            export_data_read(job, id, set.at, cursor_left(&set));
    }
}
