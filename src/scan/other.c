/*
 * Programs of web servers in other languages than PHP. Their backdoors are short, and what they
 * cannot do without stands in them by name: something that runs, and the request's data for it.
 * Pages that have both are few, since applications in these languages keep such work out of pages.
 */
#include "scan/scan.h"

#include "base/mem.h"

enum { LOOKED = 1 << 20 };

/* WORDS: each of which says the same. */
static bool any_of(struct text lower, const char *const *words)
{
    for (; *words; words++)
        if (memmem(lower.at, lower.len, *words, strlen(*words)))
            return true;
    return false;
}

#define ANY(...) ((const char *const[]){__VA_ARGS__, NULL})

struct rule {
    enum scan_language language;
    enum scan_trait trait;
    const char *what;
    const char *const *runs;   /* one of these stands in it, */
    const char *const *brings; /* and one of these, */
    const char *const *and;    /* and one of these; NULL = no more */
};

static const struct rule rules[] = {
    {SCAN_JSP, SCAN_code_request, "defineClass",
     ANY("defineclass(", "defineanonymousclass", "urlclassloader("),
     ANY("request.getparameter", "request.getreader", "request.getinputstream", "request.getheader",
         "pagecontext", "getattribute("),
     NULL},
    {SCAN_JSP, SCAN_code_request, "ScriptEngine", ANY("scriptenginemanager", ".eval("),
     ANY("request.getparameter", "request.getreader", "request.getheader"), ANY("scriptengine")},
    {SCAN_JSP, SCAN_command_request, "exec",
     ANY(".exec(", "processbuilder(", "processimpl", "unixprocess"),
     ANY("request.getparameter", "request.getreader", "request.getheader", "request.getquerystring",
         "${param", "param."),
     NULL},
    {SCAN_JSP, SCAN_write_request, "FileOutputStream",
     ANY("fileoutputstream(", "randomaccessfile(", "filewriter("),
     ANY("request.getparameter", "request.getinputstream"), NULL},
    {SCAN_ASP, SCAN_code_request, "Eval",
     ANY("eval request", "eval(request", "execute request", "execute(request",
         "executeglobal request", "executeglobal(request", "eval (request", "execute (request",
         "addcode", "scriptcontrol"),
     ANY("request"), NULL},
    {SCAN_ASP, SCAN_code_weak, "Execute", ANY("execute(", "execute ", "executeglobal", "eval("),
     ANY("request"), ANY("chr(", "replace(", "strreverse", "mid(", "unescape")},
    {SCAN_ASP, SCAN_command_request, "WScript.Shell",
     ANY("wscript.shell", "shell.application", "72c24dd5-d70a-438b-8a42-98424b88afb8",
         "13709620-c279-11ce-a49e-444553540000"),
     ANY("request"), NULL},
    {SCAN_ASP, SCAN_code_packed, "VBScript.Encode", ANY("#@~^"), ANY("encode"), NULL},
    {SCAN_ASP, SCAN_write_request, "FileSystemObject",
     ANY("scripting.filesystemobject", "adodb.stream"), ANY("request"),
     ANY("createtextfile", "savetofile", "opentextfile", ".write")},
    {SCAN_ASPX, SCAN_code_request, "eval", ANY("eval(request", "eval (request", "eval(system.text"),
     ANY("request"), NULL},
    {SCAN_ASPX, SCAN_code_request, "Assembly.Load",
     ANY("assembly.load(", "assembly\").getmethod(\"load", "compileassemblyfromsource",
         ".createinstance("),
     ANY("request"), NULL},
    {SCAN_ASPX, SCAN_command_request, "Process",
     ANY("process.start", "processstartinfo", "new process(", "wscript.shell", "xp_cmdshell",
         "createprocess"),
     ANY("request", "runat=\"server\"", "runat=server", "textbox"), NULL},
    {SCAN_ASPX, SCAN_write_request, "File.Write",
     ANY("file.writeall", "streamwriter(", "filestream(", ".saveas("), ANY("request"),
     ANY("server.mappath", "request[", "request.form", "request.item", "filename")},
    {SCAN_CFM, SCAN_command_request, "cfexecute",
     ANY("cfexecute", "java.lang.runtime", "processbuilder"),
     ANY("form.", "url.", "#form", "#url", "cgi."), NULL},
    {SCAN_CFM, SCAN_write_request, "cffile", ANY("cffile"), ANY("form.", "url."),
     ANY("action=\"write\"", "action=\"upload\"")},
};

void scan_other(struct scan_found *found, enum scan_language language, struct text source)
{
    if (language == SCAN_CGI) {
        scan_cgi(found, source);
        return;
    }
    uint32_t len = source.len < LOOKED ? source.len : LOOKED;
    char *copy = mem_new(len + 1, 1);
    for (uint32_t i = 0; i < len; i++)
        copy[i] = ascii_lower(source.at[i]);
    struct text lower = text_at(copy, len);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        if (r->language == language && any_of(lower, r->runs) && any_of(lower, r->brings) &&
            (r->and == NULL || any_of(lower, r->and)))
            scan_find(found, r->trait, 0, text_of(r->what));
    }
    mem_free(copy);
}

/* ---- telling languages apart */

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

enum scan_language scan_language_of(struct text name, struct text source)
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
