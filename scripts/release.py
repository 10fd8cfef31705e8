#!/usr/bin/env python3
"""The parts of a release that are not building: each can be run and tested anywhere. docs/releasing.md says in which order.

    release.py version X.Y.Z              writes a version into every file that names it
    release.py pack TARGET BINARIES OUT   makes the archives of a target from a folder of binaries, and lists their sums
    release.py sums OUT…                  writes the listed sums into actions/setup/sums
    release.py verify FOLDER              holds the archives in a folder against actions/setup/sums
    release.py sbom                       prints what the binaries are made of, as CycloneDX

It is not for what needs an account: tagging, attesting and publishing are the workflow's.
"""

import argparse
import gzip
import hashlib
import io
import json
import lzma
import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SETUP = ROOT / "actions/setup"
TARGETS = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl", "x86_64-apple-darwin", "aarch64-apple-darwin"]
# What is promised: megabytes of an archive.
ONE, ALL = 3_000_000, 12_000_000


def version() -> str:
    return (SETUP / "version").read_text().strip()


def stages() -> list[str]:
    """The names of the stages' binaries, by the package's own manifest. `wharfie` itself holds them all."""
    manifest = tomllib.loads((ROOT / "Cargo.toml").read_text(encoding="utf-8"))
    return sorted(binary["name"] for binary in manifest["bin"] if binary["name"] != "wharfie")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tarball(files: dict[str, bytes], links: list[str]) -> bytes:
    """A tar that is the same whoever makes it, and when: no owner, no time. Links lead to `wharfie`."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755 if name.startswith("wharfie") else 0o644
            tar.addfile(entry, io.BytesIO(data))
        for name in links:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, "wharfie"
            tar.addfile(entry)
    return held.getvalue()


def squeezed(target: str, data: bytes) -> bytes:
    """As small as xz makes it; with its filter for machine code where every xz in use has one."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": 1 << 24, "lc": 4}]
    if target.startswith("x86_64-"):
        filters.insert(0, {"id": lzma.FILTER_X86})
    return lzma.compress(data, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, filters=filters)


def pack(target: str, binaries: Path, out: Path, limits: bool = True) -> list[str]:
    """Makes an archive for each stage and one for all. Gives the lines of sums, and fails if one is larger than promised."""
    assert target in TARGETS, f"no target of ours: {target}"
    out.mkdir(parents=True, exist_ok=True)
    licences = {name: (ROOT / name).read_bytes() for name in ("LICENSE-APACHE", "LICENSE-MIT")}
    lines, large = [], []

    def offer(name: str, data: bytes, limit: int):
        (out / name).write_bytes(data)
        lines.append(f"{sha256(data)}  {name}")
        if limits and len(data) > limit:
            large.append(f"{name} is larger than {limit} bytes: {len(data)}")

    for stage in stages():
        binary = (binaries / stage).read_bytes()
        lines.append(f"{sha256(binary)}  {target}/{stage}")
        offer(f"{stage}-{version()}-{target}.tar.xz", squeezed(target, tarball({stage: binary} | licences, [])), ONE)
    whole = (binaries / "wharfie").read_bytes()
    lines.append(f"{sha256(whole)}  {target}/wharfie")
    offer(f"wharfie-{version()}-{target}.tar.gz", gzip.compress(tarball({"wharfie": whole} | licences, stages()), 9, mtime=0), ALL)
    (out / f"sums-{target}").write_text("".join(f"{line}\n" for line in sorted(lines, key=lambda line: line.split()[1])))
    if large:
        sys.exit("\n".join(large))
    return lines


def comments() -> str:
    """The head of the file of sums."""
    return "".join(line for line in (SETUP / "sums").read_text().splitlines(keepends=True) if line.startswith("#"))


def sums(folders: list[Path]):
    lines = []
    for target in TARGETS:
        found = [folder / f"sums-{target}" for folder in folders if (folder / f"sums-{target}").is_file()]
        if len(found) != 1:
            sys.exit(f"{len(found)} lists of sums for {target}, and there must be one")
        lines += found[0].read_text().splitlines()
    (SETUP / "sums").write_text(comments() + "".join(f"{line}\n" for line in lines))


