/*
 * Trouble it answers: man pages that say something else than the program. These are made from the
 * tables that the program itself runs on: subcommands, options, detectors, settings, columns of the
 * output and reasons why something was not used. `make man` writes them.
 *
 * The language is man(7). Text is escaped: a backslash, a hyphen (else a typographic one), and a
 * full stop or quote that begins a line.
 */
#include "cmd/help.h"
#include "conf.h"
#include "record/sighting.h"
#include "record/skip.h"

#include <string.h>

static void put_text(struct buf *buf, const char *text)
{
    for (bool begins = true; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            buf_string(buf, "\\&");
        begins = *text == '\n';
        if (*text == '\\')
            buf_string(buf, "\\e");
        else if (*text == '-')
            buf_string(buf, "\\-");
        else
            buf_char(buf, *text);
    }
}

static void put_line(struct buf *buf, const char *text)
{
    put_text(buf, text);
    buf_char(buf, '\n');
}

/* A term in bold, then what it is. */
static void put_term(struct buf *buf, const char *term, const char *text)
{
    buf_string(buf, ".TP\n.B ");
    put_line(buf, term);
    put_line(buf, text);
}

/* A block that stays as it is typed. */
static void put_block(struct buf *buf, const char *text)
{
    buf_string(buf, ".nf\n");
    put_text(buf, text);
    buf_string(buf, ".fi\n");
}

static void put_title(struct buf *buf, const char *name, const char *about)
{
    buf_string(buf, ".\\\" made by `make man` from the tables of the program\n.TH ");
    for (const char *c = name; *c; c++)
        buf_char(buf, *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c);
    buf_format(buf, " 1 %s \"muster %s\" \"User Commands\"\n.SH NAME\n", MUSTER_DATE,
               MUSTER_VERSION);
    put_text(buf, name);
    buf_string(buf, " \\- ");
    put_line(buf, about);
}

static void put_options(struct buf *buf, const struct command *command)
{
    struct option_text o;
    buf_string(buf, ".SH OPTIONS\n");
    for (unsigned i = 0; options_next(command, &i, &o);) {
        buf_string(buf, ".TP\n\\fB\\-\\-");
        put_text(buf, o.name);
        buf_string(buf, "\\fR");
        if (o.value != NULL) {
            buf_string(buf, " \\fI");
            put_text(buf, o.value);
            buf_string(buf, "\\fR");
        }
        if (o.letter)
            buf_format(buf, ", \\fB\\-%c\\fR", o.letter);
        buf_char(buf, '\n');
        put_line(buf, o.about);
    }
}

static void put_settings(void *state, const char *stage, const struct knob *knobs)
{
    struct buf *buf = state;
    for (; knobs && knobs->name; knobs++) {
        struct buf term = {0};
        buf_format(&term, "%s.%s", stage, knobs->name);
        put_term(buf, term.at, knobs->about);
        term.len = 0;
        buf_format(&term, "Default %g, from %g to %g%s%s.", knobs->value, knobs->least, knobs->most,
                   *knobs->unit ? " " : "", knobs->unit);
        buf_string(buf, ".br\n");
        put_line(buf, term.at);
        buf_free(&term);
    }
}

static void put_columns(struct buf *buf)
{
    static const struct {
        const char *name, *unit, *help;
    } columns[] = {
#define COLUMN(name, type, unit, help) {#name, unit, help},
#include "record/sighting.list"
#undef COLUMN
    };
    buf_string(buf, ".SH JSON\n");
    put_line(buf,
             "With --json one object a line is printed for each sighting: one UTC day's verdict "
             "about one host and one controller. Every member is always there, null when "
             "unknown.");
    for (unsigned i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        struct buf term = {0};
        buf_string(&term, columns[i].name);
        if (*columns[i].unit)
            buf_format(&term, " (%s)", columns[i].unit);
        put_term(buf, term.at, columns[i].help);
        buf_free(&term);
    }
}

