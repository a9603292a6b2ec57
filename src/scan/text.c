/*
 * What needs no grammar: a program behind a picture's first bytes, source that nobody can read, the
 * parts of a toolbox for somebody else's server, and what tools call themselves.
 */
#include "scan/scan.h"

enum { PARTS_MANY = 8, PARTS_SOME = 6 };

static uint32_t count(struct text in, const char *what, uint32_t most)
{
    uint32_t n = 0;
    size_t len = strlen(what);
    const char *at = in.at, *end = in.at + in.len;
    while (n < most && (at = memmem(at, (size_t)(end - at), what, len)) != NULL) {
        n++;
        at += len;
    }
    return n;
}

static unsigned has(struct text in, const char *what)
{
    return memmem(in.at, in.len, what, strlen(what)) != NULL;
}

/* The parts, each of which honest programs have some of. */
static unsigned parts_of(struct text s)
{
    unsigned runs = has(s, "shell_exec") + has(s, "passthru") + has(s, "popen") +
                    has(s, "proc_open") + has(s, "system(") + has(s, "exec(");
    unsigned n = runs >= 3;
    n += runs >= 5;
    n += has(s, "disable_functions") || has(s, "safe_mode");
    n += has(s, "php_uname") || has(s, "uname -a") || has(s, "posix_getuid");
    n += has(s, "fileperms") || has(s, "posix_getpwuid");
    n += has(s, "/etc/passwd") || has(s, "/etc/shadow") || has(s, "/etc/named.conf");
    n += (has(s, "fsockopen") || has(s, "socket_create") || has(s, "pfsockopen")) &&
         (has(s, "/bin/sh") || has(s, "cmd.exe") || has(s, "/bin/bash"));
    n += (has(s, "opendir") || has(s, "scandir") || has(s, "glob(")) && has(s, "unlink(") &&
         (has(s, "rename(") || has(s, "chmod("));
    n += has(s, "move_uploaded_file") || (has(s, "$_files") && has(s, "copy("));
    n += has(s, "error_reporting(0)") && has(s, "set_time_limit(0)");
    n += has(s, "phpinfo(");
    n += has(s, "unlink(__file__)") || has(s, "$_server['php_self'])") || has(s, "killme");
    n += has(s, "mysql_connect") && has(s, "show databases");
    n += has(s, "open_basedir") || has(s, "allow_url_fopen");
    n += has(s, "wget ") && (has(s, "curl ") || has(s, "lynx") || has(s, "fetch "));
    n += has(s, "gzinflate") && has(s, "base64_decode");
    return n;
}

/* Whether it is worth the while: most programs have next to none of the parts. */
static bool may_have_parts(struct text s)
{
    return has(s, "exec") + has(s, "passthru") + has(s, "popen") + has(s, "system(") +
               has(s, "/etc/passwd") + has(s, "fileperms") + has(s, "php_uname") +
               has(s, "disable_functions") + has(s, "fsockopen") >=
           2;
}

/* Names that tools and their makers give themselves. */
static const char *own_name(struct text s)
{
    static const char *const names[] = {"c99shell",
                                        "c99sh",
                                        "r57shell",
                                        "r57.",
                                        "filesman",
                                        "b374k",
                                        "indoxploit",
                                        "p0wny",
                                        "priv8",
                                        "wso shell",
                                        "wso 2",
                                        "web shell by",
                                        "webshell",
                                        "mass deface",
                                        "back connect",
                                        "backconnect",
                                        "back-connect",
                                        "bind shell",
                                        "shell by ",
                                        "hacked by",
                                        "php shell",
                                        "phpshell",
                                        "safe mode bypass",
                                        "bypass shell",
                                        "mini shell",
                                        "alfa team",
                                        "jumping",
                                        "symlink bypass",
                                        "cgitelnet",
                                        "cgi-telnet",
                                        "rootshell",
                                        "antichat",
                                        "zone-h",
                                        "defacer",
                                        "ddos",
                                        "asp.net spy",
                                        "aspxspy",
                                        "jspspy",
                                        "phpspy",
                                        "kacak",
                                        "zehir"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (has(s, names[i]))
            return names[i];
    return NULL;
}

static bool is_garbled(struct text s)
{
    uint32_t escapes = count(s, "\\x", 100000), characters = count(s, "chr(", 100000);
    return (escapes >= 60 && escapes * 4 * 12 >= s.len) ||
           (characters >= 40 && characters * 5 * 8 >= s.len) ||
           (count(s, "goto ", 1000) >= 12 && s.len < 400000);
}

void scan_text(struct scan_found *found, enum scan_language language, struct text lower,
               bool picture)
{
    if (picture && (has(lower, "<?php") || (has(lower, "<?=") && lower.len < 4096)))
        scan_find(found, SCAN_in_picture, 0, text_of(NULL));
    if (language == SCAN_PHP && is_garbled(lower))
        scan_find(found, SCAN_garbled, 0, text_of(NULL));
    if (language != SCAN_NONE && may_have_parts(lower)) {
        unsigned parts = parts_of(lower);
        const char *name = own_name(lower);
        if (parts >= PARTS_MANY)
            scan_find(found, SCAN_toolbox, 0, text_of(NULL));
        else if (parts >= PARTS_SOME || (parts >= 4 && name))
            scan_find(found, SCAN_toolbox_some, 0, text_of(NULL));
        if (name && parts >= 2)
            scan_find(found, SCAN_mark, 0, text_of(name));
    }
}
