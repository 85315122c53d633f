/* The device certificate and its key, as the runner keeps them. */
#ifndef ZT_HOST_IDENTITY_H
#define ZT_HOST_IDENTITY_H

#include <stdbool.h>

typedef enum {
	ZT_IDENTITY_READY,
	ZT_IDENTITY_NO_TENANT,      /* the manifest has no DeviceAuthentication */
	ZT_IDENTITY_NO_CERTIFICATE, /* none, not valid now, another tenant's or another key's */
} zt_identity_state;

/* Paths of one consistent certificate and key, through descriptors that stay open until zt_identity_close. */
typedef struct {
	int certificate_fd, key_fd;
	char certificate[32], key[32]; /* "/proc/self/fd/7" */
} zt_identity_pair;

zt_identity_state zt_identity_look(void);
bool zt_identity_open(zt_identity_pair *ret);
void zt_identity_close(zt_identity_pair *pair);

#endif
