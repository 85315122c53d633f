#include "aws/sigv4.h"

#include <stdio.h>

#include "aws/sigv4_canonical.h"
#include "base/codec.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "zerotouch/buf.h"

enum { DATE_CHARS = 8 };

void zt_sigv4_key_make(zt_view secret, zt_view date_yyyymmdd, zt_view region, zt_view service, zt_sigv4_key *ret)
{
	uint8_t first[4 + ZT_SECRET_MAX];
	zt_buf key = ZT_BUF(first);
	zt_buf_put(&key, ZT_LIT("AWS4"));
	zt_buf_put(&key, secret);
	const zt_view messages[] = { date_yyyymmdd, region, service, ZT_LIT("aws4_request") };
	zt_sha256 mac;
	zt_hmac_sha256(zt_buf_view(&key), messages[0], &mac);
	for (size_t i = 1; i < ZT_COUNT(messages); i++) {
		zt_sha256 next;
		zt_hmac_sha256((zt_view){ mac.bytes, sizeof mac.bytes }, messages[i], &next);
		mac = next;
	}
	ret->key = mac;
	zt_wipe(first, sizeof first);
	zt_wipe(&mac, sizeof mac);
}

static zt_sigv4_scope scope_of(const zt_sigv4_signer *signer, const char amz_date[ZT_TIME_TEXT_MAX])
{
	zt_view date = zt_view_of(amz_date);
	return (zt_sigv4_scope){ date, { date.p, DATE_CHARS }, signer->region, signer->service };
}

/* Keeps the two texts for a caller who asked for them. */
static zt_status finish(const zt_sigv4_signer *signer, const zt_sigv4_key *key, const zt_sigv4_scope *scope,
			const zt_sigv4_form *form, char ret_hex[ZT_SHA256_HEX + 1], zt_str *canonical, zt_str *to_sign)
{
	ZT_CLEANUP(zt_str_free) zt_str request = ZT_STR(ZT_SIGV4_CANONICAL_MAX), text = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	TRY(zt_sigv4_canonical(form, &request));
	TRY(zt_sigv4_string_to_sign(scope, zt_str_view(&request), &text));
	if (canonical)
		TRY(zt_str_put(canonical, zt_str_view(&request)));
	if (to_sign)
		TRY(zt_str_put(to_sign, zt_str_view(&text)));
	zt_sigv4_key made = { 0 };
	if (!key) {
		ENSURE(signer->secret.n <= ZT_SECRET_MAX, ZT_E_LIMIT);
		zt_sigv4_key_make(signer->secret, scope->date, scope->region, scope->service, &made);
	}
	zt_sigv4_signature(key ? key : &made, zt_str_view(&text), ret_hex);
	zt_wipe(&made, sizeof made);
	return ZT_OK;
}

/* The signer's own headers win over what a caller put into the request. */
static bool is_ours(zt_view name)
{
	return zt_view_equal_nocase(name, ZT_LIT("authorization")) ||
	       zt_view_equal_nocase(name, ZT_LIT("x-amz-date")) ||
	       zt_view_equal_nocase(name, ZT_LIT("x-amz-security-token"));
}

static zt_status collect(const zt_sigv4_request *request, zt_sigv4_header headers[], size_t *ret_count)
{
	ENSURE(request->header_count <= ZT_SIGV4_HEADERS_MAX, ZT_E_LIMIT);
	size_t count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (!is_ours(request->headers[i].name))
			headers[count++] = request->headers[i];
	*ret_count = count;
	return ZT_OK;
}

static zt_sigv4_form form_of(const zt_sigv4_signer *signer, const zt_sigv4_request *request,
			     const zt_sigv4_header *headers, size_t count)
{
	return (zt_sigv4_form){
		.method = request->method,
		.path = request->path,
		.query = request->query,
		.headers = headers,
		.header_count = count,
		.body = request->body,
		.path_is_final = signer->path_is_final,
	};
}

static zt_status put_authorization(const zt_sigv4_signer *signer, const zt_sigv4_scope *scope,
				   const zt_sigv4_form *form, zt_sigv4_signed *signed_)
{
	ZT_CLEANUP(zt_str_free) zt_str text = ZT_STR(sizeof signed_->authorization - 1);
	TRY(zt_str_printf(&text, ZT_SIGV4_ALGORITHM " Credential=%.*s/", ZT_PRI(signer->access_key_id)));
	TRY(zt_sigv4_scope_put(scope, &text));
	TRY(zt_str_put_text(&text, ", SignedHeaders="));
	TRY(zt_sigv4_signed_headers(form->headers, form->header_count, &text));
	TRY(zt_str_printf(&text, ", Signature=%s", signed_->signature));
	return zt_text_copy(signed_->authorization, sizeof signed_->authorization, zt_str_view(&text));
}

