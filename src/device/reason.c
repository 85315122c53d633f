#include "zerotouch/reason.h"

#include <string.h>

/* Of each reason its name and its sentence, one behind the other. */
#define ROW(enumerator, name, text) name "\0" text "\0"
static const char texts[] = ZT_REASON_LIST(ROW);
#undef ROW

static const char *text_at(unsigned index)
{
	const char *at = texts;
	while (index--)
		at += strlen(at) + 1;
	return at;
}

static unsigned known(zt_reason reason)
{
	return (unsigned)reason < ZT_REASON_COUNT ? (unsigned)reason : ZT_REASON_NONE;
}

const char *zt_reason_name(zt_reason reason)
{
	return text_at(2 * known(reason));
}

const char *zt_reason_text(zt_reason reason)
{
	return text_at(2 * known(reason) + 1);
}
