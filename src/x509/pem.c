#include "x509/pem.h"

#include <string.h>

#include "base/codec.h"

enum { LABEL_LINE_MAX = 64, LINE_DIGITS = 64 };

/* Offset of `line` at the start of a line, or text.n. */
static size_t find_line(zt_view text, const char *line)
{
	size_t n = strlen(line);
	for (size_t at = 0; at < text.n;) {
		zt_view rest = zt_view_from(text, at);
		const uint8_t *hit = memmem(rest.p, rest.n, line, n);
		if (!hit)
			break;
		if (hit == text.p || hit[-1] == '\n')
			return (size_t)(hit - text.p);
		at = (size_t)(hit - text.p) + n;
	}
	return text.n;
}

static zt_status boundary(const char *word, const char *label, char ret_line[LABEL_LINE_MAX])
{
	int n = snprintf(ret_line, LABEL_LINE_MAX, "-----%s %s-----", word, label);
	return n > 0 && n < LABEL_LINE_MAX ? ZT_OK : ZT_E_INVALID;
}

zt_status zt_pem_next(zt_view *pem, const char *label, zt_str *der)
{
	char begin[LABEL_LINE_MAX], end[LABEL_LINE_MAX];
	TRY(boundary("BEGIN", label, begin));
	TRY(boundary("END", label, end));
	size_t at = find_line(*pem, begin);
	ENSURE(at < pem->n, ZT_E_NOT_FOUND);
	zt_view body = zt_view_from(*pem, at + strlen(begin));
	size_t length = find_line(body, end);
	ENSURE(length < body.n, ZT_E_INVALID);

	ZT_CLEANUP(zt_str_free) zt_str decoded = ZT_STR(der->max);
	TRY(zt_base64_decode((zt_view){ body.p, length }, &decoded));
	ENSURE(decoded.n, ZT_E_INVALID);
	TRY(zt_str_put(der, zt_str_view(&decoded)));
	*pem = zt_view_from(body, length + strlen(end));
	return ZT_OK;
}

zt_status zt_pem_put(zt_view der, const char *label, zt_str *out)
{
	ZT_CLEANUP(zt_str_free) zt_str digits = ZT_STR(out->max);
	TRY(zt_base64_encode(der, &digits));
	TRY(zt_str_printf(out, "-----BEGIN %s-----\n", label));
	zt_view rest = zt_str_view(&digits);
	while (rest.n) {
		zt_view line = { rest.p, rest.n < LINE_DIGITS ? rest.n : LINE_DIGITS };
		TRY(zt_str_put(out, line));
		TRY(zt_str_put_u8(out, '\n'));
		rest = zt_view_from(rest, line.n);
	}
	return zt_str_printf(out, "-----END %s-----\n", label);
}
