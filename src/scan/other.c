/*
 * Programs of web servers in other languages than PHP. Their backdoors are short, and what they
 * cannot do without stands in them by name: something that runs, and the request's data for it.
 * Pages that have both are few, since applications in these languages keep such work out of pages.
 */
#include "base/digits.h"
#include "scan/scan.h"

/* WORDS: each of which says the same. */
static bool any_of(struct text lower, const char *const *words)
{
    if (lower.len == 0)
        return false;
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

/* What a request brings, as each language has it. */
#define JSP_BRINGS                                                                                 \
    ANY("request.getparameter", "request.getreader", "request.getinputstream",                     \
        "request.getheader", "request.getquerystring", "request.getcookies", "getparameter(",      \
        "${param", "param.")
#define ASPX_BRINGS ANY("request", "runat=\"server\"", "runat=server", "textbox")

static const struct rule rules[] = {
    {SCAN_JSP, SCAN_code_request, "defineClass",
     ANY("defineclass", "defineanonymousclass", "urlclassloader(", "zgvmaw5lq2xhc3"),
     ANY("request.getparameter", "request.getreader", "request.getinputstream", "request.getheader",
         "pagecontext", "getattribute("),
     NULL},
    {SCAN_JSP, SCAN_code_request, "ScriptEngine", ANY("scriptenginemanager", ".eval("), JSP_BRINGS,
     ANY("scriptengine")},
    {SCAN_JSP, SCAN_code_request, "an expression language",
     ANY("elprocessor", "expressionparser", "createvalueexpression", "groovyshell", "ognl.", "mvel",
         "jexl", "bsh.interpreter", "beanshell", "jshell", "freemarker.template.utility"),
     JSP_BRINGS, NULL},
    {SCAN_JSP, SCAN_code_request, "deserialization",
     ANY("objectinputstream(", "xmldecoder(", "xstream", "templatesimpl"), JSP_BRINGS,
     ANY("readobject", "fromxml", "newtransformer")},
    {SCAN_JSP, SCAN_code_request, "JNDI", ANY(".lookup("), JSP_BRINGS,
     ANY("initialcontext", "ldap", "rmi")},
    {SCAN_JSP, SCAN_code_packed, "BCEL", ANY("bcel.util.classloader", "$$bcel$$"), ANY("loadclass"),
     NULL},
    {SCAN_JSP, SCAN_code_request, "adds a filter or servlet",
     ANY("addfiltermap", "addfilterdef", "filterconfigs", "createwrapper", "addservletmapping",
         "applicationcontextfacade", "standardcontext", "addapplicationeventlistener"),
     ANY(".exec(", "processbuilder", "defineclass", "scriptengine"), NULL},
    {SCAN_JSP, SCAN_command_request, "a servlet of its own", ANY(".exec(", "processbuilder("),
     ANY("getparameter(", "getheader("), ANY("servletrequest", "dofilter")},
    {SCAN_JSP, SCAN_command_request, "exec",
     ANY(".exec(", "getmethod(\"exec\"", "processbuilder", "processimpl", "unixprocess",
         "\"exec\",", "java.lang.runtime\""),
     JSP_BRINGS, NULL},
    {SCAN_JSP, SCAN_tunnel, "a socket",
     ANY("socketchannel.open", "new socket(", "socketchannel sc", "asynchronoussocketchannel"),
     JSP_BRINGS, ANY("setattribute(\"socket", "x-cmd", "x-target", "x-status", "getoutputstream")},
    {SCAN_JSP, SCAN_write_request, "FileOutputStream",
     ANY("fileoutputstream(", "randomaccessfile(", "filewriter(", "files.write(",
         "printwriter(new file", ".transferto("),
     ANY("request.getparameter", "request.getinputstream", "request.getheader"), NULL},
    {SCAN_ASP, SCAN_code_request, "Eval",
     ANY("eval request", "eval(request", "execute request", "execute(request",
         "executeglobal request", "executeglobal(request", "eval (request", "execute (request",
         "execute session", "execute(session", "eval(session", "eval session", "addcode",
         "scriptcontrol", "executestatement"),
     ANY("request"), NULL},
    {SCAN_ASP, SCAN_code_weak, "Execute", ANY("execute(", "execute ", "executeglobal", "eval("),
     ANY("request"), ANY("chr(", "replace(", "strreverse", "mid(", "unescape")},
    {SCAN_ASP, SCAN_code_packed, "Execute", ANY("execute(", "execute ", "executeglobal", "eval("),
     ANY("chr(clng(", "chr(cint(", "chr(cbyte(", "chr(asc(", "strreverse(", "chr(\"&h",
         "chr(eval("),
     NULL},
    {SCAN_ASP, SCAN_code_request, "ExecuteGlobal", ANY("executeglobal ", "executeglobal("),
     ANY("request(", "request.form", "request.item"), NULL},
    {SCAN_ASP, SCAN_code_packed, "unescape", ANY("execute ", "execute(", "eval("),
     ANY("unescape(\"%"), NULL},
    {SCAN_ASP, SCAN_command_request, "WScript.Shell",
     ANY("wscript.shell", "shell.application", "72c24dd5-d70a-438b-8a42-98424b88afb8",
         "13709620-c279-11ce-a49e-444553540000"),
     ANY("request"), NULL},
    {SCAN_ASP, SCAN_code_packed, "VBScript.Encode", ANY("#@~^"), ANY("encode"), NULL},
    {SCAN_ASP, SCAN_write_request, "FileSystemObject",
     ANY("scripting.filesystemobject", "adodb.stream"), ANY("request"),
     ANY("createtextfile", "savetofile", "opentextfile", ".write")},
    {SCAN_ASP, SCAN_write_remote, "XMLHTTP", ANY("xmlhttp", "winhttp"),
     ANY("savetofile", "createtextfile"), ANY(".asp", "request")},
    {SCAN_ASPX, SCAN_code_request, "eval", ANY("eval(request", "eval (request", "eval(system.text"),
     ANY("request"), NULL},
    {SCAN_ASPX, SCAN_code_request, "eval", ANY("\"unsafe\")", "jscriptevaluate", "vsaengine"),
     ANY("eval(", "evaluate("), ANY("webmethod", "webservice", "request")},
    {SCAN_ASPX, SCAN_code_request, "Assembly.Load",
     ANY("assembly.load(", "assembly\").getmethod(\"load", "compileassemblyfromsource",
         "codeprovider", ".createinstance("),
     ANY("request"), NULL},
    {SCAN_ASPX, SCAN_code_request, "deserialization",
     ANY("binaryformatter", "losformatter", "objectstateformatter", "netdatacontractserializer",
         "soapformatter"),
     ANY("request"), ANY("deserialize(")},
    {SCAN_ASPX, SCAN_code_request, "a script in a style sheet", ANY("msxsl:script"), ANY("request"),
     ANY("transform")},
    {SCAN_ASPX, SCAN_code_packed, "memory of its own",
     ANY("virtualalloc", "heapcreate", "virtualprotect"),
     ANY("createthread", "getdelegateforfunctionpointer", "queueuserapc", "calli"),
     ANY("dllimport", "declare")},
    {SCAN_ASPX, SCAN_command_request, "Process",
     ANY("process.start", "processstartinfo", "diagnostics.process", "new process(",
         "wscript.shell", "xp_cmdshell", "createprocess", "powershell.create",
         "automation.powershell", "managementclass(\"win32_process"),
     ASPX_BRINGS, NULL},
    {SCAN_ASPX, SCAN_tunnel, "a socket",
     ANY("sockets.socket(", "new socket(", "sockets.tcpclient(", "new tcpclient("),
     ANY("request.querystring", "request.headers", "request[", "request.params"),
     ANY("session", "x-status", "x-cmd")},
    {SCAN_ASPX, SCAN_write_request, "File.Write",
     ANY("file.writeall", "streamwriter", "filestream(", ".saveas(", "file.createtext(",
         "file.openwrite(", "file.appendall", "file.create("),
     ANY("request"), ANY("server.mappath", "request[", "request.form", "request.item", "filename")},
    {SCAN_CFM, SCAN_command_request, "cfexecute",
     ANY("cfexecute", "java.lang.runtime", "processbuilder"),
     ANY("form.", "url.", "#form", "#url", "cgi."), NULL},
    {SCAN_CFM, SCAN_code_request, "evaluate", ANY("evaluate(form", "evaluate(url", "cfmodule"),
     ANY("form.", "url."), ANY("evaluate(")},
    {SCAN_CFM, SCAN_write_request, "cffile", ANY("cffile"), ANY("form.", "url."),
     ANY("action=\"write\"", "action=\"upload\"")},
    {SCAN_NODE, SCAN_command_request, "child_process",
     ANY("exec(", "execsync(", "spawn(", "spawnsync("),
     ANY("req.query", "req.body", "req.url", "req.headers", "request.url", "q.url", "req.params",
         "url.parse("),
     ANY("child_process")},
    {SCAN_NODE, SCAN_backconnect, "a shell on a socket",
     ANY("net.connect(", "net.socket(", "createconnection("),
     ANY("/bin/sh", "/bin/bash", "cmd.exe"), ANY("child_process")},
    {SCAN_LUA, SCAN_command_request, "io.popen", ANY("io.popen(", "os.execute("),
     ANY("ngx.var", "ngx.req", "parseargs", "get_uri_args", "r:parse", "http.formvalue", "cgi."),
     NULL},
    {SCAN_LUA, SCAN_code_request, "loadstring", ANY("loadstring(", "load("),
     ANY("ngx.var", "ngx.req", "parseargs", "get_uri_args"), NULL},
    {SCAN_PAGE, SCAN_command_request, "#exec", ANY("#exec cmd"),
     ANY("query_string", "http_", "$", "document_"), NULL},
};

/* Where a text goes on in another piece ("a"&"b", "a" + "b"), how far behind it; else 0. */
static uint32_t joint(struct text s, uint32_t at)
{
    uint32_t i = at + 1;
    while (i < s.len && s.at[i] == ' ')
        i++;
    if (i >= s.len || (s.at[i] != '&' && s.at[i] != '+'))
        return 0;
    for (i++; i < s.len && s.at[i] == ' ';)
        i++;
    return i < s.len && s.at[i] == '"' ? i + 1 : 0;
}

/* \u0065 */
static int escaped(struct text s, uint32_t at)
{
    int value = 0;
    if (s.len - at < 6 || s.at[at + 1] != 'u')
        return -1;
    for (uint32_t i = at + 2; i < at + 6; i++) {
        int digit = hex_digit(s.at[i]);
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value < 0x80 ? ascii_lower((char)value) : -1;
}

/* The copy without what is put between the letters of a word: joints of texts, comments, escapes.
 */
static struct text whole_words(struct text lower, struct arena *arena)
{
    char *to = arena_new(arena, (size_t)lower.len + 1);
    uint32_t len = 0;
    bool ends = true; /* a comment that begins here may still end */
    for (uint32_t i = 0; i < lower.len;) {
        char c = lower.at[i];
        uint32_t behind = c == '"' ? joint(lower, i) : 0;
        int letter = c == '\\' ? escaped(lower, i) : -1;
        bool comment = ends && c == '/' && i + 1 < lower.len && lower.at[i + 1] == '*';
        const char *end = comment ? memmem(lower.at + i + 2, lower.len - i - 2, "*/", 2) : NULL;
        ends &= !comment || end != NULL;
        if (behind) {
            i = behind;
        } else if (letter >= 0) {
            to[len++] = (char)letter;
            i += 6;
        } else if (end) {
            i = (uint32_t)(end + 2 - lower.at);
        } else {
            to[len++] = c;
            i++;
        }
    }
    return text_at(to, len);
}

/* Settings of a folder, a line at a time: what makes programs of files that are none. */
static void settings(struct scan_found *found, struct text lower)
{
    static const char *const pictures[] = {"jpg", "jpeg", "gif", "png", "ico",
                                           "bmp", "txt",  "pdf", "log", NULL};
    static const char *const odd[] = {".jpg",  ".jpeg",  ".gif",  ".png",  ".ico",   ".txt", ".log",
                                      "data:", "php://", "/tmp/", "http:", "https:", NULL};
    struct text rest = lower, line;
    bool matched = false;
    for (uint32_t number = 1; text_line(&rest, &line); number++) {
        line = text_trim(line);
        if (line.len == 0 || line.at[0] == '#' || line.at[0] == ';')
            continue;
        if (text_starts(line, "<files"))
            matched = any_of(line, pictures);
        if (text_starts(line, "</files"))
            matched = false;
        bool handles =
            any_of(line, ANY("x-httpd-php", "php-script", "cgi-script", "php5-script")) &&
            any_of(line, ANY("addtype", "addhandler", "sethandler"));
        if (handles && (matched || any_of(line, pictures)))
            scan_find(found, SCAN_config, number, text_of("a handler"));
        if (any_of(line, ANY("auto_prepend_file", "auto_append_file")) && any_of(line, odd))
            scan_find(found, SCAN_config, number, text_of("auto_prepend_file"));
    }
}

void scan_other(struct scan_found *found, enum scan_language language, struct text lower,
                struct arena *arena)
{
    if (language == SCAN_CONFIG) {
        settings(found, lower);
        return;
    }
    struct text words = language == SCAN_NODE ? lower : whole_words(lower, arena);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        const struct rule *r = &rules[i];
        if (r->language == language && any_of(words, r->runs) && any_of(words, r->brings) &&
            (r->and == NULL || any_of(words, r->and)))
            scan_find(found, r->trait, 0, text_of(r->what));
    }
}
