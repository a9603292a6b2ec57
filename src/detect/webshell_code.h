/*
 * Program text and commands in what a web server was sent, and whether its answer shows that they
 * were carried out. Pure.
 */
#ifndef MUSTER_DETECT_WEBSHELL_CODE_H
#define MUSTER_DETECT_WEBSHELL_CODE_H

#include "base/text.h"

/* A field's value begins as a program does that evaluates, prints or sets up its run. */
bool code_begins(struct text value);
/* The answer begins with a text that the program says it will print: literals, also joined ones,
 * behind echo, print, die or Response.Write. *arrow: that text is China Chopper's "->|". */
bool code_printed(struct text code, struct text answer, bool *arrow);
/* The value is a command of a system's shell, maybe behind its path; the answer is the output of
 * one. */
bool code_is_command(struct text value);
bool code_is_output(struct text answer);

/* Whether `what` stands in the first `within` bytes. */
bool code_finds(struct text in, const char *what, size_t within);

#endif
