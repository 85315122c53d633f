/* MQTT 5 beside 3.1.1. */
#include "size/program.h"

const zt_protocol *size_protocol(void)
{
	return &zt_mqtt5;
}

const zt_source *size_source(void)
{
	return NULL;
}
