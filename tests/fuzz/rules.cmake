zt_fuzz(sql DEPS cloud_sql)
zt_fuzz(rule DEPS cloud_rules)
