/*
 * notice.log and intel.log: what Zeek's own scripts and indicator lists said of a conversation. A
 * notice's name is the alert's category, by which the table of alerts (record/alert.list) tells
 * what it says of control: most say nothing (scans, certificates that do not verify). Notices about
 * no conversation (lost packets) are ignored.
 */
#include "source/zeek.h"

enum {
    NOTICE_PROTO = VALUE_OWN,
    NOTICE_NOTE,
    NOTICE_MESSAGE,
    NOTICE_FROM,
    NOTICE_TO,
    NOTICE_PORT,
};

enum { INTEL_INDICATOR = VALUE_OWN, INTEL_TYPE, INTEL_WHERE, INTEL_SOURCES };

static enum log_line notice_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct ends ends;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (value[NOTICE_NOTE].len == 0)
        return LOG_IGNORED;
    if (!zeek_ends(zeek, &ends)) {
        ends = (struct ends){.outside_port = {(uint16_t)zeek_count(value[NOTICE_PORT])}};
        if (!address_parse(value[NOTICE_FROM], &ends.host) ||
            !address_parse(value[NOTICE_TO], &ends.outside))
            return LOG_IGNORED; /* about no conversation */
    }
    ends.protocol = zeek_protocol(value[NOTICE_PROTO]);
    struct alert_record *alert = block_alert(block, entry->time, entry->number, &ends);
    alert->by = "zeek";
    alert->category = zeek_text(zeek, block, value[NOTICE_NOTE]);
    struct text message = zeek_text(zeek, block, value[NOTICE_MESSAGE]);
    alert->signature = message.len
                           ? arena_format(&block->arena, "%.*s: %.*s", (int)alert->category.len,
                                          alert->category.at, (int)message.len, message.at)
                           : alert->category;
    alert->count = 1;
    return LOG_USED;
}

static enum log_line intel_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct ends ends;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (value[INTEL_INDICATOR].len == 0 || !zeek_ends(zeek, &ends))
        return LOG_IGNORED;       /* about no conversation */
    ends.protocol = PROTOCOL_TCP; /* not told */
    struct alert_record *alert = block_alert(block, entry->time, entry->number, &ends);
    struct text indicator = zeek_text(zeek, block, value[INTEL_INDICATOR]);
    struct text where = zeek_text(zeek, block, value[INTEL_WHERE]);
    struct text sources = zeek_text(zeek, block, zeek_first(zeek, value[INTEL_SOURCES]));
    alert->by = "zeek";
    alert->category = zeek_text(zeek, block, value[INTEL_TYPE]);
    alert->signature =
        arena_format(&block->arena, "listed: %.*s%s%.*s%s%.*s", (int)indicator.len, indicator.at,
                     where.len ? ", seen in " : "", (int)where.len, where.len ? where.at : "",
                     sources.len ? ", by " : "", (int)sources.len, sources.len ? sources.at : "");
    alert->count = 1;
    return LOG_USED;
}

const struct zeek_kind zeek_notice = {
    .name = "notice",
    .rank = 7,
    .columns = ZEEK_COMMON "proto note msg src dst p",
    .marks = "note suppress_for",
    .read = notice_read,
};

const struct zeek_kind zeek_intel = {
    .name = "intel",
    .rank = 7,
    .columns = ZEEK_COMMON "seen_indicator seen_indicator_type seen_where sources",
    .marks = "seen_indicator",
    .read = intel_read,
};
