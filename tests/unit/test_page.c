/* Pages that somebody else put into a home website, or changed, and pages like them that nobody
 * did. */
#include "base/err.h"
#include "detect/detect.h"
#include "judge/judge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "evidence_double.h"
#include "guard.h"

extern const struct detector detector_page;

static uint64_t host_state[64], pair_state[2][128];

static void served(unsigned visitor, uint64_t number, const char *host, const char *path,
                   struct text body)
{
    struct http_record http = {.method = text_of("GET"),
                               .target = text_of(path),
                               .host = text_of(host),
                               .status = 200,
                               .request_body = -1,
                               .response_body = -1,
                               .response_type = text_of("text/html; charset=UTF-8"),
                               .response_start = body};
    struct record record = {.kind = RECORD_HTTP, .number = number, .http = &http};
    record.ends.host = address_v4(0x0a000050);
    record.ends.outside = address_v4(0xcb007100 + visitor);
    struct detect detect = {.pair_state = pair_state[visitor], .host_state = host_state};
    detector_page.record(&detect, &record);
}

static void closed(unsigned visitor, struct evidence_out *out)
{
    struct detect detect = {.pair_state = pair_state[visitor], .host_state = host_state};
    detector_page.close(&detect, out);
}

static void fresh(struct evidence_out *out)
{
    assert_true(detector_page.host_bytes <= sizeof host_state);
    assert_true(detector_page.pair_bytes <= sizeof pair_state[0]);
    memset(host_state, 0, sizeof host_state);
    memset(pair_state, 0, sizeof pair_state);
    evidence_double_reset(out);
}

/* The grade of the page alone; NULL when it is none. */
static const char *grade_of(const char *host, const char *path, const char *body)
{
    static struct evidence_out out;
    double knob[JUDGE_KNOBS] = {[JUDGE_PRIOR] = 1e-3};
    struct verdict verdict;
    fresh(&out);
    served(0, 1, host, path, text_of(body));
    closed(0, &out);
    judge_pair(true, out.evidence, out.len, knob, &verdict);
    if (out.len)
        assert_true(out.evidence[0].flags & EVIDENCE_OF_HOST && out.evidence[0].site.len > 0);
    evidence_double_reset(&out);
    return verdict.grade;
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        const char *host, *path, *body, *grade;
    } row[] = {
        {"www.example.org", "/index.php",
         "<html><head><title>Hacked By Somebody</title></head><body>hello admin</body></html>",
         "suspected"},
        {"www.example.org", "/",
         "<html><head><title> HACKED BY Team X </title></head><body>Greetz: all</body></html>",
         "probable"},
        {"www.example.org", "/a.html",
         "<iframe src=\"http://198.51.100.7/x\" width=\"1\" height=\"1\"></iframe>"
         "<!DOCTYPE html><html><head><title>Shop</title></head><body>x</body></html>",
         "suspected"},
        {"www.example.org", "/b.html",
         "<!DOCTYPE html><html><title>Shop</title><body><iframe src='http://198.51.100.7:8080/x' "
         "style='visibility:hidden'></iframe>x</body></html>",
         "suspected"},
        {"www.example.org", "/c.html",
         "<html><title>Shop</title><body>x</body></html>\n<script>document.write(unescape("
         "'%3C%73%63%72%69%70%74'));</script>",
         "suspected"},
        {"www.example.org", "/wp-content/plugins/x/login.php",
         "<html><title>Log in to your PayPal account</title><form action=next.php>"
         "<input type=\"password\" name=p></form></html>",
         "probable"},
        {"www.example.org", "/d.html",
         "<html><head><meta http-equiv=\"refresh\" content=\"0;url=http://198.51.100.7/x\"></head>",
         "suspected"},
        {"www.example.org", "/e.html",
         "<html><script>window.location='http://198.51.100.7/go.php'</script></html>", "suspected"},
        {"shop.example.org", "/login",
         "<html><title>Netflix</title><input type=password name=p></html>", "suspected"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const char *grade = grade_of(row[i].host, row[i].path, row[i].body);
        if (grade == NULL || strcmp(grade, row[i].grade) != 0)
            fail_msg("%s%s: %s", row[i].host, row[i].path, grade ? grade : "nothing");
    }
}

