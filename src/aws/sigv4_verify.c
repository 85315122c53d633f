#include "aws/sigv4.h"

#include "aws/sigv4_canonical.h"
#include "base/secret.h"

static bool is_listed(zt_view signed_headers, zt_view name)
{
	zt_view piece;
	while (zt_view_split(&signed_headers, ';', &piece))
		if (zt_view_equal_nocase(piece, name))
			return true;
	return false;
}

static bool has_header(const zt_sigv4_request *request, zt_view name)
{
	for (size_t i = 0; i < request->header_count; i++)
		if (zt_view_equal_nocase(request->headers[i].name, name))
			return true;
	return false;
}

static bool starts_nocase(zt_view text, zt_view prefix)
{
	return text.n >= prefix.n && zt_view_equal_nocase((zt_view){ text.p, prefix.n }, prefix);
}

static zt_status refuse(zt_error *ret_error, const char *what, zt_view name)
{
	return zt_error_set(ret_error, ZT_E_DENIED, "'%.*s' %s as a 'SignedHeader' in the AWS Authorization.",
			    ZT_PRI(name), what);
}

/* The request's headers that the claim covers; it must cover host and every x-amz-* that was sent. */
static zt_status collect_signed(const zt_sigv4_claim *claim, const zt_sigv4_request *request, zt_sigv4_header headers[],
				size_t *ret_count, zt_error *ret_error)
{
	size_t count = 0;
	zt_view names = claim->signed_headers, name;
	if (!is_listed(names, ZT_LIT("host")))
		return refuse(ret_error, "must be", ZT_LIT("Host"));
	while (zt_view_split(&names, ';', &name))
		if (!has_header(request, name))
			return refuse(ret_error, "was not sent but is listed", name);
	for (size_t i = 0; i < request->header_count; i++) {
		name = request->headers[i].name;
		if (is_listed(claim->signed_headers, name)) {
			ENSURE(count < ZT_SIGV4_SIGNED_MAX, ZT_E_LIMIT);
			headers[count++] = request->headers[i];
		} else if (starts_nocase(name, ZT_LIT("x-amz-"))) {
			return refuse(ret_error, "must be", name);
		}
	}
	*ret_count = count;
	return ZT_OK;
}

static zt_status check(const zt_sigv4_claim *claim, const zt_sigv4_form *form, zt_view secret, zt_error *ret_error)
{
	zt_sigv4_scope scope = { claim->amz_date, claim->date, claim->region, claim->service };
	ZT_CLEANUP(zt_str_free)
	zt_str canonical = ZT_STR(ZT_SIGV4_CANONICAL_MAX), to_sign = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	if (zt_sigv4_canonical(form, &canonical) != ZT_OK ||
	    zt_sigv4_string_to_sign(&scope, zt_str_view(&canonical), &to_sign) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_DENIED,
				    "The request has no canonical form: a broken escape in its query, or too long.");
	zt_sigv4_key key;
	char signature[ZT_SHA256_HEX + 1];
	zt_sigv4_key_make(secret, claim->date, claim->region, claim->service, &key);
	zt_sigv4_signature(&key, zt_str_view(&to_sign), signature);
	zt_wipe(&key, sizeof key);
	if (zt_equal_ct(zt_view_of(signature), claim->signature))
		return ZT_OK;
	return zt_error_set(
	    ret_error, ZT_E_DENIED,
	    "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
	    "Access Key and signing method. The Canonical String for this request should have been '%s' "
	    "The String-to-Sign should have been '%s'",
	    zt_str_text(&canonical), zt_str_text(&to_sign));
}

zt_status zt_sigv4_verify(const zt_sigv4_claim *claim, const zt_sigv4_request *request, zt_view secret,
			  zt_error *ret_error)
{
	zt_sigv4_header headers[ZT_SIGV4_SIGNED_MAX];
	size_t count = 0;
	TRY(collect_signed(claim, request, headers, &count, ret_error));
	zt_sigv4_form form = {
		.method = request->method,
		.path = request->path,
		.query = request->query,
		.headers = headers,
		.header_count = count,
		.body = request->body,
		.drop_signature = claim->presigned,
	};
	/* AWS IoT alone lets a WebSocket client append its token behind the signature. */
	if (claim->presigned && claim->token.n && zt_view_equal(claim->service, ZT_LIT("iotdevicegateway"))) {
		form.drop_token = true;
		if (check(claim, &form, secret, NULL) == ZT_OK)
			return ZT_OK;
		form.drop_token = false;
	}
	return check(claim, &form, secret, ret_error);
}
