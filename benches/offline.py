#!/usr/bin/env python3
"""Times the file stages as whole processes, in turn with `true`, so that a ratio holds when the machine's speed drifts.

    python3 benches/offline.py [--runs N] [--official DIR] [--no-build]

Builds the `dist` profile as it is released, linked statically where that is possible, then prints, for each stage and each
document, the median wall time, the median beyond the start-up of `true`, CPU time and the largest resident size. With
--official DIR, a checkout of aws-actions/amazon-ecs-render-task-definition, its bundled action renders the same document in the
same run (Node on PATH): the ratio of the medians, and the ratio when the two alternate, where each of our runs finds the caches
as Node left them; `true` is timed there too, because that is what no program can be faster than.

No run finds the output of the run before: as on a fresh runner, and as the official action, which makes a new file each time.
(Replacing a file makes some file systems write the new one out first.)
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
STAGES = ["render-taskdef", "write-imagedefs", "write-appspec", "check-pipeline"]
TRUE = "/usr/bin/true" if os.path.exists("/usr/bin/true") else "/bin/true"


def document(size):
    """A task definition of about `size` bytes: a web container, and sidecars with environment until it is large enough."""
    containers = [{
        "name": "web", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:old", "essential": True,
        "portMappings": [{"containerPort": 80, "protocol": "tcp"}], "environment": [],
        "logConfiguration": {"logDriver": "awslogs", "options": {
            "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}},
    }]
    value = {"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "512", "memory": "1024",
             "executionRoleArn": "arn:aws:iam::123456789012:role/web-execution", "containerDefinitions": containers}
    number = 0
    while len(json.dumps(value, indent=2)) < size:
        containers[0]["environment"].append({"name": f"SETTING_{number:05}", "value": f"value of setting number {number}"})
        number += 1
    return json.dumps(value, indent=2)


OUTPUTS = ("--output", "--sarif")


def output(command):
    """Where in a command its output file stands."""
    return next(index + 1 for index, part in enumerate(command) if part in OUTPUTS)


def resident(command, env, folder):
    """The largest resident size of a process in MB, read while it waits for somebody to read what it wrote: by then it has done
    its work. (What wait4 tells includes the memory of this program, whose child it was before it became another.)"""
    pipe = os.path.join(folder, "pipe")
    os.mkfifo(pipe)
    command = list(command)
    command[output(command)] = pipe
    process = subprocess.Popen(command, env=env, cwd=folder, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.2)
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    with open(pipe, "rb") as reader:
        reader.read()
    process.wait()
    os.unlink(pipe)
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1000


def host():
    """The triple this machine's compiler builds for."""
    text = subprocess.run(["rustc", "-vV"], check=True, capture_output=True, text=True).stdout
    return next(line.split()[1] for line in text.splitlines() if line.startswith("host:"))


NOTHING = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
           (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0)]


def once(command, env):
    """Wall and CPU seconds of one process, started with as little of our own work as there can be."""
    command = [str(part) for part in command]
    if any(part in OUTPUTS for part in command):
        pathlib.Path(command[output(command)]).unlink(missing_ok=True)
    began = time.perf_counter()
    process = os.posix_spawn(command[0], command, env, file_actions=NOTHING)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        sys.exit(f"exit {code}: {' '.join(command)}")
    return wall, usage.ru_utime + usage.ru_stime


def in_turn(commands, runs):
    """Runs the commands one after the other, `runs` times; the first round is not counted."""
    seen = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, (command, env) in commands.items():
            figures = once(command, env)
            if number:
                seen[name].append(figures)
    return seen


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--runs", type=int, default=200)
    arguments.add_argument("--official", type=pathlib.Path, help="a checkout of the official render action")
    arguments.add_argument("--no-build", action="store_true", help="measure what is there")
    options = arguments.parse_args()

    triple = host()
    if not options.no_build:
        build = ["cargo", "build", "--locked", "--profile", "dist", "--no-default-features", "--target", triple]
        flags = "-C target-feature=+crt-static" if "linux" in triple else ""
        subprocess.run(build + [part for stage in STAGES for part in ("--bin", f"wharfie-{stage}")], cwd=ROOT, check=True,
                       env=dict(os.environ, RUSTFLAGS=flags))
    binaries = {stage: TARGET.resolve() / triple / "dist" / f"wharfie-{stage}" for stage in STAGES}
    for stage, binary in binaries.items():
        print(f"{stage}: {binary.stat().st_size / 1e6:.2f} MB")

    with tempfile.TemporaryDirectory() as folder:
        env = {"PATH": os.environ["PATH"], "RUNNER_TEMP": folder}
        os.chdir(folder)
        for size in (1_000, 3_000, 60_000):
            name = f"{size // 1000}k.json"
            pathlib.Path(folder, name).write_text(document(size))
            image = "web=123456789012.dkr.ecr.us-east-1.amazonaws.com/web:new"
            commands = {
                "true": ([TRUE], env),
                "render-taskdef": ([binaries["render-taskdef"], "--task-definition", name, "--images", image, "--output", "out.json"], env),
                "write-imagedefs": ([binaries["write-imagedefs"], "--task-definition", name, "--output", "imagedefinitions.json"], env),
                "write-appspec": ([binaries["write-appspec"], "--task-definition", name, "--output", "appspec.yaml"], env),
                "check-pipeline": ([binaries["check-pipeline"], "--task-definition", name, "--sarif", "findings.sarif"], env),
            }
            seen = in_turn(commands, options.runs)
            base = statistics.median(wall for wall, _ in seen["true"])
            print(f"\n{size // 1000} KB, {options.runs} runs in turn with true ({base * 1e3:.2f} ms)")
            print("stage              wall ms   beyond true   CPU ms   resident MB")
            for stage in STAGES:
                wall = statistics.median(figure[0] for figure in seen[stage])
                cpu = statistics.median(figure[1] for figure in seen[stage])
                command, _ = commands[stage]
                size = resident(command, env, folder)
                print(f"{stage:<18} {wall * 1e3:7.2f} {(wall - base) * 1e3:13.2f} {cpu * 1e3:8.2f} {size:13.1f}")

            if options.official:
                inputs = {"task-definition": name, "container-name": "web", "image": image.split("=", 1)[1]}
                # The inputs' names hold hyphens: they reach the action as environment variables all the same.
                official = dict(env, RUNNER_TEMP=folder, GITHUB_WORKSPACE=folder, GITHUB_OUTPUT=os.path.join(folder, "outputs"),
                                **{f"INPUT_{key.upper()}": value for key, value in inputs.items()})
                pathlib.Path(folder, "outputs").touch()
                action = ([shutil.which("node") or "node", options.official.resolve() / "dist" / "index.js"], official)
                alternate = {"true": commands["true"], "render-taskdef": commands["render-taskdef"], "official": action}
                seen_cold = in_turn(alternate, max(5, options.runs // 10))
                ours = statistics.median(wall for wall, _ in seen["render-taskdef"])
                theirs, cold, nothing = (statistics.median(wall for wall, _ in seen_cold[key])
                                         for key in ("official", "render-taskdef", "true"))
                print(f"official action: {theirs * 1e3:.0f} ms, {theirs / ours:.0f} times render-taskdef; alternating with it "
                      f"{theirs / cold:.0f} times (render-taskdef {cold * 1e3:.2f} ms, true {nothing * 1e3:.2f} ms)")


if __name__ == "__main__":
    main()
