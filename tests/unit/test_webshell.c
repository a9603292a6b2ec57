/* Conversations with webshells, as their tools' protocols have them, and what honest websites are
 * sent. All are made here and inert: no program text does more than print. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "base/err.h"
#include "detect/detect.h"
#include "detect/webshell_cipher.h"
#include "detect/webshell_code.h"
#include "detect/webshell_look.h"

#include <openssl/aes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "evidence_double.h"
#include "guard.h"

extern const struct detector detector_webshell;

enum { ROOM = 8192 };

/* An exchange under way: what is sent and what is answered. */
struct exchange {
    const char *method, *target, *type, *response_type, *agent, *referer;
    int status;
    char body[ROOM], answer[ROOM];
    size_t body_len, answer_len;
};

static void put(char *to, size_t *len, const void *bytes, size_t n)
{
    assert_true(*len + n <= ROOM);
    memcpy(to + *len, bytes, n);
    *len += n;
}

static void put_base64(char *to, size_t *len, const void *bytes, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const uint8_t *at = bytes;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t b = (uint32_t)at[i] << 16 | (i + 1 < n ? (uint32_t)at[i + 1] << 8 : 0) |
                     (i + 2 < n ? at[i + 2] : 0);
        char four[4] = {digit[b >> 18], digit[b >> 12 & 63], i + 1 < n ? digit[b >> 6 & 63] : '=',
                        i + 2 < n ? digit[b & 63] : '='};
        put(to, len, four, 4);
    }
}

static void sends(struct exchange *x, const char *text)
{
    put(x->body, &x->body_len, text, strlen(text));
}

static void answers(struct exchange *x, const char *text)
{
    put(x->answer, &x->answer_len, text, strlen(text));
}

static struct exchange *exchange(const char *target)
{
    static struct exchange x;
    memset(&x, 0, sizeof x);
    x.method = "POST";
    x.target = target;
    x.type = "application/x-www-form-urlencoded";
    x.response_type = "text/html; charset=UTF-8";
    x.status = 200;
    return &x;
}

static struct http_record http_of(const struct exchange *x)
{
    return (struct http_record){.method = text_of(x->method),
                                .target = text_of(x->target),
                                .host = text_of("www.site.example"),
                                .has_host = true,
                                .user_agent = text_of(x->agent),
                                .referer = text_of(x->referer),
                                .content_type = text_of(x->type),
                                .request_body = (int64_t)x->body_len,
                                .body = x->body_len ? text_at(x->body, x->body_len) : text_of(NULL),
                                .status = x->status,
                                .response_type = text_of(x->response_type),
                                .response_body = (int64_t)x->answer_len,
                                .response_start = x->answer_len ? text_at(x->answer, x->answer_len)
                                                                : text_of(NULL)};
}

static struct webshell_look look(const struct exchange *x)
{
    struct webshell_look ret;
    struct http_record http = http_of(x);
    webshell_look(&http, NULL, 0, &ret);
    return ret;
}

static void assert_proof(const struct exchange *x, enum webshell_proof proof,
                         enum webshell_tool tool)
{
    struct webshell_look l = look(x);
    assert_int_equal(l.proof, proof);
    assert_int_equal(l.tool, tool);
}

/* Padded as PKCS 7 has it; under a zero vector (CBC) or none (ECB). */
static size_t enciphered(const char *plain, size_t len, const char key[16], bool chained,
                         uint8_t out[ROOM])
{
    AES_KEY schedule;
    uint8_t pad = (uint8_t)(16 - len % 16), block[16], before[16] = {0};
    assert_int_equal(AES_set_encrypt_key((const uint8_t *)key, 128, &schedule), 0);
    for (size_t at = 0; at < len + pad; at += 16) {
        for (size_t i = 0; i < 16; i++)
            block[i] = (uint8_t)((at + i < len ? (uint8_t)plain[at + i] : pad) ^
                                 (chained ? before[i] : 0));
        AES_encrypt(block, out + at, &schedule);
        memcpy(before, out + at, 16);
    }
    return len + pad;
}

static size_t mixed(const void *plain, size_t len, const char key[16], uint8_t out[ROOM])
{
    for (size_t i = 0; i < len; i++)
        out[i] = ((const uint8_t *)plain)[i] ^ (uint8_t)key[(i + 1) & 15];
    return len;
}

