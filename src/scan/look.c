/*
 * Which looks a file gets: by the language that its name says, or its content when the name says
 * nothing; all looks that do not read a grammar share one copy in lower case.
 */
#include "scan/scan.h"

enum { LOOKED = 2 << 20, NODE_MOST = 64 << 10 /* bundles of libraries are larger */ };

#define ANY(...) ((const char *const[]){__VA_ARGS__, NULL})

static bool has(struct text source, const char *what)
{
    uint32_t len = source.len < LOOKED ? source.len : LOOKED;
    return len && memmem(source.at, len, what, strlen(what)) != NULL;
}

static bool ends_in(struct text name, const char *const *endings)
{
    for (; *endings; endings++) {
        size_t len = strlen(*endings);
        if (name.len >= len && text_is_nocase(text_at(name.at + name.len - len, len), *endings))
            return true;
    }
    return false;
}

/* Where programs begin in it: the first <?php or <?=, the first <%. */
static void openings(struct text source, bool *php, bool *percent)
{
    const char *at = source.at, *end = at + (source.len < LOOKED ? source.len : LOOKED);
    *php = *percent = false;
    while (at && at < end && !*php && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        struct text rest = text_at(at, (size_t)(end - at));
        *php = rest.len > 2 && at[1] == '?' &&
               (at[2] == '=' || (rest.len > 4 && text_is_nocase(text_at(at + 2, 3), "php")));
        *percent |= rest.len > 1 && at[1] == '%';
        at++;
    }
}

static enum scan_language of_interpreter(struct text source)
{
    struct text rest = source, line = {0};
    (void)text_line(&rest, &line);
    if (line.len && memmem(line.at, line.len, "python", 6))
        return SCAN_PYTHON;
    return line.len && memmem(line.at, line.len, "node", 4) ? SCAN_NODE : SCAN_CGI;
}

static enum scan_language by_content(struct text source)
{
    bool php, percent;
    openings(source, &php, &percent);
    if (php)
        return SCAN_PHP;
    if (text_starts(source, "#!"))
        return of_interpreter(source);
    if (!percent)
        return SCAN_NONE;
    if (has(source, "<%@ page import") || has(source, "java.") ||
        has(source, "request.getParameter"))
        return SCAN_JSP;
    if (has(source, "<%@ Page") || has(source, "<%@ WebHandler") ||
        has(source, "<%@ page language=\"c#"))
        return SCAN_ASPX;
    return SCAN_ASP;
}

static enum scan_language language_of(struct text name, struct text source)
{
    if (ends_in(name, ANY(".php", ".phtml", ".php3", ".php4", ".php5", ".php7", ".php8", ".pht",
                          ".phps", ".inc", ".module", ".phar")))
        return SCAN_PHP;
    if (ends_in(name, ANY(".jsp", ".jspx", ".jspf", ".jsw", ".jsv", ".jhtml")))
        return SCAN_JSP;
    if (ends_in(name, ANY(".aspx", ".ashx", ".asmx", ".ascx", ".cshtml")))
        return SCAN_ASPX;
    if (ends_in(name, ANY(".asp", ".asa", ".cer", ".cdx")))
        return has(source, "<%@ Page") || has(source, "Jscript") ? SCAN_ASPX : SCAN_ASP;
    if (ends_in(name, ANY(".cfm", ".cfml", ".cfc")))
        return SCAN_CFM;
    if (ends_in(name, ANY(".shtml", ".shtm", ".stm")))
        return has(source, "<?php") ? SCAN_PHP : SCAN_PAGE;
    if (ends_in(name, ANY(".htaccess", ".user.ini", "php.ini", "web.config")))
        return has(source, "<?php") ? SCAN_PHP : has(source, "<%") ? SCAN_ASP : SCAN_CONFIG;
    if (ends_in(name, ANY(".js", ".mjs", ".cjs")) && source.len < NODE_MOST &&
        has(source, "require"))
        return SCAN_NODE;
    if (ends_in(name, ANY(".lua")))
        return SCAN_LUA;
    if (ends_in(name, ANY(".py")))
        return SCAN_PYTHON;
    if (ends_in(name, ANY(".pl", ".cgi", ".rb", ".sh")))
        return has(source, "<?php") ? SCAN_PHP
               : text_starts(source, "\x7f"
                                     "ELF")
                   ? SCAN_NONE
                   : SCAN_CGI;
    return by_content(source);
}

static bool is_picture(struct text source)
{
    return text_starts(source, "GIF8") || text_starts(source, "\x89PNG") ||
           text_starts(source, "\xff\xd8\xff") || text_starts(source, "BM\x36");
}

bool scan_look(struct scan_found *found, struct text name, struct text source, struct arena *arena)
{
    enum scan_language language = language_of(name, source);
    bool picture = is_picture(source);
    if (language == SCAN_NONE && !picture)
        return false;
    uint32_t len = source.len < LOOKED ? source.len : LOOKED;
    char *copy = arena_new(arena, len + 1);
    for (uint32_t i = 0; i < len; i++)
        copy[i] = ascii_lower(source.at[i]);
    struct text lower = text_at(copy, len);
    if (language == SCAN_PHP)
        scan_php(found, source, arena);
    else if (language == SCAN_CGI || language == SCAN_PYTHON)
        scan_cgi(found, language, source);
    else if (language != SCAN_NONE)
        scan_other(found, language, lower, arena);
    scan_text(found, language, lower, picture);
    return true;
}
