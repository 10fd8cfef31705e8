#!/usr/bin/env python3
"""Runs the installer as a runner does, in every POSIX shell that is here, against releases that are sound and releases that are not.

A release is made up: a script stands for each binary, archives are made by the script that makes real ones, and the sums are
committed beside a copy of the installer. What must hold: what runs has a committed sum; whatever else happens, the step fails, says why, and runs nothing.

It is not for the actions that call it (the harness runs those), nor for what a real release holds (the release workflow does).

Usage: installer_check.py [REPOSITORY]
"""

import functools
import hashlib
import http.server
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import release  # noqa: E402

STAGES = [name.removeprefix("wharfie-") for name in release.stages()]
TARGETS = {
    ("Linux", "X64"): "x86_64-unknown-linux-musl",
    ("Linux", "ARM64"): "aarch64-unknown-linux-musl",
    ("macOS", "X64"): "x86_64-apple-darwin",
    ("macOS", "ARM64"): "aarch64-apple-darwin",
}
HERE = ("Linux", "X64")
# What the installer may need of a system; a folder of links to these is the whole PATH.
TOOLS = ["sh", "sed", "grep", "tr", "tar", "gzip", "xz", "mkdir", "mktemp", "mv", "cp", "rm", "chmod", "ln", "id", "uname", "sleep", "sha256sum"]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def archive(files: dict[str, bytes], links: dict[str, str] | None = None, form: str = "xz") -> bytes:
    """A compressed tar of files, and of links to them."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode=f"w:{form}") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            tar.addfile(entry, io.BytesIO(data))
        for name, to in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, to
            tar.addfile(entry)
    return held.getvalue()


def program(version: str, words: str) -> bytes:
    """A script that stands for a binary: it knows its version and leaves a mark where it ran."""
    text = f"""#!/bin/sh
