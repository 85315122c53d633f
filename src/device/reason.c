#include "zerotouch/reason.h"

#include "zerotouch/defs.h"

typedef struct {
	const char *name, *text;
} reason_row;

#define ROW(enumerator, name, text) { name, text },
static const reason_row rows[] = { ZT_REASON_LIST(ROW) };
#undef ROW

static const reason_row *row_of(zt_reason reason)
{
	unsigned index = (unsigned)reason;
	return &rows[index < ZT_COUNT(rows) ? index : 0];
}

const char *zt_reason_name(zt_reason reason)
{
	return row_of(reason)->name;
}

const char *zt_reason_text(zt_reason reason)
{
	return row_of(reason)->text;
}
