// Whatever stands in an input is a value: it runs nothing, orders nothing of the runner, and adds no output.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { parse } from "yaml";
import { COMMIT, REPOSITORY, ROOT, TASK_DEFINITION, job, ours, simulator, workspace } from "./scratch.mjs";

let world;
before(async () => {
  // Nothing waits in it: what a test starts is over soon.
  world = await simulator("--speed", "500");
});

/** Every trick in one text: a shell's, the runner's, a heredoc's, a file command's. */
const EVIL = [
  "$(touch touched)`touch touched`",
  "'; touch touched; '",
  '"; touch touched; "',
  "::set-output name=evil::1",
  "::add-mask::web",
  "::error file=x::evil%0A::set-output name=evil::2",
  "evil<<EOF",
  "1",
  "EOF",
  "evil=3",
  "%0Aevil=4",
  "##[set-output name=evil]5",
  "\u001b[2K::set-output name=evil::6",
].join("\n");
const ONE_LINE = EVIL.replaceAll("\n", " ");

const at = { cluster: "demo", service: "web" };
/** What each action needs besides, so that the evil input is looked at and not only the ones that are missing. */
const SOUND = {
  "": { "task-definition": "taskdef.json", images: `web=${REPOSITORY}:${COMMIT}`, ...at, "dry-run": "true" },
  "check-pipeline": { "task-definition": "taskdef.json" },
  "continue-deployment": { ...at, action: "continue" },
  "deploy-service": { ...at, "task-definition": "taskdef.json", "dry-run": "true" },
  "diagnose-service": at,
  "fetch-taskdef": { "task-definition-arn": "web:1" },
  "register-taskdef": { "task-definition": "taskdef.json", "dry-run": "true" },
  "render-taskdef": { "task-definition": "taskdef.json", images: "web=a/b:c" },
  "resolve-image": { repository: REPOSITORY, tag: COMMIT },
  "resume-scaling": { ...at, "dry-run": "true" },
  "run-pipeline": { "task-definition": "taskdef.json", images: `web=${REPOSITORY}:${COMMIT}`, ...at, "dry-run": "true" },
  "run-task": { cluster: "demo", "like-service": "web", "task-definition": "taskdef.json", "dry-run": "true" },
  "suspend-scaling": { ...at, "dry-run": "true" },
  "write-appspec": { "task-definition": "taskdef.json" },
  "write-imagedefs": { "container-name": "web", image: "a/b:c" },
};
/** It serves until it is ended, and its inputs are numbers and files: what it refuses, it refuses before. */
const SERVES = "simulate-ecs";

const stages = ["", ...readdirSync(join(ROOT, "actions")).filter((name) => !["setup", SERVES].includes(name))];

for (const stage of stages) {
  test(`no input of ${stage === "" ? "the action at the root" : stage} is more than a value`, async () => {
    assert.ok(SOUND[stage], `no sound inputs for ${stage}: add them here`);
    const action = parse(readFileSync(join(ROOT, stage === "" ? "" : `actions/${stage}`, "action.yml"), "utf8"));
    const folder = workspace({ "taskdef.json": TASK_DEFINITION });
    const run = job({ workspace: folder, env: world.env });
    const declared = Object.keys(action.outputs ?? {});
    let seen = 0;
    const steps = Object.keys(action.inputs).flatMap((name) =>
      // The two that run everything have the inputs of all others: one text is enough there.
      (["", "run-pipeline"].includes(stage) ? [EVIL] : [EVIL, ONE_LINE]).map((evil, index) => ({ id: `s${seen++}`, name: `${name} ${index}`, "continue-on-error": true, uses: ours(stage), with: { ...SOUND[stage], [name]: evil } })),
    );
    await run.runSteps(steps);
    assert.equal(run.results.length, steps.length);
    assert.ok(!existsSync(join(folder, "touched")), "something was run");
    assert.deepEqual(Object.keys(run.env), [], "a variable was set for later steps");
    assert.deepEqual(run.path, [], "the path of later steps was changed");
    assert.ok(![...run.masks].includes("web"), "a mask was added");
    for (const [index, { outputs }] of run.results.entries()) {
      const strange = Object.keys(outputs).filter((name) => !declared.includes(name) || name === "evil");
      assert.deepEqual(strange, [], `outputs of ${steps[index].name}`);
    }
    for (const { message, file } of run.annotations) {
      assert.doesNotMatch(message, /Unable to process file command/, "an output file was broken");
      assert.notEqual(file, "x", "an annotation was forged");
    }
  });
}

test("the simulator's inputs are values too", async () => {
  const folder = workspace();
  const run = job({ workspace: folder });
  for (const name of ["port", "speed", "story", "seed", "strict"]) {
    await run.runSteps([{ "continue-on-error": true, uses: ours(SERVES), with: { port: 0, [name]: EVIL } }]);
    assert.equal(run.results.at(-1).outcome, "failure", `${name}: ${run.text}`);
  }
  assert.ok(!existsSync(join(folder, "touched")));
});

test("the harness would notice: an action that puts an input into its script is caught", async () => {
  const folder = workspace({ "act/action.yml": JSON.stringify({ name: "a", description: "b", inputs: { i: { description: "i" } }, runs: { using: "composite", steps: [{ shell: "bash", run: "echo '${{ inputs.i }}'" }] } }) });
  const run = job({ workspace: folder });
  await run.runSteps([{ "continue-on-error": true, uses: "./act", with: { i: EVIL } }]);
  assert.ok(existsSync(join(folder, "touched")));
});
