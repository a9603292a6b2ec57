/*
 * A server of feeds for tests, on loopback alone: serves the files of a folder, and misbehaves for
 * paths that begin with a word it knows. Prints its port; ends with its standard input.
 *
 *     /x            the file x, with an ETag; 304 when asked with it
 *     /cut/x        announces all, sends half, hangs up
 *     /slow/x       sends a byte, then nothing
 *     /huge/x       never ends (chunk after chunk)
 *     /announce/x   announces 10 GB
 *     /error/x      status 500
 *     /loop/x       points at itself
 *     /away/x       points at /x
 *     /file/x       points at file:///etc/passwd
 *     /empty/x      status 200, no byte
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void say(int to, const char *text)
{
    if (write(to, text, strlen(text)) < 0)
        _exit(0);
}

static char content[1 << 20];

static size_t file_read(const char *folder, const char *name)
{
    char path[512];
    if (strchr(name, '/') != NULL)
        return 0;
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return 0;
    size_t len = fread(content, 1, sizeof content, file);
    (void)fclose(file);
    return len;
}

static void serve_file(int to, const char *request, const char *folder, const char *name, int cut)
{
    char head[512], tag[64];
    size_t len = file_read(folder, name);
    unsigned sum = 5381;
    for (size_t i = 0; i < len; i++)
        sum = sum * 33 + (unsigned char)content[i];
    (void)snprintf(tag, sizeof tag, "\"%08x\"", sum);
    if (len == 0) {
        say(to, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    } else if (strstr(request, tag) != NULL) {
        say(to, "HTTP/1.1 304 Not Modified\r\n\r\n");
    } else {
        (void)snprintf(head, sizeof head,
                       "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nETag: %s\r\n\r\n", len, tag);
        say(to, head);
        if (write(to, content, cut ? len / 2 : len) < 0)
            _exit(0);
    }
}

static void serve_huge(int to)
{
    static char chunk[65536];
    memset(chunk, 'a', sizeof chunk);
    say(to, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (;;) {
        say(to, "10000\r\n");
        if (write(to, chunk, sizeof chunk) < 0)
            _exit(0);
        say(to, "\r\n");
    }
}

static void point(int to, const char *where)
{
    char head[600];
    (void)snprintf(head, sizeof head,
                   "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", where);
    say(to, head);
}

static void serve(int to, const char *folder)
{
    char request[4096], path[256];
    ssize_t len = read(to, request, sizeof request - 1);
    if (len <= 0)
        return;
    request[len] = '\0';
    if (sscanf(request, "GET %255s", path) != 1)
        return;
    const char *name = strrchr(path, '/') + 1;
    if (strncmp(path, "/cut/", 5) == 0)
        serve_file(to, request, folder, name, 1);
    else if (strncmp(path, "/huge/", 6) == 0)
        serve_huge(to);
    else if (strncmp(path, "/loop/", 6) == 0)
        point(to, path);
    else if (strncmp(path, "/away/", 6) == 0)
        point(to, path + 5);
    else if (strncmp(path, "/file/", 6) == 0)
        point(to, "file:///etc/passwd");
    else if (strncmp(path, "/error/", 7) == 0)
        say(to, "HTTP/1.1 500 Sorry\r\nContent-Length: 12\r\n\r\n198.51.100.1");
    else if (strncmp(path, "/empty/", 7) == 0)
        say(to, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    else if (strncmp(path, "/announce/", 10) == 0)
        say(to, "HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n198.51.100.1\n");
    else if (strncmp(path, "/slow/", 6) == 0) {
        say(to, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n1");
        (void)sleep(60);
    } else
        serve_file(to, request, folder, name, 0);
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (argc != 2 || listening < 0 || bind(listening, (struct sockaddr *)&at, len) != 0 ||
        listen(listening, 16) != 0 || getsockname(listening, (struct sockaddr *)&at, &len) != 0)
        return 1;
    (void)signal(SIGCHLD, SIG_IGN);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)printf("%d\n", ntohs(at.sin_port));
    (void)fflush(stdout);
    for (;;) {
        struct pollfd wait[2] = {{listening, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};
        if (poll(wait, 2, -1) < 0 || wait[1].revents)
            return 0;
        int to = accept(listening, NULL, NULL);
        if (to >= 0 && fork() == 0) {
            (void)close(listening);
            (void)alarm(90);
            serve(to, argv[1]);
            _exit(0);
        }
        if (to >= 0)
            (void)close(to);
    }
}
