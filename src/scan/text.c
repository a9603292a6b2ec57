/*
 * What needs no grammar: a program behind a picture's first bytes, source that nobody can read, the
 * parts of a toolbox for somebody else's server, and what tools call themselves.
 */
#include "scan/scan.h"
#include "scan/words.h"

enum { PARTS_MANY = 8, PARTS_SOME = 6, SMALL = 4000 /* bytes */ };

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

#define HAS(word) scan_words_has(w, WORD_##word)

/* The parts, each of which honest programs have some of. */
static unsigned parts_of(const struct scan_words *w)
{
    unsigned runs =
        HAS(shell_exec) + HAS(passthru) + HAS(popen) + HAS(proc_open) + HAS(system) + HAS(exec);
    unsigned n = runs >= 3;
    n += runs >= 5;
    n += HAS(disable_functions) || HAS(safe_mode);
    n += HAS(php_uname) || HAS(uname_a) || HAS(getuid);
    n += HAS(fileperms) || HAS(getpwuid);
    n += HAS(passwd) || HAS(shadow) || HAS(named_conf);
    n += (HAS(fsockopen) || HAS(socket_create)) && (HAS(bin_sh) || HAS(cmd_exe) || HAS(bin_bash));
    n += (HAS(opendir) || HAS(scandir) || HAS(glob)) && HAS(unlink) && (HAS(rename) || HAS(chmod));
    n += HAS(move_uploaded) || (HAS(files) && HAS(copy));
    n += HAS(error_off) && HAS(time_off);
    n += HAS(phpinfo);
    n += HAS(unlink_self) || HAS(php_self) || HAS(killme);
    n += HAS(mysql_connect) && HAS(show_databases);
    n += HAS(open_basedir) || HAS(allow_url);
    n += HAS(wget) && (HAS(curl) || HAS(lynx) || HAS(fetch));
    n += HAS(gzinflate) && HAS(base64);
    return n;
}

/* Whether it is worth the while: most programs have next to none of the parts. */
static bool may_have_parts(const struct scan_words *w)
{
    return HAS(exec_any) + HAS(passthru) + HAS(popen) + HAS(system) + HAS(passwd) + HAS(fileperms) +
               HAS(php_uname) + HAS(disable_functions) + HAS(fsockopen) >=
           2;
}

/* Ways to the system's shell that functions forbidden in php.ini do not close. */
static const char *bypass_of(const struct scan_words *w)
{
    if (!(HAS(get) || HAS(post) || HAS(request) || HAS(cookie)))
        return NULL;
    if (HAS(preload) && HAS(putenv))
        return "LD_PRELOAD";
    if (HAS(ffi) && (HAS(system) || HAS(exec) || HAS(popen)))
        return "FFI";
    if (HAS(com) && (HAS(wscript) || HAS(shell_app)))
        return "COM";
    return HAS(proxycommand) ? "ProxyCommand" : NULL;
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
    struct scan_words words;
    scan_words_find(lower, &words);
    const struct scan_words *w = &words;
    if (picture && (HAS(php) || (lower.len < 4096 && memmem(lower.at, lower.len, "<?=", 3))))
        scan_find(found, SCAN_in_picture, 0, text_of(NULL));
    if (language == SCAN_NONE)
        return;
    if (language == SCAN_PHP && is_garbled(lower))
        scan_find(found, SCAN_garbled, 0, text_of(NULL));
    const char *bypass = language == SCAN_PHP ? bypass_of(w) : NULL;
    if (bypass)
        scan_find(found, SCAN_bypass, 0, text_of(bypass));
    if (language == SCAN_PHP && lower.len < SMALL && HAS(fsockopen) &&
        (HAS(udp) || HAS(str_repeat)) && (HAS(get) || HAS(post) || HAS(request)))
        scan_find(found, SCAN_flood, 0, text_of("fsockopen"));
    if (language == SCAN_PHP && lower.len < SMALL && (HAS(create_user) || HAS(insert_user)) &&
        HAS(administrator) && (HAS(get) || HAS(post) || HAS(request) || HAS(cookie)))
        scan_find(found, SCAN_admin, 0, text_of(NULL));
    if (!may_have_parts(w))
        return;
    unsigned parts = parts_of(w);
    const char *name = scan_words_name(w);
    if (parts >= PARTS_MANY)
        scan_find(found, SCAN_toolbox, 0, text_of(NULL));
    else if (parts >= PARTS_SOME || (parts >= 4 && name))
        scan_find(found, SCAN_toolbox_some, 0, text_of(NULL));
    if (name && parts >= 2)
        scan_find(found, SCAN_mark, 0, text_of(name));
}
