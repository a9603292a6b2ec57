/* Updates that were found are fetched: much comes in, now and then. Bodies are cut short here. */
#include "simulate/calls.h"

static uint64_t act(struct campus *campus, struct habit *habit)
{
    bool windows = WINDOWS_ALL >> habit->machine->id & 1;
    struct place *place =
        campus_place(campus, windows ? "ctldl.windowsupdate.com" : "deb.debian.org");
    struct talk talk = call_place(campus, habit, habit->next, place, 80);
    talk_open(&talk);
    for (uint64_t i = random_in(&habit->random, 1, 3); i > 0; i--)
        speak_http(&talk, place->name, windows ? "/c/msdownload/update.cab" : "/pool/package.deb",
                   windows ? "Windows-Update-Agent/10.0.10011.16384"
                           : "Debian APT-HTTP/1.3 (2.6.1)",
                   random_in(&habit->random, 3000, 9000));
    talk_close(&talk);
    return wait_poisson(habit, 80000);
}

const struct behaviour behave_download = {
    .name = "download",
    .about = "fetches an update that was found",
    .kinds = WINDOWS_ALL | LINUXES | LABS,
    .act = act,
};
