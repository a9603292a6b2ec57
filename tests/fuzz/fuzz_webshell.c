/* Exchanges as detector webshell reads them: the input's first byte says how, then a target, a body
 * and an answer, each up to a byte 0xff. One client's day. */
#include "detect/detect.h"
#include "evidence_double.h"

#include "base/err.h"

#include <stddef.h>

extern const struct detector detector_webshell;
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { EXCHANGES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static uint64_t pair_state[1024], host_state[2048];
    static struct evidence_out evidence;
    struct pair pair = {0};
    muster_assert(detector_webshell.pair_bytes <= sizeof pair_state);
    muster_assert(detector_webshell.host_bytes <= sizeof host_state);
    memset(pair_state, 0, sizeof pair_state);
    memset(host_state, 0, sizeof host_state);
    struct detect detect = {.pair_state = pair_state, .host_state = host_state, .pair = &pair};
    struct text rest = text_at(bytes, len);
    for (unsigned i = 0; i < EXCHANGES && rest.len > 1; i++) {
        uint8_t how = (uint8_t)rest.at[0];
        rest = text_at(rest.at + 1, rest.len - 1);
        struct text target = text_word(&rest, '\xff'), body = text_word(&rest, '\xff');
        struct text answer = text_word(&rest, '\xff');
        struct http_record http = {.method = text_of(how & 1 ? "GET" : "POST"),
                                   .target = target,
                                   .body = body,
                                   .response_start = answer,
                                   .status = how & 2 ? 404 : 200,
                                   .request_body = body.len,
                                   .response_body = how & 4 ? -1 : (int64_t)answer.len,
                                   .body_unseen = how & 8,
                                   .content_type =
                                       text_of(how & 16 ? "multipart/form-data" : NULL)};
        struct record record = {.kind = RECORD_HTTP,
                                .time = {(int64_t)how * SECOND_US},
                                .number = i,
                                .ends = {.outside = {0, how >> 5}},
                                .http = &http};
        detector_webshell.record(&detect, &record);
    }
    detector_webshell.close(&detect, &evidence);
    evidence_double_reset(&evidence);
    return 0;
}
