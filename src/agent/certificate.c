#include "agent/certificate.h"

#include "base/secret.h"
#include "base/timefmt.h"
#include "port/linux/attest.h"
#include "port/linux/identity_files.h"

enum { CERTIFICATE_MAX = 64 * 1024, KEY_MAX = 16 * 1024 };

static zt_status look(const zt_device_files *files, zt_identity_info *ret, zt_error *ret_error)
{
	zt_identity_files seen;
	const zt_identity_source source = { .certificate_file = zt_str_text(&files->certificate),
					    .key_file = zt_str_text(&files->tls_key) };
	zt_identity identity = zt_identity_from_files(&seen, &source);
	zt_status status = identity.current(identity.context, ret);
	if (status != ZT_OK)
		(void)zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s", seen.error.text);
	zt_identity_files_deinit(&seen);
	return status;
}

static zt_status check(const zt_device_files *files, zt_error *ret_error)
{
	zt_identity_info info;
	zt_error cause = { 0 };
	bool usable = look(files, &info, &cause) == ZT_OK;
	if (usable && zt_time_now_ms() < info.not_after_ms)
		return ZT_OK;
	return zt_error_set(ret_error, ZT_E_CREDENTIALS,
			    "there is no valid certificate in %s (zerotouch-device attest gets one): %s", files->dir,
			    usable ? "it has expired" : cause.text);
}

int64_t zt_certificate_due_ms(const zt_device_files *files)
{
	zt_identity_info info;
	return look(files, &info, NULL) == ZT_OK ? zt_identity_renewal_ms(&info) : 0;
}

static bool is_due(const zt_device_files *files)
{
	return zt_time_now_ms() >= zt_certificate_due_ms(files);
}

static zt_status get(const zt_agent_config *config, const zt_device_files *files, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *root_key = NULL;
	ZT_CLEANUP(zt_str_free) zt_str certificate = ZT_STR(CERTIFICATE_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str key = ZT_STR(KEY_MAX);
	const zt_attest_spec spec = { config->attest_url, config->attest_ca_file, config->tenant, zt_clock_system() };
	TRY(zt_device_files_root_key(files, &root_key, ret_error));
	TRY(zt_attest(&spec, root_key, &certificate, &key, ret_error));
	return zt_device_files_replace(files, zt_str_view(&certificate), zt_str_view(&key), ret_error);
}

zt_status zt_certificate_renew(const zt_agent_config *config, const zt_device_files *files, bool force,
			       const zt_report *report, zt_error *ret_error)
{
	if (force || is_due(files)) {
		if (!config->attest_url || !config->tenant)
			return zt_error_set(
			    ret_error, ZT_E_CONFIG,
			    "a certificate is needed: name the authority and the tenant (--attest, --tenant)");
		TRY(get(config, files, ret_error));
	}
	zt_identity_info info;
	ENSURE(look(files, &info, ret_error) == ZT_OK, ZT_E_CREDENTIALS);
	zt_report_certificate(report, info.name, info.not_after_ms);
	return ZT_OK;
}

zt_status zt_certificate_ensure(const zt_agent_config *config, const zt_device_files *files, const zt_report *report,
				zt_error *ret_error)
{
	if (!config->certificate != !config->key)
		return zt_error_set(ret_error, ZT_E_USAGE, "--certificate and --key go together");
	if (config->certificate || !is_due(files))
		return ZT_OK;
	if (config->attest_url && config->tenant) {
		zt_error cause = { 0 };
		if (zt_certificate_renew(config, files, false, report, &cause) == ZT_OK)
			return ZT_OK;
		zt_report_trouble(report, &cause);
	}
	return check(files, ret_error);
}

const char *zt_certificate_file(const zt_agent_config *config, const zt_device_files *files)
{
	return config->certificate ? config->certificate : zt_str_text(&files->certificate);
}

const char *zt_certificate_key(const zt_agent_config *config, const zt_device_files *files)
{
	return config->key ? config->key : zt_str_text(&files->tls_key);
}
