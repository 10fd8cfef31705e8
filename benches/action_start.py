#!/usr/bin/env python3
"""Times an action's step from its start to the first call to AWS, tool cache warm: shell, installer and checksum included.

    python3 benches/action_start.py [--runs N] [--stage STAGE] [--binary FILE]

The script of the step is taken out of the action and run as the runner does (`sh -e FILE`), in a copy of the actions whose sums hold the
binary. What answers for AWS notes when it is first spoken to. In turn with it: the same binary started without a shell, and a shell that
does nothing. Builds the `dist` profile unless a binary is given.
"""
import argparse
import hashlib
import os
import pathlib
import platform
import re
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
ARGUMENTS = {
    "deploy-service": {"CLUSTER": "demo", "SERVICE": "web", "FORCE_NEW_DEPLOYMENT": "true"},
    "resume-scaling": {"CLUSTER": "demo", "SERVICE": "web"},
    "fetch-taskdef": {"TASK_DEFINITION_ARN": "web:1"},
}


def script(stage):
    """The lines of the step that runs the binary."""
    text = (ROOT / "actions" / stage / "action.yml").read_text()
    block = re.search(r"    - id: run\n.*?\n      run: \|\n((?:        .*\n?)+)", text, re.S)
    return "".join(line[8:] + "\n" for line in block[1].splitlines())


def first_call(command, env, folder, listener):
    """Seconds from the start of a process to its first connection."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        connection, _ = listener.accept()
    except TimeoutError:
        process.kill()
        raise SystemExit(f"no call came: {process.communicate()[1].decode()}") from None
    took = time.perf_counter() - began
    process.kill()
    process.communicate()
    connection.close()
    return took


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=50)
    arguments.add_argument("--stage", choices=sorted(ARGUMENTS), default="deploy-service")
    arguments.add_argument("--binary", type=pathlib.Path)
    given = arguments.parse_args()
    name = f"wharfie-{given.stage}"
    if given.binary is None:
        subprocess.run(["cargo", "build", "--locked", "--profile", "dist", "--bin", name], cwd=ROOT, check=True)
        given.binary = TARGET / "dist" / name
    machine = {"x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}[platform.machine()]
    target = f"{machine}-unknown-linux-musl" if platform.system() == "Linux" else f"{machine}-apple-darwin"

    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        shutil.copytree(ROOT / "actions", folder / "actions")
        version = (folder / "actions/setup/version").read_text().strip()
        cached = folder / "cache/wharfie" / version / target / name
        cached.parent.mkdir(parents=True)
        shutil.copy(given.binary, cached)
        value = hashlib.sha256(cached.read_bytes()).hexdigest()
        with open(folder / "actions/setup/sums", "a") as sums:
            # As many lines as those of a release.
            for number in range(120):
                sums.write(f"{'0' * 64}  another-{number}-{target}.tar.xz\n")
            sums.write(f"{value}  {target}/{name}\n")
        step = folder / "step.sh"
        step.write_text(script(given.stage))

        listener = socket.create_server(("127.0.0.1", 0))
        listener.settimeout(20)
        env = {
            "PATH": os.environ["PATH"], "HOME": place, "GITHUB_ACTIONS": "true", "GITHUB_ACTION_PATH": str(folder / "actions" / given.stage),
            "GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary"), "RUNNER_TEMP": place,
            "RUNNER_TOOL_CACHE": str(folder / "cache"), "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "x",
            # As to AWS, by HTTPS: the certificates of the machine are read before.
            "AWS_ENDPOINT_URL": f"https://127.0.0.1:{listener.getsockname()[1]}",
        } | {f"WHARFIE_{key}": text for key, text in ARGUMENTS[given.stage].items()}
        seen = {"the step": [], "the binary alone": [], "an empty shell": []}
        for number in range(given.runs + 1):
            step_took = first_call(["sh", "-e", str(step)], env, folder, listener)
            alone = first_call([str(cached)], env, folder, listener)
            began = time.perf_counter()
            subprocess.run(["sh", "-ec", ":"], env=env, check=True)
            empty = time.perf_counter() - began
            if number:
                for key, figure in zip(seen, (step_took, alone, empty)):
                    seen[key].append(figure)
        print(f"{name}, {given.binary.stat().st_size / 1e6:.1f} MB, {given.runs} runs in turn: from the start to the first call")
        for key, figures in seen.items():
            ordered = sorted(figures)
            print(f"{key:<18} median {statistics.median(ordered) * 1e3:6.1f} ms   best {ordered[0] * 1e3:6.1f} ms   worst {ordered[-1] * 1e3:6.1f} ms")


if __name__ == "__main__":
    main()
