zt_fuzz(api_request DEPS cloud_api cloud_lambda digest_openssl)
zt_fuzz(api_template DEPS cloud_api_core)
zt_fuzz(http_properties DEPS cloud_accept_http)
zt_fuzz(web_token DEPS cloud_api_core digest_openssl)