static void leaves_alone(void **state)
{
    (void)state;
    static const struct {
        const char *host, *path, *body;
    } row[] = {
        {"news.example.org", "/a",
         "<!DOCTYPE html><html><title>Ministry's site hacked by teenagers - News</title><p>greetz "
         "and zone-h</html>"},
        {"www.example.org", "/",
         "<!DOCTYPE html><html><title>Shop</title><body><noscript><iframe "
         "src=\"https://www.googletagmanager.com/ns.html?id=GTM\" height=\"0\" width=\"0\" "
         "style=\"display:none;visibility:hidden\"></iframe></noscript></body></html>"},
        {"www.example.org", "/",
         "<!-- saved from url=(0014)about:internet --><script>var started = 1;</script>"
         "<html><title>Shop</title></html>"},
        {"www.example.org", "/",
         "<html><title>Shop</title></html><!-- cached --><script "
         "src=\"https://stats.example.org/c.js\"></script>"},
        {"www.paypal.example", "/",
         "<html><title>Log in to your PayPal account</title><input type=\"password\"></html>"},
        {"shop.example.org", "/pay",
         "<html><title>Pay with PayPal</title><p>no log-in here</html>"},
        {"mail.example.org", "/owa",
         "<html><title>Outlook Web App</title><input type=\"password\"></html>"},
        {"192.0.2.80", "/",
         "<html><title>Maps</title><iframe src=\"http://192.0.2.80/map\" width=\"0\"></html>"},
        {"www.example.org", "/",
         "<html><meta http-equiv=\"refresh\" content=\"0;url=https://www2.example.org/\"></html>"},
        {"192.0.2.80", "/",
         "<html><script>window.location='http://192.0.2.80/start'</script></html> and more text"},
        {"www.example.org", "/", "<title>hacked by"},
    };
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++) {
        const char *grade = grade_of(row[i].host, row[i].path, row[i].body);
        if (grade)
            fail_msg("%s%s: %s", row[i].host, row[i].path, grade);
    }
}

/* Whoever fetched it, and in whatever order: one finding, told by who was served it first. */
static void told_once(void **state)
{
    (void)state;
    static const char body[] = "<html><title>Hacked by X</title>greetz</html> ........";
    for (unsigned turned = 0; turned < 2; turned++) {
        static struct evidence_out out;
        fresh(&out);
        served(turned, turned ? 9 : 5, "a.example", "/", text_of(body));
        served(!turned, turned ? 5 : 9, "a.example", "/", text_of(body));
        closed(1, &out);
        assert_int_equal(out.len, 0);
        closed(0, &out);
        assert_int_equal(out.len, 1);
        assert_true(text_is(out.evidence[0].site, "a.example/"));
        assert_int_equal(out.evidence[0].number, 5);
        evidence_double_reset(&out);
    }
}

static void cut_anywhere(const uint8_t *bytes, size_t len, void *context)
{
    static struct evidence_out out;
    (void)context;
    fresh(&out);
    served(0, 1, "a.example", "/x", text_at(bytes, len));
    closed(0, &out);
    evidence_double_reset(&out);
}

static void guarded(void **state)
{
    (void)state;
    static const char body[] =
        "<iframe src=http://198.51.100.7 width=0></iframe><!doctype html><html><title>Hacked by "
        "X</title><iframe <input type=password></html><script>eval(unescape(";
    guard_prefixes(body, sizeof body - 1, cut_anywhere, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds),
        cmocka_unit_test(leaves_alone),
        cmocka_unit_test(told_once),
        cmocka_unit_test(guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