def verify(folder: Path):
    """Every archive that is committed is there with its sum, and nothing else is."""
    wanted = dict(reversed(line.split("  ")) for line in (SETUP / "sums").read_text().splitlines() if not line.startswith("#"))
    archives = {name: value for name, value in wanted.items() if "/" not in name}
    there = {path.name: sha256(path.read_bytes()) for path in folder.iterdir() if ".tar." in path.name and "-man." not in path.name}
    wrong = [name for name in archives.keys() | there.keys() if archives.get(name) != there.get(name)]
    if wrong or not archives:
        sys.exit(f"these are missing, left over or other than committed: {sorted(wrong)}" if wrong else "no sum is committed")
    print(f"{len(archives)} archives are what is committed")


def sbom() -> dict:
    """What the binaries are made of: the crates of the lock file that a build for one of the targets takes."""
    held = {}
    for target in TARGETS:
        command = ["cargo", "metadata", "--locked", "--format-version=1", f"--filter-platform={target}", "--all-features"]
        metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)
        packages = {package["id"]: package for package in metadata["packages"]}
        nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
        root = metadata["resolve"]["root"]
        waiting = [root]
        while waiting:
            at = waiting.pop()
            if at in held:
                continue
            held[at] = packages[at]
            # What is built to build, and what is shipped; not what only tests take.
            waiting += [link["pkg"] for link in nodes[at]["deps"] if any(kind["kind"] != "dev" for kind in link["dep_kinds"])]

    def component(package: dict, kind: str) -> dict:
        purl = f"pkg:cargo/{package['name']}@{package['version']}"
        found = {"type": kind, "bom-ref": purl, "name": package["name"], "version": package["version"], "purl": purl}
        if package.get("license"):
            found["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
        return found

    ordered = sorted(held.items(), key=lambda item: (item[1]["name"], item[1]["version"]))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": component(held[root], "application")},
        "components": [component(package, "library") for at, package in ordered if at != root],
    }


def rewrite(new: str):
    """Writes a version into every file that names it, and dates the newest section of the changes."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", new):
        sys.exit(f"not a version: {new}")
    old = version()

    def change(path: Path, before: str, after: str):
        text = path.read_text(encoding="utf-8")
        if before not in text:
            sys.exit(f"{path.relative_to(ROOT)} does not hold: {before.strip()}")
        path.write_text(text.replace(before, after), encoding="utf-8")

    (SETUP / "version").write_text(f"{new}\n")
    (SETUP / "sums").write_text(comments())
    change(ROOT / "Cargo.toml", f'name = "wharfie"\nversion = "{old}"', f'name = "wharfie"\nversion = "{new}"')
    change(ROOT / "Cargo.lock", f'name = "wharfie"\nversion = "{old}"', f'name = "wharfie"\nversion = "{new}"')
    change(ROOT / "CHANGELOG.md", "\n## Unreleased\n", f"\n## Unreleased\n\nNothing yet.\n\n## {new}\n")
    for path in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.yml"), *ROOT.glob("examples/**/*.md")]:
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(rf"(wharfie/wharfie[\w/-]*@v){re.escape(old)}\b", rf"\g<1>{new}", text).replace(f"wharfie-{old}-", f"wharfie-{new}-"), encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("version").add_argument("new")
    packs = commands.add_parser("pack")
    packs.add_argument("target", choices=TARGETS)
    packs.add_argument("binaries", type=Path)
    packs.add_argument("out", type=Path)
    commands.add_parser("sums").add_argument("folders", type=Path, nargs="+")
    commands.add_parser("verify").add_argument("folder", type=Path)
    commands.add_parser("sbom")
    given = parser.parse_args()
    match given.command:
        case "version":
            rewrite(given.new)
        case "pack":
            print("\n".join(pack(given.target, given.binaries, given.out)))
        case "sums":
            sums(given.folders)
        case "verify":
            verify(given.folder)
        case "sbom":
            print(json.dumps(sbom(), indent=1))


if __name__ == "__main__":
    main()
