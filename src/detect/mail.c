/*
 * Stolen data that leaves by mail or FTP: a program on a client machine logs in to a mailbox or a
 * file server with a password in clear, sends a mail to the very mailbox it sends from, or puts
 * files without ever looking what is there.
 *
 * Mail clients of people turn on encryption first (RFC 8314), send to others, and write a client's
 * name. Printers and storage boxes do send to themselves in clear, but write their own dialect of
 * the protocol and do not ask the world for their own address first.
 *
 * The far end is somebody's mail or file service that is made use of; the judge gives its role.
 */
#include "detect/detect.h"

#include <math.h>

enum { KEPT = 48, LINES_MAX = 64, PORT_SUBMISSION = 587, NAME_LEAST = 4 };

struct mail {
    uint64_t number;
    uint32_t logins; /* with a password in clear */
    uint32_t to_itself, files;
    uint16_t port;
    bool ftp, library_login, bare_greeting, looked, numbered;
    bool retold, own_file; /* of a log; a file named after the machine that sends it */
    uint8_t box_len, file_len;
    char box[KEPT], file[KEPT];
};

static uint8_t keep(char *to, struct text from)
{
    size_t len = from.len < KEPT ? from.len : KEPT;
    memcpy(to, from.at, len);
    return (uint8_t)len;
}

/* "<a@b>" of "MAIL FROM:<a@b> SIZE=1"; null when there is none. */
static struct text angle_address(struct text line)
{
    const char *open = line.len ? memchr(line.at, '<', line.len) : NULL;
    if (open == NULL)
        return text_of(NULL);
    size_t left = line.len - (size_t)(open - line.at);
    const char *shut = memchr(open, '>', left);
    return shut && shut > open + 1 ? text_at(open + 1, (size_t)(shut - open) - 1) : text_of(NULL);
}

static bool same_nocase(struct text a, struct text b)
{
    if (a.len != b.len || a.len == 0)
        return false;
    for (uint32_t i = 0; i < a.len; i++)
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    return true;
}

static bool holds_text(struct text text, struct text what)
{
    return text.len && what.len && memmem(text.at, text.len, what.at, what.len) != NULL;
}

static bool holds(struct text text, const char *what)
{
    return holds_text(text, text_of(what));
}

/* RFC 5321, 4954. Bodies are not looked at: a line of one that reads like a command is not told
 * from one, which only a sender who wants to be found would write. */
static void smtp_says(struct mail *m, struct text said, const struct talk_record *talk)
{
    struct text line, from = text_of(NULL);
    /* A log does not tell the login; whom a server takes mail from at the port of submission has
     * given a password before (RFC 6409 4.3). */
    bool login = talk->retold && m->port == PORT_SUBMISSION && holds(said, "MAIL FROM:<");
    m->retold |= login;
    for (int lines = 0; lines < LINES_MAX && text_line(&said, &line); lines++) {
        struct text rest = line;
        struct text command = text_word(&rest, ' ');
        if (text_is_nocase(command, "STARTTLS") || text_is_nocase(command, "DATA"))
            break;
        if (text_is_nocase(command, "EHLO") || text_is_nocase(command, "HELO")) {
            m->bare_greeting |= rest.len && memchr(rest.at, '.', rest.len) == NULL;
            m->own_file |= rest.len >= NAME_LEAST && holds_text(talk->file, rest);
        } else if (text_is_nocase(command, "AUTH")) {
            struct text method = text_word(&rest, ' ');
            login |= text_is_nocase(method, "LOGIN") || text_is_nocase(method, "PLAIN");
            /* the mail class of .NET, which programs use and mail clients do not */
            m->library_login |= text_is(method, "login") && rest.len;
        } else if (text_is_nocase(command, "MAIL")) {
            from = angle_address(rest);
        } else if (text_is_nocase(command, "RCPT") && login &&
                   same_nocase(from, angle_address(rest))) {
            m->to_itself++;
            m->box_len = keep(m->box, from);
        }
    }
    m->logins += login;
}

/* File names that carry a date or a number: one of many. */
static bool name_is_numbered(struct text name)
{
    unsigned digits = 0;
    for (uint32_t i = 0; i < name.len; i++)
        digits += name.at[i] >= '0' && name.at[i] <= '9';
    return digits >= 6;
}

