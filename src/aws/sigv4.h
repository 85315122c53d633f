/* AWS Signature Version 4, one canonicaliser for signing and for verifying.
 * Rules: IAM User Guide, "Create a signed AWS API request"; held to AWS's published test suite. */
#ifndef ZT_AWS_SIGV4_H
#define ZT_AWS_SIGV4_H

#include <stdint.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/str.h"

enum { ZT_SIGV4_HEADERS_MAX = 64, ZT_SIGV4_PARAMETERS_MAX = 64, ZT_SIGV4_CANONICAL_MAX = 64 * 1024 };

typedef struct {
	zt_view name, value;
} zt_sigv4_header;

/* A request as it goes (or came) over the wire: nothing decoded. */
typedef struct {
	zt_view method;
	zt_view path;                   /* "" or "/…", percent-encoded as sent */
	zt_view query;                  /* behind '?', as sent */
	const zt_sigv4_header *headers; /* to be signed, host among them */
	size_t header_count;
	zt_view body;
} zt_sigv4_request;

typedef struct {
	zt_view access_key_id, secret;
	zt_view token; /* session token, or empty */
	zt_view region, service;
	int64_t time_ms;
	bool path_is_final;  /* sign the path as it is: no normalisation, no second encoding (S3; the test suite's
				variants) */
	bool token_unsigned; /* WebSocket of IoT: the token is appended behind the signature */
} zt_sigv4_signer;

/* The key that four HMACs make of secret, date, region and service: worth keeping for a day. */
typedef struct {
	zt_sha256 key;
} zt_sigv4_key;
/* `secret` has at most ZT_SECRET_MAX bytes. */
void zt_sigv4_key_make(zt_view secret, zt_view date_yyyymmdd, zt_view region, zt_view service, zt_sigv4_key *ret);

/* What a signed request adds, NUL-terminated. The signed headers are the request's, x-amz-date and, with a token,
 * x-amz-security-token. */
typedef struct {
	char amz_date[20];        /* value of x-amz-date */
	char authorization[1024]; /* value of authorization */
	char signature[ZT_SHA256_HEX + 1];
} zt_sigv4_signed;
/* `key` may be NULL. canonical and to_sign (may be NULL) receive the two intermediate texts, for tests and for verbose
 * errors. */
ZT_NODISCARD zt_status zt_sigv4_sign(const zt_sigv4_signer *signer, const zt_sigv4_key *key,
				     const zt_sigv4_request *request, zt_sigv4_signed *ret, zt_str *canonical,
				     zt_str *to_sign);
/* The query form: appends the whole signed query to *ret_query. */
ZT_NODISCARD zt_status zt_sigv4_presign(const zt_sigv4_signer *signer, const zt_sigv4_request *request,
					unsigned expires_s, zt_str *ret_query, zt_str *canonical, zt_str *to_sign);

/* What a request says of itself, before anything is believed. Views into the request. */
typedef struct {
	bool present; /* there is a signature of either form */
	bool presigned;
	zt_view access_key_id, date, region, service, signed_headers, signature, token;
	zt_view amz_date;
	int64_t time_ms;
	unsigned expires_s; /* presigned */
} zt_sigv4_claim;
/* ZT_OK with present == false when it is not signed at all; ZT_E_INVALID when the signature's form is wrong.
 * Percent-encoded values of the query form are decoded into *scratch. */
ZT_NODISCARD zt_status zt_sigv4_claim_read(const zt_sigv4_request *request, zt_sigv4_claim *ret, zt_str *scratch,
					   zt_error *ret_error);
/* Checks the signature of a claim against the secret, in constant time. Dates are the caller's business. host must be
 * signed, and every x-amz-* header that was sent. ZT_E_DENIED with canonical request and string to sign in *ret_error's
 * text cut to fit. */
ZT_NODISCARD zt_status zt_sigv4_verify(const zt_sigv4_claim *claim, const zt_sigv4_request *request, zt_view secret,
				       zt_error *ret_error);

#endif
