/* The device certificate of an app that runs here, kept as AS3 keeps it: got before it is needed, renewed every day. */
#ifndef ZT_CLI_SPHERE_IDENTITY_H
#define ZT_CLI_SPHERE_IDENTITY_H

#include <sys/types.h>

#include "port/linux/device_files.h"

typedef struct {
	zt_device_files files;
	const char *attest_url, *ca_file; /* NULL: the certificate that is there is used until its end */
	const char *tenant;
	int64_t due_ms;    /* monotonic: the next look */
	uint32_t failures; /* in a row */
	pid_t child;       /* asks the authority; 0 when none does */
} zt_sphere_identity;

/* Makes the state folder and the root key where they are missing. *ret_device_id has 129 bytes. */
ZT_NODISCARD zt_status zt_sphere_identity_init(zt_sphere_identity *identity, const char *state, char *ret_device_id,
					       zt_error *ret_error);
void zt_sphere_identity_deinit(zt_sphere_identity *identity);
/* Without an authority the certificate must be there, of that tenant, and valid. ZT_E_CREDENTIALS. */
ZT_NODISCARD zt_status zt_sphere_identity_check(const zt_sphere_identity *identity, zt_error *ret_error);
/* Starts a renewal when it is due. */
void zt_sphere_identity_tend(zt_sphere_identity *identity);
/* Whether this was the child that asked; it has ended with that status. */
bool zt_sphere_identity_ended(zt_sphere_identity *identity, pid_t pid, int status);

#endif
