/*
 * smtp.log and ftp.log: the commands that Zeek tells of, retold to the detector of stolen data that
 * leaves so. That Zeek could read them means that they were in clear; a conversation that went on
 * encrypted (tls) is left out. ftp.log has a line for every file: the login is told with the first
 * of a conversation.
 */
#include "source/zeek.h"

enum { SMTP_HELO = VALUE_OWN, SMTP_FROM, SMTP_TO, SMTP_TLS };
enum { FTP_UID = VALUE_OWN, FTP_USER, FTP_PASSWORD, FTP_COMMAND, FTP_ARGUMENT };

struct words {
    char at[TALK_KEPT];
    uint32_t len;
};

/* A command and its argument, in a line of their own, whole or not at all. */
static void say(struct words *w, const char *command, struct text argument, const char *end)
{
    size_t before = strlen(command), behind = strlen(end);
    if (before + argument.len + behind > sizeof w->at - w->len)
        return;
    memcpy(w->at + w->len, command, before);
    w->len += (uint32_t)before;
    for (uint32_t i = 0; i < argument.len; i++) {
        unsigned char c = (unsigned char)argument.at[i];
        w->at[w->len++] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    memcpy(w->at + w->len, end, behind);
    w->len += (uint32_t)behind;
}

/* "a@b" and "<a@b>" alike. */
static void say_mailbox(struct words *w, const char *command, struct text mailbox)
{
    bool angled = mailbox.len && mailbox.at[0] == '<';
    say(w, command, text_of(angled ? NULL : "<"), "");
    say(w, "", mailbox, angled ? "\r\n" : ">\r\n");
}

static enum log_line tell(struct zeek *zeek, struct log_entry *entry, const char *app,
                          const struct words *words)
{
    struct ends ends;
    if (!zeek_ends(zeek, &ends)) {
        entry->wrong = "an address cannot be read";
        return LOG_DAMAGED;
    }
    if (words->len == 0)
        return LOG_IGNORED;
    ends.protocol = PROTOCOL_TCP;
    struct talk_record *talk = block_talk(entry->block, entry->time, entry->number, &ends);
    talk->app = app;
    talk->out = arena_text(&entry->block->arena, text_at(words->at, words->len));
    talk->retold = true;
    return LOG_USED;
}

static enum log_line smtp_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct words words = {.len = 0};
    if (!zeek_time(zeek, entry->block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    if (!zeek_true(value[SMTP_TLS])) {
        if (value[SMTP_HELO].len)
            say(&words, "EHLO ", zeek_text(zeek, entry->block, value[SMTP_HELO]), "\r\n");
        if (value[SMTP_FROM].len)
            say_mailbox(&words, "MAIL FROM:", zeek_text(zeek, entry->block, value[SMTP_FROM]));
        struct text all = value[SMTP_TO], one;
        while (zeek_element(zeek, &all, &one))
            say_mailbox(&words, "RCPT TO:", zeek_text(zeek, entry->block, one));
    }
    return tell(zeek, entry, "smtp", &words);
}

/* "ftp://192.0.2.1/a/b.txt": the file; other arguments stay. */
static struct text file_of(struct text argument)
{
    if (!text_starts(argument, "ftp://"))
        return argument;
    struct text rest = text_at(argument.at + 6, argument.len - 6);
    (void)text_word(&rest, '/');
    return rest;
}

/* Whether the conversation is told of for the first time, as far as is remembered. */
static bool is_new(struct zeek *zeek, struct text uid)
{
    uint64_t hash = XXH3_64bits(uid.at, uid.len) | 1;
    uint64_t *place = &zeek->told[hash >> 32 & (ZEEK_TOLD - 1)];
    bool new = uid.len == 0 || *place != hash;
    *place = hash;
    return new;
}

static enum log_line ftp_read(struct zeek *zeek, struct log_entry *entry)
{
    const struct text *value = zeek->value;
    struct words words = {.len = 0};
    if (!zeek_time(zeek, entry->block, &entry->time)) {
        entry->wrong = "no time";
        return LOG_DAMAGED;
    }
    struct text user = zeek_text(zeek, entry->block, value[FTP_USER]);
    struct text command = zeek_text(zeek, entry->block, value[FTP_COMMAND]);
    struct text argument = zeek_text(zeek, entry->block, value[FTP_ARGUMENT]);
    if (user.len && !text_is(user, "<unknown>")) {
        say(&words, "USER ", user, "\r\n");
        if (value[FTP_PASSWORD].at && is_new(zeek, value[FTP_UID]))
            say(&words, "PASS ", text_of(NULL), "\r\n"); /* what it is, is nobody's business */
        say(&words, "", command, " ");
        say(&words, "", file_of(argument), "\r\n");
    }
    return tell(zeek, entry, "ftp", &words);
}

const struct zeek_kind zeek_smtp = {
    .name = "smtp",
    .rank = 6,
    .columns = ZEEK_COMMON "helo mailfrom rcptto tls",
    .marks = "mailfrom rcptto helo",
    .read = smtp_read,
};

const struct zeek_kind zeek_ftp = {
    .name = "ftp",
    .rank = 6,
    .columns = ZEEK_COMMON "uid user password command arg",
    .marks = "reply_code",
    .read = ftp_read,
};
