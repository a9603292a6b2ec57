#include "cmd/help.h"

#include <stdio.h>
#include <string.h>

static const struct command *find(const char *name)
{
    for (unsigned i = 0; i < commands_len; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

int help_run(char **words, int len)
{
    bool man = len > 0 && strcmp(words[0], "--man") == 0;
    const char *name = len > man ? words[man] : NULL;
    const struct command *command = name ? find(name) : NULL;
    if (name != NULL && command == NULL) {
        cmd_say(NULL, "no such command: %s", name);
        (void)fputs("Try: muster help\n", stderr);
        return EXIT_USAGE;
    }
    if (man) {
        struct buf buf = {0};
        man_page(&buf, command);
        (void)fwrite(buf.at, 1, buf.len, stdout);
        buf_free(&buf);
    } else {
        options_help(command);
    }
    return EXIT_DONE;
}
