"""zerotouch azure-sphere run: what the manifest grants and refuses, the end of an app, and what is told of it."""
import json
import pathlib
import signal
import socket
import subprocess
import tempfile
import unittest

import sphere
from world import DEADLINE_S

TENANT = "11111111-2222-4333-8444-555555555555"


class Runner(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="zt-sphere-")
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = pathlib.Path(cls.temporary.name)
        for source in ("deferred_update", "mutable_storage", "musl_ways", "private_network", "refused", "stubborn"):
            sphere.build(f"{source}.c", cls.folder / source)

    def run_app(self, name, *more, args=(), **capabilities):
        sphere.manifest(self.folder / name, args, **capabilities)
        return sphere.run(self.folder / name, self.folder / "state", *more, env=sphere.clean_env())

    def refusal(self, **members):
        sphere.manifest(self.folder / "refused")
        path = self.folder / "refused/app_manifest.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **members}))
        done = sphere.run(self.folder / "refused", self.folder / "state", env=sphere.clean_env())
        self.assertEqual((done.returncode, done.stdout), (3, ""))
        return done.stderr

    def test_storage_is_kept_limited_and_deleted(self):
        storage = {"MutableStorage": {"SizeKB": 8}}
        self.assertIn("counter 1\n", self.run_app("mutable_storage", **storage).stdout)
        done = self.run_app("mutable_storage", args=["fill"], **storage)
        self.assertIn("counter 2\n", done.stdout)
        self.assertIn("full at 8192: File too large\n", done.stdout)
        done = self.run_app("mutable_storage", args=["delete"], **storage)
        self.assertIn("delete 0 -1 No such file or directory\n", done.stdout)
        self.assertIn("counter 1\n", self.run_app("mutable_storage", **storage).stdout)

    def test_without_storage_in_the_manifest_there_is_none(self):
        for capabilities in ({}, {"MutableStorage": {"SizeKB": 0}}):
            done = self.run_app("mutable_storage", **capabilities)
            self.assertEqual(done.returncode, 3)
            self.assertIn("open: Permission denied", done.stdout)

    def test_what_the_manifest_does_not_grant(self):
        done = self.run_app("refused", AllowedConnections=["example.com"], Gpio=[9], TimeSyncConfig=True, CertStore=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = dict(line.rsplit(" = ", 1) for line in done.stdout.splitlines())
        expected = {
            "Log_Debug(NULL)": "EFAULT",
            "Storage_OpenMutableFile()": "EACCES",
            "Storage_DeleteMutableFile()": "EACCES",
            'Storage_OpenFileInImagePackage("/bin/app")': "EINVAL",
            'Storage_OpenFileInImagePackage("./app")': "EINVAL",
            'Storage_OpenFileInImagePackage("a/../b")': "EINVAL",
            'Storage_OpenFileInImagePackage("nothing")': "ENOENT",
            'Storage_GetAbsolutePathInImagePackage("nothing")': "0",
            "Storage_GetAbsolutePathInImagePackage(NULL)": "EFAULT",
            'open("/etc/ssl/certs/ca-certificates.crt", O_RDONLY)': "ENOENT",
            'open("/tmp/written", O_WRONLY | O_CREAT, 0600)': "EACCES",
            'fopen("/usr/share/ca-certificates/mozilla/Amazon_Root_CA_1.crt", "r")': "ENOENT",
            "Application_IsDeviceAuthReady(NULL)": "EFAULT",
            "Application_IsDeviceAuthReady(&ready)": "0",
            "ready": "0",
            "path": "1",
            "DeviceAuth_SslCtxFunc": "1",
            'Application_Connect("005180bc-402f-4cb3-a662-72937dbcde47")': "EACCES",
            "Networking_IsNetworkingReady(NULL)": "EFAULT",
            'Networking_GetInterfaceConnectionStatus("eth9", &status)': "ENOENT",
            'Networking_GetInterfaceConnectionStatus("wlan0", &status)': "0",
            "Networking_GetInterfaces(interfaces, 0)": "ERANGE",
            "Networking_GetInterfaces(interfaces, 2)": "0",
            'Networking_SetInterfaceState("wlan0", true)': "EACCES",
            "Networking_TimeSync_SetEnabled(true)": "0",
            "GPIO_OpenAsInput(1)": "EACCES",
            "output = GPIO_OpenAsOutput(9, GPIO_OutputMode_PushPull, GPIO_Value_High)": "0",
            "GPIO_GetValue(output, &value)": "0",
            "UART_Open(0, &uart)": "EACCES",
            "SPIMaster_Open(0, 0, &spi)": "EACCES",
            "I2CMaster_Open(0)": "EACCES",
            "ADC_Open(0)": "EACCES",
            "PWM_Open(0)": "EACCES",
            "clock_systohc()": "EACCES",
            "CertStore_GetCertificateCount()": "EACCES",
            "WifiConfig_GetStoredNetworkCount()": "EACCES",
            "PowerManagement_ForceSystemReboot()": "EACCES",
            "memory": "1",
            "connect(fd, (struct sockaddr *)&address, sizeof(address))": "EPERM",
            "bind(fd, (struct sockaddr *)&address, sizeof(address))": "EACCES",
            "getaddrinfo(elsewhere)": "1",
            "EventLoop_RegisterIo(el, pipes[0], EventLoop_Input, OnIo, NULL)": "EEXIST",
            "EventLoop_RegisterIo(NULL, pipes[0], EventLoop_Input, OnIo, NULL)": "EFAULT",
            "EventLoop_RegisterIo(el, pipes[1], 0x40, OnIo, NULL)": "EINVAL",
            "EventLoop_RegisterIo(el, 999, EventLoop_Input, OnIo, NULL)": "EBADF",
            "EventLoop_Run(NULL, 0, true)": "EFAULT",
            "empty": "0",
            "one": "1",
            "EventLoop_Run(el, 0, true)": "EBUSY",
            "EventLoop_UnregisterIo(el, NULL)": "0",
            "EventLoop_UnregisterIo(NULL, reg)": "EFAULT",
            "EventLoop_UnregisterIo(el, reg)": "0",
            "SysEvent_RegisterForEventNotifications(el, SysEvent_Events_UpdateReadyForInstall, OnEvent, NULL)": "EACCES",
        }
        self.assertEqual(told, expected)
        self.assertIn("localhost is not under AllowedConnections", done.stderr)
        self.assertIn("port 4711 is not under AllowedTcpServerPorts", done.stderr)

    def test_what_an_app_expects_of_musl(self):
        done = self.run_app("musl_ways", Gpio=[8])
        self.assertEqual(done.stdout, "memory 1 1 1 1\nstrerror_r 0 No such file or directory\nstrlcpy 6 abc\nstrlcat 6 abcxy\nsqrt 1.414\n"
                                      "long 8\nchar 255\nthread with 8192: 0, worked 1\nthread with 1024: EINVAL, worked 0\n"
                                      "clock_settime EPERM\nsettimeofday EPERM\nstill today 1\nsendmsg EPERM\n"
                                      "listed GPIO 0\nanother GPIO EACCES\n")

    def test_an_app_may_set_the_time_and_the_machines_stays(self):
        done = self.run_app("musl_ways", SystemTime=True, Gpio=["$LED"])
        self.assertIn("clock_settime 0\nsettimeofday 0\nstill today 1\n", done.stdout)
        self.assertIn("listed GPIO 0\nanother GPIO 0\n", done.stdout)
        self.assertIn("this machine's is left as it is", done.stderr)

    def private_network(self, listener, **capabilities):
        tcp, udp = (self.free_port(kind) for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM))
        done = self.run_app("private_network", args=[listener.getsockname()[1], tcp, udp], AllowedTcpServerPorts=[tcp],
                            AllowedUdpServerPorts=[udp], **capabilities)
        return done.stdout.splitlines()

    @staticmethod
    def free_port(kind):
        with socket.socket(socket.AF_INET, kind) as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]

    def test_ethernet_and_both_sides_of_the_firewall(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            lines = self.private_network(listener, AllowedConnections=["127.0.0.1"], NetworkConfig=True, DhcpService=True,
                                         SntpService=True, HardwareAddressConfig=True)
            self.assertEqual(lines, [
                "Networking_DhcpServerConfig_SetLease(&dhcp, address, 1, mask, gateway, 24) 0",
                'Networking_DhcpServer_Start("eth0", &dhcp) EPERM',
                'Networking_IpConfig_Apply("eth0", &config) 0',
                'Networking_DhcpServer_Start("eth0", &dhcp) 0',
                'Networking_SntpServer_Start("eth0", &sntp) 0',
                'Networking_GetHardwareAddress("eth0", &mac) 0',
                'Networking_SetHardwareAddress("eth0", mac.address, sizeof(mac.address)) 0',
                'Networking_SetHardwareAddress("wlan0", mac.address, sizeof(mac.address)) EPERM',
                "wlan0: medium 1, type 1", "eth0: medium 2, type 0",
                "connect 0", "bind TCP 0", "bind TCP EACCES", "bind UDP EACCES", "bind UDP 0",
                "by name not found", "query of 1", "resolver 0", "looked up 0, not of IPv4 0"])
            lines = self.private_network(listener, AllowedConnections=["localhost"])
            self.assertEqual([line.split()[-1] for line in lines[1:8]],
                             ["EACCES", "EACCES", "EACCES", "EACCES", "0", "EACCES", "EACCES"])
            self.assertEqual((lines[10], lines[15]), ("connect 0", "by name found"))
            self.assertEqual(self.private_network(listener)[10], "connect EPERM")

    def updates(self, *more, args=(), deferral=True):
        done = self.run_app("deferred_update", *more, args=args, SystemEventNotifications=True, SoftwareUpdateDeferral=deferral)
        return done.returncode, done.stdout.splitlines()

    def test_without_an_update_the_system_says_that_it_is_up_to_date(self):
        self.assertEqual(self.updates(), (2, ["second EBUSY", "early EINVAL", "event 4 status 4, data EINVAL type 0 max 0"]))

    def test_an_update_that_is_let_in(self):
        self.assertEqual(self.updates("--update", "app", "--update-warning", "0"),
                         (1, ["second EBUSY", "early EINVAL", "event 2 status 4, data EINVAL type 0 max 0",
                              "event 1 status 1, data 0 type 1 max 10020", "event 1 status 2, data 0 type 1 max 10020"]))

    def test_an_update_that_is_deferred_and_resumed(self):
        self.assertEqual(self.updates("--update", "system", "--update-warning", "0", args=("1", "resume")),
                         (1, ["second EBUSY", "early EINVAL", "event 2 status 4, data EINVAL type 0 max 0",
                              "event 1 status 1, data 0 type 2 max 1440", "defer 0", "defer again EINVAL",
                              "event 1 status 3, data 0 type 2 max 0", "resume 0", "event 1 status 2, data 0 type 2 max 0"]))

    def test_deferral_needs_its_capability(self):
        code, lines = self.updates("--update", "app", "--update-warning", "0", args=("1", "-"), deferral=False)
        self.assertEqual(code, 1)
        self.assertEqual((lines[1], lines[4]), ("early EACCES", "defer EACCES"))

    def test_an_update_is_of_the_app_or_of_the_system(self):
        code, _ = self.updates("--update", "other")
        self.assertEqual(code, 2)

    def test_every_capability_is_known_and_hardware_that_is_not_here_is_enodev(self):
        flags = ("NetworkConfig", "ReadNetworkProxyConfig", "WifiConfig", "EnterpriseWifiConfig", "CertStore", "HardwareAddressConfig",
                 "TimeSyncConfig", "SystemTime", "DhcpService", "SntpService", "SystemEventNotifications", "SoftwareUpdateDeferral",
                 "HeapMemStats", "ResetMemoryWatermarks")
        done = self.run_app("refused", MutableStorage={"SizeKB": 64}, AllowedConnections=["example.com", "192.0.2.1", "_http._tcp.local"],
                            AllowedTcpServerPorts=[8080], AllowedUdpServerPorts=[1234],
                            AllowedApplicationConnections=["005180bc-402f-4cb3-a662-72937dbcde47"], PowerControls=["ForcePowerDown"],
                            Gpio=["$SAMPLE_LED", 8], Uart=["$SAMPLE_UART"], I2cMaster=["ISU2"], SpiMaster=["ISU1"],
                            Adc=["ADC-CONTROLLER-0"], Pwm=["PWM-CONTROLLER-0"], **{name: True for name in flags})
        told = dict(line.rsplit(" = ", 1) for line in done.stdout.splitlines())
        for call, cause in {"UART_Open(0, &uart)": "ENODEV", "SPIMaster_Open(0, 0, &spi)": "ENODEV", "I2CMaster_Open(0)": "ENODEV",
                            "ADC_Open(0)": "ENODEV", "PWM_Open(0)": "ENODEV", "clock_systohc()": "0",
                            "CertStore_GetCertificateCount()": "0", 'Networking_SetInterfaceState("wlan0", true)': "0",
                            'Application_Connect("005180bc-402f-4cb3-a662-72937dbcde47")': "ECONNREFUSED",
                            "PowerManagement_ForceSystemReboot()": "EACCES", "Storage_OpenMutableFile()": "0"}.items():
            self.assertEqual(told[call], cause, call)

    def test_each_header_compiles_alone_in_strict_c_and_in_c_plus_plus(self):
        include = sphere.SDK / "include"
        headers = sorted(p.relative_to(include) for folder in ("applibs", "tlsutils", "soc") for p in (include / folder).glob("*.h"))
        self.assertGreater(len(headers), 25)
        for header in headers:
            for compiler in (["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"]):
                subprocess.run([*compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", "-I", include, "-"],
                               input=f"#include <{header}>\nint x;\n".encode(), check=True, timeout=DEADLINE_S)

    def test_an_app_that_does_not_end_is_killed(self):
        sphere.manifest(self.folder / "stubborn")
        child = sphere.start(self.folder / "stubborn", self.folder / "state")
        self.assertEqual(child.line(), b"stubborn")
        child.process.send_signal(signal.SIGTERM)
        _, told = child.process.communicate(timeout=DEADLINE_S)
        self.assertEqual(child.process.returncode, 137)
        self.assertIn(b"killed: it did not end within 2 s of SIGTERM", told)

    def test_the_report_for_machines(self):
        done = self.run_app("mutable_storage", "--json", MutableStorage={"SizeKB": 8})
        report = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((report["event"], report["exitCode"], report["killed"]), ("ended", 0, False))
        self.assertGreater(report["memory"]["residentPeakKb"], 0)

    def test_a_manifest_may_begin_with_a_byte_order_mark(self):
        path = sphere.manifest(self.folder / "mutable_storage", MutableStorage={"SizeKB": 8})
        path.write_text("\ufeff" + path.read_text())
        self.assertEqual(sphere.run(self.folder / "mutable_storage", self.folder / "marked", env=sphere.clean_env()).returncode, 0)

    def test_manifests_that_are_wrong_say_where(self):
        for members, said in (
                ({"SchemaVersion": 2}, "SchemaVersion must be 1"),
                ({"Name": ""}, "Name is missing"),
                ({"ComponentId": "x"}, "ComponentId must be a GUID"),
                ({"EntryPoint": "bin/app"}, "EntryPoint must be a path"),
                ({"ApplicationType": "RealTimeCapable"}, "only high-level apps"),
                ({"CmdArgs": [1]}, "CmdArgs must be a list of strings"),
                ({"Capabilities": []}, "Capabilities must be an object"),
                ({"Capabilities": {"Everything": True}}, "Everything is no capability"),
                ({"Capabilities": {"AllowedConnections": ["https://example.com"]}}, "without scheme"),
                ({"Capabilities": {"AllowedConnections": ["*.example.com"]}}, "wildcard"),
                ({"Capabilities": {"AllowedTcpServerPorts": [0]}}, "ports from 1 to 65535"),
                ({"Capabilities": {"MutableStorage": {"SizeKB": 65}}}, "at most 64"),
                ({"Capabilities": {"NetworkConfig": "yes"}}, "must be true or false"),
                ({"Capabilities": {"DeviceAuthentication": "me"}}, "must be the tenant's"),
                ({"Capabilities": {"DeviceAuthentication": "00000000-0000-0000-0000-000000000000"}}, "--write-manifest"),
                ({"EntryPoint": "/bin/other"}, "other is no program")):
            self.assertIn(said, self.refusal(**members))

    def test_a_certificate_is_asked_for_in_words(self):
        done = self.run_app("refused", DeviceAuthentication=TENANT)
        self.assertEqual(done.returncode, 4)
        self.assertIn("name the authority", done.stderr)


if __name__ == "__main__":
    unittest.main()
