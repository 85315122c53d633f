/* Structures of applibs/certstore.h. */
#ifndef APPLIBS_CERTSTORE_STRUCTS_H
#define APPLIBS_CERTSTORE_STRUCTS_H

#define CERTSTORE_MAX_IDENTIFIER_LENGTH 16

typedef struct CertStore_Identifier {
	char identifier[CERTSTORE_MAX_IDENTIFIER_LENGTH + 1];
} CertStore_Identifier;

typedef struct CertStore_SubjectName {
	char name[301];
} CertStore_SubjectName;

typedef struct CertStore_IssuerName {
	char name[301];
} CertStore_IssuerName;

#endif
