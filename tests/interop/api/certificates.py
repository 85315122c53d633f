"""CA certificates, the registration code, device certificates: driven by boto3, certificates by openssl."""
import concurrent.futures

from aws import everything, refuses, run
from pki import Authority, fingerprint, openssl, signing_request


def registered(iot, authority, **options):
    code = iot.get_registration_code()["registrationCode"]
    proof, _ = authority.issue(code)
    return iot.register_ca_certificate(caCertificate=authority.pem, verificationCertificate=proof, **options)


def the_code_stays_until_it_is_deleted(account):
    iot = account.client("iot")
    code = iot.get_registration_code()["registrationCode"]
    assert iot.get_registration_code()["registrationCode"] == code
    iot.delete_registration_code()
    assert iot.get_registration_code()["registrationCode"] != code


def a_ca_from_registration_to_its_end(account):
    iot = account.client("iot")
    authority = Authority("Life of a CA")
    made = registered(iot, authority, setAsActive=True, allowAutoRegistration=True, tags=[{"Key": "a", "Value": "b c"}])
    ca_id = made["certificateId"]
    assert ca_id == fingerprint(authority.pem)
    assert made["certificateArn"] == f"arn:aws:iot:us-east-1:{account.number}:cacert/{ca_id}"
    told = iot.describe_ca_certificate(certificateId=ca_id)["certificateDescription"]
    assert (told["status"], told["autoRegistrationStatus"], told["certificateMode"]) == ("ACTIVE", "ENABLE", "DEFAULT")
    assert told["certificatePem"] == authority.pem and told["ownedBy"] == account.number
    assert iot.list_tags_for_resource(resourceArn=made["certificateArn"])["tags"] == [{"Key": "a", "Value": "b c"}]
    assert [c["certificateId"] for c in iot.list_ca_certificates()["certificates"]] == [ca_id]
    refuses("ResourceAlreadyExistsException", 409, registered, iot, authority)
    refuses("CertificateStateException", 406, iot.delete_ca_certificate, certificateId=ca_id)
    iot.update_ca_certificate(certificateId=ca_id, newStatus="INACTIVE", newAutoRegistrationStatus="DISABLE")
    told = iot.describe_ca_certificate(certificateId=ca_id)["certificateDescription"]
    assert (told["status"], told["autoRegistrationStatus"]) == ("INACTIVE", "DISABLE")
    iot.delete_ca_certificate(certificateId=ca_id)
    refuses("ResourceNotFoundException", 404, iot.describe_ca_certificate, certificateId=ca_id)


def proofs_that_prove_nothing(account):
    iot = account.client("iot")
    authority, stranger = Authority("Owner"), Authority("Owner")
    code = iot.get_registration_code()["registrationCode"]
    wrong_code, _ = authority.issue("0" * 64)
    refuses("RegistrationCodeValidationException", 400, iot.register_ca_certificate, caCertificate=authority.pem,
            verificationCertificate=wrong_code)
    foreign, _ = stranger.issue(code)
    refuses("CertificateValidationException", 400, iot.register_ca_certificate, caCertificate=authority.pem,
            verificationCertificate=foreign)
    refuses("InvalidRequestException", 400, account.call, "iot", "RegisterCACertificate", "POST", "/cacertificate", {})
    assert iot.list_ca_certificates()["certificates"] == []


