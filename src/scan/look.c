/*
 * Which looks a file gets: by the language that its name says, or its content when the name says
 * nothing; all looks that do not read a grammar share one copy in lower case.
 */
#include "scan/scan.h"

enum { LOOKED = 2 << 20 };

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

static enum scan_language by_content(struct text source)
{
    if (text_starts(source, "#!"))
        return has(source, "<?php") ? SCAN_PHP : SCAN_CGI;
    if (has(source, "<?") && (has(source, "<?php") || has(source, "<?=") || has(source, "<?PHP")))
        return SCAN_PHP;
    if (!has(source, "<%"))
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
    if (ends_in(name, ANY(".pl", ".cgi", ".py", ".sh")))
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
    else if (language == SCAN_CGI)
        scan_cgi(found, source);
    else if (language != SCAN_NONE)
        scan_other(found, language, lower);
    scan_text(found, language, lower, picture);
    return true;
}
