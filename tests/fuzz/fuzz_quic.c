/* QUIC conversations: datagrams as they are, and frames behind a real seal, which no fuzzer could
 * make. The input is a row of (side and kind, 2 bytes of length, bytes). */
#include "quic_talk.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    enum { SIDE = 1, SEALED = 2, OTHER_NUMBER = 4, VERSION_2 = 8 };
    static const struct quic_id numbers[] = {{1, 4, {1, 2, 3, 4}}, {1, 0, {0}}};
    static struct quic_talk talk;
    static struct make datagram, frames;
    if (talk.app.emit == NULL)
        quic_talk_init(&talk);
    struct cursor c = cursor_over(bytes, len);
    for (uint32_t number = 0; cursor_left(&c) >= 3; number++) {
        uint8_t kind = cursor_u8(&c);
        size_t want = cursor_u16(&c);
        size_t part = want < cursor_left(&c) ? want : cursor_left(&c);
        const uint8_t *at = cursor_take(&c, part);
        unsigned dir = kind & SIDE ? IN : OUT;
        if (!(kind & SEALED)) {
            quic_talk_say(&talk, dir, at, part);
            continue;
        }
        struct quic_id id = numbers[(kind & OTHER_NUMBER) != 0];
        id.version = kind & VERSION_2 ? 0x6b3343cf : 1;
        datagram.len = frames.len = 0;
        make_bytes(&frames, at, part < 1200 ? part : 1200);
        quic_seal(&datagram, &id, dir == IN ? QUIC_SERVER : QUIC_CLIENT, &id, number, &frames, 20);
        quic_talk_say(&talk, dir, datagram.at, datagram.len);
    }
    quic_talk_end(&talk);
    touch(text_of(talk.name));
    return 0;
}
