// How an action gets its binary: found, checked by the sums of its own commit, or the step fails, says what is wrong and runs nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { appendFileSync, cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { BINARIES } from "../lib/simulator.mjs";
import { ROOT, TASK_DEFINITION, job, ours, workspace } from "./scratch.mjs";

const STAGE = "render-taskdef";
const TARGET = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-unknown-linux-musl`;
const VERSION = readFileSync(join(ROOT, "actions/setup/version"), "utf8").trim();
const ARCHIVE = `wharfie-${STAGE}-${VERSION}-${TARGET}.tar.xz`;
const sum = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

let mirror;
let released;
before(() => {
  // A release as the release workflow makes it: the binary that was just built, its archive, the sums committed in the tree.
  const files = workspace();
  mirror = workspace();
  cpSync(join(BINARIES, `wharfie-${STAGE}`), join(files, `wharfie-${STAGE}`));
  execFileSync("tar", ["-cJf", join(mirror, ARCHIVE), "-C", files, `wharfie-${STAGE}`]);
  released = [`${sum(join(mirror, ARCHIVE))}  ${ARCHIVE}`, `${sum(join(files, `wharfie-${STAGE}`))}  ${TARGET}/wharfie-${STAGE}`];
});

/** A checkout of this repository's actions with these sums. */
function repository(sums) {
  const folder = workspace();
  for (const part of ["action.yml", "actions"]) cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  appendFileSync(join(folder, "actions/setup/sums"), sums.map((line) => `${line}\n`).join(""));
  return folder;
}

const steps = [{ id: "run", uses: ours(STAGE), with: { "task-definition": "taskdef.json", images: "web=a/b:c" } }];

/** A job that has no binaries but those it installs. */
function fresh(sums, env = {}) {
  const run = job({ repository: repository(sums), files: { "taskdef.json": TASK_DEFINITION }, env: { WHARFIE_MIRROR: mirror, ...env } });
  delete run.machine.WHARFIE_BIN_DIR;
  if (env.WHARFIE_BIN_DIR) run.machine.WHARFIE_BIN_DIR = env.WHARFIE_BIN_DIR;
  return run;
}

/** The step failed, said this, and nothing of ours ran. */
async function refused(run, said) {
  assert.equal(await run.runSteps(steps), "failure", run.text);
  const errors = run.annotations.filter(({ level }) => level === "error");
  assert.equal(errors.length, 1, run.text);
  assert.match(errors[0].message, said);
  assert.deepEqual(run.steps.run.outputs["task-definition"], "");
  assert.doesNotMatch(run.text, /image: web/);
}

test("it is downloaded once, checked, kept, and checked again when it is used", async () => {
  const run = fresh(released);
  assert.equal(await run.runSteps(steps), "success", run.text);
  const kept = join(run.toolCache, "wharfie", VERSION, TARGET);
  assert.deepEqual(readdirSync(kept), [`wharfie-${STAGE}`]);
  // The mirror is gone: what was kept is enough.
  run.machine.WHARFIE_MIRROR = "/nonexistent";
  assert.equal(await run.runSteps(steps), "success", run.text);
  // Somebody changed what was kept.
  appendFileSync(join(kept, `wharfie-${STAGE}`), "x");
  run.status = "success";
  run.log.length = 0;
  await refused(run, /SHA-256 of .*wharfie-render-taskdef is [0-9a-f]{64}, and not the one/);
});

test("a tampered archive is named, and nothing of it is kept or run", async () => {
  const evil = workspace({ "wharfie-render-taskdef": "#!/bin/sh\ntouch \"$GITHUB_WORKSPACE/touched\"\n" });
  const changed = workspace();
  execFileSync("tar", ["-czf", join(changed, ARCHIVE), "-C", evil, `wharfie-${STAGE}`]);
  const run = fresh(released, { WHARFIE_MIRROR: changed });
  await refused(run, new RegExp(`SHA-256 of ${ARCHIVE.replaceAll(".", "\\.")} is`));
  assert.ok(!existsSync(join(run.workspace, "touched")));
  assert.ok(!existsSync(join(run.toolCache, "wharfie", VERSION, TARGET, `wharfie-${STAGE}`)));
});

test("a sum that is not that of the binary is refused, though the archive is right", async () => {
  await refused(fresh([released[0], `${"0".repeat(64)}  ${TARGET}/wharfie-${STAGE}`]), /SHA-256 of wharfie-render-taskdef is/);
});

test("a platform that is not built for is named", async () => {
  await refused(fresh(released, { RUNNER_ARCH: "RISCV64" }), /no binaries for this platform: Linux RISCV64/);
});

test("a commit without sums says so, and what to do", async () => {
  await refused(fresh([]), /no SHA-256 is committed with it/);
});

test("offline, with nothing here, is said", async () => {
  await refused(fresh(released, { WHARFIE_MIRROR: "", WHARFIE_OFFLINE: "true" }), /WHARFIE_OFFLINE is set/);
});

test("binaries that were put there are used if they are of this version", async () => {
  const bin = workspace();
  cpSync(join(BINARIES, `wharfie-${STAGE}`), join(bin, `wharfie-${STAGE}`));
  assert.equal(await fresh([], { WHARFIE_BIN_DIR: bin }).runSteps(steps), "success");
  writeFileSync(join(bin, `wharfie-${STAGE}`), `#!/bin/sh\necho wharfie-${STAGE} 9.9.9\n`, { mode: 0o755 });
  await refused(fresh([], { WHARFIE_BIN_DIR: bin }), /is `wharfie-render-taskdef 9\.9\.9`, and this action needs/);
});

test("the setup action puts the binaries on the path of later steps", async () => {
  const run = fresh(released);
  const result = await run.runSteps([{ uses: ours("setup"), with: { stages: STAGE } }, { run: `wharfie-${STAGE} --version` }]);
  assert.equal(result, "success", run.text);
  assert.match(run.text, new RegExp(`^wharfie-${STAGE} ${VERSION.replaceAll(".", "\\.")}$`, "m"));
});
