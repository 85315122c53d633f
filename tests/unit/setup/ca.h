/* A tenant CA and a certificate that is no CA, made with `openssl req -x509`; and the SHA-256 of the CA's DER by
 * sha256sum. */
#ifndef ZT_TESTS_UNIT_SETUP_CA_H
#define ZT_TESTS_UNIT_SETUP_CA_H

#define CA_ID "02141572cb724ec0738ea9581289b9c4ec658d1d5aa6147031aa42b770c998d6"

#define CA_PEM                                                               \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIICLTCCAbSgAwIBAgIUB4BkMZojOYpMcYvf2zD3V9HbRNwwCgYIKoZIzj0EAwMw\n" \
	"RjFEMEIGA1UEAww7TWljcm9zb2Z0IEF6dXJlIFNwaGVyZSAwYTFiMmMzZC0wMDAx\n" \
	"LTQwMDAtODAwMC0wMDAwMDAwMDAwMDEwHhcNMjYxMTI0MDYwNDE3WhcNMjgxMTIz\n" \
	"MDYwNDE3WjBGMUQwQgYDVQQDDDtNaWNyb3NvZnQgQXp1cmUgU3BoZXJlIDBhMWIy\n" \
	"YzNkLTAwMDEtNDAwMC04MDAwLTAwMDAwMDAwMDAwMTB2MBAGByqGSM49AgEGBSuB\n" \
	"BAAiA2IABK4mXyoy9FqjMy1mOBI0apF6AUll67A9XYUEhY8M8FUzSlAGhqYDBLbc\n" \
	"1wz1w72U2BlVcD6eO8pSLlbXC044nBlMtV2YTM49NyqZ3RxG56FPpxpyo56HESzW\n" \
	"AQ4PtXleqKNjMGEwHQYDVR0OBBYEFBd3ckaldPklssFRqcRQR97NLrKbMB8GA1Ud\n" \
	"IwQYMBaAFBd3ckaldPklssFRqcRQR97NLrKbMA8GA1UdEwEB/wQFMAMBAf8wDgYD\n" \
	"VR0PAQH/BAQDAgIEMAoGCCqGSM49BAMDA2cAMGQCMDg8efRr7Ru33ZjmGDggAbOo\n" \
	"9siuq16WiqcstJH7kv5BFlzWEJP5t/vYKn6wgViVGgIwaLJeddpAsB/LmWSU1CCp\n" \
	"CdFuxZgb4cZvINYZXZ+cFAcjOv92gXwAyh9oOCs4b+pv\n"                     \
	"-----END CERTIFICATE-----\n"

#define LEAF_PEM                                                             \
	"-----BEGIN CERTIFICATE-----\n"                                      \
	"MIIBcDCCARagAwIBAgIUbjLz1vwvo3BuV5tOmy6/twswPhwwCgYIKoZIzj0EAwIw\n" \
	"DzENMAsGA1UEAwwEbGVhZjAeFw0yNjExMjQwNjA0MTdaFw0yNjExMjUwNjA0MTda\n" \
	"MA8xDTALBgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQfz1K4\n" \
	"wmTgCF3B/OSWqHCoOJ+ebGw+ofCYFlSTJ1fA3Nink5cRxZw6r2sRnCktNp4AMxPP\n" \
	"rsH3JhLZ5TUymbwpo1AwTjAdBgNVHQ4EFgQUhdwLDZ2xpC5YaLZ75ELzs9XasXIw\n" \
	"HwYDVR0jBBgwFoAUhdwLDZ2xpC5YaLZ75ELzs9XasXIwDAYDVR0TAQH/BAIwADAK\n" \
	"BggqhkjOPQQDAgNIADBFAiEA1FjRHIkJu9AuYXTmkbo7geXDxgjFB1pwlRoD9thP\n" \
	"hgkCIDKS07l/w9uSlD6nkED/x94SaB/Pfgl/1MG6MkPVwQu0\n"                 \
	"-----END CERTIFICATE-----\n"

#endif
