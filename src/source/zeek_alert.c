/*
 * notice.log and intel.log: what Zeek's own scripts and indicator lists said. Most notices are not
 * about control (scans, certificates that do not verify, lost packets) and are ignored; a notice is
 * taken when its name is in the table below, or says itself that it is about malware.
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

/* Names of notices (Zeek's own scripts, "Notice Types"), and words that a package's notice is
 * called by when it tells of a controlled machine; a word stands between others, "_" or ":". */
static const char *const notes[] = {"Intel::Notice", "TeamCymruMalwareHashRegistry::Match"};
static const char *const words[] = {"malware", "botnet", "trojan", "backdoor", "c2", "cnc", "rat"};

static bool is_letter(char c)
{
    c = ascii_lower(c);
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether the word stands in the name by itself: "Backdoor::Found", not "Narrated". */
static bool has_word(struct text name, const char *word)
{
    uint32_t len = (uint32_t)strlen(word);
    for (uint32_t i = 0; i + len <= name.len; i++) {
        if (!text_is_nocase(text_at(name.at + i, len), word))
            continue;
        if ((i == 0 || !is_letter(name.at[i - 1])) &&
            (i + len == name.len || !is_letter(name.at[i + len])))
            return true;
    }
    return false;
}

static bool is_of_control(struct text note)
{
    for (size_t i = 0; i < sizeof notes / sizeof notes[0]; i++)
        if (text_is(note, notes[i]))
            return true;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (has_word(note, words[i]))
            return true;
    return false;
}

static enum log_line notice_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct block *block = entry->block;
    struct ends ends;
    if (!zeek_time(zeek, block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!is_of_control(value[NOTICE_NOTE]))
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
