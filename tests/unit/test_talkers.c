/* Detectors of conversations no parser takes (irc, mail, raw): made-up first words in, strength
 * out. Clean look-alikes beside each. */
#include "detect/detect.h"
#include "evidence_double.h"

#include "record/packet.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

extern const struct detector detector_irc, detector_mail, detector_raw;

#define ENOUGH 9.1 /* with the prior of 1e-3: probable */

struct talk_case {
    const char *what;
    const struct detector *detector;
    const char *app, *out, *in;
    uint16_t port;
    uint16_t host_flags;
    const char *name;   /* of the pair */
    double least, most; /* strength; most 0: no evidence at all */
};

/* A length before each message, both ways: not C strings. */
enum { GATEWAY = 0x8000 }; /* in a case: the host takes mail from outside */
#define FRAMES_OUT "\x08\0\0\0abcdefgh\x04\0\0\0ijkl"
#define FRAMES_IN "\x08\0\0\0abcdefgh"

static const struct talk_case cases[] = {
    {"a bot's login", &detector_irc, "irc",
     "NICK [USA|7]83921\r\nUSER x * 0 :x\r\nJOIN #cmd s3cret\r\nPRIVMSG #cmd :up\r\n",
     ":s 001 a :hi\r\n:s 332 a #cmd :.udp 192.0.2.1 80\r\n", 5190, 0, NULL, ENOUGH, 9.4},
    {"a person's", &detector_irc, "irc",
     "CAP LS 302\r\nNICK anna\r\nUSER anna 0 * :Anna\r\nJOIN #debian\r\n",
     ":irc.example 001 anna :Welcome\r\n:irc.example 332 anna #debian :Be nice\r\n", 6667, 0,
     "irc.example", 1, 4},
    {"only a nick", &detector_irc, "irc", "NICK anna\r\n", "", 6667, 0, NULL, 0, 0},
    {"a service that is asked like IRC", &detector_irc, "pop3", "USER anna\r\nPASS x\r\n",
     "+OK\r\n", 110, 0, NULL, 0, 0},
    {"mail to itself by a library", &detector_mail, "smtp",
     "EHLO PC\r\nAUTH login YWJj\r\nZGVm\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<A@b.example>\r\n"
     "DATA\r\n",
     "220 b.example ESMTP\r\n", 587, 0, "b.example", ENOUGH, 9.4},
    {"after asking for its own address", &detector_mail, "smtp",
     "EHLO PC\r\nAUTH login YWJj\r\nZGVm\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n",
     "220 b.example ESMTP\r\n", 587, HOST_OWN_ADDRESS, "b.example", ENOUGH, 9.4},
    {"a greeting read as FTP's", &detector_mail, "ftp",
     "EHLO PC\r\nAUTH login YWJj\r\nZGVm\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\n",
     "220-b.example\r\n220 no bulk mail\r\n", 587, 0, "b.example", ENOUGH, 9.4},
    {"an old mail client", &detector_mail, "smtp",
     "EHLO [10.0.0.5]\r\nAUTH PLAIN AGEAYg==\r\nMAIL FROM:<a@b.example>\r\nRCPT "
     "TO:<c@d.example>\r\n",
     "220 b.example ESMTP\r\n", 587, 0, "b.example", 3, 6},
    {"a printer", &detector_mail, "smtp",
     "EHLO printer.office\r\nAUTH LOGIN\r\nYQ==\r\nYg==\r\nMAIL FROM:<a@b.example>\r\n"
     "RCPT TO:<a@b.example>\r\n",
     "220 b.example ESMTP\r\n", 25, 0, "b.example", 5, 8},
    {"encrypted", &detector_mail, "smtp", "EHLO PC\r\nSTARTTLS\r\nAUTH login YWJj\r\n",
     "220 b.example ESMTP\r\n", 587, 0, NULL, 0, 0},
    {"a mail gateway", &detector_mail, "smtp", "EHLO PC\r\nAUTH login YWJj\r\nZGVm\r\n",
     "220 b.example ESMTP\r\n", 587, GATEWAY, NULL, 0, 0},
    {"a message whose body shows a login", &detector_mail, "smtp",
     "EHLO a.example\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\nDATA\r\nAUTH login "
     "x\r\n",
     "220 b.example ESMTP\r\n", 25, 0, NULL, 0, 0},
    {"files put, nothing looked at", &detector_mail, "ftp",
     "USER drop\r\nPASS x\r\nTYPE I\r\nPASV\r\nSTOR PC_20240105_101500.html\r\n", "220 FTP\r\n", 21,
     HOST_OWN_ADDRESS, NULL, ENOUGH, 9.4},
    {"somebody's web site", &detector_mail, "ftp",
     "USER anna\r\nPASS x\r\nCWD www\r\nMLSD\r\nSTOR index.html\r\n", "220 FTP\r\n", 21, 0,
     "www.example", 3, 5},
    {"anonymous", &detector_mail, "ftp", "USER anonymous\r\nPASS a@\r\nSTOR x\r\n", "220 FTP\r\n",
     21, 0, NULL, 0, 0},
    {"a registration", &detector_raw, NULL, "id1|PC-7|anna|Windows 10 Pro|x64|1.2|", "ok", 4444, 0,
     NULL, ENOUGH, 9.4},
    {"on the port of the web", &detector_raw, NULL, "\x05\x77\x81 something", "\x99\x01", 443, 0,
     NULL, 2, 4},
    {"a game with a name", &detector_raw, NULL, "\x05\x77\x81 something", "\x99\x01", 27015, 0,
     "game.example", 0, 2},
    {"a system's name without fields", &detector_raw, NULL, "client on Windows 10 says hello",
     "hello", 4444, 0, NULL, 2, 4},
    {"known after all", &detector_raw, "ssh", "SSH-2.0-x|||| Windows 10", "SSH-2.0-y", 4444, 0,
     NULL, 0, 0},
};

