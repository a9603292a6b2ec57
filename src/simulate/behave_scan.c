/* Three addresses outside knock at every door; two of them are listed as controllers. To be scanned
 * is no finding. */
#include "simulate/calls.h"

#include <stdio.h>

enum { SCANNED_MOST = 250, SCANNERS = 3 };

static uint64_t act(struct campus *campus, struct habit *habit)
{
    static const uint16_t ports[] = {22, 23, 80, 445, 3389};
    uint16_t port = ports[random_in(&habit->random, 0, 4)];
    struct address scanner = campus->scanner[habit->variant];
    struct instant now = habit->next, on;
    for (unsigned i = 0; i < campus->machines && i < SCANNED_MOST; i++) {
        struct machine *machine = &campus->machine[i];
        now = later(now, random_in(&habit->random, 15000, 400000));
        struct talk talk =
            call_ends(campus, habit, now,
                      end_outside(scanner, (uint16_t)random_in(&habit->random, 32768, 60999)),
                      end_service(machine, port), 900);
        if (machine->id == KIND_WEB && port == 80) {
            talk_open(&talk);
            speak_http(&talk, "www.campus.example", "/.env", "scan", 30);
            talk_close(&talk);
        } else {
            talk_refused(&talk, machine_is_on(machine, now, &on));
        }
    }
    return wait_poisson(habit, 9000);
}

static const char *variant_name(unsigned variant)
{
    static const char *const names[SCANNERS] = {"listed address", "listed address and port",
                                                "not listed"};
    return names[variant];
}

static const char *fact(const struct campus *campus, const struct habit *habit, char out[200])
{
    char address[ADDRESS_TEXT];
    (void)snprintf(out, 200, "%s (%s) scans the campus; it is never called",
                   address_format(campus->scanner[habit->variant], address),
                   variant_name(habit->variant));
    return out;
}

const struct behaviour behave_scan = {
    .name = "scan",
    .about = "is scanned from outside, as all are",
    .kinds = WEB_SERVERS,
    .variants = SCANNERS,
    .variant_name = variant_name,
    .act = act,
    .fact = fact,
};