static const char program[] =
    "error_reporting(0);\nfunction say($text){\n    return base64_encode($text);\n}\n"
    "$answer = array(\"status\" => say(\"success\"), \"msg\" => say(\"hello there\"));\n"
    "foreach ($answer as $name => $value) { echo $name . say($value); }\n"
    "echo json_encode($answer); // nothing else is done here, which is all that a test needs\n"
    "function another($a, $b){\n    if ($a > $b) { return $a; } else { return $b; }\n}\n"
    "echo another(1, 2);\n";

static void code_that_prints(void **state)
{
    (void)state;
    struct exchange *x = exchange("/a.php");
    sends(x, "aa=@eval(base64_decode($_POST[action]));&action=");
    put_base64(x->body, &x->body_len,
               "@ini_set(\"display_errors\",\"0\");echo(\"->|\");;echo(\"|<-\")", 56);
    answers(x, "->|/var/www\t/\tLinux|<-");
    assert_proof(x, PROOF_PRINTED, WEBSHELL_CHOPPER);

    x = exchange("/a.php"); /* the mark is cut in two, as AntSword does it */
    sends(x, "ant=%40ini_set(%22display_errors%22%2C+%220%22)%3Becho+%226e93a%22.%22f1cfb%22%3B"
             "echo+1%3Becho+%22c9e%22%3B");
    answers(x, "6e93af1cfb1c9e");
    assert_proof(x, PROOF_PRINTED, WEBSHELL_ANTSWORD);

    x = exchange("/a.php"); /* turned by 13 letters */
    sends(x, "ant=@eval(@str_rot13($_POST[x]));&x=@vav_frg(1);rpub \"nopqrs\";");
    answers(x, "abcdef and so on");
    assert_proof(x, PROOF_PRINTED, WEBSHELL_ANTSWORD);

    x = exchange("/a.aspx");
    x->type = "multipart/form-data; boundary=x";
    sends(x, "--x\r\nContent-Disposition: form-data; name=\"p\"\r\n\r\nResponse.Write(\"->|\");var "
             "a=1;\r\n--x--\r\n");
    answers(x, "->|C:\\|<-");
    assert_proof(x, PROOF_PRINTED, WEBSHELL_CHOPPER);

    x = exchange("/a.jsp"); /* no code is sent: the letter says what to do */
    sends(x, "pass=A&z0=GB2312&z1=&z2=");
    answers(x, "->|/opt/tomcat\t/|<-");
    assert_proof(x, PROOF_ARROWS, WEBSHELL_CHOPPER);
}

static void marks_around_answers(void **state)
{
    (void)state;
    struct exchange *x = exchange("/g.jsp");
    sends(x, "pass=");
    uint8_t bytes[ROOM];
    size_t len =
        enciphered("some class and what it is to do", 31, "00112233445566aa", false, bytes);
    put_base64(x->body, &x->body_len, bytes, len);
    answers(x, "8E0B1C2D3A4F5E60");
    put_base64(x->answer, &x->answer_len, bytes, len);
    answers(x, "0123ABCD4567EF89\r\n");
    assert_proof(x, PROOF_WRAP, WEBSHELL_GODZILLA);
    struct webshell_look l = look(x);
    assert_true(l.wrap != 0);
    static const char *const middles[] = {"QUJDREVGR0hJSktM",
                                          "QUJDREVGR0hJSks=", "QUJDREVGR0hJSg=="};
    for (size_t i = 0; i < 3; i++) { /* padded or not */
        x = exchange("/g.jsp");
        answers(x, "8E0B1C2D3A4F5E60");
        answers(x, middles[i]);
        answers(x, "0123ABCD4567EF89");
        assert_proof(x, PROOF_WRAP, WEBSHELL_GODZILLA);
    }

    x = exchange("/w.php");
    sends(x, "xx9a1b2c3d4e5f");
    sends(x, "QUJDREVGR0g0yaaazz");
    sends(x, "00ff11ee22dd");
    answers(x, "abcdefghijklmnop9a1b2c3d4e5fc29tZSBhbnN3ZXI00ff11ee22dd");
    assert_proof(x, PROOF_MARKS, WEBSHELL_WEEVELY);

    x = exchange("/tunnel.php");
    x->method = "GET";
    answers(x, "Georg says, 'All seems fine'");
    assert_proof(x, PROOF_GREETS, WEBSHELL_TUNNEL);
}

