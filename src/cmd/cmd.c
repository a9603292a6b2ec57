#include "cmd/cmd.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/cmd.list"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/cmd.list"
#undef COMMAND
};

const unsigned commands_len = sizeof commands / sizeof *commands;

void cmd_say(const char *command, const char *format, ...)
{
    char text[1024];
    struct buf line = {0};
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_format(&line, "muster%s%s: ", command ? " " : "", command ? command : "");
    buf_printable(&line, text_of(text));
    buf_char(&line, '\n');
    (void)fwrite(line.at, 1, line.len, stderr);
    buf_free(&line);
}
