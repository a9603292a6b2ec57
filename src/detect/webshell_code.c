#include "detect/webshell_code.h"

#include <stddef.h>

enum { LITERAL_KEPT = 64, LITERALS = 16, PRINTS = 64, PRINTED_WITHIN = 256, PRINTED_LEAST = 3 };

static bool starts_nocase(struct text text, const char *prefix)
{
    size_t len = strlen(prefix);
    return text.len >= len && text_is_nocase(text_at(text.at, len), prefix);
}

static struct text skip(struct text text, const char *bytes)
{
    while (text.len && strchr(bytes, text.at[0]) && text.at[0])
        text = text_at(text.at + 1, text.len - 1);
    return text;
}

bool code_finds(struct text in, const char *what, size_t within)
{
    size_t len = in.len < within ? in.len : within;
    return in.at != NULL && memmem(in.at, len, what, strlen(what)) != NULL;
}

bool code_begins(struct text value)
{
    static const char *const words[] = {"eval(",
                                        "assert(",
                                        "ini_set(",
                                        "set_time_limit(",
                                        "error_reporting(",
                                        "execute(",
                                        "executeglobal",
                                        "execute\"",
                                        "response.write(",
                                        "create_function(",
                                        "system(",
                                        "base64_decode",
                                        "phpinfo(",
                                        "print(",
                                        "echo(",
                                        "echo \"",
                                        "echo '",
                                        "var_dump(",
                                        "die(",
                                        "exec(",
                                        "passthru(",
                                        "shell_exec(",
                                        "file_put_contents(",
                                        "session_start(",
                                        "print_r(",
                                        "var_export(",
                                        "array_map(",
                                        "call_user_func",
                                        "eval \"",
                                        "eval(\"ex\"&",
                                        "preg_replace("};
    value = skip(value, " \t\r\n@;");
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (starts_nocase(value, words[i]))
            return true;
    return false;
}

/* Literals joined by '.', '&' or '+', as "6e93a"."f1cfb"; how many bytes they make. */
static size_t literals(struct text at, char out[LITERAL_KEPT])
{
    size_t len = 0;
    for (int n = 0; n < LITERALS; n++) {
        at = skip(at, " \t");
        if (at.len < 2 || (at.at[0] != '"' && at.at[0] != '\''))
            break;
        const char *end = memchr(at.at + 1, at.at[0], at.len - 1);
        size_t part = end ? (size_t)(end - at.at) - 1 : 0;
        if (end == NULL || part > LITERAL_KEPT - len)
            break;
        memcpy(out + len, at.at + 1, part);
        len += part;
        at = skip(text_at(end + 1, at.len - part - 2), " \t");
        if (at.len == 0 || strchr(".&+", at.at[0]) == NULL)
            break;
        at = text_at(at.at + 1, at.len - 1);
    }
    return len;
}

/* The next word that prints, taken off `rest` with what is before it. */
static bool next_print(struct text *rest)
{
    static const char *const words[] = {"echo", "print", "die", "Response.Write", "write"};
    for (; rest->len > 4; *rest = text_at(rest->at + 1, rest->len - 1))
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (starts_nocase(*rest, words[i])) {
                size_t len = strlen(words[i]);
                *rest = text_at(rest->at + len, rest->len - len);
                return true;
            }
    return false;
}

bool code_printed(struct text code, struct text answer, bool *arrow)
{
    for (int n = 0; n < PRINTS && next_print(&code); n++) {
        char mark[LITERAL_KEPT];
        size_t len = literals(skip(code, " \t("), mark);
        if (len < PRINTED_LEAST || answer.len < len)
            continue;
        size_t within = answer.len < PRINTED_WITHIN ? answer.len : PRINTED_WITHIN;
        bool first = memcmp(answer.at, mark, len) == 0;
        if (!first && (len < PRINTED_LEAST + 2 || !memmem(answer.at, within, mark, len)))
            continue;
        *arrow = len == 3 && memcmp(mark, "->|", 3) == 0;
        return true;
    }
    return false;
}

bool code_is_command(struct text value)
{
    static const char *const words[] = {
        "whoami", "id",   "ls",         "dir", "ipconfig", "ifconfig", "uname", "cat", "type",
        "net",    "pwd",  "systeminfo", "ps",  "netstat",  "tasklist", "cmd",   "sh",  "bash",
        "echo",   "find", "ver",        "set", "hostname", "cd",       "w"};
    value = skip(value, " \t\"'");
    for (uint32_t i = value.len; i > 0; i--) /* the program's own name, without its path */
        if ((value.at[i - 1] == '/' || value.at[i - 1] == '\\') && !memchr(value.at, ' ', i)) {
            value = text_at(value.at + i, value.len - i);
            break;
        }
    uint32_t len = 0;
    while (len < value.len && len < 16 && strchr(" .;|&\"'\r\n>", value.at[len]) == NULL)
        len++;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is_nocase(text_at(value.at, len), words[i]))
            return true;
    return false;
}

bool code_is_output(struct text answer)
{
    static const struct {
        const char *first, *second;
    } known[] = {{"uid=", "gid="},
                 {"nt authority\\", ""},
                 {"Volume Serial Number is ", ""},
                 {"Windows IP Configuration", ""},
                 {"\ndrwx", "\n-rw"},
                 {"inet addr:", "Mask:"},
                 {"Active Internet connections", "Proto"},
                 {" GNU/Linux", "Linux "},
                 {"Microsoft Windows [", "Version"},
                 {"root:x:0:0:", "/bin/"},
                 {"PID TTY", "CMD"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (code_finds(answer, known[i].first, answer.len) &&
            (known[i].second[0] == '\0' || code_finds(answer, known[i].second, answer.len)))
            return true;
    return false;
}
