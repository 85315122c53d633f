"""The device API: who gets a certificate, and who does not."""
import base64
import datetime
import unittest

from authority import AuthorityTest, Key


class Protocol(AuthorityTest):
    def test_a_claimed_device_gets_a_certificate_over_its_own_key(self):
        answer = self.certificate()
        self.assertEqual(set(answer), {"certificate", "chain", "notAfter"})
        self.assertEqual(len(answer["chain"]), 1)

    def test_a_challenge_is_32_bytes_good_for_a_minute(self):
        before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        status, answer = self.authority.device("POST", f"/tenants/{self.tenant}/challenge", {"deviceId": self.root.device_id})
        self.assertEqual(status, 200)
        self.assertEqual(set(answer), {"nonce", "expires"})
        self.assertEqual(len(base64.b64decode(answer["nonce"], validate=True)), 32)
        expires = datetime.datetime.strptime(answer["expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=datetime.timezone.utc)
        after = datetime.datetime.now(datetime.timezone.utc)
        minute = datetime.timedelta(seconds=60)
        self.assertTrue(before + minute <= expires <= after + minute, (before, expires, after))

    def test_an_unclaimed_device_gets_no_challenge(self):
        stranger = Key(self.authority.folder, "stranger")
        got = self.authority.device("POST", f"/tenants/{self.tenant}/challenge", {"deviceId": stranger.device_id})
        self.assert_refused(got, 403, "UnclaimedDevice")

    def test_a_device_that_was_released_meanwhile_gets_no_certificate(self):
        root = Key(self.authority.folder, "released")
        self.authority.claim(self.tenant, root.device_id)
        request = self.authority.request(self.tenant, root, self.authority.nonce(self.tenant, root.device_id), self.tls)
        self.authority.operator("DELETE", f"/tenants/{self.tenant}/devices/{root.device_id}")
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "UnclaimedDevice")

    def test_an_unknown_tenant(self):
        other = "00000000-0000-4000-8000-000000000000"
        got = self.authority.device("POST", f"/tenants/{other}/challenge", {"deviceId": self.root.device_id})
        self.assert_refused(got, 404, "UnknownTenant")
        got = self.authority.certify(other, self.authority.request(self.tenant, self.root, self.nonce(), self.tls))
        self.assert_refused(got, 404, "UnknownTenant")

    def test_a_replayed_request_is_refused(self):
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls)
        self.assertEqual(self.authority.certify(self.tenant, request)[0], 200)
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "InvalidNonce")

    def test_a_nonce_that_nobody_gave_is_refused(self):
        made_up = base64.b64encode(bytes(32)).decode()
        got = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, made_up, self.tls))
        self.assert_refused(got, 403, "InvalidNonce")

    def test_another_devices_nonce_does_not_serve(self):
        other = Key(self.authority.folder, "other")
        self.authority.claim(self.tenant, other.device_id)
        nonce = self.authority.nonce(self.tenant, other.device_id)
        got = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, nonce, self.tls))
        self.assert_refused(got, 403, "InvalidEvidence")

    def test_another_tenants_nonce_does_not_serve(self):
        tenant = self.authority.tenant()
        self.authority.claim(tenant, self.root.device_id)
        nonce = self.authority.nonce(tenant, self.root.device_id)
        got = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, nonce, self.tls))
        self.assert_refused(got, 403, "InvalidNonce")

    def test_a_swapped_csr_is_refused(self):
        intruder = Key(self.authority.folder, "intruder")
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls, csr=intruder.csr())
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "InvalidEvidence")

    def test_a_signature_of_another_key_is_refused(self):
        wrong = Key(self.authority.folder, "wrong")
        request = self.authority.request(self.tenant, wrong, self.nonce(), self.tls)
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "InvalidEvidence")

    def test_a_signature_for_another_tenant_or_nonce_is_refused(self):
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls,
                                         signed_tenant="00000000-0000-4000-8000-000000000000")
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "InvalidEvidence")
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls, signed_nonce=self.nonce())
        self.assert_refused(self.authority.certify(self.tenant, request), 403, "InvalidEvidence")

    def test_a_fifth_challenge_takes_the_place_of_the_first(self):
        nonces = [self.nonce() for _ in range(5)]
        got = [self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, nonce, self.tls))[0] for nonce in nonces]
        self.assertEqual(got, [403, 200, 200, 200, 200])

    def test_a_wrong_request_uses_the_nonce_up(self):
        wrong = Key(self.authority.folder, "wrong-once")
        nonce = self.nonce()
        self.authority.certify(self.tenant, self.authority.request(self.tenant, wrong, nonce, self.tls))
        got = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, nonce, self.tls))
        self.assert_refused(got, 403, "InvalidNonce")

    def test_the_root_key_is_no_tls_key(self):
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.root)
        self.assert_refused(self.authority.certify(self.tenant, request), 400, "InvalidRequest")

    def test_a_csr_whose_own_signature_is_wrong_is_refused(self):
        lines = self.tls.csr().splitlines()
        der = bytearray(base64.b64decode("".join(lines[1:-1])))
        der[-1] ^= 1
        csr = "\n".join([lines[0], base64.b64encode(bytes(der)).decode(), lines[-1], ""])
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls, csr=csr)
        self.assert_refused(self.authority.certify(self.tenant, request), 400, "InvalidRequest")

    def test_an_unknown_format_leaves_the_nonce_alone(self):
        request = self.authority.request(self.tenant, self.root, self.nonce(), self.tls)
        self.assert_refused(self.authority.certify(self.tenant, {**request, "format": "tpm2"}), 400, "UnsupportedFormat")
        self.assertEqual(self.authority.certify(self.tenant, request)[0], 200)

    def test_requests_that_are_no_requests(self):
        challenge = f"/tenants/{self.tenant}/challenge"
        certificates = f"/tenants/{self.tenant}/certificates"
        upper = self.root.device_id.upper()
        for body in (b"{", b"[]", b"\"text\"", b"", {}, {"deviceId": 7}, {"deviceId": "ab"}, {"deviceId": upper},
                     b'{"deviceId":"' + b"0" * 128 + b'","deviceId":"' + b"1" * 128 + b'"}', b"[" * 20000, b"\xff\xfe"):
            with self.subTest(body=body):
                self.assert_refused(self.authority.device("POST", challenge, body), 400, "InvalidRequest")
        good = self.authority.request(self.tenant, self.root, self.nonce(), self.tls)
        for change in ({"nonce": "?"}, {"nonce": 1}, {"nonce": good["nonce"] + good["nonce"]}):
            with self.subTest(change=change):
                self.assert_refused(self.authority.device("POST", certificates, {**good, **change}), 400, "InvalidRequest")
        for change in ({"csr": "none"}, {"csr": None}, {"signature": "?"}, {"signature": ""}):
            with self.subTest(change=change):
                fresh = self.authority.request(self.tenant, self.root, self.nonce(), self.tls)
                self.assert_refused(self.authority.device("POST", certificates, {**fresh, **change}), 400, "InvalidRequest")
        self.assertEqual(self.authority.certify(self.tenant, good)[0], 200)

    def test_a_body_over_the_limit_is_refused(self):
        url = f"/tenants/{self.tenant}/certificates"
        status, _ = self.authority.device("POST", url, {"format": "p256", "csr": "x" * 40000})
        self.assertEqual(status, 413)
        self.certificate()

    def test_the_device_port_knows_no_operator(self):
        for method, path in (("POST", "/tenants"), ("GET", "/tenants"), ("GET", f"/tenants/{self.tenant}"),
                             ("POST", f"/tenants/{self.tenant}/devices"), ("GET", f"/tenants/{self.tenant}/devices"),
                             ("DELETE", f"/tenants/{self.tenant}/devices/{self.root.device_id}"),
                             ("POST", f"/tenants/{self.tenant}/proof"), ("POST", f"/tenants/{self.tenant}/rollover"),
                             ("GET", "/"), ("POST", f"/tenants/{self.tenant}/challenge/"), ("POST", "//challenge"),
                             ("POST", f"/tenants/{self.tenant}/../{self.tenant}/challenge")):
            with self.subTest(method=method, path=path):
                self.assert_refused(self.authority.device(method, path, {"verificationCode": "ab"}), 404, "NotFound")

    def test_the_operators_socket_knows_no_device(self):
        for path in ("challenge", "certificates"):
            got = self.authority.operator("POST", f"/tenants/{self.tenant}/{path}", {"deviceId": self.root.device_id})
            self.assert_refused(got, 404, "NotFound")

    def test_another_method_is_refused(self):
        self.assert_refused(self.authority.device("GET", f"/tenants/{self.tenant}/challenge"), 405, "MethodNotAllowed")


class ShortLife(AuthorityTest):
    options = ("--nonce-seconds", "0")

    def test_an_expired_nonce_is_refused(self):
        got = self.authority.certify(self.tenant, self.authority.request(self.tenant, self.root, self.nonce(), self.tls))
        self.assert_refused(got, 403, "InvalidNonce")


if __name__ == "__main__":
    unittest.main(verbosity=2)
