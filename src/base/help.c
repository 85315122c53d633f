#include "base/help.h"

static const zt_help_reader *current;

const zt_help_reader *zt_help_read(const zt_help_reader *reader)
{
	const zt_help_reader *before = current;
	current = reader;
	return before;
}

const zt_help_reader *zt_help_reader_get(void)
{
	return current;
}
