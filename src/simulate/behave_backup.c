/* The file store sends its changes to its other half at somebody's home: TLS to a bare address on a
 * port of its own, with a certificate it made itself. */
#include "simulate/calls.h"

#include <stdio.h>

enum { PORT = 6281, EVERY_S = 14400 };

static uint64_t act(struct campus *campus, struct habit *habit)
{
    struct buf certificate = {0};
    struct random own = random_of(0xbac4);
    certificate_make(&certificate, &own, "file-store.local", NULL, day_of(2024, 1, 15));
    struct talk talk = call_address(campus, habit, habit->next, campus->backup, PORT, 31000);
    talk_open(&talk);
    speak_tls(&talk, TLS_BROWSER, NULL, &certificate);
    for (uint64_t i = random_in(&habit->random, 1, 6); i > 0; i--) {
        speak_data(&talk, CLIENT, 4000, 16000);
        speak_data(&talk, SERVER, 40, 80);
    }
    talk_close(&talk);
    buf_free(&certificate);
    return wait_even(habit, EVERY_S, 1);
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    char address[ADDRESS_TEXT];
    (void)habit;
    (void)snprintf(out, 200,
                   "backs up every %d s to %s:%d, a bare address with a self-signed certificate",
                   EVERY_S, address_format(campus->backup, address), PORT);
    return out;
}

const struct behaviour behave_backup = {
    .name = "backup",
    .about = "sends its changes to its other half",
    .kinds = STORES,
    .act = act,
    .fact = fact,
};
