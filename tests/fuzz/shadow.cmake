zt_fuzz(shadow DEPS cloud_shadow_document)
zt_fuzz(shadow_topic DEPS cloud_shadow_document)
