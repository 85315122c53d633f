#include "aws/sigv4.h"

#include "aws/sigv4_canonical.h"
#include "base/codec.h"
#include "base/timefmt.h"

enum { EXPIRES_MAX_S = 7 * 24 * 3600 };

/* The only header of that name; false when there is none or more than one. */
static bool find_header(const zt_sigv4_request *request, zt_view name, zt_view *ret_value, size_t *ret_count)
{
	size_t found = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (zt_view_equal_nocase(request->headers[i].name, name) && found++ == 0)
			*ret_value = zt_view_trim(request->headers[i].value);
	*ret_count = found;
	return found == 1;
}

/* "<access key id>/<yyyymmdd>/<region>/<service>/aws4_request" */
static zt_status read_credential(zt_view credential, zt_sigv4_claim *claim, zt_error *ret_error)
{
	zt_view *const parts[] = { &claim->access_key_id, &claim->date, &claim->region, &claim->service };
	zt_view rest = credential;
	bool whole = true;
	for (size_t i = 0; i < ZT_COUNT(parts); i++)
		whole = whole && zt_view_split(&rest, '/', parts[i]) && parts[i]->n > 0;
	if (!whole || !zt_view_equal(rest, ZT_LIT("aws4_request")))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "Credential must have exactly 5 slash-delimited elements, e.g. "
				    "keyid/date/region/service/aws4_request, got '%.*s'",
				    ZT_PRI(credential));
	return ZT_OK;
}

static zt_status check_times(zt_sigv4_claim *claim, zt_error *ret_error)
{
	if (zt_time_parse_amz(claim->amz_date, &claim->time_ms) != ZT_OK)
		return zt_error_set(ret_error, ZT_E_INVALID, "Date must be in ISO-8601 'basic format'. Got '%.*s'.",
				    ZT_PRI(claim->amz_date));
	if (!zt_view_equal((zt_view){ claim->amz_date.p, 8 }, claim->date))
		return zt_error_set(
		    ret_error, ZT_E_INVALID,
		    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: "
		    "'%.*s' != '%.*s'.",
		    ZT_PRI(claim->date), ZT_PRI(claim->amz_date));
	return ZT_OK;
}

typedef struct {
	zt_view name;
	zt_view *value;
} member;

static zt_status read_authorization(zt_view text, zt_sigv4_claim *claim, zt_error *ret_error)
{
	zt_view credential = ZT_VIEW_EMPTY, piece;
	const member members[] = { { ZT_LIT("Credential"), &credential },
				   { ZT_LIT("SignedHeaders"), &claim->signed_headers },
				   { ZT_LIT("Signature"), &claim->signature } };
	if (!zt_view_take_prefix(&text, ZT_LIT(ZT_SIGV4_ALGORITHM)))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "Unsupported Authorization: it must begin with " ZT_SIGV4_ALGORITHM);
	while (zt_view_split(&text, ',', &piece)) {
		piece = zt_view_trim(piece);
		size_t equals = zt_view_find(piece, '=');
		for (size_t i = 0; i < ZT_COUNT(members); i++) {
			if (!zt_view_equal((zt_view){ piece.p, equals }, members[i].name))
				continue;
			if (members[i].value->n)
				return zt_error_set(ret_error, ZT_E_INVALID, "Authorization header has '%.*s' twice.",
						    ZT_PRI(members[i].name));
			*members[i].value = zt_view_from(piece, equals + 1);
		}
	}
	for (size_t i = 0; i < ZT_COUNT(members); i++)
		if (members[i].value->n == 0)
			return zt_error_set(ret_error, ZT_E_INVALID, "Authorization header requires '%.*s' parameter.",
					    ZT_PRI(members[i].name));
	return read_credential(credential, claim, ret_error);
}

static zt_status read_header_form(const zt_sigv4_request *request, zt_view authorization, zt_sigv4_claim *claim,
				  zt_error *ret_error)
{
	size_t count;
	TRY(read_authorization(authorization, claim, ret_error));
	if (!find_header(request, ZT_LIT("x-amz-date"), &claim->amz_date, &count))
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "Authorization header requires existence of one 'X-Amz-Date' header.");
	(void)find_header(request, ZT_LIT("x-amz-security-token"), &claim->token, &count);
	if (count > 1)
		return zt_error_set(ret_error, ZT_E_INVALID, "'X-Amz-Security-Token' was sent more than once.");
	return check_times(claim, ret_error);
}

/* The parameters of the query form, in the order of the table below. */
enum { ALGORITHM, CREDENTIAL, DATE, SIGNED_HEADERS, SIGNATURE, EXPIRES, TOKEN, PARAMETERS };
static const struct {
	zt_view name;
	bool required;
} parameters[PARAMETERS] = {
	[ALGORITHM] = { ZT_LIT_INIT("X-Amz-Algorithm"), true },
	[CREDENTIAL] = { ZT_LIT_INIT("X-Amz-Credential"), true },
	[DATE] = { ZT_LIT_INIT("X-Amz-Date"), true },
	[SIGNED_HEADERS] = { ZT_LIT_INIT("X-Amz-SignedHeaders"), true },
	[SIGNATURE] = { ZT_LIT_INIT("X-Amz-Signature"), true },
	[EXPIRES] = { ZT_LIT_INIT("X-Amz-Expires"), false },
	[TOKEN] = { ZT_LIT_INIT("X-Amz-Security-Token"), false },
};

