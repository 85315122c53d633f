zt_fuzz(aws_xml DEPS aws_query digest_openssl)
zt_fuzz(aws_answer DEPS aws digest_openssl)
zt_fuzz(aws_profile_file DEPS aws_profile digest_openssl)
zt_fuzz(aws_credentials DEPS aws_query digest_openssl)
