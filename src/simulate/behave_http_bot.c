/* Controlled: HTTP to a bare address every 90 s, widely spread, while the machine is on; an order
 * now and then, whose result is posted. */
#include "simulate/calls.h"
#include "simulate/infect.h"

#include <stdio.h>

static void post_result(struct talk *talk, const char *host)
{
    struct buf out = {0};
    size_t len = random_in(talk->random, 180, 900);
    http_request(&out, "POST", "/submit.php?id=71034", host,
                 "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)",
                 (long)len);
    buf_reserve(&out, len);
    random_bytes(talk->random, out.at + out.len, len);
    out.len += len;
    speak(talk, CLIENT, &out);
    http_reply(&out, 200, "text/html", 0);
    speak(talk, SERVER, &out);
    buf_free(&out);
}

static uint64_t act(struct campus *campus, struct habit *habit)
{
    const struct infection *infection = infection_of(campus, habit);
    char host[PLACE_NAME], address[ADDRESS_TEXT];
    (void)snprintf(host, sizeof host, "%s:%u",
                   address_format(infection->controller->v4[0], address), infection->kind->port);
    struct talk talk =
        call_place(campus, habit, habit->next, infection->controller, infection->kind->port);
    bool order = random_in(&habit->random, 0, 24) == 0;
    struct buf out = {0};
    talk_open(&talk);
    http_request(&out, "GET", "/visit.js", host,
                 "Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)", -1);
    speak(&talk, CLIENT, &out);
    size_t len = order ? random_in(&habit->random, 300, 2000) : 0;
    http_reply(&out, 200, "application/octet-stream", (long)len);
    buf_reserve(&out, len);
    random_bytes(&habit->random, out.at + out.len, len);
    out.len += len;
    speak(&talk, SERVER, &out);
    if (order)
        post_result(&talk, host);
    talk_close(&talk);
    buf_free(&out);
    return wait_even(habit, 90, 35);
}

const struct behaviour behave_http_bot = {
    .name = "http-bot",
    .about = "controlled over HTTP",
    .kinds = WINDOWS_DESKS,
    .infection = true,
    .act = act,
};