static void ciphers(void **state)
{
    (void)state;
    static const char any[] = "91ab03cd47ef5a02",
                      beginning[] = "assert|eval(base64_decode('aaaa'))";
    uint8_t bytes[ROOM];
    static const uint8_t gzip[40] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 0xcb, 0xcf, 7};
    assert_true(cipher_is_gzip(bytes, mixed(gzip, sizeof gzip, any, bytes)));
    assert_false(cipher_is_gzip(gzip, sizeof gzip));
    assert_false(cipher_is_gzip(bytes, 19));
    assert_true(cipher_is_text(bytes, mixed(program, sizeof program - 1, any, bytes)));
    assert_false(cipher_is_text((const uint8_t *)program, sizeof program - 1));
    size_t len = enciphered(program, sizeof program - 1, any, true, bytes);
    assert_false(cipher_is_text(bytes, len));
    for (int chained = 0; chained < 2; chained++) {
        len = enciphered(beginning, sizeof beginning - 1, "e45e329feb5d925b", chained, bytes);
        assert_string_equal(cipher_opens_known(bytes, len), "rebeyond");
        len = enciphered(beginning, sizeof beginning - 1, any, chained, bytes);
        assert_null(cipher_opens_known(bytes, len));
        assert_true(cipher_opens(bytes, len, any));
    }
    len = mixed(beginning, sizeof beginning - 1, "e45e329feb5d925b", bytes);
    assert_string_equal(cipher_opens_known(bytes, len), "rebeyond");
    assert_false(cipher_opens(bytes, 15, any));
}

/* Text of two bytes a letter has zeros in every second column. */
static void wide_text_is_no_cipher(void **state)
{
    (void)state;
    uint8_t wide[ROOM] = {0};
    for (size_t i = 0; i + 1 < sizeof program; i++)
        wide[2 * i] = (uint8_t)program[i];
    assert_false(cipher_is_text(wide, 2 * (sizeof program - 1)));
}

static void honest_requests(void **state)
{
    (void)state;
    struct exchange *x = exchange("/wp-admin/theme-editor.php"); /* an editor edits a program */
    sends(x, "nonce=abc&newcontent=%3C%3Fphp+eval(%24x)%3B+echo+%22hello+world%22%3B");
    answers(x, "<!DOCTYPE html><html><body>hello world");
    assert_proof(x, PROOF_NONE, WEBSHELL_UNKNOWN);
    assert_false(look(x).code);

    x = exchange("/digest.php"); /* somebody's SHA-256 */
    sends(x, "file=a.iso");
    answers(x, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    assert_proof(x, PROOF_NONE, WEBSHELL_UNKNOWN);

    x = exchange("/api/token"); /* base64 of JSON */
    sends(x, "assertion=");
    put_base64(x->body, &x->body_len, "{\"alg\":\"none\",\"sub\":\"somebody@site.example\"}", 44);
    answers(x, "{\"access_token\":\"abcdefgh\"}");
    assert_proof(x, PROOF_NONE, WEBSHELL_UNKNOWN);
    assert_false(look(x).sealed);

    x = exchange("/xmlrpc.php");
    x->type = "text/xml";
    sends(x, "<?xml version=\"1.0\"?><methodCall><methodName>system.listMethods</methodName>");
    answers(x, "<?xml version=\"1.0\"?><methodResponse>");
    assert_proof(x, PROOF_NONE, WEBSHELL_UNKNOWN);

    x = exchange("/upload.php"); /* a picture */
    x->type = "image/jpeg";
    uint8_t bytes[ROOM];
    put(x->body, &x->body_len, bytes, enciphered(program, 400, "00112233445566aa", true, bytes));
    answers(x, "ok");
    assert_false(look(x).sealed);

    x = exchange("/search?q=whoami"); /* asked about, not run */
    x->method = "GET";
    answers(x, "<html><body>whoami is a command that prints uid and gid");
    assert_proof(x, PROOF_NONE, WEBSHELL_UNKNOWN);
}

static void commands(void **state)
{
    (void)state;
    static const struct {
        const char *target, *answer;
        bool found;
    } row[] = {{"/x.php?cmd=id", "uid=33(www-data) gid=33(www-data) groups=33(www-data)\n", true},
               {"/x.php?c=cat%20/etc/passwd", "root:x:0:0:root:/root:/bin/bash\n", true},
               {"/x.asp?e=%2Fc+whoami", "", false},
               {"/x.jsp?i=/bin/ls%20-la", "total 8\ndrwxr-xr-x 2 root root\n-rw-r--r-- 1", true},
               {"/x.php?page=4", "uid=33(www-data) gid=33(www-data)", false},
               {"/x.php?cmd=idle", "uid=33(www-data) gid=33(www-data)", false}};
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct exchange *x = exchange(row[i].target);
        x->method = "GET";
        answers(x, row[i].answer);
        assert_int_equal(look(x).proof == PROOF_OUTPUT, row[i].found);
    }
}

