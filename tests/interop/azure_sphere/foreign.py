"""Apps in the manner of Microsoft's samples, unchanged, each on a device of its own against the local cloud."""
import json
import os
import shutil
import signal
import subprocess
import unittest

import sphere
from world import DEADLINE_S, World, wait_for


class Foreign(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World().__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.tenant = cls.world.tenant()
        cls.world.setup(cls.tenant)

    def app(self, source, *more):
        app = sphere.App(self.world, self.tenant, self.id().split(".")[-1])
        if source:
            sphere.build(source, app.folder, *more)
        return app

    def test_https_easy_built_by_its_own_presets(self):
        app = self.app(None)
        project = self.world.folder / "https_easy_project"
        shutil.copytree(sphere.APPS / "https_easy", project / "app")
        for name in ("eventloop_timer_utilities.c", "eventloop_timer_utilities.h"):
            shutil.copy(sphere.APPS / name, project / name)
        (project / "app/certs").mkdir()
        shutil.copy(self.world.cloud_ca, project / "app/certs/roots.pem")
        app.folder = project / "app"
        app.manifest([app.url, "certs/roots.pem"], ReadNetworkProxyConfig=True)
        env = {**os.environ, "AzureSphereDefaultSDKDir": str(sphere.SDK)}
        for step in (["--preset", "ARM-Debug"], ["--build", "out/ARM-Debug"]):
            subprocess.run(["/usr/bin/cmake", *step], cwd=app.folder, env=env, check=True, capture_output=True, timeout=DEADLINE_S)
        app.folder = app.folder / "out/ARM-Debug/HTTPS_Easy.image"
        self.assertEqual(sorted(str(p.relative_to(app.folder)) for p in app.folder.rglob("*") if p.is_file()),
                         ["app_manifest.json", "bin/app", "certs/roots.pem"])
        child = app.start("--exit-codes", sphere.APPS / "https_easy/main.c")
        wait_for(lambda: child.line().endswith(b"HTTP 200"), "the message is accepted")
        child.process.send_signal(signal.SIGTERM)
        _, report = child.process.communicate(timeout=DEADLINE_S)
        self.assertEqual(child.process.returncode, 1)
        self.assertIn(b"exit code 1: ExitCode_TermHandler_SigTerm", report)

    def test_a_project_of_the_first_sdks(self):
        """CMake as it was before 20.04: a list of files, and the SDK's file that makes the package."""
        app = self.app(None)
        project = app.folder
        shutil.copy(sphere.APPS / "https_own.c", project / "main.c")
        (project / "CMakeLists.txt").write_text(
            "CMAKE_MINIMUM_REQUIRED(VERSION 3.8)\nPROJECT(Old C)\nADD_EXECUTABLE(${PROJECT_NAME} main.c)\n"
            "TARGET_LINK_LIBRARIES(${PROJECT_NAME} applibs pthread gcc_s c curl tlsutils wolfssl)\n"
            'SET(ADDITIONAL_APPROOT_INCLUDES "certs/roots.pem app_manifest.json")\ninclude("${AZURE_SPHERE_MAKE_IMAGE_FILE}")\n')
        app.manifest([app.url, "certs/roots.pem", "func"])
        toolchain = sphere.SDK / "CMakeFiles/AzureSphereToolchain.cmake"
        for step in (["-G", "Ninja", "-B", "out", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}", "-DAZURE_SPHERE_TARGET_API_SET=3+Beta1909"],
                     ["--build", "out"]):
            subprocess.run(["/usr/bin/cmake", "-Wno-dev", *step] if "-G" in step else ["/usr/bin/cmake", *step], cwd=project,
                           check=True, capture_output=True, timeout=DEADLINE_S)
        app.folder = project / "out/Old.image"
        done = app.run()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    @staticmethod
    def cmake(project):
        toolchain = sphere.SDK / "CMakeFiles/AzureSphereToolchain.cmake"
        for step in (["-G", "Ninja", "-B", "out", f"-DCMAKE_TOOLCHAIN_FILE={toolchain}"], ["--build", "out"]):
            subprocess.run(["/usr/bin/cmake", *step], cwd=project, check=True, capture_output=True, timeout=DEADLINE_S)

    def test_a_project_in_c_plus_plus_that_names_a_library_it_does_not_use(self):
        project = self.world.folder / "c_plus_plus"
        project.mkdir()
        (project / "main.cpp").write_text(
            "#include <string>\n#include <applibs/log.h>\n#include <applibs/eventloop.h>\n#include <tlsutils/deviceauth_curl.h>\n"
            "class Loop {\n\tEventLoop *el = EventLoop_Create();\npublic:\n\t~Loop() { EventLoop_Close(el); }\n"
            "\tint Run() { return EventLoop_Run(el, 1, false); }\n};\n"
            'int main(int argc, char **argv)\n{\n\tstd::string name(argv[argc - 1]);\n\tLog_Debug("%s %d\\n", name.c_str(), Loop().Run());\n}\n')
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.10)\nproject(Plus CXX)\nset(CMAKE_CXX_STANDARD 11)\nadd_compile_options(-fno-rtti -Werror)\n"
            "add_executable(${PROJECT_NAME} main.cpp)\ntarget_link_libraries(${PROJECT_NAME} applibs azureiot curl tlsutils pthread gcc_s c)\n"
            "azsphere_target_add_image_package(${PROJECT_NAME})\n")
        sphere.manifest(project, ["plus"])
        self.cmake(project)
        self.assertEqual(sphere.run(project / "out/Plus.image", project / "state").stdout, "plus 0\n")

    def test_a_project_from_visual_studio(self):
        """Hardware definition, no component ID, a byte order mark, -Werror, a library of its own, mathematics unnamed."""
        project = self.world.folder / "visual_studio"
        (project / "board/inc/hw").mkdir(parents=True)
        (project / "board/inc/hw/template_appliance.h").write_text('#include "mt3620_rdb.h"\n#define LED MT3620_RDB_LED1_RED\n')
        (project / "unused.c").write_text("int unused;\n")
        shutil.copy(sphere.APPS / "musl_ways.c", project / "main.c")
        (project / "CMakeLists.txt").write_text(
            'cmake_minimum_required(VERSION 3.10)\nproject(Blink C)\nazsphere_configure_tools(TOOLS_REVISION "22.02")\n'
            'azsphere_configure_api(TARGET_API_SET "12")\nadd_compile_options(-Wall -Wconversion -Werror -include '
            "hw/template_appliance.h)\nadd_library(more STATIC unused.c)\nadd_executable(${PROJECT_NAME} main.c)\n"
            "target_include_directories(more PRIVATE board/inc ${AZURE_SPHERE_HOST_SDK}/include/hw)\n"
            "target_link_libraries(${PROJECT_NAME} applibs pthread gcc_s c more)\n"
            'azsphere_target_hardware_definition(${PROJECT_NAME} TARGET_DIRECTORY "board" TARGET_DEFINITION "template_appliance.json")\n'
            'azsphere_target_add_image_package(${PROJECT_NAME})\n')
        (project / "app_manifest.json").write_text("\ufeff" + json.dumps({
            "SchemaVersion": 1, "Name": "Blink", "ComponentId": "", "EntryPoint": "/bin/app", "CmdArgs": [],
            "Capabilities": {"Gpio": ["$LED"]}, "ApplicationType": "Default"}))
        self.cmake(project)
        manifest = json.loads((project / "out/Blink.image/app_manifest.json").read_text())
        self.assertRegex(manifest["ComponentId"], "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        done = sphere.run(project / "out/Blink.image", project / "state")
        self.assertIn("char 255\n", done.stdout)
        self.assertIn("listed GPIO 0\n", done.stdout)

    def test_own_callbacks_that_take_the_context_for_wolfssls(self):
        app = self.app("https_own.c")
        for how in ("func", "chain", "file", "memory"):
            app.manifest([app.url, "certs/roots.pem", how])
            done = app.run()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_https_multi(self):
        app = self.app("https_multi.c", sphere.APPS / "eventloop_timer_utilities.c")
        app.manifest([app.url, "certs/roots.pem"])
        done = app.run()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_mqtt_over_wolfssl_with_the_certificate_alone(self):
        app = self.app("mqtt_wolfssl.c")
        for how in ("chain", "file"):
            app.manifest(["localhost", self.world.mqtt_port, "certs/roots.pem", "myhome/myroom", how])
            done = app.run()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn(f"device {app.device.id}\n", done.stdout)

    def test_wolfssl_by_every_way_to_the_device_certificate(self):
        app = self.app("wolfssl_ways.c")
        for way in ("func", "buffer", "chain-buffer", "connection"):
            app.manifest(["localhost", self.world.https_port, "certs/roots.pem", way])
            done = app.run()
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_wolfssl_verifies_the_server_unless_it_is_told_not_to(self):
        app = self.app("wolfssl_ways.c")
        app.manifest(["localhost", self.world.https_port, "certs/roots.pem", "no-roots"])
        done = app.run()
        self.assertEqual((done.returncode, done.stdout), (9, "wolfSSL -188\n"))

    def test_a_server_that_cannot_be_verified_is_left(self):
        app = self.app("https_own.c")
        shutil.copy(self.world.attest.endpoints["ca"], app.folder / "certs/roots.pem")
        app.manifest([app.url, "certs/roots.pem", "chain"])
        done = app.run()
        self.assertEqual(done.returncode, 9)
        self.assertIn("curl 60, HTTP 0", done.stdout)


if __name__ == "__main__":
    unittest.main()
