/*
 * IRC spoken by a program (RFC 2812): the oldest way to command many hosts. People use IRC rarely
 * and know its ports; bots come to ports of their own, under names drawn by lot or made of country
 * and system, join with a key, speak in the same breath as they join, and are given orders.
 *
 * Clean traffic has almost no IRC at all, so that being IRC is evidence by itself, though not
 * enough: somebody's chat client stays under the line.
 */
#include "detect/detect.h"

#include <math.h>

enum { NICK_KEPT = 32, CHANNEL_KEPT = 32, LINES_MAX = 64 };

struct irc {
    uint64_t number;
    uint32_t logins;
    uint16_t port;
    bool odd_port, made_nick, key, spoke, ordered;
    uint8_t nick_len, channel_len;
    char nick[NICK_KEPT], channel[CHANNEL_KEPT];
};

/* RFC 7194, IANA: 194, 6665-6669, 6697; by habit all of 6660 to 6670 and 7000. */
static bool port_is_usual(uint16_t port)
{
    return port == 194 || (port >= 6660 && port <= 6670) || port == 6697 || port == 7000;
}

/* People's nicks are words with a digit or two; brackets are for clans, three digits for lots. */
static bool nick_is_made(struct text nick)
{
    unsigned digits = 0, brackets = 0;
    for (uint32_t i = 0; i < nick.len; i++) {
        digits += nick.at[i] >= '0' && nick.at[i] <= '9';
        brackets += nick.at[i] != '\0' && strchr("[]{}|", nick.at[i]) != NULL;
    }
    return digits >= 4 || (digits >= 1 && brackets >= 2) || (digits >= 3 && brackets);
}

static uint8_t keep(char *to, size_t room, struct text from)
{
    size_t len = from.len < room ? from.len : room;
    memcpy(to, from.at, len);
    return (uint8_t)len;
}

static void host_says(struct irc *irc, struct text said)
{
    struct text line;
    bool nick = false, user = false, joined = false;
    for (int lines = 0; lines < LINES_MAX && text_line(&said, &line); lines++) {
        struct text command = text_word(&line, ' ');
        if (text_is_nocase(command, "NICK") && line.len) {
            nick = true;
            irc->made_nick |= nick_is_made(line);
            irc->nick_len = keep(irc->nick, NICK_KEPT, line);
        } else if (text_is_nocase(command, "USER")) {
            user = true;
        } else if (text_is_nocase(command, "JOIN") && line.len) {
            joined = true;
            struct text channel = text_word(&line, ' ');
            irc->key |= line.len > 0 && line.at[0] != ' ' && line.at[0] != ':';
            irc->channel_len = keep(irc->channel, CHANNEL_KEPT, channel);
        } else if (text_is_nocase(command, "PRIVMSG")) {
            irc->spoke |= joined;
        }
    }
    irc->logins += nick && user;
}

/* Orders begin with a mark and a word, in a channel's topic (332) or a message:
 * ":x!y@z PRIVMSG #c :.udp 192.0.2.1 80 60", ":server 332 nick #c :!scan 445". */
static bool line_orders(struct text line)
{
    if (line.len == 0 || line.at[0] != ':')
        return false;
    (void)text_word(&line, ' ');
    struct text command = text_word(&line, ' ');
    if (!text_is(command, "332") && !text_is_nocase(command, "PRIVMSG"))
        return false;
    (void)text_word(&line, ':');
    return line.len >= 4 && strchr(".!@$*", line.at[0]) != NULL && line.at[0] != '\0' &&
           ascii_lower(line.at[1]) >= 'a' && ascii_lower(line.at[1]) <= 'z' &&
           ascii_lower(line.at[2]) >= 'a' && ascii_lower(line.at[2]) <= 'z';
}

static void record(const struct detect *detect, const struct record *record)
{
    struct irc *irc = detect->pair_state;
    const struct talk_record *talk = record->talk;
    if (!record->ends.host_opened || talk->app == NULL || strcmp(talk->app, "irc") != 0)
        return;
    if (irc->number == 0 || record->number < irc->number)
        irc->number = record->number;
    irc->port = record->ends.outside_port.number;
    irc->odd_port |= !port_is_usual(irc->port);
    host_says(irc, talk->out);
    struct text said = talk->in, line;
    for (int lines = 0; lines < LINES_MAX && text_line(&said, &line); lines++)
        irc->ordered |= line_orders(line);
}

#define STRENGTH_MOST 9.4

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct irc *irc = detect->pair_state;
    if (irc->logins == 0)
        return;
    struct traits traits = {{0}};
    trait_set(&traits, TRAIT_irc_login, true);
    trait_set(&traits, TRAIT_irc_odd_port, irc->odd_port);
    trait_set(&traits, TRAIT_irc_made_nick, irc->made_nick);
    trait_set(&traits, TRAIT_irc_spoke, irc->spoke);
    trait_set(&traits, TRAIT_irc_key, irc->key);
    trait_set(&traits, TRAIT_irc_ordered, irc->ordered);
    struct evidence e = {.group = GROUP_SHAPE,
                         .strength = fmin(STRENGTH_MOST, traits_strength(&traits)),
                         .traits = traits,
                         .number = irc->number,
                         .known_from = {DAY_NONE}};
    e.item = evidence_text(out, "irc port %u", irc->port);
    e.why =
        evidence_text(out, "%u login%s to IRC on %sport %u as \"%.*s\"%s%s%.*s%s%s%s", irc->logins,
                      irc->logins == 1 ? "" : "s", irc->odd_port ? "the unusual " : "", irc->port,
                      irc->nick_len, irc->nick, irc->made_nick ? ", a name no person takes" : "",
                      irc->channel_len ? ", joined " : "", irc->channel_len, irc->channel,
                      irc->key ? " with a key" : "", irc->spoke ? ", spoke in the same breath" : "",
                      irc->ordered ? ", was given orders" : "");
    evidence_add(out, &e);
}

const struct detector detector_irc = {
    .name = "irc",
    .about = "IRC spoken by programs: odd ports, made-up names, orders",
    .version = 1,
    .records = RECORD_TALK,
    .pair_bytes = (sizeof(struct irc) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
