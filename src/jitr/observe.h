/* Reads the registry into facts. */
#ifndef ZT_JITR_OBSERVE_H
#define ZT_JITR_OBSERVE_H

#include "aws/client.h"
#include "jitr/facts.h"

/* A certificate that is not there is ZT_OK with status ABSENT. */
ZT_NODISCARD zt_status zt_jitr_observe_certificate(zt_aws_client *client, zt_view id, zt_jitr_certificate *ret,
						   zt_error *ret_error);
/* A Thing that is not there is ZT_OK with exists == false. */
ZT_NODISCARD zt_status zt_jitr_observe_thing(zt_aws_client *client, const char *name, zt_jitr_thing *ret,
					     zt_error *ret_error);

#endif
