/*
 * Perl, Python, Ruby and shell scripts of web servers, a line at a time: a variable that is set in
 * a line in which a request's data stands, or another such variable, carries them; a line that runs
 * something of it is the way in. And scripts that put a shell on a socket.
 */
#include "scan/scan.h"

enum { LINES = 200000, CARRIERS = 64, NAME_KEPT = 32, PASSES = 2 };

static const char *const brings[] = {
    "param(",          "params[",      "QUERY_STRING", "FieldStorage", "$in{",
    "$FORM{",          "$form{",       "$query->",     "cgi[",         "CONTENT_LENGTH",
    "<STDIN>",         "read(STDIN",   "$cgi->",       "sys.stdin",    "HTTP_COOKIE",
    "HTTP_USER_AGENT", "request.args", "request.form", "request.get",  "request.GET",
    "request.POST",    "request.body", "rfile.read",   "wsgi.input",   "request.values",
    "self.path",       "req.query",    "HTTP_X_"};
static const char *const runs_command[] = {
    "system(", "system ", "exec(", "exec ", "popen(", "popen3",   "qx",    "`",     "|\")",
    "|')",     "| \")",   "sh -c", "%x(",   "%x{",    "IO.popen", "Open3", "spawn("};
static const char *const runs_command_python[] = {"os.system(", "popen(",       "subprocess.",
                                                  "getoutput(", "check_output", "os.exec",
                                                  "pty.spawn",  "os.spawn"};
static const char *const runs_program[] = {"eval($",     "eval $",       "eval \"$",
                                           "eval(param", "exec(form",    "eval(form",
                                           "eval(cgi",   "eval(request", "exec(request"};
/* a connection of one's own, in any of these languages */
static const char *const opens_socket[] = {"socket(",           "socket.socket", "IO::Socket",
                                           "TCPSocket",         "/dev/tcp/",     "Socket::INET",
                                           "create_connection("};

struct carriers {
    char name[CARRIERS][NAME_KEPT];
    unsigned len;
};

static bool any(struct text line, const char *const *words, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (line.len && memmem(line.at, line.len, words[i], strlen(words[i])))
            return true;
    return false;
}
#define ANY_OF(line, words) any(line, words, sizeof(words) / sizeof(words)[0])

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

static bool has_word(struct text line, const char *word)
{
    size_t len = strlen(word);
    const char *at = line.at, *end = line.at + line.len;
    while (at && at < end && (at = memmem(at, (size_t)(end - at), word, len)) != NULL) {
        bool before = at > line.at && is_word(at[-1]), after = at + len < end && is_word(at[len]);
        bool held = at + 1 < end && (at[1] == '.' || at[1] == '['); /* f.getvalue, f["x"] */
        bool short_name = len == 1 && (at == line.at || at[-1] != '$') && !held;
        if (!before && !after && !short_name)
            return true;
        at += len;
    }
    return false;
}

static bool carries(const struct carriers *c, struct text line)
{
    for (unsigned i = 0; i < c->len; i++)
        if (has_word(line, c->name[i]))
            return true;
    return false;
}

/* The name before '=': $name, my $name, @name, name; the last word of a shell's `read`. */
static void set_carrier(struct carriers *c, struct text line)
{
    const char *equals = line.len ? memchr(line.at, '=', line.len) : NULL;
    uint32_t to = text_starts(line, "read ") ? line.len : equals ? (uint32_t)(equals - line.at) : 0;
    while (to > 0 && !is_word(line.at[to - 1]))
        to--;
    uint32_t from = to;
    while (from > 0 && is_word(line.at[from - 1]))
        from--;
    if (to == from || to - from >= NAME_KEPT || c->len == CARRIERS)
        return;
    char *name = c->name[c->len];
    memcpy(name, line.at + from, to - from);
    name[to - from] = '\0';
    for (unsigned i = 0; i < c->len; i++)
        if (strcmp(c->name[i], name) == 0)
            return;
    c->len++;
}

static struct text without_space(struct text line)
{
    while (line.len && (line.at[0] == ' ' || line.at[0] == '\t'))
        line = text_at(line.at + 1, line.len - 1);
    return line;
}

/* It answers a web server, or is one. */
static bool is_served(struct text source)
{
    static const char *const signs[] = {"Content-type: text",
                                        "Content-Type: text/html",
                                        "content-type: text",
                                        "QUERY_STRING",
                                        "http.server",
                                        "BaseHTTP",
                                        "FieldStorage",
                                        "use CGI",
                                        "import Flask",
                                        "from flask",
                                        "CGI.new",
                                        "sinatra",
                                        "WEBrick",
                                        "Content-Type: text/plain",
                                        "cgi.header",
                                        "def application(environ",
                                        "HttpResponse"};
    return ANY_OF(source, signs);
}

static bool runs(enum scan_language language, struct text line)
{
    return language == SCAN_PYTHON ? ANY_OF(line, runs_command_python) : ANY_OF(line, runs_command);
}

void scan_cgi(struct scan_found *found, enum scan_language language, struct text source)
{
    struct carriers c = {.len = 0};
    bool served = is_served(source), socket = ANY_OF(source, opens_socket), shell = false,
         joins = false;
    if (!served && !socket)
        return;
    for (int pass = 0; pass < PASSES; pass++) {
        struct text rest = source, line;
        for (uint32_t number = 1; number < LINES && text_line(&rest, &line); number++) {
            line = without_space(line);
            if (line.len == 0 || line.at[0] == '#')
                continue;
            bool tainted = served && (ANY_OF(line, brings) || carries(&c, line));
            if (tainted)
                set_carrier(&c, line);
            if (tainted && pass && ANY_OF(line, runs_program))
                scan_find(found, SCAN_code_request, number, text_of("eval"));
            else if (tainted && pass && runs(language, line))
                scan_find(found, SCAN_command_request, number, text_of("a command"));
            if (!socket || pass)
                continue;
            shell |= memmem(line.at, line.len, "/bin/sh", 7) ||
                     memmem(line.at, line.len, "/bin/bash", 9) ||
                     memmem(line.at, line.len, "bash -i", 7) ||
                     memmem(line.at, line.len, "cmd.exe", 7);
            joins |= memmem(line.at, line.len, "dup2", 4) || memmem(line.at, line.len, ">&", 2) ||
                     memmem(line.at, line.len, "STDIN", 5) ||
                     memmem(line.at, line.len, "reopen", 6);
        }
    }
    if (socket && shell && joins)
        scan_find(found, SCAN_backconnect, 0, text_of("a shell on a socket"));
}
