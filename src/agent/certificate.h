/* The agent's certificate: got from the authority when it is missing or due. */
#ifndef ZT_AGENT_CERTIFICATE_H
#define ZT_AGENT_CERTIFICATE_H

#include "agent/config.h"
#include "agent/report.h"
#include "port/linux/device_files.h"

/* When the next certificate should be got (wall clock): after two thirds of this one's life, or long ago without one.
 */
int64_t zt_certificate_due_ms(const zt_device_files *files);
/* Gets one unless it is not due and `force` is false. ZT_E_CONFIG when it would be needed and the authority or tenant
 * is not configured. Reports the certificate. */
ZT_NODISCARD zt_status zt_certificate_renew(const zt_agent_config *config, const zt_device_files *files, bool force,
					    const zt_report *report, zt_error *ret_error);
/* For commands that connect: renews when due if an authority is configured, and otherwise takes what there is; one that
 * the options name is taken as it is. A
 * failure to renew a certificate that is still good is trouble, not the end. */
ZT_NODISCARD zt_status zt_certificate_ensure(const zt_agent_config *config, const zt_device_files *files,
					     const zt_report *report, zt_error *ret_error);
/* The certificate's path, and its key: those of the options, or the state folder's. */
const char *zt_certificate_file(const zt_agent_config *config, const zt_device_files *files);
const char *zt_certificate_key(const zt_agent_config *config, const zt_device_files *files);

#endif
