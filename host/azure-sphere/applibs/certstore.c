#include <applibs/certstore.h>

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "common/grants.h"

static bool is_blob_size(size_t n)
{
	return n > 0 && n <= CERTSTORE_MAX_CERT_SIZE;
}

static int refuse(int cause)
{
	return zt_refuse(zt_granted("capability", "CertStore") ? cause : EACCES);
}

static int look_up(const char *identifier, const void *out)
{
	return identifier && out ? refuse(ENOENT) : zt_refuse(EFAULT);
}

int CertStore_InstallClientCertificate(const char *identifier, const char *certBlob, size_t certBlobLength,
				       const char *privateKeyBlob, size_t privateKeyBlobLength,
				       const char *privateKeyPassword)
{
	if (!identifier || !certBlob || !privateKeyBlob)
		return zt_refuse(EFAULT);
	bool long_password =
	    privateKeyPassword && strlen(privateKeyPassword) > CERTSTORE_MAX_PRIVATE_KEY_PASSWORD_LENGTH;
	if (!is_blob_size(certBlobLength) || !is_blob_size(privateKeyBlobLength) || long_password)
		return zt_refuse(ERANGE);
	return refuse(ENOSPC);
}

int CertStore_InstallRootCACertificate(const char *identifier, const char *certBlob, size_t certBlobLength)
{
	if (!identifier || !certBlob)
		return zt_refuse(EFAULT);
	return is_blob_size(certBlobLength) ? refuse(ENOSPC) : zt_refuse(ERANGE);
}

int CertStore_DeleteCertificate(const char *identifier)
{
	return look_up(identifier, "");
}

ssize_t CertStore_GetCertificateCount(void)
{
	return zt_granted("capability", "CertStore") ? 0 : zt_refuse(EACCES);
}

int CertStore_GetCertificateIdentifierAt(size_t index, CertStore_Identifier *outIdentifier)
{
	(void)index;
	return outIdentifier ? refuse(ERANGE) : zt_refuse(EFAULT);
}

ssize_t CertStore_GetAvailableSpace(void)
{
	return CertStore_GetCertificateCount();
}

int CertStore_GetCertificateSubjectName(const char *identifier, struct CertStore_SubjectName *outSubjectName)
{
	return look_up(identifier, outSubjectName);
}

int CertStore_GetCertificateIssuerName(const char *identifier, struct CertStore_IssuerName *outIssuerName)
{
	return look_up(identifier, outIssuerName);
}

int CertStore_GetCertificateNotBefore(const char *identifier, struct tm *outNotBefore)
{
	return look_up(identifier, outNotBefore);
}

int CertStore_GetCertificateNotAfter(const char *identifier, struct tm *outNotAfter)
{
	return look_up(identifier, outNotAfter);
}

int CertStore_MoveCertificate(const char *sourceIdentifier, const char *destinationIdentifier)
{
	return look_up(sourceIdentifier, destinationIdentifier);
}
