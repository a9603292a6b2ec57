/* Names as detector dga reads them: the input's lines are names asked for; a line's first byte says
 * how the answer went. One host's day, then all its pairs closed. */
#include "detect/detect.h"
#include "detect/dga_name.h"
#include "evidence_double.h"

#include <stddef.h>

extern const struct detector detector_dga;
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { LINES = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static uint64_t pair_state[LINES][8], host_state[128];
    static struct evidence_out evidence;
    struct pair pair[LINES] = {0};
    struct host host = {0};
    double knob[2] = {detector_dga.knobs[0].value, detector_dga.knobs[1].value};
    muster_assert(detector_dga.pair_bytes <= sizeof pair_state[0]);
    muster_assert(detector_dga.host_bytes <= sizeof host_state);
    memset(pair_state, 0, sizeof pair_state);
    memset(host_state, 0, sizeof host_state);
    struct text rest = text_at(bytes, len), line;
    unsigned lines = 0;
    while (lines < LINES && text_line(&rest, &line)) {
        uint8_t how = line.len ? (uint8_t)line.at[0] : 0;
        struct text name = line.len ? text_at(line.at + 1, line.len - 1) : line;
        struct dns_record dns = {.response = true,
                                 .type = 1,
                                 .rcode = how & 1 ? 3 : 0,
                                 .name = name,
                                 .answers_len = how & 2 ? 1 : 0};
        dns.answer[0].address.low = how & 4 ? bytes[0] : UINT64_C(0xffff08080808);
        struct record record = {.kind = RECORD_DNS,
                                .time = {(int64_t)how * SECOND_US},
                                .number = lines,
                                .ends = {.host_opened = true},
                                .dns = &dns};
        pair[lines].flags = PAIR_OPENED_HOST | (how & 8 ? PAIR_ANSWERED : 0) |
                            (how & 16 ? 0 : PAIR_BY_NAME) | (how & 32 ? 0 : PAIR_POPULAR);
        pair[lines].name = name;
        struct detect detect = {.pair_state = pair_state[lines],
                                .host_state = host_state,
                                .pair = &pair[lines],
                                .host = &host,
                                .knob = knob};
        detector_dga.record(&detect, &record);
        lines++;
    }
    for (unsigned i = 0; i < lines; i++) {
        struct detect detect = {.pair_state = pair_state[i],
                                .host_state = host_state,
                                .pair = &pair[i],
                                .host = &host,
                                .knob = knob};
        detector_dga.close(&detect, &evidence);
    }
    evidence_double_reset(&evidence);
    return 0;
}