/* What only `read` has: its output and what it counts instead of using. */
static void put_read(struct buf *buf)
{
    buf_string(buf, ".SH DETECTORS\n");
    for (unsigned i = 0; i < detectors_len; i++)
        put_term(buf, detectors[i]->name, detectors[i]->about);
    buf_string(buf, ".SH SETTINGS\n");
    put_line(buf, "Numbers for --set and the configuration file.");
    settings_each(put_settings, buf);
    put_columns(buf);
    buf_string(buf, ".SH NOT USED\n");
    put_line(buf,
             "What could not be used is counted by reason, shown at the end of a read, and kept "
             "with the source in the store:");
    for (unsigned i = 0; i < SKIPS; i++)
        put_term(buf, skip_name[i], skip_text[i]);
}

static void put_exit_status(struct buf *buf)
{
    buf_string(buf, ".SH EXIT STATUS\n");
    put_term(buf, "0", "done; damage inside a file is counted and no error");
    put_term(buf, "1", "some input could not be used at all, the rest was");
    put_term(buf, "2", "wrong usage");
    put_term(buf, "3", "the store or another outside part failed");
    put_term(buf, "4", "a self-check of the report failed");
}

static void put_main(struct buf *buf)
{
    put_title(buf, "muster", "takes the roll call of botnets");
    buf_string(buf, ".SH SYNOPSIS\n.B muster\n.I command\n.RI [ option ...]\n.RI [ argument ...]\n"
                    ".SH DESCRIPTION\n");
    put_line(buf,
             "From captures muster finds the hosts that somebody else controls and the servers "
             "that control them, says with evidence why, places both ends in a country and "
             "network, and counts them without counting twice. It only watches: it never "
             "probes, attacks or answers anyone.");
    buf_string(buf, ".SH COMMANDS\n");
    for (unsigned i = 0; i < commands_len; i++) {
        buf_format(buf, ".TP\n.BR muster\\-%s (1)\n", commands[i]->name);
        put_line(buf, commands[i]->about);
    }
    buf_string(buf, ".SH EXAMPLES\n");
    put_block(buf, "muster read --intel LIST capture.pcap\n"
                   "muster trace 10.20.0.15\n"
                   "muster report --format html -o report.html\n");
    put_exit_status(buf);
    buf_string(buf, ".SH ENVIRONMENT\n");
    put_term(buf, "MUSTER_STORE", "where findings are kept when --store is not given");
    put_term(buf, "XDG_CACHE_HOME",
             "compiled indicators and networks are kept in its folder muster");
    buf_string(buf, ".SH FILES\n");
    put_term(buf, "./muster-data", "the store, unless named otherwise");
    put_term(buf, "/etc/muster.conf",
             "settings: name = value under [stage]; before --config and "
             "--set");
    buf_string(buf, ".SH SEE ALSO\n");
    for (unsigned i = 0; i < commands_len; i++)
        buf_format(buf, ".BR muster\\-%s (1)%s\n", commands[i]->name,
                   i + 1 < commands_len ? "," : "");
}

void man_page(struct buf *buf, const struct command *command)
{
    if (command == NULL) {
        put_main(buf);
        return;
    }
    struct buf name = {0};
    buf_format(&name, "muster-%s", command->name);
    put_title(buf, name.at, command->about);
    buf_string(buf, ".SH SYNOPSIS\n.B muster\n");
    put_line(buf, command->usage);
    buf_string(buf, ".SH DESCRIPTION\n");
    put_line(buf, command->about);
    if (command->help != NULL) {
        buf_string(buf, ".PP\n");
        put_block(buf, command->help);
    }
    put_options(buf, command);
    if (strcmp(command->name, "read") == 0)
        put_read(buf);
    put_exit_status(buf);
    buf_string(buf, ".SH SEE ALSO\n.BR muster (1)\n");
    buf_free(&name);
}
