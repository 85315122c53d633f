"""The operator API: tenants, claims, proofs, rollover."""
import hashlib
import pathlib
import stat
import unittest

from authority import AuthorityTest, openssl

CODE = "94bd028892859c06078f160befe328e7692f406c1a86d8571f3e445e7bd4aecd"


def certificate_id(pem):
    return hashlib.sha256(openssl("x509", "-outform", "DER", stdin=pem.encode())).hexdigest()


class Operator(AuthorityTest):
    def call(self, method, path, body=None):
        return self.authority.operator(method, path, body)

    def verifies(self, ca, leaf):
        file = pathlib.Path(self.authority.folder, "ca-to-verify.pem")
        file.write_text(ca)
        return openssl("verify", "-partial_chain", "-trusted", file, stdin=leaf.encode(), check=False) == b"stdin: OK\n"

    def test_only_the_owner_may_connect(self):
        mode = pathlib.Path(self.authority.daemon.endpoints["operator"]).stat().st_mode
        self.assertTrue(stat.S_ISSOCK(mode))
        self.assertEqual(stat.S_IMODE(mode), 0o600)

    def test_a_guid_can_be_given_and_is_kept_in_lower_case(self):
        status, answer = self.call("POST", "/tenants", {"guid": "8C5ED1E1-9A7B-4A3D-9A54-06BD1A3D1F33"})
        self.assertEqual((status, answer["tenant"]), (201, "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"))
        again = self.call("POST", "/tenants", {"guid": "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f33"})
        self.assert_refused(again, 409, "TenantExists")

    def test_a_guid_that_is_none_is_refused(self):
        for guid in ("", "8c5ed1e1", 7, "8c5ed1e1-9a7b-4a3d-9a54-06bd1a3d1f3x", "8c5ed1e19a7b4a3d9a5406bd1a3d1f33"):
            with self.subTest(guid=guid):
                self.assert_refused(self.call("POST", "/tenants", {"guid": guid}), 400, "InvalidRequest")

    def test_a_tenant_needs_no_body(self):
        self.assertEqual(self.call("POST", "/tenants")[0], 201)

    def test_a_tenant_is_described_and_listed(self):
        _, made = self.call("POST", "/tenants", {})
        status, tenant = self.call("GET", f"/tenants/{made['tenant']}")
        self.assertEqual(status, 200)
        self.assertEqual((tenant["tenant"], tenant["claimed"]), (made["tenant"], 0))
        self.assertEqual([(ca["certificate"], ca["status"]) for ca in tenant["caCertificates"]],
                         [(made["caCertificate"], "Active")])
        self.assertIn(tenant, self.call("GET", "/tenants")[1]["tenants"])

    def test_what_belongs_to_an_unknown_tenant_is_unknown(self):
        path = "/tenants/00000000-0000-4000-8000-000000000000"
        for method, tail, body in (("GET", "", None), ("GET", "/devices", None), ("POST", "/devices", {"deviceIds": ["0" * 128]}),
                                   ("DELETE", "/devices/" + "0" * 128, None), ("POST", "/proof", {"verificationCode": CODE}),
                                   ("POST", "/rollover", {"activate": True})):
            with self.subTest(method=method, tail=tail):
                self.assert_refused(self.call(method, path + tail, body), 404, "UnknownTenant")

    def test_devices_are_claimed_once(self):
        tenant = self.authority.tenant()
        ids = ["%0128x" % n for n in range(3)]
        self.assertEqual(self.authority.claim(tenant, *ids[:2]), {"claimed": 2, "already": 0})
        self.assertEqual(self.authority.claim(tenant, *ids), {"claimed": 1, "already": 2})
        self.assertEqual(self.call("GET", f"/tenants/{tenant}/devices"), (200, {"deviceIds": ids}))
        self.assertEqual(self.call("GET", f"/tenants/{tenant}")[1]["claimed"], 3)

    def test_a_claim_is_all_or_nothing(self):
        tenant = self.authority.tenant()
        got = self.call("POST", f"/tenants/{tenant}/devices", {"deviceIds": ["0" * 128, "nonsense"]})
        self.assert_refused(got, 400, "InvalidRequest")
        self.assertIn("number 2", got[1]["message"])
        self.assertEqual(self.call("GET", f"/tenants/{tenant}/devices")[1], {"deviceIds": []})

    def test_a_claim_has_a_limit(self):
        tenant = self.authority.tenant()
        many = ["%0128x" % n for n in range(10001)]
        self.assert_refused(self.call("POST", f"/tenants/{tenant}/devices", {"deviceIds": many}), 400, "InvalidRequest")
        self.assertEqual(self.authority.claim(tenant, *many[:10000]), {"claimed": 10000, "already": 0})
        for body in ({"deviceIds": []}, {"deviceIds": "x"}, {}):
            self.assert_refused(self.call("POST", f"/tenants/{tenant}/devices", body), 400, "InvalidRequest")

    def test_a_device_is_released(self):
        tenant = self.authority.tenant()
        self.authority.claim(tenant, self.root.device_id)
        path = f"/tenants/{tenant}/devices/{self.root.device_id}"
        self.assertEqual(self.call("DELETE", path), (200, {}))
        self.assertEqual(self.call("DELETE", path), (200, {}))
        got = self.authority.device("POST", f"/tenants/{tenant}/challenge", {"deviceId": self.root.device_id})
        self.assert_refused(got, 403, "UnclaimedDevice")

    def test_a_claim_holds_in_one_tenant_alone(self):
        other = self.authority.tenant()
        got = self.authority.device("POST", f"/tenants/{other}/challenge", {"deviceId": self.root.device_id})
        self.assert_refused(got, 403, "UnclaimedDevice")

    def test_codes_that_no_certificate_can_carry_are_refused(self):
        for code in ("", "x" * 129, "under_score", "ümlaut", 7, None):
            with self.subTest(code=code):
                got = self.call("POST", f"/tenants/{self.tenant}/proof", {"verificationCode": code})
                self.assert_refused(got, 400, "InvalidRequest")

    def test_a_rollover_changes_the_signer_and_keeps_the_name(self):
        tenant = self.authority.tenant()
        self.authority.claim(tenant, self.root.device_id)
        _, answer = self.call("POST", f"/tenants/{tenant}/rollover", {"activate": True})
        old, new = self.call("GET", f"/tenants/{tenant}")[1]["caCertificates"]
        self.assertEqual((old["status"], new["status"], new["certificate"]), ("Inactive", "Active", answer["caCertificate"]))
        subject = ("x509", "-noout", "-subject")
        self.assertEqual(openssl(*subject, stdin=old["certificate"].encode()), openssl(*subject, stdin=new["certificate"].encode()))
        nonce = self.authority.nonce(tenant, self.root.device_id)
        _, made = self.authority.certify(tenant, self.authority.request(tenant, self.root, nonce, self.tls))
        self.assertEqual(made["chain"], [new["certificate"]])
        self.assertTrue(self.verifies(new["certificate"], made["certificate"]))
        self.assertFalse(self.verifies(old["certificate"], made["certificate"]))

    def test_the_next_ca_waits_until_it_is_activated(self):
        tenant = self.authority.tenant()
        path = f"/tenants/{tenant}/rollover"
        waiting = self.call("POST", path, {"activate": False})[1]["caCertificate"]
        self.assertEqual(self.call("POST", path, {})[1]["caCertificate"], waiting)
        first, second = self.call("GET", f"/tenants/{tenant}")[1]["caCertificates"]
        self.assertEqual((first["status"], second["status"]), ("Active", "Inactive"))
        self.assertEqual(self.call("POST", path, {"activate": True})[1]["caCertificate"], waiting)
        first, second = self.call("GET", f"/tenants/{tenant}")[1]["caCertificates"]
        self.assertEqual((first["status"], second["status"]), ("Inactive", "Active"))

    def test_a_waiting_ca_proves_possession_before_it_signs(self):
        tenant = self.authority.tenant()
        waiting = self.call("POST", f"/tenants/{tenant}/rollover", {"activate": False})[1]["caCertificate"]
        active = self.call("GET", f"/tenants/{tenant}")[1]["caCertificates"][0]["certificate"]
        path = f"/tenants/{tenant}/proof"
        body = {"verificationCode": CODE}
        self.assertTrue(self.verifies(active, self.call("POST", path, body)[1]["certificate"]))
        body["caCertificateId"] = certificate_id(waiting)
        self.assertTrue(self.verifies(waiting, self.call("POST", path, body)[1]["certificate"]))
        body["caCertificateId"] = certificate_id(self.call("GET", f"/tenants/{self.tenant}")[1]["caCertificates"][0]["certificate"])
        self.assert_refused(self.call("POST", path, body), 404, "UnknownCaCertificate")

    def test_a_tenant_has_at_most_ten_cas(self):
        tenant = self.authority.tenant()
        for _ in range(9):
            self.assertEqual(self.call("POST", f"/tenants/{tenant}/rollover", {"activate": True})[0], 200)
        self.assert_refused(self.call("POST", f"/tenants/{tenant}/rollover", {"activate": True}), 409, "TooManyCaCertificates")

    def test_activate_wants_a_truth_value(self):
        got = self.call("POST", f"/tenants/{self.tenant}/rollover", {"activate": "yes"})
        self.assert_refused(got, 400, "InvalidRequest")


if __name__ == "__main__":
    unittest.main(verbosity=2)
