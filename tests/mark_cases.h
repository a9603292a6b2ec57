/*
 * For each of muster's rules of known marks a made-up example, and honest beginnings that none may
 * take. Written by hand from what the rules' references tell; names and addresses are made up.
 */
#ifndef MUSTER_TESTS_MARK_CASES_H
#define MUSTER_TESTS_MARK_CASES_H

#include "record/mark.h"

#include <stddef.h>

struct mark_case {
    const char *rule; /* NULL: an honest text */
    enum mark_part part;
    const char *bytes;
    size_t len;
};

#define CASE(rule, part, bytes)                                                                    \
    {                                                                                              \
        rule, part, bytes, sizeof(bytes) - 1                                                       \
    }
#define SENT(rule, bytes) CASE(#rule, MARK_SENT, bytes)
#define GOT(rule, bytes) CASE(#rule, MARK_GOT, bytes)
#define ASKED(rule, bytes) CASE(#rule, MARK_REQUEST, bytes)
#define HELLO(rule, bytes) CASE(#rule, MARK_TLS, bytes)
#define POST(path) "POST " path "\nHost: 192.0.2.7\n"
#define ZERO16 "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
#define WORD32 "0123456789abcdef0123456789abcdef"

static const struct mark_case mark_cases[] = {
    SENT(njrat_separator, "140\0ll|'|'|SGFjS2VkXzEyMzQ1|'|'|PC|'|'|user|'|'|24-01-02"),
    SENT(njrat_login, "155\0llSGFjS2VkXzEyMzQ1@!#&^%$PC@!#&^%$user@!#&^%$Win 10 ProSP0"),
    SENT(gh0st_magic, "Gh0st\x17\0\0\0\x40\0\0\0\x78\x9c\x4b\x4c\x4a\x06\x00"),
    SENT(gh0st_variant, "HTTPS\x17\0\0\0\x40\0\0\0\x78\x9c\x4b\x4c\x4a\x06\x00\x01\x02\x03"),
    GOT(darkcomet_idtype, "BF7CAB464EFB"),
    SENT(remcos_frame, "\x24\x04\xff\0\x20\0\0\0\x4b\0\0\0name|x|y"),
    SENT(remcos_words, "[DataStart]\x20\0\0\0addnew|cmd|Host|cmd|PC/user"),
    SENT(strrat_ping, "ping|STRRAT|12345678|PC|user|Windows 10"),
    SENT(netwire_keys, "\x41\0\0\0\x99" ZERO16 ZERO16 ZERO16 ZERO16),
    GOT(avemaria_hello, "\x09\x12\x3b\x42\x2d\x33\xa2\x44\xfc\x01\x86\x73"),
    SENT(mirai_login, "\0\0\0\1\6telnet\0\0\0\0"),
    GOT(gafgyt_orders, "!* SCANNER ON\n!* UDP 192.0.2.1 80 60 32 0 10\n"),
    SENT(gafgyt_build, "BUILD MIPSEL\n"),
    GOT(tsunami_orders, ":a!b@c PRIVMSG #x :!* TSUNAMI 192.0.2.9 60\r\n"),
    SENT(dorkbot_nick, "PASS x\r\nNICK n{US|W7u}abcdefg\r\n"),
    SENT(ircbot_nick, "NICK [00|USA|XP|SP3]123456\r\n"),
    GOT(metasploit_stage, "\0\xb0\2\0\x4d\x5a\x41\x52\x55\x48\x89\xe5\x48\x81"),
    SENT(revengerat_login, "Information*-]NK[-*R3Vlc3Q=*-]NK[-*X1BDXzE="),
    SENT(limerat_separator, "QUJDREVGR0hJSktMTU5PUA==|'N'|"),
    SENT(xtremerat_version, "myversion|3.6 Public\r\n"),
    SENT(luminosity_separator, "CONNECT8_=_8PC8_=_8user=P4CK3T="),
    SENT(ramnit_register, "\0\xff\x4b\0\0\0\xe2\0\x20\0\0\0" ZERO16 ZERO16 "\0\x20\0\0\0"),
    SENT(xworm_frame, "112\0" ZERO16 ZERO16 ZERO16 ZERO16 ZERO16 ZERO16 ZERO16),
    SENT(redline_contract, "\0\1\0\1\2\2\x18net.tcp://192.0.2.1:7777/\3\x08\x0c\x07"
                           "V\x0b\1s\4\x0b\1a\6\x1chttp://tempuri.org/Entity/Id1"),
    HELLO(asyncrat_certificate,
          "\nja3: 1\nsubject: CN=AsyncRAT Server\nissuer: CN=AsyncRAT Server\n"),
    HELLO(dcrat_certificate, "\nsubject: CN=DcRat Server,OU=x\nissuer: CN=y\n"),
    HELLO(venomrat_certificate, "\nsubject: CN=a\nissuer: CN=VenomRAT Server,OU=x\n"),
    HELLO(quasar_certificate, "\nsubject: CN=Quasar Server CA\nissuer: CN=Quasar Server CA\n"),
    HELLO(bitrat_certificate, "\nsubject: CN=BitRAT\nissuer: CN=BitRAT\nself-signed\n"),
    HELLO(orcus_certificate, "\nsubject: CN=Orcus Server\nissuer: CN=Orcus Server\n"),
    HELLO(cobaltstrike_certificate, "\nsubject: CN=Major Cobalt Strike,OU=x\nissuer: CN=y\n"),
    HELLO(icedid_certificate,
          "\nname: a.example\nsubject: C=AU,ST=Some-State,O=Internet Widgits Pty Ltd,CN=localhost\n"
          "issuer: C=AU,ST=Some-State,O=Internet Widgits Pty Ltd,CN=localhost\nself-signed\n"),
    SENT(agenttesla_ftp, "USER a\r\nPASS b\r\nSTOR PW_user-PC_2024_01_02_03_04_05.html\r\n"),
    SENT(agenttesla_mail, "DATA\r\nFrom: a@example.com\r\nSubject: PW_user/PC\r\n\r\nTime: x"),
    SENT(snake_keylogger, "DATA\r\nSubject: Pc Name: user | Snake Keylogger\r\n"),
    SENT(keylogger_named, "DATA\r\nSubject: HawkEye Keylogger | Stealer Records | PC\r\n"),
    SENT(hawkeye_ftp, "STOR HawkEye_Keylogger_Stealer_Records_PC 1.2.2020.txt\r\n"),
    ASKED(lokibot_agent, POST("/a/fre.php") "User-Agent: Mozilla/4.08 (Charon; Inferno)\n\nx"),
    ASKED(lokibot_body, POST("/a/b.php") "\n\x12\0\x27\0\0\0\x07\0\0\0ckav.ru\1\0"),
    ASKED(icedid_cookie, "GET /\nHost: a.example\nCookie: __gads=12:1:3:90; _gat=10.0.19041.64; "
                         "_ga=1.65.1.2; _u=4142:4344; __io=21_1_2_3; _gid=0A0B0C\n\n"),
    ASKED(trickbot_path, "GET /mor1/PC_W10019041.0123456789ABCDEF0123456789ABCDEF/5/spk/\n"
                         "Host: 192.0.2.1\n\n"),
    ASKED(hancitor_form, POST("/8/forum.php") "\nGUID=1234567890123&BUILD=a_b1&INFO=PC @ "
                                              "D\\u&EXT=&IP=192.0.2.1&TYPE=1&WIN=10.0(x64)"),
    ASKED(amadey_form, POST("/x/index.php") "\nid=152138533219&vs=2.11&sd=0f3be6&os=9&bi=1&ar=1&"
                                            "pc=PC&un=u&dm=&av=13&lv=0"),
    ASKED(amadey_start, POST("/x/index.php") "Content-Type: application/x-www-form-urlencoded\n"
                                             "\nst=s"),
    ASKED(gozi_path, "GET /images/Ab3dE_2FgHiJk/LmNoP_2BqRsT/uVwXyZ0123456789abc/def_2B.avi\n"
                     "Host: a.example\n\n"),
    ASKED(gozi_plain, "GET /i.php?soft=1&version=214071&user=" WORD32 "&server=12&id=1000\n\n"),
    ASKED(azorult_body, POST("/a/index.php") "\nJ\x3e\x89\x3d\x3b\xf8\x4f\x27\xfa\x3a\x3e\xf9\x20"
                                             "\x3b\x8e"),
    ASKED(formbook_form, POST("/ab/") "\ndat=QUJDREVGR0hJSktMTU5PUFFSU1Q=&un=dXNlcg==&br=9&os=1"),
    ASKED(formbook_call,
          "GET /ab1/?Xy_z=" WORD32 WORD32 "Ab+/==&Qk=abcdEF12\nHost: www.a.example\n\n"),
    ASKED(pony_agent,
          POST("/g/gate.php") "User-Agent: Mozilla/4.0 (compatible; MSIE 5.0; Windows 98)\n\nx"),
    ASKED(raccoon_register, POST("/") "\nmachineId=01234567-89ab-cdef-0123-456789abcdef|user&"
                                      "configId=" WORD32),
    ASKED(vidar_form, POST("/1") "\n--1\r\nContent-Disposition: form-data; name=\"hwid\"\r\n\r\nx"
                                 "\r\n--1\r\nContent-Disposition: form-data; name=\"profile\""
                                 "\r\n\r\n1\r\n--1\r\nContent-Disposition: form-data; "
                                 "name=\"cccount\"\r\n\r\n0\r\n"),
    ASKED(stealc_form, POST("/0123456789abcdef.php") "\n--a\r\nContent-Disposition: form-data; "
                                                     "name=\"hwid\"\r\n\r\n0123456789ABCDEF\r\n--a"
                                                     "\r\nContent-Disposition: form-data; "
                                                     "name=\"build\"\r\n\r\ndefault\r\n--a--"),
    ASKED(lumma_form, POST("/api") "\nact=recive_message&ver=4.0&lid=abc--def&j="),
    ASKED(redline_soap, POST("/") "\n<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/"
                                  "envelope/\"><s:Body><CheckConnect xmlns=\"http://tempuri.org/\""
                                  "/></s:Body></s:Envelope>"),
    ASKED(agenttesla_form, POST("/api.php") "\ntype=keylog&hwid=0123456789AB&time=2020-01-02 03:04"
                                            "&pcname=PC/u&logdata=abc&screen=&ipadd="),
    ASKED(empire_defaults,
          "GET /news.php\nHost: 192.0.2.1\nUser-Agent: Mozilla/5.0 (Windows NT 6.1; WOW64; "
          "Trident/7.0; rv:11.0) like Gecko\nCookie: session=abcdefghijklmnopqrstuvwxyzA=\n\n"),
    ASKED(covenant_defaults, POST("/en-us/test.html") "\ni=a19ea23062db990386a3a478cb89d52e&data="),
    ASKED(havoc_demon, POST("/") "\n\0\0\1\2\xde\xad\xbe\xef\x12\x34\x56\x78"),
    ASKED(houdini_agent, POST("/is-ready") "User-Agent: A1B2C3D4<|>PC<|>u<|>Windows 10<|>plus\n\n"),
    ASKED(vjworm_page, POST("/Vre") "User-Agent: a_1A2B\\PC\\u\\Windows 10\\\\YES\\FALSE\\\n\n"),
    ASKED(lemonduck_agent, "GET /a.jsp\nHost: a.example\nUser-Agent: Lemon-Duck-AbC-dEf\n\n"),
    ASKED(sality_agent, "GET /logo.gif?1=2\nHost: a.example\nUser-Agent: KUKU v5.06exp =1\n\n"),
    ASKED(latrodectus_agent,
          POST("/live/") "User-Agent: Mozilla/4.0 (compatible; MSIE 7.0; Windows "
                         "NT 5.1; Tob 1.1)\n\nx"),
    ASKED(isrstealer_agent, "GET /a.php?action=add&username=u&password=p&app=a&pcname=PC\n"
                            "User-Agent: HardCore Software For : Public\n\n"),
    ASKED(predator_gate, POST("/api/gate.get?p1=1&p2=20&p3=0&p4=0") "\n"),
    ASKED(blacknet_page, "GET /p/receive.php?command=T25saW5l&vicID=SGFjS2Vk\nHost: a.example\n\n"),
    ASKED(darkgate_form, POST("/") "\nid=" WORD32 "&data=abcDEF&act=1000"),
    ASKED(netsupport_gateway, POST("http://192.0.2.1/fakeurl.htm") "User-Agent: NetSupport "
                                                                   "Manager/1.3\n\nCMD=POLL\n"),
    ASKED(ahmyth_hello,
          "GET /socket.io/?EIO=3&model=X&manf=Y&release=9&id=0&transport=polling\n\n"),
};

