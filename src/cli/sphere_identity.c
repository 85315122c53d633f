#include "cli/sphere_identity.h"

#include <signal.h>
#include <stdio.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/random.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "cli/output.h"
#include "port/linux/attest.h"
#include "x509/read.h"
#include "zerotouch/identity.h"

enum {
	CERTIFICATE_MAX = 64 * 1024,
	KEY_MAX = 16 * 1024,
	LOOK_MS = 60 * 1000,     /* the wall clock may jump */
	RETRY_MS = 1000,         /* after a failure; doubled, and with jitter */
	RETRY_MAX_MS = 8 * 1000, /* at most */
};

zt_status zt_sphere_identity_init(zt_sphere_identity *identity, const char *state, char *ret_device_id,
				  zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *key = NULL;
	bool made;
	TRY(zt_device_files_init(&identity->files, state));
	TRY(zt_device_files_make(&identity->files, &made, ret_error));
	TRY(zt_device_files_root_key(&identity->files, &key, ret_error));
	return zt_key_device_id(key, ret_device_id);
}

void zt_sphere_identity_deinit(zt_sphere_identity *identity)
{
	if (identity->child > 0)
		(void)kill(identity->child, SIGKILL);
	zt_device_files_deinit(&identity->files);
}

/* When the certificate in the folder is to be renewed (wall clock); 0 when it is none for this tenant, or over. */
static int64_t renewal_ms(const zt_sphere_identity *identity, zt_error *ret_error)
{
	ZT_CLEANUP(zt_str_free) zt_str pem = ZT_STR(CERTIFICATE_MAX);
	ZT_CLEANUP(zt_cert_info_freep) zt_cert_info *certificate = NULL;
	const char *path = zt_str_text(&identity->files.certificate);
	if (zt_file_read(path, &pem, ret_error) != ZT_OK ||
	    zt_cert_read_pem(zt_str_view(&pem), &certificate, ret_error) != ZT_OK)
		return 0;
	zt_identity_info info = { .not_before_ms = certificate->not_before_ms,
				  .not_after_ms = certificate->not_after_ms };
	if (!zt_view_equal_nocase(zt_cert_tenant(certificate, true), zt_view_of(identity->tenant)))
		zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s is not of tenant %s", path, identity->tenant);
	else if (zt_time_now_ms() >= info.not_after_ms)
		zt_error_set(ret_error, ZT_E_CREDENTIALS, "%s has expired", path);
	else
		return zt_identity_renewal_ms(&info);
	return 0;
}

zt_status zt_sphere_identity_check(const zt_sphere_identity *identity, zt_error *ret_error)
{
	zt_error cause = { 0 };
	if (renewal_ms(identity, &cause) > 0)
		return ZT_OK;
	return zt_error_set(ret_error, ZT_E_CREDENTIALS,
			    "the manifest asks for a device certificate and there is none: %s; name the authority that "
			    "gives one (--attest URL --attest-ca-file FILE)",
			    cause.text);
}

static zt_status renew(const zt_sphere_identity *identity, zt_error *ret_error)
{
	ZT_CLEANUP(zt_key_freep) zt_key *root_key = NULL;
	ZT_CLEANUP(zt_str_free) zt_str certificate = ZT_STR(CERTIFICATE_MAX);
	ZT_CLEANUP(zt_str_free_wiped) zt_str key = ZT_STR(KEY_MAX);
	const zt_attest_spec spec = { identity->attest_url, identity->ca_file, identity->tenant, zt_clock_system() };
	TRY(zt_device_files_root_key(&identity->files, &root_key, ret_error));
	TRY(zt_attest(&spec, root_key, &certificate, &key, ret_error));
	return zt_device_files_replace(&identity->files, zt_str_view(&certificate), zt_str_view(&key), ret_error);
}

/* In a process of its own: the authority may take its time, and the app's output must not wait for it. */
static void renew_and_end(const zt_sphere_identity *identity)
{
	zt_error error = { 0 };
	sigset_t none;
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	zt_status status = renew(identity, &error);
	if (status != ZT_OK)
		zt_output_error("zerotouch azure-sphere: no device certificate", status, &error, false);
	_exit(zt_status_exit(status));
}

void zt_sphere_identity_tend(zt_sphere_identity *identity)
{
	zt_error ignored = { 0 };
	int64_t now_ms = zt_time_mono_ms();
	if (!identity->attest_url || identity->child > 0 || now_ms < identity->due_ms)
		return;
	int64_t left_ms = renewal_ms(identity, &ignored) - zt_time_now_ms();
	identity->due_ms = now_ms + (left_ms < LOOK_MS ? left_ms : LOOK_MS);
	if (left_ms > 0)
		return;
	(void)fflush(stdout);
	pid_t child = fork();
	if (child == 0)
		renew_and_end(identity);
	identity->child = child;
	if (child < 0)
		identity->due_ms = now_ms + LOOK_MS;
}

bool zt_sphere_identity_ended(zt_sphere_identity *identity, pid_t pid, int status)
{
	if (pid != identity->child)
		return false;
	uint32_t doublings = identity->failures < 6 ? identity->failures : 6;
	uint32_t wait_ms = (uint32_t)RETRY_MS << doublings;
	identity->child = 0;
	identity->failures = status == 0 ? 0 : identity->failures + 1;
	identity->due_ms =
	    zt_time_mono_ms() +
	    (status == 0 ? RETRY_MS : (int64_t)zt_random_below(wait_ms < RETRY_MAX_MS ? wait_ms : RETRY_MAX_MS));
	return true;
}
