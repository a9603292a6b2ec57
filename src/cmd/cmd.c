#include "cmd/cmd.h"

#define COMMAND(name) extern const struct command command_##name;
#include "cmd/cmd.list"
#undef COMMAND

const struct command *const commands[] = {
#define COMMAND(name) &command_##name,
#include "cmd/cmd.list"
#undef COMMAND
};

const unsigned commands_len = sizeof commands / sizeof *commands;
