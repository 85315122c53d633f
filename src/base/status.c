#include "zerotouch/status.h"

typedef struct {
	const char *name;
	const char *text;
	int exit_status;
	bool retryable;
} status_row;

#define ROW(name, exit_status, retryable, text) { #name, text, exit_status, retryable },
static const status_row rows[] = { ZT_STATUS_LIST(ROW) };
#undef ROW

static const status_row *row_of(zt_status status)
{
	unsigned index = (unsigned)status;
	return index < ZT_COUNT(rows) ? &rows[index] : &rows[ZT_E_INTERNAL];
}

const char *zt_status_name(zt_status status)
{
	return row_of(status)->name;
}

const char *zt_status_text(zt_status status)
{
	return row_of(status)->text;
}

int zt_status_exit(zt_status status)
{
	return row_of(status)->exit_status;
}

bool zt_status_retryable(zt_status status)
{
	return row_of(status)->retryable;
}

zt_status zt_because(const char **ret_why, zt_status status, const char *sentence)
{
	if (ret_why)
		*ret_why = sentence;
	return status;
}