/* Raw values of the query form; p stays NULL for one that is absent. */
static zt_status find_parameters(zt_view query, zt_view raw[PARAMETERS], zt_error *ret_error)
{
	zt_view piece;
	while (zt_view_split(&query, '&', &piece)) {
		size_t equals = zt_view_find(piece, '=');
		for (size_t i = 0; i < PARAMETERS; i++) {
			if (!zt_view_equal((zt_view){ piece.p, equals }, parameters[i].name))
				continue;
			if (raw[i].p)
				return zt_error_set(ret_error, ZT_E_INVALID, "'%.*s' was sent more than once.",
						    ZT_PRI(parameters[i].name));
			raw[i] = equals < piece.n ? zt_view_from(piece, equals + 1) : zt_view_of("");
		}
	}
	return ZT_OK;
}

/* Decodes each value into *scratch and points ret[i] there once it no longer moves. */
static zt_status decode_parameters(const zt_view raw[PARAMETERS], zt_view ret[PARAMETERS], zt_str *scratch,
				   zt_error *ret_error)
{
	size_t ends[PARAMETERS], begin = scratch->n;
	for (size_t i = 0; i < PARAMETERS; i++) {
		if (parameters[i].required && raw[i].n == 0)
			return zt_error_set(
			    ret_error, ZT_E_INVALID,
			    "AWS query-string parameters must include '%.*s'. Re-examine the query-string parameters.",
			    ZT_PRI(parameters[i].name));
		if (zt_percent_decode(raw[i], false, scratch) != ZT_OK)
			return zt_error_set(ret_error, ZT_E_INVALID, "'%.*s' is not well-formed.",
					    ZT_PRI(parameters[i].name));
		ends[i] = scratch->n;
	}
	for (size_t i = 0; i < PARAMETERS; i++) {
		ret[i] = zt_view_make(scratch->p + begin, ends[i] - begin);
		begin = ends[i];
	}
	return ZT_OK;
}

static zt_status read_expires(zt_view text, zt_sigv4_claim *claim, zt_error *ret_error)
{
	uint64_t expires = 0;
	if (text.n && (!zt_view_to_u64(text, &expires) || expires == 0 || expires > EXPIRES_MAX_S))
		return zt_error_set(ret_error, ZT_E_INVALID, "X-Amz-Expires must be between 1 and 604800 seconds.");
	claim->expires_s = (unsigned)expires;
	return ZT_OK;
}

static zt_status read_query_form(const zt_view raw[PARAMETERS], zt_sigv4_claim *claim, zt_str *scratch,
				 zt_error *ret_error)
{
	zt_view values[PARAMETERS];
	TRY(decode_parameters(raw, values, scratch, ret_error));
	if (!zt_view_equal(values[ALGORITHM], ZT_LIT(ZT_SIGV4_ALGORITHM)))
		return zt_error_set(ret_error, ZT_E_INVALID, "X-Amz-Algorithm only supports " ZT_SIGV4_ALGORITHM);
	claim->presigned = true;
	claim->amz_date = values[DATE];
	claim->signed_headers = values[SIGNED_HEADERS];
	claim->signature = values[SIGNATURE];
	claim->token = values[TOKEN];
	TRY(read_expires(values[EXPIRES], claim, ret_error));
	TRY(read_credential(values[CREDENTIAL], claim, ret_error));
	return check_times(claim, ret_error);
}

zt_status zt_sigv4_claim_read(const zt_sigv4_request *request, zt_sigv4_claim *ret, zt_str *scratch,
			      zt_error *ret_error)
{
	zt_view authorization = ZT_VIEW_EMPTY, raw[PARAMETERS] = { 0 };
	size_t count;
	zt_sigv4_claim claim = { 0 };
	(void)find_header(request, ZT_LIT("authorization"), &authorization, &count);
	if (count > 1)
		return zt_error_set(ret_error, ZT_E_INVALID, "'Authorization' was sent more than once.");
	TRY(find_parameters(request->query, raw, ret_error));
	bool in_query = raw[ALGORITHM].p || raw[SIGNATURE].p;
	if (count && in_query)
		return zt_error_set(ret_error, ZT_E_INVALID,
				    "The request is signed in its header and in its query; use one of them.");
	claim.present = count || in_query;
	if (count)
		TRY(read_header_form(request, authorization, &claim, ret_error));
	else if (in_query)
		TRY(read_query_form(raw, &claim, scratch, ret_error));
	*ret = claim;
	return ZT_OK;
}
