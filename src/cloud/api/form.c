#include "cloud/api/form.h"

#include <stdlib.h>

#include "base/codec.h"
#include "base/str.h"

void zt_form_free(zt_form *form)
{
	free(form->members);
	free(form->text);
	*form = (zt_form){ 0 };
}

static size_t count_members(zt_view encoded)
{
	size_t count = 0;
	zt_view piece;
	while (zt_view_split(&encoded, '&', &piece))
		count += piece.n > 0;
	return count;
}

/* Until the text no longer grows, only the lengths of the views mean something. */
static zt_status decode(zt_view encoded, zt_str *text, zt_view *ret)
{
	size_t begin = text->n;
	TRY(zt_percent_decode(encoded, true, text));
	*ret = (zt_view){ NULL, text->n - begin };
	ENSURE(zt_view_is_utf8(zt_view_make(text->p + begin, ret->n)), ZT_E_INVALID);
	return ZT_OK;
}

static zt_status decode_all(zt_view encoded, zt_str *text, zt_form *form)
{
	zt_view piece;
	TRY(zt_str_put(text, ZT_VIEW_EMPTY));
	while (zt_view_split(&encoded, '&', &piece)) {
		if (piece.n == 0)
			continue;
		zt_form_member *member = &form->members[form->count++];
		size_t equals = zt_view_find(piece, '=');
		TRY(decode((zt_view){ piece.p, equals }, text, &member->name));
		TRY(decode(zt_view_from(piece, equals + 1), text, &member->value));
	}
	return ZT_OK;
}

static void place_views(zt_form *form)
{
	const uint8_t *at = (const uint8_t *)form->text;
	for (size_t i = 0; i < form->count; i++) {
		form->members[i].name.p = at;
		at += form->members[i].name.n;
		form->members[i].value.p = at;
		at += form->members[i].value.n;
	}
}

zt_status zt_form_read(zt_view encoded, zt_form *ret, zt_error *ret_error)
{
	zt_form form = { 0 };
	size_t count = count_members(encoded);
	if (count > ZT_FORM_MEMBERS_MAX)
		return zt_error_set(ret_error, ZT_E_LIMIT, "more than %d parameters", ZT_FORM_MEMBERS_MAX);
	form.members = calloc(count + 1, sizeof *form.members);
	ENSURE(form.members, ZT_E_NOMEM);
	zt_str text = ZT_STR(encoded.n + 1);
	zt_status status = decode_all(encoded, &text, &form);
	form.text = zt_str_steal(&text);
	if (status != ZT_OK) {
		zt_form_free(&form);
		return zt_error_set(ret_error, status, "a parameter is not well-formed");
	}
	place_views(&form);
	*ret = form;
	return ZT_OK;
}

bool zt_form_get(const zt_form *form, const char *name, zt_view *ret_value)
{
	for (size_t i = 0; i < form->count; i++)
		if (zt_view_equal(form->members[i].name, zt_view_of(name))) {
			*ret_value = form->members[i].value;
			return true;
		}
	return false;
}
