#include "port/azure-sphere/identity.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <wolfssl/ssl.h>

#include <applibs/application.h>
#include <tlsutils/deviceauth.h>

#include "zerotouch/utc.h"
#include "zerotouch/view.h"

enum {
	NAME_LINE = 4 + ZT_DEVICE_NAME_MAX + 1,
	UTC_TIME = 0x17,
	GENERALIZED_TIME = 0x18,
	FILE_MAX_BYTES = 16 * 1024, /* of certificate and chain: wolfSSL reads the file into memory as a whole */
};

static zt_status read_name(WOLFSSL_X509 *certificate, char *ret)
{
	char line[NAME_LINE + 1] = "";
	WOLFSSL_X509_NAME *subject = wolfSSL_X509_get_subject_name(certificate);
	ENSURE(subject && wolfSSL_X509_NAME_oneline(subject, line, NAME_LINE), ZT_E_INVALID);
	ENSURE(strncmp(line, "/CN=", 4) == 0, ZT_E_INVALID);
	memcpy(ret, line + 4, strlen(line + 4) + 1);
	return ZT_OK;
}

/* wolfSSL gives the Time of X.509 as it stands: type, length, digits (RFC 5280 §4.1.2.5: always UTC, with seconds). */
static zt_status read_time(const unsigned char *time, int64_t *ret_ms)
{
	ENSURE(time && (time[0] == UTC_TIME || time[0] == GENERALIZED_TIME), ZT_E_INVALID);
	zt_view digits = zt_view_make(time + 2, time[1]), part;
	uint64_t number;
	int32_t field[6];
	for (size_t i = 0; i < ZT_COUNT(field); i++) {
		size_t n = i == 0 && time[0] == GENERALIZED_TIME ? 4 : 2;
		ENSURE(zt_view_take(&digits, n, &part) && zt_view_to_u64(part, &number), ZT_E_INVALID);
		field[i] = (int32_t)number;
	}
	if (time[0] == UTC_TIME)
		field[0] += field[0] < 50 ? 2000 : 1900;
	ENSURE(field[1] >= 1 && field[1] <= 12, ZT_E_INVALID);
	*ret_ms = zt_utc_ms(&(zt_utc){ field[0], field[1], field[2], field[3], field[4], field[5] });
	return ZT_OK;
}

static zt_status read_fields(WOLFSSL_X509 *certificate, zt_identity_info *ret)
{
	TRY(read_name(certificate, ret->name));
	TRY(read_time(wolfSSL_X509_notBefore(certificate), &ret->not_before_ms));
	return read_time(wolfSSL_X509_notAfter(certificate), &ret->not_after_ms);
}

static zt_status read_certificate(const char *path, uint32_t generation, zt_identity_info *ret)
{
	zt_identity_info info = { .generation = generation };
	WOLFSSL_X509 *certificate = wolfSSL_X509_load_certificate_file(path, WOLFSSL_FILETYPE_PEM);
	ENSURE(certificate, ZT_E_INVALID);
	zt_status status = read_fields(certificate, &info);
	wolfSSL_X509_free(certificate);
	TRY(status);
	*ret = info;
	return ZT_OK;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Tells files apart, not forgeries: FNV-1a. */
static zt_status sum_up(const char *path, uint64_t *ret)
{
	uint8_t bytes[512];
	ssize_t n;
	uint64_t sum = UINT64_C(0xcbf29ce484222325);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ENSURE(fd >= 0, ZT_E_INVALID);
	while ((n = read(fd, bytes, sizeof bytes)) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
	(void)close(fd);
	*ret = sum;
	return n == 0 ? ZT_OK : ZT_E_INVALID;
}

/* The same bytes are no other certificate, however often they were written or missing in between. */
static zt_status take(zt_daa_identity *identity, const char *path, const struct stat *now)
{
	uint64_t sum;
	identity->known = false;
	TRY(sum_up(path, &sum));
	if (sum != identity->sum)
		TRY(read_certificate(path, identity->info.generation + 1, &identity->info));
	identity->sum = sum;
	identity->seen = *now;
	identity->known = true;
	return ZT_OK;
}

static zt_status look(zt_daa_identity *identity)
{
	const char *path = DeviceAuth_GetCertificatePath();
	struct stat now;
	bool ready = false;
	ENSURE(Application_IsDeviceAuthReady(&ready) == 0 && ready && stat(path, &now) == 0, ZT_E_NOT_FOUND);
	ENSURE(S_ISREG(now.st_mode) && now.st_size <= FILE_MAX_BYTES, ZT_E_INVALID);
	return identity->known && is_same_file(&identity->seen, &now) ? ZT_OK : take(identity, path, &now);
}

static zt_status current(void *context, zt_identity_info *ret)
{
	zt_daa_identity *identity = context;
	zt_status status = look(identity);
	/* What lies there next is looked into, even if it is as long and as old. */
	identity->known = identity->known && status == ZT_OK;
	TRY(status);
	*ret = identity->info;
	return ZT_OK;
}

zt_identity zt_daa_identity_seam(zt_daa_identity *identity)
{
	*identity = (zt_daa_identity){ 0 };
	return (zt_identity){ current, identity };
}
