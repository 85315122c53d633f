/* The canonical form that signer and verifier share (IAM User Guide, "Create a signed AWS API request", steps 1 and 2).
 * Inside of sigv4 alone. */
#ifndef ZT_AWS_SIGV4_CANONICAL_H
#define ZT_AWS_SIGV4_CANONICAL_H

#include "aws/sigv4.h"

/* The request's own headers, and x-amz-date and x-amz-security-token. */
enum { ZT_SIGV4_SIGNED_MAX = ZT_SIGV4_HEADERS_MAX + 2 };

#define ZT_SIGV4_ALGORITHM "AWS4-HMAC-SHA256"

typedef struct {
	zt_view method, path, query;
	const zt_sigv4_header *headers; /* exactly those that are signed, at most ZT_SIGV4_SIGNED_MAX */
	size_t header_count;
	zt_view body;
	bool path_is_final;  /* as in zt_sigv4_signer */
	bool drop_signature; /* X-Amz-Signature of the query form is no part of what it signs */
	bool drop_token;     /* nor is an X-Amz-Security-Token that was appended behind it */
} zt_sigv4_form;

/* Appends the canonical request. ZT_E_INVALID on a broken escape in the query; ZT_E_LIMIT. */
ZT_NODISCARD zt_status zt_sigv4_canonical(const zt_sigv4_form *form, zt_str *out);
/* Appends the names, lower-case, sorted, each once, with ';' between. */
ZT_NODISCARD zt_status zt_sigv4_signed_headers(const zt_sigv4_header *headers, size_t count, zt_str *out);

/* When and where a signature holds. */
typedef struct {
	zt_view amz_date; /* yyyymmddThhmmssZ */
	zt_view date;     /* yyyymmdd */
	zt_view region, service;
} zt_sigv4_scope;

/* "yyyymmdd/region/service/aws4_request" */
ZT_NODISCARD zt_status zt_sigv4_scope_put(const zt_sigv4_scope *scope, zt_str *out);
ZT_NODISCARD zt_status zt_sigv4_string_to_sign(const zt_sigv4_scope *scope, zt_view canonical, zt_str *out);
void zt_sigv4_signature(const zt_sigv4_key *key, zt_view to_sign, char ret_hex[ZT_SHA256_HEX + 1]);

#endif
