/*
 * Whether bytes are what webshell tools encipher: under a key of 16 hexadecimal digits, which is
 * half an MD5 digest of the user's password. Pure.
 */
#ifndef MUSTER_DETECT_WEBSHELL_CIPHER_H
#define MUSTER_DETECT_WEBSHELL_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* gzip (RFC 1952 2.3: magic, deflate, no flags, no time) XOR a repeating key of hexadecimal digits.
 */
bool cipher_is_gzip(const uint8_t *bytes, size_t len);
/* Program text XOR a repeating key of 16 hexadecimal digits: each of 16 columns, of CIPHER_ROWS
 * bytes and more, turns into text under one digit, and all together into words of programs; the
 * bytes are no text as they are. */
enum { CIPHER_ROWS = 24 };
bool cipher_is_text(const uint8_t *bytes, size_t len);
/* Opens with the key: AES-128 (ECB, or CBC with a zero vector or the key as vector) or XOR, into
 * the beginning of a program, a class file, an executable or the tools' own answer. */
bool cipher_opens(const uint8_t *bytes, size_t len, const char key[16]);
/* The same with any key of detect/webshell_key.list; what the password was, or NULL. */
const char *cipher_opens_known(const uint8_t *bytes, size_t len);

#endif
