zt_fuzz(x509_read DEPS x509 digest_openssl)
zt_fuzz(x509_read_mbedtls LIKE x509_read DEPS x509_mbedtls digest_mbedtls)
zt_fuzz(x509_pem DEPS x509 digest_openssl)
zt_fuzz(x509_csr DEPS x509 digest_openssl)