zt_status zt_sigv4_sign(const zt_sigv4_signer *signer, const zt_sigv4_key *key, const zt_sigv4_request *request,
			zt_sigv4_signed *ret, zt_str *canonical, zt_str *to_sign)
{
	char amz_date[ZT_TIME_TEXT_MAX];
	zt_time_amz(signer->time_ms, amz_date);
	zt_sigv4_scope scope = scope_of(signer, amz_date);
	zt_sigv4_header headers[ZT_SIGV4_SIGNED_MAX];
	size_t count;
	TRY(collect(request, headers, &count));
	headers[count++] = (zt_sigv4_header){ ZT_LIT("x-amz-date"), scope.amz_date };
	if (signer->token.n && !signer->token_unsigned)
		headers[count++] = (zt_sigv4_header){ ZT_LIT("x-amz-security-token"), signer->token };
	zt_sigv4_form form = form_of(signer, request, headers, count);
	zt_sigv4_signed made = { 0 };
	TRY(finish(signer, key, &scope, &form, made.signature, canonical, to_sign));
	TRY(put_authorization(signer, &scope, &form, &made));
	TRY(zt_text_copy(made.amz_date, sizeof made.amz_date, scope.amz_date));
	*ret = made;
	return ZT_OK;
}

static zt_status put_parameter(zt_str *query, const char *name, zt_view value)
{
	TRY(zt_str_printf(query, "%s%s=", query->n ? "&" : "", name));
	return zt_percent_encode(value, false, query);
}

static zt_status put_credential(const zt_sigv4_signer *signer, const zt_sigv4_scope *scope, zt_str *query)
{
	ZT_CLEANUP(zt_str_free) zt_str credential = ZT_STR(1024);
	TRY(zt_str_printf(&credential, "%.*s/", ZT_PRI(signer->access_key_id)));
	TRY(zt_sigv4_scope_put(scope, &credential));
	return put_parameter(query, "X-Amz-Credential", zt_str_view(&credential));
}

/* All that is signed of the query. */
static zt_status put_presigned(const zt_sigv4_signer *signer, const zt_sigv4_scope *scope, const zt_sigv4_form *form,
			       unsigned expires_s, zt_str *query)
{
	ZT_CLEANUP(zt_str_free) zt_str names = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	TRY(zt_sigv4_signed_headers(form->headers, form->header_count, &names));
	TRY(zt_str_put(query, form->query));
	TRY(put_parameter(query, "X-Amz-Algorithm", ZT_LIT(ZT_SIGV4_ALGORITHM)));
	TRY(put_credential(signer, scope, query));
	TRY(put_parameter(query, "X-Amz-Date", scope->amz_date));
	TRY(put_parameter(query, "X-Amz-SignedHeaders", zt_str_view(&names)));
	if (expires_s) {
		char digits[16];
		(void)snprintf(digits, sizeof digits, "%u", expires_s);
		TRY(put_parameter(query, "X-Amz-Expires", zt_view_of(digits)));
	}
	return signer->token.n && !signer->token_unsigned ? put_parameter(query, "X-Amz-Security-Token", signer->token)
							  : ZT_OK;
}

zt_status zt_sigv4_presign(const zt_sigv4_signer *signer, const zt_sigv4_request *request, unsigned expires_s,
			   zt_str *ret_query, zt_str *canonical, zt_str *to_sign)
{
	char amz_date[ZT_TIME_TEXT_MAX], signature[ZT_SHA256_HEX + 1];
	zt_time_amz(signer->time_ms, amz_date);
	zt_sigv4_scope scope = scope_of(signer, amz_date);
	zt_sigv4_header headers[ZT_SIGV4_SIGNED_MAX];
	size_t count;
	TRY(collect(request, headers, &count));
	zt_sigv4_form form = form_of(signer, request, headers, count);
	ZT_CLEANUP(zt_str_free) zt_str query = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	TRY(put_presigned(signer, &scope, &form, expires_s, &query));
	form.query = zt_str_view(&query);
	TRY(finish(signer, NULL, &scope, &form, signature, canonical, to_sign));
	TRY(put_parameter(&query, "X-Amz-Signature", zt_view_of(signature)));
	if (signer->token.n && signer->token_unsigned)
		TRY(put_parameter(&query, "X-Amz-Security-Token", signer->token));
	return zt_str_put(ret_query, zt_str_view(&query));
}
