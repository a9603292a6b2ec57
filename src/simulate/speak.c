#include "simulate/speak.h"

void speak(struct talk *talk, enum talker who, struct buf *bytes)
{
    talk_say(talk, who, bytes);
    bytes->len = 0;
}

void speak_data(struct talk *talk, enum talker who, size_t least, size_t most)
{
    struct buf out = {0};
    tls_data(&out, talk->random, random_in(talk->random, least, most));
    speak(talk, who, &out);
    buf_free(&out);
}

static void greet13(struct talk *talk, struct buf *out, size_t least, size_t most)
{
    tls13_server_hello(out, talk->random, least, most);
    speak(talk, SERVER, out);
    tls13_client_finish(out, talk->random);
    speak(talk, CLIENT, out);
}

void speak_tls(struct talk *talk, enum tls_client kind, const char *server_name,
               const struct buf *certificate)
{
    struct buf out = {0};
    tls_client_hello(&out, talk->random, kind, server_name);
    speak(talk, CLIENT, &out);
    if (certificate == NULL) {
        greet13(talk, &out, 2200, 3900);
    } else {
        tls12_server_hello(&out, talk->random, certificate);
        speak(talk, SERVER, &out);
        tls12_client_finish(&out, talk->random);
        speak(talk, CLIENT, &out);
        tls_server_finish(&out, talk->random);
        speak(talk, SERVER, &out);
    }
    buf_free(&out);
}

void speak_tls_short(struct talk *talk, enum tls_client kind, const char *server_name)
{
    struct buf out = {0};
    tls_client_hello(&out, talk->random, kind, server_name);
    speak(talk, CLIENT, &out);
    greet13(talk, &out, 120, 220);
    buf_free(&out);
}

void speak_http(struct talk *talk, const char *host, const char *target, const char *agent,
                size_t len)
{
    struct buf out = {0};
    http_request(&out, "GET", target, host, agent, -1);
    speak(talk, CLIENT, &out);
    http_reply(&out, len ? 200 : 304, "text/html", len ? (long)len : -1);
    for (size_t i = 0; i < len; i++)
        buf_char(&out, "A made-up page. "[i % 16]);
    speak(talk, SERVER, &out);
    buf_free(&out);
}

void speak_line(struct talk *talk, enum talker who, const char *line)
{
    struct buf out = {0};
    buf_format(&out, "%s\r\n", line);
    speak(talk, who, &out);
    buf_free(&out);
}
