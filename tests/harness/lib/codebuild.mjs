// A build of CodeBuild: the phases of a buildspec in one shell, `finally`, `on-failure`, variables, artifacts and reports.
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { parse } from "yaml";

const PHASES = ["install", "pre_build", "build", "post_build"];
/** Names that cannot be exported. */
const NOT_EXPORTED = /^AWS_/;

/** Runs a command in the shell of the build, and gives its exit code. */
class Shell {
  constructor(program, options, line) {
    this.child = spawn(program, [], options);
    this.waiting = undefined;
    let rest = "";
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        const lines = (rest + chunk).split("\n");
        rest = lines.pop();
        for (const text of lines) {
          const end = /^__end_of_command__ (\d+)$/.exec(text);
          if (end) this.waiting?.(Number(end[1]));
          else line(text);
        }
      });
    }
    this.child.on("exit", (code) => this.waiting?.(code ?? 1));
  }

  /** A command changes this shell: `cd`, `set -a` and `.` last. */
  run(command) {
    return new Promise((resolve) => {
      this.waiting = resolve;
      const quoted = `'${command.replaceAll("'", "'\\''")}'`;
      this.child.stdin.write(`eval ${quoted} < /dev/null\n__code=$?; printf '__end_of_command__ %s\\n' "$__code"\n`);
    });
  }

  end() {
    this.child.removeAllListeners("exit");
    this.child.kill("SIGKILL");
  }
}

/**
 * Runs a buildspec.
 *
 * `source` is the checkout; the build works in a copy. `env` is what the project and CodeBuild set, `path` what is before PATH.
 * The result: whether it succeeded, how each phase ended, the log, the exported variables, the artifacts and the reports.
 */
export async function runBuild(buildspec, { source, env = {}, path = [] }) {
  const spec = parse(readFileSync(buildspec, "utf8"));
  if (String(spec.version) !== "0.2") throw new Error("this harness runs buildspecs of version 0.2");
  const root = mkdtempSync(join(tmpdir(), "codebuild-"));
  const folder = join(root, "src");
  cpSync(source, folder, { recursive: true });
  const log = [];
  const variables = {
    PATH: [...path, process.env.PATH].join(":"),
    HOME: root,
    CI: "true",
    CODEBUILD_BUILD_ID: "web:8b2d4e6f",
    CODEBUILD_BUILD_NUMBER: "17",
    CODEBUILD_BUILD_SUCCEEDING: "1",
    CODEBUILD_INITIATOR: "codepipeline/web",
    CODEBUILD_RESOLVED_SOURCE_VERSION: "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7",
    CODEBUILD_SRC_DIR: folder,
    ...env,
    ...spec.env?.variables,
  };
  const shell = new Shell(spec.env?.shell ?? "sh", { cwd: folder, env: variables, stdio: ["pipe", "pipe", "pipe"] }, (line) => log.push(line));
  const phases = {};
  let succeeding = true;
  let aborted = false;
  for (const name of PHASES) {
    const phase = spec.phases?.[name];
    if (!phase) continue;
    // A phase is left out once an earlier one ended the build; `post_build` runs behind a `build` that failed.
    const runs = !aborted && (succeeding || (name === "post_build" && phases.build !== undefined));
    if (!runs) {
      phases[name] = "skipped";
      continue;
    }
    let failed = false;
    for (const [commands, always] of [
      [phase.commands ?? [], false],
      [phase.finally ?? [], true],
    ]) {
      for (const command of commands) {
        log.push(`$ ${command}`);
        const code = await shell.run(command);
        if (code !== 0) {
          log.push(`command did not exit successfully: exit status ${code}`);
          failed = true;
          if (!always) break;
        }
      }
    }
    phases[name] = failed ? "failed" : "succeeded";
    if (failed) {
      succeeding = false;
      if (phase["on-failure"] === "ABORT" && name !== "build") aborted = true;
      await shell.run("export CODEBUILD_BUILD_SUCCEEDING=0");
    }
  }
  const exported = {};
  for (const name of spec.env?.["exported-variables"] ?? []) {
    if (NOT_EXPORTED.test(name)) throw new Error(`a variable that cannot be exported: ${name}`);
    const file = join(root, "exported");
    await shell.run(`printf '%s' "\${${name}-}" > '${file}'`);
    exported[name] = readFileSync(file, "utf8");
  }
  shell.end();
  const artifacts = {};
  if (succeeding) {
    const base = join(folder, spec.artifacts?.["base-directory"] ?? ".");
    for (const file of spec.artifacts?.files ?? []) {
      if (!existsSync(join(base, file))) throw new Error(`UPLOAD_ARTIFACTS: no matching artifact paths found: ${file}`);
      artifacts[spec.artifacts["discard-paths"] === "yes" ? basename(file) : file] = readFileSync(join(base, file), "utf8");
    }
  }
  const reports = {};
  for (const [group, report] of Object.entries(spec.reports ?? {})) {
    for (const file of report.files) {
      const at = join(folder, report["base-directory"] ?? ".", file);
      if (existsSync(at)) reports[`${group}/${file}`] = readFileSync(at, "utf8");
    }
  }
  rmSync(root, { recursive: true, force: true });
  return { succeeded: succeeding, phases, log, text: log.join("\n"), exported, artifacts, reports };
}

/** A `docker` that builds nothing: a push puts the image's tag into the simulator's registry. Gives the folder for PATH. */
export function fakeDocker(folder, endpoint, { fails = "" } = {}) {
  const at = join(folder, "docker");
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(
    at,
    `#!${process.execPath}
const [verb, ...rest] = process.argv.slice(2);
console.log("docker " + verb + " " + rest.join(" "));
if (verb === ${JSON.stringify(fails)}) { console.error("docker: " + verb + " failed"); process.exit(1); }
if (verb === "push") {
  const [, repository, tag] = /^[^/]+\\/(.+):([^:]+)$/.exec(rest.at(-1));
  fetch(${JSON.stringify(endpoint)} + "/_sim/push", { method: "POST", body: JSON.stringify({ repositoryName: repository, imageTags: [tag] }) })
    .then(async (answer) => { if (!answer.ok && !/exists|immutable/i.test(await answer.text())) process.exit(1); });
}
`,
    { mode: 0o755 },
  );
  return folder;
}
