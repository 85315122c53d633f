/* application/x-www-form-urlencoded: the bodies of the Query protocol, and every query string. */
#ifndef ZT_CLOUD_API_FORM_H
#define ZT_CLOUD_API_FORM_H

#include "base/error.h"
#include "zerotouch/view.h"

/* 50 tags are 100 members; nothing that we answer needs more. */
enum { ZT_FORM_MEMBERS_MAX = 256 };

typedef struct {
	zt_view name, value;
} zt_form_member;

typedef struct {
	zt_form_member *members; /* in the order in which they were sent */
	size_t count;
	char *text; /* what the views show */
} zt_form;

/* ZT_E_INVALID on a broken escape or bytes that are no UTF-8, ZT_E_LIMIT on too many members. */
ZT_NODISCARD zt_status zt_form_read(zt_view encoded, zt_form *ret, zt_error *ret_error);
void zt_form_free(zt_form *form);
/* The first member of that name; false when absent. */
bool zt_form_get(const zt_form *form, const char *name, zt_view *ret_value);

#endif
