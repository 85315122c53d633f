/* Who signed a request with Signature Version 4: an operator, or a service's role. */
#ifndef ZT_CLOUD_CALLER_H
#define ZT_CLOUD_CALLER_H

/* A copy: the key may be gone when the answer is due. */
typedef struct {
	char arn[256];
	char user_id[128];
	char key_id[129];
	char role[65]; /* "" for the root, who may do everything */
} zt_caller;

#endif