#undef SENT
#undef GOT
#undef ASKED
#undef HELLO

#define CHROME                                                                                     \
    "User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like "       \
    "Gecko) Chrome/120.0.0.0 Safari/537.36\n"

/* What looks a little alike and is honest. */
static const struct mark_case honest_cases[] = {
    CASE(NULL, MARK_SENT, "SSH-2.0-OpenSSH_9.2p1\r\n"),
    CASE(NULL, MARK_SENT, "12:hello world!,5:netst,"),
    CASE(NULL, MARK_SENT, "120\0" WORD32 WORD32 WORD32 WORD32),
    CASE(NULL, MARK_SENT, "\0\0\0\1"),
    CASE(NULL, MARK_SENT, "\0\0\0\1\0\0\0\x0aqueue-name"),
    CASE(NULL, MARK_SENT, "\x41\0\0\0\3insert into t values (1, 2, 3) -- and so on, 65 bytes long"),
    CASE(NULL, MARK_SENT, "hello\x17\0\0\0\x40\0\0\0plain, not zlib"),
    CASE(NULL, MARK_SENT, "BUILDER ready\n"),
    CASE(NULL, MARK_SENT, "NICK maria\r\nUSER maria 0 * :Maria\r\nJOIN #linux\r\n"),
    CASE(NULL, MARK_SENT,
         "EHLO pc\r\nMAIL FROM:<a@example.com>\r\nDATA\r\nSubject: PC_2 and "
         "KL_3/4 plans\r\n"),
    CASE(NULL, MARK_SENT, "Subject: Snake river trip\r\n"),
    CASE(NULL, MARK_SENT, "STOR backup_2024_01_02.zip\r\n"),
    CASE(NULL, MARK_SENT,
         "\0\1\0\1\2\2\x1cnet.tcp://192.0.2.1/Service\3\x08\x0c\x07"
         "http://tempuri.org/IService1/GetData"),
    CASE(NULL, MARK_GOT, "\0\1\2\3MZ is not a program here"),
    CASE(NULL, MARK_GOT, ":a!b@c PRIVMSG #x :!help me with UDP sockets\r\n"),
    CASE(NULL, MARK_GOT, "BF7CAB46"),
    CASE(NULL, MARK_TLS,
         "\nname: a.example\nsubject: CN=a.example\nissuer: CN=R3,O=Let's "
         "Encrypt,C=US\ndays: 90\n"),
    CASE(NULL, MARK_TLS,
         "\nsubject: CN=router,O=Internet Widgits Pty Ltd,ST=Some-State,C=AU\n"
         "issuer: CN=router,O=Internet Widgits Pty Ltd,ST=Some-State,C=AU\n"
         "self-signed\ndays: 365\n"),
    CASE(NULL, MARK_REQUEST, "GET /news.php\nHost: a.example\n" CHROME "Cookie: session=abc\n\n"),
    CASE(NULL, MARK_REQUEST, POST("/index.php") CHROME "\nid=1234567890&vs=1.0&name=x"),
    CASE(NULL, MARK_REQUEST, POST("/api") CHROME "\nact=lifetime"),
    CASE(NULL, MARK_REQUEST, POST("/login.php") CHROME "\nJack=1&Jill=2"),
    CASE(NULL, MARK_REQUEST,
         "GET /images/holiday/2024/large_2Bsmall/picture.jpeg\nHost: a.example\n" CHROME "\n"),
    CASE(NULL, MARK_REQUEST,
         "GET /ad/?uid=" WORD32 WORD32 "&c=abcd\nHost: www.a.example\n" CHROME "\n"),
    CASE(NULL, MARK_REQUEST,
         "GET /\nHost: a.example\n" CHROME "Cookie: _ga=GA1.2.1.2; "
         "_gid=GA1.2.3.4; _gat=1; __gads=ID=1\n\n"),
    CASE(NULL, MARK_REQUEST, "GET /socket.io/?EIO=4&transport=polling&t=abc\nHost: a.example\n\n"),
    CASE(NULL, MARK_REQUEST, POST("/s.asmx") "\n<GetData xmlns=\"http://tempuri.org/\"/>"),
    CASE(NULL, MARK_REQUEST,
         POST("/up") CHROME "\n--1\r\nContent-Disposition: form-data; "
                            "name=\"file\"; filename=\"a.txt\"\r\n\r\nx"),
    CASE(NULL, MARK_RESPONSE,
         "200\nServer: nginx\nContent-Type: text/html\n\n<html>njrat "
         "|'|'| (Charon; Inferno) AsyncRAT Server</html>"),
};

#undef CASE
#undef POST
#undef CHROME

#endif
