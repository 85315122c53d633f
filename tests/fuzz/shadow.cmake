zt_fuzz(shadow DEPS cloud_shadow_document)
