#include "cloud/rules/template.h"

#include <stdlib.h>

#include "cloud/rules/lexer.h"

typedef struct {
	zt_view literal;
	zt_sql *expression; /* or NULL */
} part;

struct zt_template {
	char *text;
	part parts[ZT_TEMPLATE_PARTS_MAX];
	size_t count;
};

void zt_template_free(zt_template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->count; i++)
		zt_sql_free(template->parts[i].expression);
	free(template->text);
	free(template);
}
ZT_DEFINE_CLEANUP(zt_template, zt_template_free)

/* Offset of the brace that ends an expression: not one of a literal, nor in a string. The end when there is none. */
static size_t find_end(zt_view expression)
{
	zt_lexer lexer = { .statement = expression };
	zt_token token;
	size_t depth = 1;
	while (zt_lexer_next(&lexer, &token, NULL) == ZT_OK && token.kind != ZT_TOKEN_END) {
		depth += token.kind == ZT_TOKEN_OPEN_BRACE;
		depth -= token.kind == ZT_TOKEN_CLOSE_BRACE;
		if (depth == 0)
			return token.at;
	}
	return zt_view_find(expression, '}');
}

static zt_status take_part(zt_view *rest, part *ret, zt_error *ret_error)
{
	if (zt_view_take_prefix(rest, ZT_LIT("${"))) {
		size_t end = find_end(*rest);
		if (end == rest->n)
			return zt_error_set(ret_error, ZT_E_INVALID,
					    "a substitution template without its closing brace");
		TRY(zt_sql_parse_expression(zt_view_make(rest->p, end), &ret->expression, ret_error));
		*rest = zt_view_from(*rest, end + 1);
		return ZT_OK;
	}
	size_t n = 1;
	while (n < rest->n && !zt_view_starts(zt_view_from(*rest, n), ZT_LIT("${")))
		n++;
	(void)zt_view_take(rest, n, &ret->literal);
	return ZT_OK;
}

zt_status zt_template_parse(zt_view text, zt_template **ret, zt_error *ret_error)
{
	ZT_CLEANUP(zt_template_freep) zt_template *template = calloc(1, sizeof *template);
	ENSURE(template, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	template->text = zt_view_dup(text);
	ENSURE(template->text, zt_error_set(ret_error, ZT_E_NOMEM, "out of memory"));
	zt_view rest = zt_view_make(template->text, text.n);
	if (zt_view_starts(rest, ZT_LIT("$$")))
		rest = zt_view_from(rest, 1);
	while (rest.n) {
		if (template->count == ZT_TEMPLATE_PARTS_MAX)
			return zt_error_set(ret_error, ZT_E_INVALID, "more than %d parts in one value",
					    ZT_TEMPLATE_PARTS_MAX);
		TRY(take_part(&rest, &template->parts[template->count], ret_error));
		template->count++;
	}
	*ret = ZT_STEAL(template);
	return ZT_OK;
}

zt_status zt_template_expand(const zt_template *template, const zt_sql_input *input, zt_str *out)
{
	for (size_t i = 0; i < template->count; i++) {
		const part *piece = &template->parts[i];
		TRY(piece->expression ? zt_sql_value(piece->expression, input, out) : zt_str_put(out, piece->literal));
	}
	return ZT_OK;
}