/* RFC 959 */
static void ftp_says(struct mail *m, struct text said)
{
    struct text line;
    bool user = false;
    for (int lines = 0; lines < LINES_MAX && text_line(&said, &line); lines++) {
        struct text command = text_word(&line, ' ');
        if (text_is_nocase(command, "AUTH"))
            break;
        if (text_is_nocase(command, "USER")) {
            user = !text_is_nocase(line, "anonymous") && !text_is_nocase(line, "ftp");
            m->box_len = keep(m->box, line);
        } else if (text_is_nocase(command, "PASS")) {
            m->logins += user;
        } else if (text_is_nocase(command, "LIST") || text_is_nocase(command, "NLST") ||
                   text_is_nocase(command, "MLSD") || text_is_nocase(command, "RETR")) {
            m->looked = true;
        } else if (text_is_nocase(command, "STOR") && user) {
            m->files++;
            m->numbered |= name_is_numbered(line);
            m->file_len = keep(m->file, line);
        }
    }
}

static void record(const struct detect *detect, const struct record *record)
{
    struct mail *m = detect->pair_state;
    const struct talk_record *talk = record->talk;
    if (!record->ends.host_opened || record->ends.outside_home || talk->app == NULL)
        return;
    /* greetings are alike; what the host says first is not */
    bool smtp = strcmp(talk->app, "smtp") == 0 || text_starts(talk->out, "EHLO ") ||
                text_starts(talk->out, "HELO ");
    if (!smtp && strcmp(talk->app, "ftp") != 0)
        return;
    if (m->number == 0 || record->number < m->number)
        m->number = record->number;
    m->port = record->ends.outside_port.number;
    m->ftp = !smtp;
    if (smtp)
        smtp_says(m, talk->out, talk);
    else
        ftp_says(m, talk->out);
}

#define STRENGTH_MOST 9.4

static struct traits traits_of(const struct mail *m, const struct host *host)
{
    struct traits t = {{0}};
    trait_set(&t, TRAIT_mail_own_address, host->flags & HOST_OWN_ADDRESS);
    if (m->ftp) {
        trait_set(&t, TRAIT_mail_ftp, true);
        trait_set(&t, TRAIT_mail_ftp_files, m->files);
        trait_set(&t, TRAIT_mail_ftp_only_files, m->files && !m->looked);
        trait_set(&t, TRAIT_mail_ftp_numbered, m->numbered);
    } else {
        trait_set(&t, TRAIT_mail_smtp, true);
        trait_set(&t, TRAIT_mail_to_itself, m->to_itself);
        trait_set(&t, TRAIT_mail_library_login, m->library_login);
        trait_set(&t, TRAIT_mail_bare_greeting, m->bare_greeting);
        trait_set(&t, TRAIT_mail_own_file, m->own_file);
    }
    return t;
}

static void close(const struct detect *detect, struct evidence_out *out)
{
    const struct mail *m = detect->pair_state;
    if (m->logins == 0 || host_is_mail_gateway(detect->host) || detect->host->served ||
        (m->ftp && m->files == 0))
        return;
    struct traits traits = traits_of(m, detect->host);
    struct evidence e = {.group = GROUP_SHAPE,
                         .strength = fmin(STRENGTH_MOST, traits_strength(&traits)),
                         .traits = traits,
                         .number = m->number,
                         .known_from = {DAY_NONE}};
    const char *own = detect->host->flags & HOST_OWN_ADDRESS
                          ? "; the host looked up its own address that day"
                          : "";
    if (m->ftp) {
        e.item = evidence_text(out, "ftp upload %.*s", m->file_len, m->file);
        e.why =
            evidence_text(out,
                          "%u login%s to FTP as \"%.*s\" with a password in clear, %u file%s put "
                          "there (%.*s)%s%s",
                          m->logins, m->logins == 1 ? "" : "s", m->box_len, m->box, m->files,
                          m->files == 1 ? "" : "s", m->file_len, m->file,
                          m->looked ? "" : ", nothing ever listed or fetched", own);
    } else {
        e.item = evidence_text(out, "smtp login in clear, port %u", m->port);
        e.why = evidence_text(out, "%u mail %s%s %s port %u%s%s%s%.*s%s%s", m->logins,
                              m->retold ? "submission" : "login", m->logins == 1 ? "" : "s",
                              m->retold ? "in clear, behind a password, on"
                                        : "with a password in clear on",
                              m->port, m->library_login ? " by a program's mail library" : "",
                              m->own_file ? ", a file named after the machine sent along" : "",
                              m->to_itself ? ", mail from a mailbox to itself (" : "", m->box_len,
                              m->box, m->to_itself ? ")" : "", own);
    }
    evidence_add(out, &e);
}

const struct detector detector_mail = {
    .name = "mail",
    .about = "data that leaves by mail or FTP with a password in clear",
    .version = 1,
    .records = RECORD_TALK,
    .pair_bytes = (sizeof(struct mail) + 7) / 8 * 8,
    .record = record,
    .close = close,
};
