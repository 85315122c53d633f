zt_fuzz(broker_url DEPS cloud_broker digest_openssl)
zt_fuzz(broker_answers DEPS cloud_broker digest_openssl)
