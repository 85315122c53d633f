zt_fuzz(base_codec DEPS base)
zt_fuzz(base_json DEPS json)
zt_fuzz(base_text DEPS base)
