/* What the authority lets a peer make it hold; client and authority agree on it. */
#ifndef ZT_ATTEST_LIMITS_H
#define ZT_ATTEST_LIMITS_H

enum {
	ZT_ATTEST_CLAIM_MAX = 10000,              /* device ids in one claim */
	ZT_ATTEST_REQUEST_MAX = 2 * 1024 * 1024,  /* bytes of an operator's request: a full claim */
	ZT_ATTEST_DEVICE_REQUEST_MAX = 32 * 1024, /* bytes of a device's request: a CSR and its evidence */
	ZT_ATTEST_NONCES_PER_DEVICE_MAX = 4,      /* open challenges of one device */
	ZT_ATTEST_NONCES_MAX = 100000,            /* open challenges in all */
	ZT_ATTEST_NONCE_MS = 60 * 1000,           /* life of a challenge */
	ZT_ATTEST_CODE_MAX = 128, /* characters of a verification code; AWS's registration codes have 64 */
	ZT_ATTEST_CAS_MAX = 10,   /* CAs of one tenant: AWS registers no more with one subject */
};

#endif
