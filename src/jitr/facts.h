/* What the handler knows of the registry when it decides. */
#ifndef ZT_JITR_FACTS_H
#define ZT_JITR_FACTS_H

#include <stdint.h>

#include "jitr/config.h"

enum { ZT_JITR_ARN_MAX = 255 };

typedef enum {
	ZT_JITR_ABSENT,  /* no such certificate */
	ZT_JITR_PENDING, /* PENDING_ACTIVATION */
	ZT_JITR_ACTIVE,
	ZT_JITR_OTHER, /* INACTIVE, REVOKED, PENDING_TRANSFER: somebody wanted it so */
} zt_jitr_status;

typedef struct {
	char id[ZT_JITR_ID_HEX + 1], ca_id[ZT_JITR_ID_HEX + 1], arn[ZT_JITR_ARN_MAX + 1];
	zt_jitr_status status;
	char unreadable[64];                       /* why its PEM could not be read, or "" */
	char device_id[ZT_JITR_DEVICE_ID_HEX + 1]; /* its common name, or "" when that is no device id */
	int64_t not_before_s, not_after_s;         /* epoch seconds */
	int64_t created_ms;                        /* when AWS registered it, epoch milliseconds */
} zt_jitr_certificate;

typedef struct {
	char name[ZT_THING_NAME_MAX + 1];
	bool exists;
	/* Attributes; "" or 0 where it has none. */
	char device_id[ZT_JITR_DEVICE_ID_HEX + 1], certificate_id[ZT_JITR_ID_HEX + 1], tenant[ZT_JITR_TENANT_MAX + 1];
	char predecessor[ZT_JITR_ID_HEX + 1]; /* the certificate that it named before, wherever that is now */
	int64_t not_before_s;
	int64_t version;
} zt_jitr_thing;

#endif
