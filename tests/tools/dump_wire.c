/*
 * Prints what the application parsers make of messages, without the flow stage: for comparing them
 * with another reader. Reads lines "kind TAB key TAB hex" from standard input:
 *   dns KEY HEX       one message
 *   stream KEY HEX    the start of a TCP direction, in as many lines of one key as one likes
 * and prints, for what is whole:
 *   dns KEY name type rcode addresses
 *   client KEY server-name ja3
 *   server KEY ja3s certificate-sha1
 *   request KEY host target user-agent
 *   -b N   prints nothing but how long one parse took on average, each message parsed N times.
 */
#include "base/clock.h"
#include "wire/dns.h"
#include "wire/http.h"
#include "wire/tls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_MAX = 65536, LINE_MAX_BYTES = 2 * MESSAGE_MAX + 256, KINDS = 4 };

static const char *const kinds[KINDS] = {"dns", "client", "server", "request"};

struct message {
    char kind[16], key[64];
    size_t len;
    uint8_t bytes[MESSAGE_MAX];
};

struct bench {
    long turns; /* 0 = print instead */
    int64_t us[KINDS];
    uint64_t parses[KINDS], done[KINDS], bytes[KINDS];
};

static struct dns_scratch dns_scratch;
static struct tls_scratch tls_scratch;

/* Control bytes would break the lines of the output. */
static void print(struct text text, char end)
{
    for (uint32_t i = 0; i < text.len; i++)
        (void)putchar(text.at[i] == '\t' || text.at[i] == '\n' || text.at[i] == '\r' ? ' '
                                                                                     : text.at[i]);
    (void)putchar(end);
}

static bool dns(const struct message *m, bool quiet)
{
    struct dns_record r;
    if (!dns_parse(m->bytes, m->len, &dns_scratch, &r))
        return false;
    if (quiet)
        return true;
    (void)printf("dns\t%s\t", m->key);
    print(r.name, '\t');
    (void)printf("%u\t%u\t", r.type, r.rcode & 15);
    for (unsigned i = 0, shown = 0; i < r.answers_len; i++) {
        char address[ADDRESS_TEXT];
        if (r.answer[i].type == 1 && address_known(r.answer[i].address))
            (void)printf("%s%s", shown++ ? "," : "", address_format(r.answer[i].address, address));
    }
    (void)putchar('\n');
    return true;
}

static bool client(const struct message *m, bool quiet)
{
    struct tls_record r = {0};
    if (tls_parse_client(m->bytes, m->len, &tls_scratch, &r) != PARSE_DONE)
        return false;
    if (quiet)
        return true;
    (void)printf("client\t%s\t", m->key);
    print(r.server_name, '\t');
    (void)printf("%s\n", r.ja3);
    return true;
}

static bool server(const struct message *m, bool quiet)
{
    struct tls_record r = {0};
    if (tls_parse_server(m->bytes, m->len, &tls_scratch, &r) != PARSE_DONE)
        return false;
    if (quiet)
        return true;
    (void)printf("server\t%s\t%s\t", m->key, r.ja3s);
    for (unsigned i = 0; r.certificate_seen && i < sizeof r.certificate.sha1; i++)
        (void)printf("%02x", r.certificate.sha1[i]);
    (void)putchar('\n');
    return true;
}

static bool request(const struct message *m, bool quiet)
{
    char host[256];
    struct http_record r;
    struct http_body body;
    size_t head;
    if (http_parse_request(m->bytes, m->len, host, &r, &head, &body) != PARSE_DONE)
        return false;
    if (quiet)
        return true;
    (void)printf("request\t%s\t", m->key);
    print(r.host, '\t');
    print(r.target, '\t');
    print(r.user_agent, '\n');
    return true;
}

/* Which of `kinds` a message is; KINDS when none. */
static unsigned tell(const struct message *m)
{
    if (strcmp(m->kind, "dns") == 0)
        return 0;
    enum tls_side side = tls_recognise(m->bytes, m->len);
    if (side != TLS_NEITHER)
        return side == TLS_CLIENT ? 1 : 2;
    return http_recognise_request(m->bytes, m->len) == PARSE_DONE ? 3 : KINDS;
}

static void finish(const struct message *m, struct bench *bench)
{
    static bool (*const parse[KINDS])(const struct message *, bool) = {dns, client, server,
                                                                       request};
    unsigned k = tell(m);
    if (k == KINDS)
        return;
    if (bench->turns == 0) {
        (void)parse[k](m, false);
        return;
    }
    int64_t start = clock_monotonic_us();
    for (long i = 0; i < bench->turns; i++)
        bench->done[k] += parse[k](m, true);
    bench->us[k] += clock_monotonic_us() - start;
    bench->parses[k] += (uint64_t)bench->turns;
    bench->bytes[k] += m->len;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Appends as many bytes as there are pairs of hexadecimal digits, and room. */
static void append(struct message *m, const char *hex)
{
    for (; m->len < MESSAGE_MAX && hex_value(hex[0]) >= 0 && hex_value(hex[1]) >= 0; hex += 2)
        m->bytes[m->len++] = (uint8_t)(hex_value(hex[0]) << 4 | hex_value(hex[1]));
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    static struct message m;
    struct bench bench = {.turns =
                              argc == 3 && !strcmp(argv[1], "-b") ? strtol(argv[2], NULL, 10) : 0};
    while (fgets(line, sizeof line, stdin) != NULL) {
        char kind[16], key[64];
        int hex = 0;
        if (sscanf(line, "%15[^\t]\t%63[^\t]\t%n", kind, key, &hex) != 2 || hex == 0)
            continue;
        if (strcmp(kind, m.kind) != 0 || strcmp(key, m.key) != 0) {
            finish(&m, &bench);
            memcpy(m.kind, kind, sizeof kind);
            memcpy(m.key, key, sizeof key);
            m.len = 0;
        }
        append(&m, line + hex);
    }
    finish(&m, &bench);
    for (unsigned k = 0; bench.turns > 0 && k < KINDS; k++)
        if (bench.parses[k] > 0)
            (void)printf("%-8s %6.0f ns a parse, %4.0f bytes on average, %.1f %% whole\n", kinds[k],
                         (double)bench.us[k] * 1000 / (double)bench.parses[k],
                         (double)bench.bytes[k] * (double)bench.turns / (double)bench.parses[k],
                         100.0 * (double)bench.done[k] / (double)bench.parses[k]);
    return 0;
}
