/*
 * Programs of web servers in other languages than PHP. Their backdoors are short, and what they
 * cannot do without stands in them by name: something that runs, and the request's data for it.
 * Pages that have both are few, since applications in these languages keep such work out of pages.
 */
#include "scan/scan.h"

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
     ANY("defineclass(", "\"defineclass\"", "defineanonymousclass", "urlclassloader("),
     ANY("request.getparameter", "request.getreader", "request.getinputstream", "request.getheader",
         "pagecontext", "getattribute("),
     NULL},
    {SCAN_JSP, SCAN_code_request, "ScriptEngine", ANY("scriptenginemanager", ".eval("),
     ANY("request.getparameter", "request.getreader", "request.getheader"), ANY("scriptengine")},
    {SCAN_JSP, SCAN_command_request, "exec",
     ANY(".exec(", "getmethod(\"exec\"", "processbuilder(", "processimpl", "unixprocess"),
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
    {SCAN_ASP, SCAN_code_packed, "Execute", ANY("execute(", "executeglobal(", "eval("),
     ANY("chr(clng(", "chr(cint(", "chr(cbyte(", "chr(asc(", "strreverse("), NULL},
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
    {SCAN_ASPX, SCAN_code_request, "eval", ANY("\"unsafe\")"), ANY("eval("),
     ANY("webmethod", "webservice", "request")},
    {SCAN_ASPX, SCAN_code_request, "Assembly.Load",
     ANY("assembly.load(", "assembly\").getmethod(\"load", "compileassemblyfromsource",
         ".createinstance("),
     ANY("request"), NULL},
    {SCAN_ASPX, SCAN_command_request, "Process",
     ANY("process.start", "processstartinfo", "diagnostics.process", "new process(",
         "wscript.shell", "xp_cmdshell", "createprocess"),
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

void scan_other(struct scan_found *found, enum scan_language language, struct text lower)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        if (r->language == language && any_of(lower, r->runs) && any_of(lower, r->brings) &&
            (r->and == NULL || any_of(lower, r->and)))
            scan_find(found, r->trait, 0, text_of(r->what));
    }
}
