/* The first words of both sides of a conversation, as irc, mail and raw read them: the input's
 * first byte picks the protocol's name, the second where the sides part. */
#include "detect/detect.h"
#include "evidence_double.h"
#include "record/packet.h"

#include <stddef.h>

extern const struct detector detector_irc, detector_mail, detector_raw;
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static const char *const app[] = {"irc", "smtp", "ftp", NULL};
    static const struct detector *const all[] = {&detector_irc, &detector_mail, &detector_raw};
    static uint64_t pair_state[256], host_state[64];
    static struct evidence_out evidence;
    if (len < 2 || len > 2 + 2 * TALK_KEPT)
        return 0;
    size_t out = (len - 2) * bytes[1] / 255;
    struct talk_record talk = {.app = app[bytes[0] % 4],
                               .out = text_at(bytes + 2, out),
                               .in = text_at(bytes + 2 + out, len - 2 - out),
                               .begun = true};
    struct pair pair = {.flags = PAIR_OPENED_HOST | PAIR_ANSWERED};
    struct host host = {0};
    struct record record = {.kind = RECORD_TALK,
                            .ends = {.host_opened = true, .protocol = PROTOCOL_TCP},
                            .talk = &talk};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        memset(pair_state, 0, sizeof pair_state);
        memset(host_state, 0, sizeof host_state);
        struct detect detect = {
            .pair_state = pair_state, .host_state = host_state, .pair = &pair, .host = &host};
        muster_assert(all[i]->pair_bytes <= sizeof pair_state);
        all[i]->record(&detect, &record);
        all[i]->close(&detect, &evidence);
        evidence_double_reset(&evidence);
    }
    return 0;
}
