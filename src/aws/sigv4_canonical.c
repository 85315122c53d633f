#include "aws/sigv4_canonical.h"

#include "base/codec.h"

enum { SEGMENTS_MAX = 512 };

static bool is_escape(zt_view text, size_t at)
{
	return text.n - at >= 3 && text.p[at] == '%' && zt_is_hex((zt_view){ text.p + at + 1, 2 });
}

/* Encodes what is not encoded yet. */
static zt_status put_final_path(zt_view path, zt_str *out)
{
	for (size_t i = 0; i < path.n; i++) {
		size_t n = is_escape(path, i) ? 3 : 1;
		zt_view piece = { path.p + i, n };
		TRY(n == 3 ? zt_str_put(out, piece) : zt_percent_encode(piece, true, out));
		i += n - 1;
	}
	return ZT_OK;
}

/* RFC 3986 §5.2.4, and empty segments go too; each segment is encoded as it was sent, so escapes are encoded again. */
static zt_status put_normal_path(zt_view path, zt_str *out)
{
	zt_view segments[SEGMENTS_MAX], rest = path, piece;
	size_t count = 0;
	while (zt_view_split(&rest, '/', &piece)) {
		if (piece.n == 0 || zt_view_equal(piece, ZT_LIT(".")))
			continue;
		if (zt_view_equal(piece, ZT_LIT(".."))) {
			count -= count > 0;
			continue;
		}
		ENSURE(count < SEGMENTS_MAX, ZT_E_LIMIT);
		segments[count++] = piece;
	}
	for (size_t i = 0; i < count; i++) {
		TRY(zt_str_put_u8(out, '/'));
		TRY(zt_percent_encode(segments[i], false, out));
	}
	return count == 0 || zt_view_ends(path, ZT_LIT("/")) ? zt_str_put_u8(out, '/') : ZT_OK;
}

static zt_status put_path(zt_view path, bool is_final, zt_str *out)
{
	if (path.n == 0)
		return zt_str_put_u8(out, '/');
	return is_final ? put_final_path(path, out) : put_normal_path(path, out);
}

/* One parameter of a query, encoded: offsets, since the text that holds it still grows. */
typedef struct {
	size_t name, name_n, value, value_n;
} parameter;

static zt_view in(const zt_str *text, size_t at, size_t n)
{
	return zt_view_make(text->p + at, n);
}

static zt_status put_reencoded(zt_view text, zt_str *encoded, size_t *ret_at, size_t *ret_n)
{
	ZT_CLEANUP(zt_str_free) zt_str plain = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	TRY(zt_percent_decode(text, false, &plain));
	*ret_at = encoded->n;
	TRY(zt_percent_encode(zt_str_view(&plain), false, encoded));
	*ret_n = encoded->n - *ret_at;
	return ZT_OK;
}

static bool is_dropped(const zt_sigv4_form *form, zt_view name)
{
	return (form->drop_signature && zt_view_equal(name, ZT_LIT("X-Amz-Signature"))) ||
	       (form->drop_token && zt_view_equal(name, ZT_LIT("X-Amz-Security-Token")));
}

static int compare_parameters(const zt_str *encoded, const parameter *a, const parameter *b)
{
	int order = zt_view_compare(in(encoded, a->name, a->name_n), in(encoded, b->name, b->name_n));
	return order ? order : zt_view_compare(in(encoded, a->value, a->value_n), in(encoded, b->value, b->value_n));
}

static void insert_parameter(const zt_str *encoded, parameter *sorted, size_t count, parameter added)
{
	size_t at = count;
	for (; at > 0 && compare_parameters(encoded, &added, &sorted[at - 1]) < 0; at--)
		sorted[at] = sorted[at - 1];
	sorted[at] = added;
}

