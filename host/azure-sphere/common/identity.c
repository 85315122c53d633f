#include "common/identity.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/grants.h"

enum { GUID_CHARS = 36 };

static int open_at(int dir, const char *name)
{
	return (int)syscall(SYS_openat, dir, name, O_RDONLY | O_CLOEXEC);
}

bool zt_identity_open(zt_identity_pair *ret)
{
	const char *folder = zt_grant("identity");
	int dir = folder ? open_at(AT_FDCWD, folder) : -1;
	if (dir < 0)
		return false;
	ret->certificate_fd = open_at(dir, "certificate.pem");
	ret->key_fd = open_at(dir, "tls-key.pem");
	close(dir);
	(void)snprintf(ret->certificate, sizeof ret->certificate, "/proc/self/fd/%d", ret->certificate_fd);
	(void)snprintf(ret->key, sizeof ret->key, "/proc/self/fd/%d", ret->key_fd);
	if (ret->certificate_fd >= 0 && ret->key_fd >= 0)
		return true;
	zt_identity_close(ret);
	return false;
}

void zt_identity_close(zt_identity_pair *pair)
{
	if (pair->certificate_fd >= 0)
		close(pair->certificate_fd);
	if (pair->key_fd >= 0)
		close(pair->key_fd);
}

static X509 *read_certificate(int fd)
{
	BIO *file = BIO_new_fd(fd, BIO_NOCLOSE);
	X509 *certificate = file ? PEM_read_bio_X509(file, NULL, NULL, NULL) : NULL;
	BIO_free(file);
	return certificate;
}

static EVP_PKEY *read_key(int fd)
{
	char no_pass_phrase[] = "";
	BIO *file = BIO_new_fd(fd, BIO_NOCLOSE);
	EVP_PKEY *key = file ? PEM_read_bio_PrivateKey(file, NULL, NULL, no_pass_phrase) : NULL;
	BIO_free(file);
	return key;
}

/* A certificate whose key is another's is none: on the device the two cannot part. */
static X509 *read_pair(void)
{
	zt_identity_pair pair;
	if (!zt_identity_open(&pair))
		return NULL;
	X509 *certificate = read_certificate(pair.certificate_fd);
	EVP_PKEY *key = read_key(pair.key_fd);
	if (certificate && (!key || X509_check_private_key(certificate, key) != 1)) {
		X509_free(certificate);
		certificate = NULL;
	}
	EVP_PKEY_free(key);
	ERR_clear_error();
	zt_identity_close(&pair);
	return certificate;
}

/* The tenant CA is called "Microsoft Azure Sphere <GUID>". */
static bool is_of_tenant(X509 *certificate, const char *tenant)
{
	char issuer[256] = "";
	int n = X509_NAME_get_text_by_NID(X509_get_issuer_name(certificate), NID_commonName, issuer, sizeof issuer);
	return n >= GUID_CHARS && strcasecmp(issuer + n - GUID_CHARS, tenant) == 0;
}

zt_identity_state zt_identity_look(void)
{
	const char *tenant = zt_grant("tenant");
	if (!tenant)
		return ZT_IDENTITY_NO_TENANT;
	X509 *certificate = read_pair();
	bool good = certificate && is_of_tenant(certificate, tenant) &&
		    X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
		    X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
	X509_free(certificate);
	return good ? ZT_IDENTITY_READY : ZT_IDENTITY_NO_CERTIFICATE;
}
