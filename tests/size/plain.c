/* MQTT 3.1.1, and no outbox. */
#include "size/program.h"

const zt_protocol *size_protocol(void)
{
	return NULL;
}

const zt_source *size_source(void)
{
	return NULL;
}