/* ---- the detector over a client's day */

struct world {
    uint64_t host_state[2048], pair_state[1024];
    struct pair pair;
    struct evidence_out out;
    unsigned records;
};

static struct world *world(void)
{
    static struct world w;
    evidence_double_reset(&w.out);
    memset(&w, 0, sizeof w);
    assert_true(detector_webshell.pair_bytes <= sizeof w.pair_state);
    assert_true(detector_webshell.host_bytes <= sizeof w.host_state);
    return &w;
}

static void meet(struct world *w, const struct exchange *x, uint32_t by)
{
    struct http_record http = http_of(x);
    struct record record = {.kind = RECORD_HTTP,
                            .time = {(int64_t)w->records * SECOND_US},
                            .number = ++w->records,
                            .ends = {.host = address_v4(0x0a000005),
                                     .outside = address_v4(by),
                                     .host_port = {80},
                                     .protocol = 6},
                            .http = &http};
    struct detect detect = {
        .pair_state = w->pair_state, .host_state = w->host_state, .pair = &w->pair};
    detector_webshell.record(&detect, &record);
}

static const struct evidence *closed(struct world *w)
{
    struct detect detect = {
        .pair_state = w->pair_state, .host_state = w->host_state, .pair = &w->pair};
    detector_webshell.close(&detect, &w->out);
    return w->out.len ? &w->out.evidence[0] : NULL;
}

static struct evidence found(struct world *w)
{
    const struct evidence *e = closed(w);
    if (e == NULL)
        muster_never("a finding");
    return *e;
}

static const uint32_t client = 0x0b007101, other = 0x0b007155;

static struct exchange *sealed(const char *target, int number, const char key[16])
{
    char plain[1024];
    uint8_t bytes[ROOM];
    struct exchange *x = exchange(target);
    (void)snprintf(plain, sizeof plain, "the same beginning of each request, then number %d, %s",
                   number, program);
    put_base64(x->body, &x->body_len, bytes, enciphered(plain, 300, key, true, bytes));
    put_base64(x->answer, &x->answer_len, bytes, enciphered(plain + 10, 64, key, true, bytes));
    return x;
}

static void strengths(void **state)
{
    (void)state;
    struct world *w = world();
    struct exchange *x = exchange("/img/a.php");
    sends(x, "aa=echo+%22abcdefgh%22%3B");
    answers(x, "abcdefgh");
    meet(w, x, client);
    struct evidence e = found(w);
    assert_true(e.strength > 12 && (e.flags & EVIDENCE_CONTENT));
    assert_memory_equal(e.site.at, "www.site.example/img/a.php", e.site.len);
    assert_int_equal(e.number, 1);

    w = world(); /* a scanner that is refused */
    x->status = 404;
    for (int i = 0; i < 5; i++)
        meet(w, x, client);
    assert_null(closed(w));

    for (int i = 0; i < 9; i++) { /* its guesses do not push out what it found in the end */
        char target[32];
        (void)snprintf(target, sizeof target, "/guess/%d.php", i);
        x->target = target;
        meet(w, x, client);
    }
    x->target = "/img/a.php";
    x->status = 200;
    meet(w, x, client);
    assert_non_null(closed(w));

    w = world(); /* enciphered both ways under an unknown key, by one client */
    for (int i = 0; i < 5; i++)
        meet(w, sealed("/a.php", i, "0f1e2d3c4b5a6978"), client);
    e = found(w);
    assert_true(e.strength > 8 && !(e.flags & EVIDENCE_CONTENT));

    w = world(); /* the same from many: a service */
    for (int i = 0; i < 9; i++)
        meet(w, sealed("/a.php", i, "0f1e2d3c4b5a6978"), i < 5 ? client : other + (uint32_t)i);
    assert_null(closed(w));

    w = world(); /* the same from home */
    w->pair.flags = PAIR_OUTSIDE_HOME;
    for (int i = 0; i < 5; i++)
        meet(w, sealed("/a.php", i, "0f1e2d3c4b5a6978"), client);
    assert_null(closed(w));
}