def certificates_that_are_no_ca(account):
    iot = account.client("iot")
    code = iot.get_registration_code()["registrationCode"]
    leaf = Authority("No CA", ca=False)
    proof, _ = leaf.issue(code)
    refuses("CertificateValidationException", 400, iot.register_ca_certificate, caCertificate=leaf.pem,
            verificationCertificate=proof)
    good = Authority("Cut off")
    proof, _ = good.issue(code)
    refuses("CertificateValidationException", 400, iot.register_ca_certificate, caCertificate=good.pem[: len(good.pem) // 2],
            verificationCertificate=proof)
    refuses("CertificateValidationException", 400, iot.register_ca_certificate, caCertificate="no PEM at all",
            verificationCertificate=proof)


def two_cas_of_one_name(account):
    iot = account.client("iot")
    first, second = Authority("Same Name"), Authority("Same Name")
    ids = [registered(iot, a, setAsActive=True)["certificateId"] for a in (first, second)]
    pem, _ = second.issue("device-of-the-second")
    refuses("CertificateConflictException", 409, iot.register_certificate, certificatePem=pem)
    made = iot.register_certificate(certificatePem=pem, caCertificatePem=second.pem, setAsActive=True)
    told = iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
    assert told["caCertificateId"] == ids[1] and told["status"] == "ACTIVE"
    listed = iot.list_certificates_by_ca(caCertificateId=ids[1])["certificates"]
    assert [c["certificateId"] for c in listed] == [made["certificateId"]]
    assert iot.list_certificates_by_ca(caCertificateId=ids[0])["certificates"] == []


def keys_and_certificate(account):
    iot = account.client("iot")
    made = iot.create_keys_and_certificate(setAsActive=True)
    assert made["keyPair"]["PrivateKey"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert openssl("rsa", "-pubout", input=made["keyPair"]["PrivateKey"].encode()).decode() == made["keyPair"]["PublicKey"]
    public = openssl("x509", "-pubkey", "-noout", input=made["certificatePem"].encode()).decode()
    assert public == made["keyPair"]["PublicKey"]
    told = iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
    assert told["status"] == "ACTIVE" and told["certificatePem"] == made["certificatePem"]
    assert told["validity"]["notAfter"].year == 2049 or told["validity"]["notAfter"].year == 2050


def many_keys_at_once(account):
    clients = [account.client("iot") for _ in range(6)]
    with concurrent.futures.ThreadPoolExecutor(len(clients)) as pool:
        made = list(pool.map(lambda iot: iot.create_keys_and_certificate()["certificateId"], clients))
    assert len(set(made)) == len(clients)


def a_certificate_from_a_request(account):
    iot = account.client("iot")
    made = iot.create_certificate_from_csr(certificateSigningRequest=signing_request())
    assert iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]["status"] == "INACTIVE"
    refuses("InvalidRequestException", 400, iot.create_certificate_from_csr, certificateSigningRequest="nonsense")


def a_certificate_without_a_ca(account):
    iot = account.client("iot")
    pem, _ = Authority("Unregistered").issue("lonely")
    refuses("CertificateValidationException", 400, iot.register_certificate, certificatePem=pem)
    made = iot.register_certificate_without_ca(certificatePem=pem, status="ACTIVE")
    told = iot.describe_certificate(certificateId=made["certificateId"])["certificateDescription"]
    assert told["certificateMode"] == "SNI_ONLY" and "caCertificateId" not in told
    refuses("ResourceAlreadyExistsException", 409, iot.register_certificate_without_ca, certificatePem=pem)
    refuses("CertificateStateException", 406, iot.register_certificate_without_ca, certificatePem=pem,
            status="PENDING_ACTIVATION")


def a_certificate_is_deleted_only_when_nothing_holds_it(account):
    iot = account.client("iot")
    made = iot.create_keys_and_certificate(setAsActive=True)
    cert_id, arn = made["certificateId"], made["certificateArn"]
    iot.create_policy(policyName="held", policyDocument=POLICY)
    iot.create_thing(thingName="held")
    iot.attach_policy(policyName="held", target=arn)
    iot.attach_thing_principal(thingName="held", principal=arn)
    refuses("CertificateStateException", 406, iot.delete_certificate, certificateId=cert_id)
    iot.update_certificate(certificateId=cert_id, newStatus="INACTIVE")
    refuses("DeleteConflictException", 409, iot.delete_certificate, certificateId=cert_id)
    iot.detach_thing_principal(thingName="held", principal=arn)
    refuses("DeleteConflictException", 409, iot.delete_certificate, certificateId=cert_id)
    iot.delete_certificate(certificateId=cert_id, forceDelete=True)
    refuses("ResourceNotFoundException", 404, iot.describe_certificate, certificateId=cert_id)
    iot.delete_policy(policyName="held")


def states_that_cannot_follow(account):
    iot = account.client("iot")
    cert_id = iot.create_keys_and_certificate(setAsActive=False)["certificateId"]
    refuses("InvalidRequestException", 400, iot.update_certificate, certificateId=cert_id, newStatus="PENDING_ACTIVATION")
    refuses("InvalidRequestException", 400, iot.update_certificate, certificateId=cert_id, newStatus="SLEEPING")
    iot.update_certificate(certificateId=cert_id, newStatus="REVOKED")
    refuses("CertificateStateException", 406, iot.update_certificate, certificateId=cert_id, newStatus="ACTIVE")
    iot.delete_certificate(certificateId=cert_id)


def lists_come_in_pages_and_both_orders(account):
    iot = account.client("iot")
    authority = Authority("Pages")
    made = [iot.register_certificate_without_ca(certificatePem=authority.issue(f"p{i}")[0])["certificateId"] for i in range(7)]
    pages = iot.get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 3}, ascendingOrder=True)
    listed = [c["certificateId"] for c in everything(pages, "certificates")]
    assert [c for c in listed if c in made] == made and len(set(listed)) == len(listed)
    pages = iot.get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 3})
    assert [c["certificateId"] for c in everything(pages, "certificates")] == listed[::-1]
    page = iot.list_certificates(pageSize=3)
    iot.update_certificate(certificateId=page["certificates"][-1]["certificateId"], newStatus="INACTIVE")
    iot.delete_certificate(certificateId=page["certificates"][-1]["certificateId"])
    rest = iot.list_certificates(marker=page["nextMarker"], pageSize=250)["certificates"]
    assert [c["certificateId"] for c in rest] == listed[::-1][3:], "a marker outlives what it was made of"
    refuses("InvalidRequestException", 400, iot.list_certificates, pageSize=251)
    refuses("InvalidRequestException", 400, iot.list_certificates, marker="no marker of ours")


POLICY = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}]}'

run(the_code_stays_until_it_is_deleted, a_ca_from_registration_to_its_end, proofs_that_prove_nothing,
    certificates_that_are_no_ca, two_cas_of_one_name, keys_and_certificate, many_keys_at_once,
    a_certificate_from_a_request,
    a_certificate_without_a_ca, a_certificate_is_deleted_only_when_nothing_holds_it, states_that_cannot_follow,
    lists_come_in_pages_and_both_orders)
