/* Identifiers and secrets in the form that IAM gives them (IAM user guide, "Unique identifiers"). */
#ifndef ZT_CLOUD_REGISTRY_IAM_ID_H
#define ZT_CLOUD_REGISTRY_IAM_ID_H

#include <stddef.h>

enum { ZT_IAM_SECRET_CHARS = 40, ZT_IAM_TOKEN_CHARS = 356 };

/* Prefix ("AROA", "ASIA") and random letters A to Z and digits 2 to 7 up to `cap` - 1 characters, and a NUL. */
void zt_iam_id(const char *prefix, char *ret_id, size_t cap);
/* `cap` - 1 random characters of base64, and a NUL. */
void zt_iam_secret(char *ret_text, size_t cap);

#endif
