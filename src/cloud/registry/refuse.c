#include "cloud/registry/refuse.h"

#include <stdarg.h>

typedef struct {
	const char *name;
	int http;
	zt_status status;
} refusal_row;

#define ROW(refusal, name, http, status) { name, http, status },
static const refusal_row rows[] = { ZT_REFUSAL_LIST(ROW) };
#undef ROW

zt_status zt_refuse(zt_error *ret_error, zt_refusal refusal, const char *format, ...)
{
	const refusal_row *row = &rows[refusal];
	if (!ret_error)
		return row->status;
	*ret_error = (zt_error){ .status = row->status, .http = row->http };
	(void)snprintf(ret_error->code, sizeof ret_error->code, "%s", row->name);
	va_list args;
	va_start(args, format);
	(void)vsnprintf(ret_error->text, sizeof ret_error->text, format, args);
	va_end(args);
	return row->status;
}
