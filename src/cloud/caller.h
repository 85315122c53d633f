/* Who signed a request with Signature Version 4: an operator, or a service's role. */
#ifndef ZT_CLOUD_CALLER_H
#define ZT_CLOUD_CALLER_H

#include <stdbool.h>

#include "zerotouch/view.h"

/* A copy: the key may be gone when the answer is due. */
typedef struct {
	char arn[256];
	char user_id[128];
	char key_id[129];
	char role[65]; /* "" for the root, who may do everything */
} zt_caller;

/* Who came with a certificate instead: its policies decide. Asked only while the request is being taken. */
typedef struct {
	/* `resource` is an ARN, or empty for "*". A refusal is recorded by whoever answers this. */
	bool (*allows)(void *context, const char *action, zt_view resource);
	void *context;
	const char *certificate_id;
} zt_device_rights;

#endif
