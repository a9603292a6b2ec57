/*
 * The mail gateway: servers outside deliver, it looks their addresses up in block lists (RFC 5782),
 * and names from the mails too, some of which are names of controllers; it delivers outwards.
 */
#include "simulate/calls.h"

#include <stdio.h>

static const char *const block_lists[] = {"zen.spamhaus.org", "bl.mailsieve.example",
                                          "dnsbl.rookery-list.example"};
static const char *const exchangers[] = {"gmail-smtp-in.l.google.com", "mx1.oldtown-mail.example",
                                         "mx.harbour-soft.example"};

static struct instant look_up(struct campus *campus, struct habit *habit, struct instant now,
                              struct address sender, bool spam)
{
    static const struct address listed = {0, UINT64_C(0xffff7f000002)};
    uint32_t n = address_v4_number(sender);
    for (unsigned i = 0; i < 3; i++) {
        char name[100];
        bool yes = spam && random_in(&habit->random, 0, 2) > 0;
        struct answer answer = {DNS_TYPE_A, yes ? DNS_NOERROR : DNS_NXDOMAIN, yes ? &listed : NULL,
                                NULL};
        (void)snprintf(name, sizeof name, "%u.%u.%u.%u.%s", n & 255, n >> 8 & 255, n >> 16 & 255,
                       n >> 24, block_lists[i]);
        now = ask_once(campus, habit, now, name, &answer);
    }
    return now;
}

/* Names in the mail: are they listed, do they exist? */
static struct instant look_links_up(struct campus *campus, struct habit *habit, struct instant now,
                                    bool spam)
{
    static const struct answer none = {.type = DNS_TYPE_A, .rcode = DNS_NXDOMAIN};
    if (!spam || random_in(&habit->random, 0, 19) > 0)
        return now;
    return ask_once(campus, habit, now, STALE_NAME, &none);
}

static uint64_t receive(struct campus *campus, struct habit *habit)
{
    bool spam = random_in(&habit->random, 0, 9) < 6;
    struct address sender = draw_address(&habit->random);
    struct end client = end_outside(sender, (uint16_t)random_in(&habit->random, 32768, 60999));
    struct talk talk =
        call_ends(campus, habit, habit->next, client, end_service(habit->machine, 25), 600);
    talk_open(&talk);
    talk.now = look_up(campus, habit, talk.now, sender, spam);
    speak_line(&talk, SERVER, "220 mail.campus.example ESMTP");
    speak_line(&talk, CLIENT, "EHLO mail.sender.example");
    speak_line(&talk, SERVER, "250-mail.campus.example\r\n250-SIZE 35882577\r\n250 8BITMIME");
    speak_line(&talk, CLIENT, "MAIL FROM:<somebody@sender.example>");
    speak_line(&talk, SERVER, spam ? "550 5.7.1 listed, try elsewhere" : "250 2.1.0 Ok");
    if (!spam) {
        speak_line(&talk, CLIENT, "RCPT TO:<reader@campus.example>");
        speak_line(&talk, SERVER, "250 2.1.5 Ok");
        speak_line(&talk, CLIENT, "DATA");
        speak_line(&talk, SERVER, "354 End data with <CR><LF>.<CR><LF>");
        speak_line(&talk, CLIENT,
                   "From: somebody@sender.example\r\nTo: reader@campus.example\r\n"
                   "Subject: made up\r\n\r\nNothing to read here.\r\n.");
        speak_line(&talk, SERVER, "250 2.0.0 Ok: queued");
    }
    (void)look_links_up(campus, habit, talk.now, spam);
    speak_line(&talk, CLIENT, "QUIT");
    speak_line(&talk, SERVER, "221 2.0.0 Bye");
    talk_close(&talk);
    int hour = day_hour(habit->next);
    return wait_poisson(habit, hour >= 7 && hour < 19 ? 240 : 600);
}

static uint64_t deliver(struct campus *campus, struct habit *habit)
{
    struct place *place = campus_place(campus, exchangers[random_in(&habit->random, 0, 2)]);
    struct talk talk = call_place(campus, habit, habit->next, place, 25);
    talk_open(&talk);
    speak_line(&talk, SERVER, "220 ESMTP");
    speak_line(&talk, CLIENT, "EHLO mail.campus.example");
    speak_line(&talk, SERVER, "250-at your service\r\n250 STARTTLS");
    speak_line(&talk, CLIENT, "STARTTLS");
    speak_line(&talk, SERVER, "220 2.0.0 ready");
    greet_place(&talk, place, TLS_BROWSER);
    speak_data(&talk, CLIENT, 1200, 5000);
    speak_data(&talk, SERVER, 60, 200);
    talk_close(&talk);
    int hour = day_hour(habit->next);
    return wait_poisson(habit, hour >= 7 && hour < 19 ? 700 : 3600);
}

enum { RECEIVE, DELIVER, FLOWS };

static uint64_t act(struct campus *campus, struct habit *habit)
{
    return habit->variant == RECEIVE ? receive(campus, habit) : deliver(campus, habit);
}

static const char *variant_name(unsigned variant)
{
    return variant == RECEIVE ? "in" : "out";
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    (void)campus;
    if (habit->variant == DELIVER)
        return NULL;
    (void)snprintf(out, 200,
                   "asks block lists about who delivers, and whether %s, a listed name, exists",
                   STALE_NAME);
    return out;
}

const struct behaviour behave_mailflow = {
    .name = "mailflow",
    .about = "takes mail in and sends it out",
    .kinds = GATEWAYS,
    .variants = FLOWS,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
