/* Attachments out of what a sender of mail says: the same whatever the cuts, decoded, and nothing
 * out of what is no attachment. */
#include "mail_parts.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "guard.h"

struct heard {
    char log[4096];
    size_t len;
    bool open;
};

static void add(struct heard *h, const void *bytes, size_t len)
{
    assert_true(h->len + len < sizeof h->log);
    if (len)
        memcpy(h->log + h->len, bytes, len);
    h->len += len;
    h->log[h->len] = '\0';
}

static void on_begin(void *context, struct text name, struct text type)
{
    struct heard *h = context;
    assert_false(h->open);
    h->open = true;
    add(h, "<", 1);
    add(h, name.at, name.len);
    add(h, " ", 1);
    add(h, type.at, type.len);
    add(h, ":", 1);
}

static void on_data(void *context, const uint8_t *bytes, size_t len)
{
    assert_true(((struct heard *)context)->open);
    add(context, bytes, len);
}

static void on_end(void *context, bool whole)
{
    struct heard *h = context;
    assert_true(h->open);
    h->open = false;
    add(h, whole ? ">" : "!", 1);
}

static void heard_in_pieces(const char *said, size_t piece, struct heard *h)
{
    static struct mail_parts mail;
    const struct mail_sink sink = {h, on_begin, on_data, on_end};
    memset(&mail, 0, sizeof mail);
    memset(h, 0, sizeof *h);
    size_t len = strlen(said);
    for (size_t at = 0; at < len; at += piece)
        mail_parts_feed(&mail, (const uint8_t *)said + at, len - at < piece ? len - at : piece,
                        &sink);
    mail_parts_stop(&mail, &sink);
}

#define OPENS "EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n"

static void hears(void **state)
{
    (void)state;
    static const struct {
        const char *said, *heard;
    } row[] = {
        /* an attachment beside text; a folded head; a line that begins with a point */
        {OPENS
         "Subject: x\r\nContent-Type: multipart/mixed;\r\n\tboundary=\"=_b 1\"\r\n\r\nnone\r\n"
         "--=_b 1\r\nContent-Type: text/plain\r\n\r\n..hello\r\n"
         "--=_b 1\r\nContent-Type: application/octet-stream; name=\"a.bin\"\r\n"
         "Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment;\r\n"
         " filename=\"b c.bin\"\r\n\r\nYWJj\r\nZGVm\r\nZw==\r\n--=_b 1--\r\ntail\r\n.\r\nQUIT\r\n",
         "<b c.bin application/octet-stream:abcdefg>"},
        /* lines of base64 that do not end at four letters */
        {OPENS
         "Content-Type: application/zip\r\nContent-Transfer-Encoding: BASE64\r\n\r\nYWJ\r\njZ\r\n"
         "GVmZw==\r\n.\r\n",
         "< application/zip:abcdefg>"},
        /* one multipart in another; quoted-printable; plain lines with a stuffed point */
        {OPENS "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
               "Content-Type: multipart/alternative; boundary=ab\r\n\r\n--ab\r\n"
               "Content-Type: text/html; name=p.html\r\n"
               "Content-Transfer-Encoding: quoted-printable\r\n\r\nx=3Dy=\r\nz\r\n--ab--\r\n--a\r\n"
               "Content-Type: text/x; name=q\r\n\r\n..p\r\n--a--\r\n.\r\n",
         "<p.html text/html:x=yz\r\n><q text/x:.p\r\n>"},
        /* two mails; the second is cut off */
        {OPENS "Content-Type: image/png\r\n\r\nX\r\n.\r\nMAIL FROM:<a>\r\nDATA\r\n"
               "Content-Type: image/gif\r\n\r\nY\r\n",
         "< image/png:X\r\n>< image/gif:Y\r\n!"},
        /* text alone; no data; chunks and TLS are not followed */
        {OPENS "Subject: x\r\n\r\nhello\r\n.\r\n", ""},
        {"EHLO a\r\nContent-Type: image/png\r\n\r\nX\r\n", ""},
        {"EHLO a\r\nBDAT 20 LAST\r\nContent-Type: image/png\r\n\r\nX\r\n", ""},
        {"STARTTLS\r\n" OPENS "Content-Type: image/png\r\n\r\nX\r\n.\r\n", ""},
    };
    static struct heard h;
    for (size_t i = 0; i < sizeof row / sizeof row[0]; i++)
        for (size_t piece = 1; piece < 300; piece += piece < 20 ? 1 : 37) {
            heard_in_pieces(row[i].said, piece, &h);
            if (strcmp(h.log, row[i].heard) != 0)
                fail_msg("%zu in pieces of %zu: %s", i, piece, h.log);
        }
}

static void long_lines(void **state)
{
    (void)state;
    static char said[8192];
    static struct heard h;
    int len = snprintf(said, sizeof said, OPENS "Content-Type: image/png\r\n\r\n");
    memset(said + len, 'x', 3000);
    (void)snprintf(said + len + 3000, 100, "\r\nend\r\n.\r\n");
    heard_in_pieces(said, 1400, &h);
    assert_string_equal(h.log, "< image/png:!"); /* bytes of it are gone: no file */
}

static void prefix(const uint8_t *bytes, size_t len, void *context)
{
    static struct mail_parts mail;
    static struct heard h;
    const struct mail_sink sink = {&h, on_begin, on_data, on_end};
    (void)context;
    memset(&mail, 0, sizeof mail);
    memset(&h, 0, sizeof h);
    mail_parts_feed(&mail, bytes, len, &sink);
    mail_parts_stop(&mail, &sink);
}

static void guarded(void **state)
{
    (void)state;
    static const char said[] =
        OPENS "Content-Type: multipart/mixed; boundary=\"a\r\n\r\n--a\r\nContent-Type: x; name=\r\n"
              "Content-Transfer-Encoding: quoted-printable\r\n\r\n=3=\r\n=\r\n--a-\r\n.\r\n";
    guard_prefixes(said, sizeof said - 1, prefix, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hears),
        cmocka_unit_test(long_lines),
        cmocka_unit_test(guarded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