static zt_status put_query(const zt_sigv4_form *form, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str encoded = ZT_STR(ZT_SIGV4_CANONICAL_MAX);
	/* An empty text still needs an address for its views. */
	TRY(zt_str_put(&encoded, ZT_VIEW_EMPTY));
	parameter sorted[ZT_SIGV4_PARAMETERS_MAX];
	size_t count = 0;
	zt_view rest = form->query, piece;
	while (zt_view_split(&rest, '&', &piece)) {
		if (piece.n == 0)
			continue;
		size_t equals = zt_view_find(piece, '=');
		parameter added;
		TRY(put_reencoded((zt_view){ piece.p, equals }, &encoded, &added.name, &added.name_n));
		TRY(put_reencoded(zt_view_from(piece, equals + 1), &encoded, &added.value, &added.value_n));
		if (is_dropped(form, in(&encoded, added.name, added.name_n)))
			continue;
		ENSURE(count < ZT_SIGV4_PARAMETERS_MAX, ZT_E_LIMIT);
		insert_parameter(&encoded, sorted, count++, added);
	}
	for (size_t i = 0; i < count; i++)
		TRY(zt_str_printf(out, "%s%.*s=%.*s", i ? "&" : "",
				  ZT_PRI(in(&encoded, sorted[i].name, sorted[i].name_n)),
				  ZT_PRI(in(&encoded, sorted[i].value, sorted[i].value_n))));
	return ZT_OK;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

static zt_status put_lower(zt_view text, zt_str *out)
{
	for (size_t i = 0; i < text.n; i++)
		TRY(zt_str_put_u8(out, lower(text.p[i])));
	return ZT_OK;
}

static bool name_before(zt_view a, zt_view b)
{
	for (size_t i = 0; i < a.n && i < b.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return lower(a.p[i]) < lower(b.p[i]);
	return a.n < b.n;
}

/* Sorted by name; those of one name stay in the order in which they were sent. */
static zt_status sort_headers(const zt_sigv4_header *headers, size_t count, const zt_sigv4_header *sorted[])
{
	ENSURE(count <= ZT_SIGV4_SIGNED_MAX, ZT_E_LIMIT);
	for (size_t i = 0; i < count; i++) {
		size_t at = i;
		for (; at > 0 && name_before(headers[i].name, sorted[at - 1]->name); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &headers[i];
	}
	return ZT_OK;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trimmed, each run of white space one space. */
static zt_status put_value(zt_view value, zt_str *out)
{
	value = zt_view_trim(value);
	for (size_t i = 0; i < value.n; i++) {
		if (is_blank(value.p[i]) && is_blank(value.p[i + 1]))
			continue;
		TRY(zt_str_put_u8(out, is_blank(value.p[i]) ? ' ' : value.p[i]));
	}
	return ZT_OK;
}

static zt_status put_headers(const zt_sigv4_header *headers, size_t count, zt_str *out)
{
	const zt_sigv4_header *sorted[ZT_SIGV4_SIGNED_MAX];
	TRY(sort_headers(headers, count, sorted));
	for (size_t i = 0; i < count; i++) {
		bool again = i > 0 && zt_view_equal_nocase(sorted[i]->name, sorted[i - 1]->name);
		if (again) {
			TRY(zt_str_put_u8(out, ','));
		} else {
			TRY(i ? zt_str_put_u8(out, '\n') : ZT_OK);
			TRY(put_lower(sorted[i]->name, out));
			TRY(zt_str_put_u8(out, ':'));
		}
		TRY(put_value(sorted[i]->value, out));
	}
	return zt_str_put_u8(out, '\n');
}

zt_status zt_sigv4_signed_headers(const zt_sigv4_header *headers, size_t count, zt_str *out)
{
	const zt_sigv4_header *sorted[ZT_SIGV4_SIGNED_MAX];
	TRY(sort_headers(headers, count, sorted));
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && zt_view_equal_nocase(sorted[i]->name, sorted[i - 1]->name))
			continue;
		TRY(i ? zt_str_put_u8(out, ';') : ZT_OK);
		TRY(put_lower(sorted[i]->name, out));
	}
	return ZT_OK;
}

zt_status zt_sigv4_canonical(const zt_sigv4_form *form, zt_str *out)
{
	char body[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(form->body, body);
	TRY(zt_str_put(out, form->method));
	TRY(zt_str_put_u8(out, '\n'));
	TRY(put_path(form->path, form->path_is_final, out));
	TRY(zt_str_put_u8(out, '\n'));
	TRY(put_query(form, out));
	TRY(zt_str_put_u8(out, '\n'));
	TRY(put_headers(form->headers, form->header_count, out));
	TRY(zt_str_put_u8(out, '\n'));
	TRY(zt_sigv4_signed_headers(form->headers, form->header_count, out));
	return zt_str_printf(out, "\n%s", body);
}

zt_status zt_sigv4_scope_put(const zt_sigv4_scope *scope, zt_str *out)
{
	return zt_str_printf(out, "%.*s/%.*s/%.*s/aws4_request", ZT_PRI(scope->date), ZT_PRI(scope->region),
			     ZT_PRI(scope->service));
}

zt_status zt_sigv4_string_to_sign(const zt_sigv4_scope *scope, zt_view canonical, zt_str *out)
{
	char digest[ZT_SHA256_HEX + 1];
	zt_sha256_hex_of(canonical, digest);
	TRY(zt_str_printf(out, ZT_SIGV4_ALGORITHM "\n%.*s\n", ZT_PRI(scope->amz_date)));
	TRY(zt_sigv4_scope_put(scope, out));
	return zt_str_printf(out, "\n%s", digest);
}

void zt_sigv4_signature(const zt_sigv4_key *key, zt_view to_sign, char ret_hex[ZT_SHA256_HEX + 1])
{
	zt_sha256 mac;
	zt_hmac_sha256((zt_view){ key->key.bytes, sizeof key->key.bytes }, to_sign, &mac);
	zt_sha256_hex(&mac, ret_hex);
}
