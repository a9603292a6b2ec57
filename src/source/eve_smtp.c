/*
 * Mail in an EVE log: who greeted as whom, from which mailbox to which, with which files. It
 * becomes the talk that it is told of, less the commands that Suricata leaves out (the login is
 * one). That Suricata could read it means that it was in clear.
 */
#include "source/eve.h"

enum { SMTP_HELO, SMTP_FROM, SMTP_TO, SMTP_ATTACHMENT, SMTP_MEMBERS };
static const char *const smtp_names[SMTP_MEMBERS] = {
    [SMTP_HELO] = "helo",
    [SMTP_FROM] = "mail_from",
    [SMTP_TO] = "rcpt_to",
    [SMTP_ATTACHMENT] = "attachment", /* of the email beside it */
};

void eve_smtp_names(struct eve *eve)
{
    json_names_make(&eve->smtp, smtp_names, SMTP_MEMBERS);
}

struct words {
    char at[TALK_KEPT];
    uint32_t len;
};

/* A command and its argument, in a line of their own, whole or not at all. */
static void say(struct words *w, const char *command, struct json_value argument)
{
    struct text text = json_text(argument);
    size_t before = strlen(command), all = before + text.len + 2;
    if (text.len == 0 || all > sizeof w->at - w->len)
        return;
    memcpy(w->at + w->len, command, before);
    for (uint32_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        w->at[w->len + before + i] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    memcpy(w->at + w->len + all - 2, "\r\n", 2);
    w->len += (uint32_t)all;
}

enum log_line eve_smtp(struct eve_event *event)
{
    struct json_value v[SMTP_MEMBERS], email[SMTP_MEMBERS], one;
    struct words words = {.len = 0};
    if (!json_pick(event->member[EVE_SMTP], &event->eve->smtp, v)) {
        event->entry->wrong = "an smtp event without smtp";
        return LOG_DAMAGED;
    }
    eve_remember(event, "smtp");
    say(&words, "EHLO ", v[SMTP_HELO]);
    say(&words, "MAIL FROM:", v[SMTP_FROM]);
    struct json_each each = json_members(v[SMTP_TO]);
    while (json_next(&each, NULL, &one))
        say(&words, "RCPT TO:", one);
    struct talk_record *talk =
        block_talk(event->entry->block, event->time, event->entry->number, &event->ends);
    talk->app = "smtp";
    talk->out = arena_text(&event->entry->block->arena, text_at(words.at, words.len));
    talk->retold = true;
    (void)json_pick(event->member[EVE_EMAIL], &event->eve->smtp, email);
    each = json_members(email[SMTP_ATTACHMENT]);
    if (json_next(&each, NULL, &one))
        talk->file = eve_text(event, one);
    return LOG_USED;
}
