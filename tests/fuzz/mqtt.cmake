zt_fuzz(mqtt_packets DEPS mqtt5)
zt_fuzz(mqtt_properties DEPS mqtt5)
zt_fuzz(mqtt_topic DEPS mqtt)
