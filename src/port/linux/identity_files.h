/* zt_identity from a certificate file and its key: notices when others lie behind the paths, and takes them into use as
 * soon as they are whole and belong together. Until then, and when they are gone, the pair of before stays in use. */
#ifndef ZT_PORT_LINUX_IDENTITY_FILES_H
#define ZT_PORT_LINUX_IDENTITY_FILES_H

#include <openssl/ssl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "x509/read.h"
#include "zerotouch/identity.h"

enum { ZT_CERTIFICATE_FILE_MAX = 64 * 1024, ZT_KEY_FILE_MAX = 16 * 1024 };

/* Where it lies; borrowed. */
typedef struct {
	const char *certificate_file; /* PEM: leaf, then what the server may need to know of its issuers */
	const char *key_file;         /* PEM */
	EVP_PKEY *key;                /* in place of key_file, or NULL */
	X509_STORE *roots;            /* whom connections with it trust; NULL: nobody */
} zt_identity_source;

typedef struct {
	zt_identity_source source;
	SSL_CTX *tls;          /* shows the pair in use; NULL: there was none yet */
	zt_identity_info info; /* what it says; another generation is another leaf */
	char leaf_id[ZT_CERT_ID_HEX + 1];
	struct stat certificate, key; /* the files it was read from */
	bool settled;                 /* files that look the same as those are the same */
	zt_error error;               /* why what lies there now is not in use; without text: it is */
} zt_identity_files;

/* The context of the returned seam is `files`. */
zt_identity zt_identity_from_files(zt_identity_files *files, const zt_identity_source *source);
/* A zeroed one is fine. */
void zt_identity_files_deinit(zt_identity_files *files);

#endif