if [ "${{1:-}}" = --version ]; then echo "${{0##*/}} {version}"; else echo ran >>"$MARK"; echo "{words}"; fi
"""
    return text.encode()


@functools.cache
def made() -> tuple[dict[str, bytes], dict[str, str]]:
    """A release for every target, made as a real one is made: archives and sums by their names."""
    with tempfile.TemporaryDirectory() as folder:
        out, sums = Path(folder) / "out", {}
        for target in TARGETS.values():
            binaries = Path(folder) / target
            binaries.mkdir()
            for name in release.stages():
                (binaries / name).write_bytes(program(release.version(), f"{name} of {target}"))
            (binaries / "wharfie").write_bytes(program(release.version(), f"all of {target}"))
            sums |= dict(reversed(line.split("  ")) for line in release.pack(target, binaries, out))
        return {path.name: path.read_bytes() for path in out.iterdir() if ".tar." in path.name}, sums


class World:
    """A checkout with the installer in it, a mirror with its release, and a machine that has nothing but some tools."""

    def __init__(self, root: Path, repository: Path, shell: list[str], tools: list[str]):
        self.root = root
        self.setup = root / "action/actions/setup"
        shutil.copytree(repository / "actions/setup", self.setup)
        self.version = (self.setup / "version").read_text().strip()
        self.mirror = root / "mirror"
        self.mirror.mkdir()
        self.cache = root / "cache"
        self.mark = root / "mark"
        self.path = root / "bin"
        self.path.mkdir()
        self.shell = shell
        for tool in tools:
            # That of busybox is for a check of its own.
            self.tool(tool, to="xz" if tool == "xz" else None)
        self.sums: dict[str, str] = {}

    def tool(self, name: str, to: str | None = None):
        """Puts a tool on the PATH: busybox's own if that is the shell, else this machine's."""
        found = shutil.which("busybox") if self.shell[0].endswith("busybox") and to is None else shutil.which(to or name)
        assert found, f"this machine lacks {name}"
        (self.path / name).symlink_to(found)

    def release(self):
        """Offers the release, and commits its sums."""
        archives, sums = made()
        for name, data in archives.items():
            (self.mirror / name).write_bytes(data)
        self.sums |= sums
        self.commit()
        return self

    def offer(self, name: str, data: bytes):
        (self.mirror / name).write_bytes(data)
        self.sums[name] = sha256(data)

    def commit(self):
        head = (self.setup / "sums").read_text().split("\n\n")[0].rstrip("\n")
        comments = "\n".join(line for line in head.splitlines() if line.startswith("#"))
        (self.setup / "sums").write_text(comments + "\n" + "".join(f"{value}  {name}\n" for name, value in self.sums.items()))

    def install(self, *arguments: str, platform=HERE, **settings: str):
        """Runs the installer, and as a step would do, what it printed."""
        environment = {
            "PATH": str(self.path), "HOME": str(self.root / "home"), "MARK": str(self.mark), "GITHUB_ACTIONS": "true",
            "RUNNER_TOOL_CACHE": str(self.cache), "RUNNER_TEMP": str(self.root / "temp"), "WHARFIE_MIRROR": str(self.mirror),
        }
        if platform:
            environment |= {"RUNNER_OS": platform[0], "RUNNER_ARCH": platform[1]}
        environment |= settings
        (self.root / "temp").mkdir(exist_ok=True)
        script = 'binary=$(' + " ".join([*self.shell, '"$0"', '"$@"']) + ')\nexec "$binary"\n'
        if arguments and arguments[0] == "--into":
            script = " ".join([*self.shell, '"$0"', '"$@"']) + "\n"
        done = subprocess.run(["/bin/sh", "-ec", script, str(self.setup / "install.sh"), *arguments], env=environment, cwd=self.root, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def ran(self) -> bool:
        return self.mark.exists()

    def cached(self, stage: str = "deploy-service", platform=HERE) -> Path:
        return self.cache / "wharfie" / self.version / TARGETS[platform] / f"wharfie-{stage}"


CHECKS = []


def check(title):
    def note(function):
        CHECKS.append((title, function))
        return function
    return note


def refused(world, answer, code, *words):
    """The step failed with this code, said these words in one annotation, and ran nothing."""
    returned, out, err = answer
    assert returned == code, f"exit {returned} and not {code}: {out}{err}"
    lines = [line for line in err.splitlines() if line.startswith("::")]
    assert len(lines) == 1 and lines[0].startswith("::error title=wharfie is not installed::"), err
    for word in words:
        assert word in lines[0], f"`{word}` is not in: {lines[0]}"
    assert not out and not world.ran(), f"something ran: {out}"


def ran(answer, words):
    returned, out, err = answer
    assert (returned, out.strip()) == (0, words), f"exit {returned}: {out}{err}"


@check("a stage is installed once, and found in the cache from then on")
def _(world):
    world.release()
    ran(world.install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
    shutil.rmtree(world.mirror)
    ran(world.install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
    left = [path.name for path in world.cached().parent.iterdir()]
    assert left == ["wharfie-deploy-service"], left


@check("where there is no xz, or one that knows too little, the archive of all stages does")
def _(world):
    world.release()
    (world.path / "xz").unlink()
    if shutil.which("busybox"):
        (world.path / "xz").symlink_to(shutil.which("busybox"))
    ran(world.install("deploy-service"), "all of x86_64-unknown-linux-musl")
    shutil.rmtree(world.mirror)
    ran(world.install("render-taskdef"), "all of x86_64-unknown-linux-musl")


@check("every platform gets its own binary")
def _(world):
    world.release()
    for platform, target in TARGETS.items():
        ran(world.install("deploy-service", platform=platform), f"wharfie-deploy-service of {target}")


@check("without the runner's variables the platform is asked of the system")
def _(world):
    world.release()
    answer = world.install("deploy-service", platform=None)
    ran(answer, f"wharfie-deploy-service of {os.uname().machine}-unknown-linux-musl")


@check("an archive that was tampered with fails the step, and nothing runs")
def _(world):
    world.release()
    name = f"wharfie-deploy-service-{world.version}-x86_64-unknown-linux-musl.tar.xz"
    evil = archive({"wharfie-deploy-service": program(world.version, "evil")})
    (world.mirror / name).write_bytes(evil)
    refused(world, world.install("deploy-service"), 3, name, sha256(evil), world.sums[name])
    assert not world.cached().exists() and not list(world.cached().parent.glob("new.*"))
    # Asking for a build does not make it better: a wrong sum is no missing one.
    refused(world, world.install("deploy-service", WHARFIE_BUILD="true"), 3, sha256(evil))


@check("an archive whose sum is right and whose binary is another one fails the step")
def _(world):
    world.release()
    name = f"wharfie-deploy-service-{world.version}-x86_64-unknown-linux-musl.tar.xz"
    world.offer(name, archive({"wharfie-deploy-service": program(world.version, "another")}))
    world.commit()
    refused(world, world.install("deploy-service"), 3, "wharfie-deploy-service is")


@check("a binary changed in the cache fails the step, and nothing runs")
def _(world):
    world.release()
    ran(world.install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
    world.mark.unlink()
    world.cached().write_bytes(program(world.version, "evil"))
    refused(world, world.install("deploy-service"), 3, str(world.cached()), "somebody changed")


@check("an unsupported platform is named")
def _(world):
    world.release()
    refused(world, world.install("deploy-service", platform=("Windows", "X64")), 2, "Windows X64")
    refused(world, world.install("deploy-service", platform=("Linux", "ARM")), 2, "Linux ARM")


@check("without sums the commit says that there is no release, and what to do")
def _(world):
    world.commit()
    refused(world, world.install("deploy-service"), 2, "no SHA-256 is committed", "WHARFIE_BUILD=true", "WHARFIE_BIN_DIR")


@check("a stage this version does not have, or that is no name, is refused")
def _(world):
    world.release()
    refused(world, world.install("undeploy"), 2, "wharfie-undeploy")
    for name in ("", "../evil", "a b", "x.*", "$(touch pwned)", "%0A::error::x"):
        refused(world, world.install(name), 2, "not the name of a stage")
    assert not (world.root / "pwned").exists()


@check("binaries that were put there are used, if they are this version")
def _(world):
    mine = world.root / "mine"
    mine.mkdir()
    put = mine / "wharfie-deploy-service"
    put.write_bytes(program(world.version, "mine"))
    put.chmod(0o755)
    ran(world.install("deploy-service", WHARFIE_BIN_DIR=str(mine)), "mine")
    ran(world.install("deploy-service", WHARFIE_BIN_DIR="mine"), "mine")
    world.mark.unlink()
    refused(world, world.install("render-taskdef", WHARFIE_BIN_DIR=str(mine)), 2, "wharfie-render-taskdef")
    put.write_bytes(program("0.0.9", "old"))
    refused(world, world.install("deploy-service", WHARFIE_BIN_DIR=str(mine)), 3, "0.0.9", world.version)
    put.write_bytes(b"\x7fELF not for this machine")
    refused(world, world.install("deploy-service", WHARFIE_BIN_DIR=str(mine)), 3, "does not run here")


@check("what is on the PATH is used if its sum is committed, and else left alone")
def _(world):
    world.release()
    shutil.rmtree(world.mirror)
    there = world.path / "wharfie-deploy-service"
    there.write_bytes(program(world.version, "wharfie-deploy-service of x86_64-unknown-linux-musl"))
    there.chmod(0o755)
    ran(world.install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
    world.mark.unlink()
    there.write_bytes(program(world.version, "evil"))
    refused(world, world.install("deploy-service"), 3, "mirror")


@check("offline, what is not here is not looked for elsewhere")
def _(world):
    world.release()
    refused(world, world.install("deploy-service", WHARFIE_MIRROR="", WHARFIE_OFFLINE="true"), 5, "WHARFIE_OFFLINE")
    ran(world.install("deploy-service", WHARFIE_OFFLINE="true"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
    ran(world.install("deploy-service", WHARFIE_MIRROR="", WHARFIE_OFFLINE="true"), "wharfie-deploy-service of x86_64-unknown-linux-musl")


@check("a setting that is neither true nor false is refused")
def _(world):
    world.release()
    refused(world, world.install("deploy-service", WHARFIE_BUILD="maybe"), 2, "WHARFIE_BUILD", "maybe")


@check("a message cannot become another workflow command")
def _(world):
    world.release()
    answer = world.install("deploy-service", WHARFIE_MIRROR="/nowhere\n::add-mask::x\r%0A::warning::y")
    refused(world, answer, 3, "%250A")


@check("a tool cache that cannot be written is done without")
def _(world):
    world.release()
    (world.root / "file").write_text("no folder")
    ran(world.install("deploy-service", RUNNER_TOOL_CACHE=str(world.root / "file")), "wharfie-deploy-service of x86_64-unknown-linux-musl")


@check("curl and wget both download from a mirror, and what is not there is said")
def _(world):
    world.release()
    handler = functools.partial(Quiet, directory=str(world.mirror))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mirror = f"http://127.0.0.1:{server.server_port}/"
    try:
        refused(world, world.install("deploy-service", WHARFIE_MIRROR=mirror), 2, "neither curl nor wget")
        for tool in ("curl", "wget"):
            own = tool == "wget" and shutil.which("wget") is None
            if own and not world.shell[0].endswith("busybox"):
                continue
            (world.path / tool).symlink_to(shutil.which("busybox") if own else shutil.which(tool))
            ran(world.install("deploy-service", WHARFIE_MIRROR=mirror), "wharfie-deploy-service of x86_64-unknown-linux-musl")
            shutil.rmtree(world.cache)
            (world.path / tool).unlink()
        world.mark.unlink()
        world.tool("curl", to="curl")
        (world.path / "sleep").unlink()
        (world.path / "sleep").symlink_to("/bin/true")
        for lost in world.mirror.iterdir():
            lost.unlink()
        refused(world, world.install("deploy-service", WHARFIE_MIRROR=mirror), 5, "could not be downloaded", mirror)
    finally:
        server.shutdown()


@check("shasum does where there is no sha256sum, and without either nothing runs")
def _(world):
    world.release()
    (world.path / "sha256sum").unlink()
    refused(world, world.install("deploy-service"), 2, "neither sha256sum nor shasum")
    shasum = world.path / "shasum"
    shasum.write_text(f'#!/bin/sh\n[ "$*" = "-a 256" ] && exec {shutil.which("sha256sum")}\n')
    shasum.chmod(0o755)
    ran(world.install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")


@check("a folder gets all stages from one archive, and each is checked there")
def _(world):
    world.release()
    for stage in STAGES:
        (world.mirror / f"wharfie-{stage}-{world.version}-x86_64-unknown-linux-musl.tar.xz").unlink()
    returned, _, err = world.install("--into", "links")
    assert returned == 0, err
    names = sorted(path.name for path in (world.root / "links").iterdir())
    assert names == [f"wharfie-{stage}" for stage in STAGES], names
    for stage in STAGES:
        ran(world.install(stage), "all of x86_64-unknown-linux-musl")
    world.mark.unlink()
    (world.cached().parent / "wharfie").write_bytes(program(world.version, "evil"))
    refused(world, world.install("--into", "links"), 3, "somebody changed")


@check("a folder gets the stages that are named, and no other")
def _(world):
    world.release()
    returned, _, err = world.install("--into", "links", "render-taskdef")
    assert returned == 0, err
    assert [path.name for path in (world.root / "links").iterdir()] == ["wharfie-render-taskdef"]


@check("a build from source happens only if it was asked for")
def _(world):
    world.commit()
    cargo = world.path / "cargo"
    cargo.write_text('#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" = --target-dir ] && folder=$2; shift; done\nmkdir -p "$folder/release"\ncp "$BUILT" "$folder/release/$1"\n')
    cargo.chmod(0o755)
    built = world.root / "built"
    built.write_bytes(program(world.version, "built"))
    built.chmod(0o755)
    refused(world, world.install("deploy-service", BUILT=str(built)), 2, "no SHA-256 is committed")
    ran(world.install("deploy-service", BUILT=str(built), WHARFIE_BUILD="true"), "built")
    ran(world.install("deploy-service", BUILT=str(built), WHARFIE_BUILD="true", platform=("Linux", "RISCV64")), "built")
    world.mark.unlink()
    cargo.write_text("#!/bin/sh\nexit 101\n")
    refused(world, world.install("deploy-service", WHARFIE_BUILD="true"), 3, "could not be built")
    cargo.unlink()
    refused(world, world.install("deploy-service", WHARFIE_BUILD="true"), 2, "no cargo")


@check("the provenance is asked for only if that was asked, and then it counts")
def _(world):
    world.release()
    refused(world, world.install("deploy-service", WHARFIE_VERIFY_ATTESTATION="true"), 3, "provenance")
    gh = world.path / "gh"
    gh.write_text('#!/bin/sh\n[ "$1 $2" = "attestation verify" ] && [ -s "$3" ] && [ "$4 $5" = "--repo wharfie/wharfie" ]\n')
    gh.chmod(0o755)
    ran(world.install("deploy-service", WHARFIE_VERIFY_ATTESTATION="true"), "wharfie-deploy-service of x86_64-unknown-linux-musl")


@check("the sums the script writes are the ones it holds a release against, and nothing may be left over")
def _(world):
    out, kept = world.root / "out", release.SETUP
    out.mkdir()
    for name, data in made()[0].items():
        (out / name).write_bytes(data)
    for target in release.TARGETS:
        lines = [f"{value}  {name}" for name, value in made()[1].items() if target in name]
        (out / f"sums-{target}").write_text("".join(f"{line}\n" for line in lines))
    release.SETUP = world.setup
    try:
        release.sums([out])
        assert (world.setup / "sums").read_text().startswith("#")
        ran(world.release().install("deploy-service"), "wharfie-deploy-service of x86_64-unknown-linux-musl")
        release.verify(out)
        (out / "wharfie-x.tar.gz").write_bytes(b"")
        for change in (lambda: None, lambda: (out / "wharfie-x.tar.gz").unlink() or next(out.glob("*.tar.xz")).write_bytes(b"x")):
            change()
            try:
                release.verify(out)
            except SystemExit as refused_with:
                assert "other than committed" in str(refused_with)
            else:
                raise AssertionError("a release that is another one is taken")
    finally:
        release.SETUP = kept


@check("a new version is written everywhere, and takes the sums of the old one away")
def _(world):
    kept = release.ROOT, release.SETUP
    release.ROOT, release.SETUP = world.root / "tree", world.root / "tree/actions/setup"
    try:
        for name in ("Cargo.toml", "Cargo.lock", "CHANGELOG.md", "README.md"):
            release.ROOT.mkdir(exist_ok=True)
            shutil.copy(kept[0] / name, release.ROOT)
        for name in ("docs", "examples", "actions/setup"):
            shutil.copytree(kept[0] / name, release.ROOT / name, ignore=shutil.ignore_patterns("node_modules"))
        old = release.version()
        release.rewrite("9.8.7")
        assert release.version() == "9.8.7" and release.comments() == (release.SETUP / "sums").read_text()
        text = "".join(path.read_text() for path in [*release.ROOT.glob("*.*"), *release.ROOT.glob("docs/**/*.md"), *release.ROOT.glob("examples/**/*.yml")])
        assert 'name = "wharfie"\nversion = "9.8.7"' in text and "\n## 9.8.7\n" in text and "@v9.8.7" in text
        assert f"wharfie@v{old}" not in text and f"deploy-service@v{old}" not in text, "an old version is left"
    finally:
        release.ROOT, release.SETUP = kept


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def shells() -> list[tuple[list[str], list[str]]]:
    """The shells that are here, with the tools each is tried with; busybox brings its own."""
    found = []
    for name in ("sh", "dash", "bash"):
        if shutil.which(name):
            found.append(([shutil.which(name)], TOOLS))
    if shutil.which("busybox"):
        found.append(([shutil.which("busybox"), "sh"], TOOLS))
    return found


def main() -> int:
    repository = Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    passed = failed = 0
    for shell, tools in shells():
        name = " ".join(Path(word).name for word in shell)
        for title, function in CHECKS:
            with tempfile.TemporaryDirectory() as folder:
                try:
                    function(World(Path(folder), repository, shell, tools))
                    passed += 1
                except AssertionError as error:
                    failed += 1
                    print(f"FAILED - {name}: {title}\n    {error}")
        print(f"ok - {len(CHECKS)} checks in {name}" if not failed else f"{name} is through")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