/* Behinder 2: the server gives out the key. */
static void given_key(void **state)
{
    (void)state;
    static const char key[] = "77aa88bb99cc00dd", plain[] = "assert|eval(base64_decode('YQ=='))";
    struct world *w = world();
    struct exchange *x = exchange("/b.php?pass=645");
    x->method = "GET";
    answers(x, key);
    meet(w, x, client);
    assert_null(closed(w));
    x = exchange("/b.php");
    uint8_t bytes[ROOM];
    put_base64(x->body, &x->body_len, bytes, enciphered(plain, sizeof plain - 1, key, true, bytes));
    meet(w, x, client);
    struct evidence e = found(w);
    assert_memory_equal(e.family.at, "behinder", 8);
    assert_true(e.strength > 12);
}

/* An upload, or an attack, by another path shortly before a program's first request; whoever made
 * it, and not the program's own requests. */
static void after_entry(void **state)
{
    (void)state;
    static const struct {
        const char *target, *type;
        int status;
        bool entry;
    } row[] = {
        {"/upload.php", "multipart/form-data; boundary=x", 200, true},
        {"/view.php?f=../../x", NULL, 302, true},
        {"/upload.php", "multipart/form-data; boundary=x", 403, false},
        {"/index.php?p=1", NULL, 200, false},
        {"/a.php", "multipart/form-data; boundary=x", 200, false},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        struct world *w = world();
        struct exchange *x = exchange(row[i].target);
        x->method = row[i].type ? "POST" : "GET";
        x->type = row[i].type;
        x->status = row[i].status;
        sends(x, row[i].type ? "--x" : "");
        meet(w, x, other);
        for (int n = 0; n < 5; n++)
            meet(w, sealed("/a.php", n, "0f1e2d3c4b5a6978"), client);
        struct evidence e = found(w);
        if (trait_holds(&e.traits, TRAIT_webshell_after_entry) != row[i].entry)
            fail_msg("%zu: %s", i, row[i].target);
    }
}

/* What was kept does not depend on the order of arrival. */
static void order(void **state)
{
    (void)state;
    char why[2][401];
    for (int turn = 0; turn < 2; turn++) {
        struct world *w = world();
        for (int i = 0; i < 12; i++) {
            int n = turn ? 11 - i : i;
            char target[32];
            (void)snprintf(target, sizeof target, "/up/%d.php", n % 6);
            struct exchange *x = sealed(target, n, "0f1e2d3c4b5a6978");
            meet(w, x, client);
            meet(w, x, client);
        }
        struct evidence e = found(w);
        (void)snprintf(why[turn], sizeof why[turn], "%.*s", (int)e.why.len, e.why.at);
    }
    assert_string_equal(why[0], why[1]);
}

static void parse_prefix(const uint8_t *bytes, size_t len, void *context)
{
    struct webshell_look ret;
    struct http_record http = *(const struct http_record *)context;
    http.body = text_at(bytes, len);
    http.response_start = http.body;
    webshell_look(&http, NULL, 0, &ret);
}

static void guarded(void **state)
{
    (void)state;
    static const char *const messages[] = {
        "aa=@eval(base64_decode($_POST[z]));&z=QGVjaG8gIi0+fCI7&y=%4",
        "->|x|<-\r\n\r\n--",
        "0123456789abcdefQUJDRA==0123456789abcdef",
        "9a1b2c3d4e5fQUJD9a1b2c3d4e5f",
        "uid=1 gid=2",
        "x=echo \"a\".\"b\".'c",
        "ant=@str_rot13(%2&b=rpub \"x"};
    struct http_record http = http_of(exchange("/a.php?x=id&y=%"));
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++)
        guard_prefixes(messages[i], strlen(messages[i]), parse_prefix, &http);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_that_prints), cmocka_unit_test(marks_around_answers),
        cmocka_unit_test(ciphers),          cmocka_unit_test(wide_text_is_no_cipher),
        cmocka_unit_test(honest_requests),  cmocka_unit_test(commands),
        cmocka_unit_test(strengths),        cmocka_unit_test(given_key),
        cmocka_unit_test(after_entry),      cmocka_unit_test(order),
        cmocka_unit_test(guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