/* What a log tells of a mail: no login, no answers. */
static const struct retold_case {
    struct talk_case talk;
    const char *file; /* sent along */
} retold_cases[] = {
    {{"a file named after the machine", &detector_mail, "smtp",
      "EHLO PC-7\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\n", "", 587, 0, NULL, ENOUGH,
      9.4},
     "shots/PC-7_2024.jpeg"},
    {{"an old mail client's", &detector_mail, "smtp",
      "EHLO [10.0.0.5]\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n", "", 587, 0, NULL,
      3, 6},
     "report.pdf"},
    {{"to a server that asks for no password", &detector_mail, "smtp",
      "EHLO PC-7\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<a@b.example>\r\n", "", 25, 0, NULL, 0, 0},
     "PC-7.zip"},
    {{"a greeting and no mail", &detector_mail, "smtp", "EHLO PC-7\r\n", "", 587, 0, NULL, 0, 0},
     NULL},
};

static double strength_told(const struct talk_case *c, struct text out, struct text in, bool retold,
                            const char *file)
{
    static uint64_t pair_state[256], host_state[64];
    static struct evidence_out evidence;
    memset(pair_state, 0, sizeof pair_state);
    memset(host_state, 0, sizeof host_state);
    evidence_double_reset(&evidence);
    struct pair pair = {.flags = PAIR_OPENED_HOST | PAIR_ANSWERED, .name = text_of(c->name)};
    struct host host = {.flags = c->host_flags & HOST_OWN_ADDRESS,
                        .mail_from_outside = c->host_flags & GATEWAY ? 1 : 0};
    struct talk_record talk = {.app = c->app,
                               .out = out,
                               .in = in,
                               .host_first = true,
                               .begun = true,
                               .retold = retold,
                               .file = text_of(file)};
    struct record record = {
        .kind = RECORD_TALK,
        .number = 7,
        .ends = {.host_opened = true, .protocol = PROTOCOL_TCP, .outside_port = {c->port}},
        .talk = &talk};
    struct detect detect = {
        .pair_state = pair_state, .host_state = host_state, .pair = &pair, .host = &host};
    assert_true(c->detector->pair_bytes <= sizeof pair_state);
    assert_true(c->detector->host_bytes <= sizeof host_state);
    c->detector->record(&detect, &record);
    c->detector->close(&detect, &evidence);
    assert_true(evidence.len <= 1);
    if (evidence.len == 0)
        return 0;
    assert_int_equal(evidence.evidence[0].number, 7);
    assert_true(evidence.evidence[0].why.len > 20);
    return evidence.evidence[0].strength;
}

static double strength(const struct talk_case *c, struct text out, struct text in)
{
    return strength_told(c, out, in, false, NULL);
}

static void words_of_logs(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof retold_cases / sizeof *retold_cases; i++) {
        const struct talk_case *c = &retold_cases[i].talk;
        double got = strength_told(c, text_of(c->out), text_of(NULL), true, retold_cases[i].file);
        if (got < c->least || got > c->most)
            fail_msg("%s: strength %.2f, not %.1f to %.1f", c->what, got, c->least, c->most);
    }
}

static void words(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double got = strength(&cases[i], text_of(cases[i].out), text_of(cases[i].in));
        if (got < cases[i].least || got > cases[i].most)
            fail_msg("%s: strength %.2f, not %.1f to %.1f", cases[i].what, got, cases[i].least,
                     cases[i].most);
    }
}

static void lengths_before_messages(void **state)
{
    (void)state;
    static const struct talk_case c = {.detector = &detector_raw, .port = 5656};
    double framed = strength(&c, text_at(FRAMES_OUT, sizeof FRAMES_OUT - 1),
                             text_at(FRAMES_IN, sizeof FRAMES_IN - 1));
    double one_way = strength(&c, text_at(FRAMES_OUT, sizeof FRAMES_OUT - 1), text_of("hello"));
    double broken =
        strength(&c, text_at(FRAMES_OUT, sizeof FRAMES_OUT - 2), text_at("\x09\0\0\0abc", 7));
    assert_true(framed > one_way + 1);
    assert_true(broken <= framed);
}

/* Somebody who speaks unknown protocols with many ends shares files or plays. */
static void many_ends(void **state)
{
    (void)state;
    static uint64_t host_state[64];
    static struct evidence_out evidence;
    double first = 0, last = 0;
    for (int i = 0; i < 12; i++) {
        uint64_t pair_state[256] = {0};
        struct pair pair = {.flags = PAIR_OPENED_HOST | PAIR_ANSWERED};
        struct host host = {0};
        struct talk_record talk = {.out = text_at(FRAMES_OUT, sizeof FRAMES_OUT - 1),
                                   .in = text_at(FRAMES_IN, sizeof FRAMES_IN - 1),
                                   .begun = true};
        struct record record = {
            .kind = RECORD_TALK,
            .number = 1,
            .ends = {.host_opened = true, .protocol = PROTOCOL_TCP, .outside_port = {51413}},
            .talk = &talk};
        struct detect detect = {
            .pair_state = pair_state, .host_state = host_state, .pair = &pair, .host = &host};
        evidence_double_reset(&evidence);
        detector_raw.record(&detect, &record);
        detector_raw.close(&detect, &evidence);
        last = evidence.len ? evidence.evidence[0].strength : 0;
        if (i == 0)
            first = last;
    }
    assert_true(first > 3);
    assert_true(last < 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(words_of_logs),
        cmocka_unit_test(lengths_before_messages),
        cmocka_unit_test(many_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
