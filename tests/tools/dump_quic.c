/*
 * Prints what the application layer makes of QUIC conversations, for comparing it with another
 * reader. Reads lines "stream TAB side TAB hex" from standard input, one datagram each, those of a
 * stream together; side 0 is whose datagram was first. Prints
 *     stream TAB server-name TAB ja3 TAB ja3s TAB alpn offered or chosen
 */
#include "base/digits.h"
#include "quic_talk.h"

#include <stdio.h>

enum { LINE_BYTES = 2 * 65536 + 64 };

static void finish(struct quic_talk *t, const char *stream)
{
    quic_talk_end(t);
    if (t->told)
        (void)printf("%s\t%s\t%s\t%s\t%s\n", stream, t->name, t->tls.ja3, t->tls.ja3s, t->alpn);
    t->told = 0;
}

int main(void)
{
    static struct quic_talk talk;
    static char line[LINE_BYTES], stream[32];
    static uint8_t bytes[65536];
    quic_talk_init(&talk);
    while (fgets(line, sizeof line, stdin) != NULL) {
        char key[32];
        unsigned side;
        int hex = 0;
        if (sscanf(line, "%31[^\t]\t%u\t%n", key, &side, &hex) != 2 || hex == 0 || side > 1)
            continue;
        if (strcmp(key, stream) != 0)
            finish(&talk, stream);
        memcpy(stream, key, sizeof stream);
        size_t len = 0;
        const char *at = line + hex;
        for (; hex_digit(at[0]) >= 0 && hex_digit(at[1]) >= 0; at += 2)
            bytes[len++] = (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
        quic_talk_say(&talk, side, bytes, len);
    }
    finish(&talk, stream);
    quic_talk_free(&talk);
    return 0;
}
