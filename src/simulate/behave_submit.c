/* Somebody sends mail: SMTP submission with STARTTLS (RFC 6409, RFC 3207). */
#include "simulate/calls.h"

static const char *const servers[] = {"smtp.office365.com", "smtp.gmail.com",
                                      "smtp.campus-post.example"};

static uint64_t act(struct campus *campus, struct habit *habit)
{
    struct place *place = campus_place(campus, servers[habit->machine->seed % 3]);
    struct talk talk = call_place(campus, habit, habit->next, place, 587);
    talk_open(&talk);
    speak_line(&talk, SERVER, "220 ready ESMTP");
    speak_line(&talk, CLIENT, "EHLO [10.20.1.1]");
    speak_line(&talk, SERVER, "250-at your service\r\n250-SIZE 35882577\r\n250 STARTTLS");
    speak_line(&talk, CLIENT, "STARTTLS");
    speak_line(&talk, SERVER, "220 2.0.0 ready to start TLS");
    greet_place(&talk, place, TLS_BROWSER);
    for (int i = 0; i < 4; i++) { /* EHLO, AUTH, MAIL, RCPT */
        speak_data(&talk, CLIENT, 40, 120);
        speak_data(&talk, SERVER, 40, 180);
    }
    speak_data(&talk, CLIENT, 400, 1500);
    speak_data(&talk, SERVER, 60, 90);
    talk_close(&talk);
    return wait_poisson(habit, 14000);
}

const struct behaviour behave_submit = {
    .name = "submit",
    .about = "somebody sends mail",
    .kinds = DESKS,
    .act = act,
};
