// Every action once, step by step as a workflow has them, against the simulator: what each leaves to the next.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { COMMIT, REPOSITORY, ROOT, TASK_DEFINITION, job, ours, simulator } from "./scratch.mjs";

let world;
before(async () => {
  world = await simulator("--speed", "120");
});

const checkout = { uses: "actions/checkout@v4" };
const at = { cluster: "demo", service: "web" };

test("all stages one after the other, each with what the one before gave it", async () => {
  const run = job({ env: world.env, files: { "taskdef.json": TASK_DEFINITION } });
  const result = await run.runSteps([
    checkout,
    { uses: "aws-actions/configure-aws-credentials@v4", with: { "aws-region": "us-east-1", "role-to-assume": "arn:aws:iam::123456789012:role/deploy" } },
    { id: "resolve", uses: ours("resolve-image"), with: { repository: REPOSITORY, tag: COMMIT, wait: true, timeout: "1m" } },
    { id: "render", uses: ours("render-taskdef"), with: { "task-definition": "taskdef.json", "container-name": "web", image: "${{ steps.resolve.outputs.image }}", "environment-variables": "COLOUR=blue\nRELEASE=${{ github.sha }}\n" } },
    { id: "imagedefs", uses: ours("write-imagedefs"), with: { "task-definition": "${{ steps.render.outputs.task-definition }}" } },
    { id: "appspec", uses: ours("write-appspec"), with: { "task-definition": "${{ steps.render.outputs.task-definition }}" } },
    { id: "check", uses: ours("check-pipeline"), with: { "task-definition": "${{ steps.render.outputs.task-definition }}", appspec: "${{ steps.appspec.outputs.appspec }}", imagedefinitions: "${{ steps.imagedefs.outputs.imagedefinitions }}", placeholders: "TASK_DEFINITION", sarif: "findings.sarif" } },
    { uses: "github/codeql-action/upload-sarif@v3", with: { sarif_file: "findings.sarif" } },
    { id: "register", uses: ours("register-taskdef"), with: { "task-definition": "${{ steps.render.outputs.task-definition }}" } },
    { id: "suspend", uses: ours("suspend-scaling"), with: at },
    { id: "deploy", uses: ours("deploy-service"), with: { ...at, "task-definition-arn": "${{ steps.register.outputs.task-definition-arn }}", timeout: "20m" } },
    { id: "resume", if: "always()", uses: ours("resume-scaling"), with: at },
  ]);
  assert.equal(result, "success", run.text);
  const { steps } = run;
  const { outputs } = steps.resolve;
  assert.match(outputs.image, new RegExp(`^${REPOSITORY}@sha256:[0-9a-f]{64}$`));
  assert.equal(outputs.digest, outputs.image.split("@")[1]);
  const rendered = steps.render.outputs["task-definition"];
  assert.ok(rendered.startsWith(run.temp), "a file of the job's own folder");
  const container = JSON.parse(readFileSync(rendered, "utf8")).containerDefinitions[0];
  assert.equal(container.image, outputs.image);
  assert.deepEqual(container.environment, [
    { name: "COLOUR", value: "blue" },
    { name: "RELEASE", value: run.github.sha },
  ]);
  assert.equal(steps.check.outputs.errors, "0");
  assert.equal(steps.register.outputs.registered, "true");
  assert.match(steps.register.outputs["task-definition-arn"], /:task-definition\/web:2$/);
  assert.equal(steps.deploy.outputs.verdict, "deployed");
  assert.equal(JSON.parse(readFileSync(steps.deploy.outputs.report, "utf8")).services[0].verdict, "deployed");
  assert.ok(steps.suspend.outputs.lease.length > 10);
  const state = await world.state();
  assert.deepEqual(state["application-autoscaling"]["service/demo/web"].tags, {});
  assert.ok(Object.values(state["application-autoscaling"]["service/demo/web"].suspended).every((flag) => flag === false));
  assert.equal(state.ecs.clusters[0].services.find(({ name }) => name === "web").taskDefinition, steps.register.outputs["task-definition-arn"]);
  assert.match(run.summary, /deployed/);
});

test("the whole pipeline as one action ends with 8 when scaling could not be given back, and its last step gives it back", async () => {
  const own = await simulator("--speed", "600");
  await own.fault({ operation: "RegisterScalableTarget", nth: 2, kind: "error", code: "AccessDeniedException" });
  const inputs = { "task-definition": "taskdef.json", "container-name": "web", repository: REPOSITORY, commit: COMMIT, cluster: "demo", service: "web", "suspend-scaling": "always" };
  const run = job({ env: own.env, files: { "taskdef.json": TASK_DEFINITION } });
  assert.equal(await run.runSteps([checkout, { id: "all", uses: ours(""), with: inputs }]), "failure", run.text);
  assert.match(run.text, /exit code 8/);
  assert.match(run.text, /wharfie-resume-scaling --cluster demo --service web/);
  assert.equal(run.steps.all.outputs.verdict, "deployed");
  const target = (await own.state())["application-autoscaling"]["service/demo/web"];
  assert.deepEqual(target.tags, {});
  assert.ok(Object.values(target.suspended).every((flag) => flag === false), "the last step gives it back");
});

test("the whole pipeline as one action, and a failed deployment that is told where people look", async () => {
  const inputs = { "task-definition": "taskdef.json", "container-name": "web", repository: REPOSITORY, commit: COMMIT, cluster: "demo", service: "web", "suspend-scaling": "always", local: true, speed: 200 };
  const run = job({ files: { "taskdef.json": TASK_DEFINITION } });
  assert.equal(await run.runSteps([checkout, { id: "all", uses: ours(""), with: inputs }]), "success", run.text);
  const { outputs } = run.steps.all;
  assert.equal(outputs.verdict, "deployed");
  assert.equal(outputs.commit, COMMIT);
  assert.ok(outputs.image.includes("@sha256:"));
  const failed = job({ files: { "taskdef.json": TASK_DEFINITION } });
  assert.equal(await failed.runSteps([{ id: "all", uses: ours(""), with: { ...inputs, story: "crash-loop" } }, { if: "always()", run: 'echo "verdict: ${{ steps.all.outputs.verdict }}"' }]), "failure");
  assert.match(failed.text, /^verdict: rolled-back$/m);
  assert.ok(failed.annotations.some(({ level, message }) => level === "error" && /rolled back/.test(message)), JSON.stringify(failed.annotations));
  assert.match(failed.summary, /exited with code 1[^]*DATABASE_URL is not set/);
  assert.equal(failed.dropped, 0);
});

test("run-pipeline's own action does the same as the action at the root", async () => {
  const run = job({ files: { "taskdef.json": TASK_DEFINITION } });
  const inputs = { "task-definition": "taskdef.json", images: "web=ghcr.io/acme/web:v1\n", cluster: "demo", service: "web", local: true, speed: 200, pin: false };
  assert.equal(await run.runSteps([{ id: "all", uses: ours("run-pipeline"), with: inputs }]), "success", run.text);
  assert.equal(run.steps.all.outputs.verdict, "deployed");
});

test("the simulator serves other steps until the job ends it", async () => {
  const run = job();
  run.onStart = () => setTimeout(() => run.cancel(), 1500);
  await run.runSteps([{ uses: ours("simulate-ecs"), with: { port: 0 } }]);
  assert.match(run.text, /AWS_ENDPOINT_URL=http:\/\/127\.0\.0\.1:\d+\n[^]*ready/);
  assert.equal(run.orphans, 0);
});

test("a file that is wrong is annotated at its line, and the step fails with its outputs written", async () => {
  const broken = TASK_DEFINITION.replace('"cpu": "256"', '"cpu": "300"');
  const run = job({ files: { "deploy/taskdef.json": broken } });
  assert.equal(await run.runSteps([checkout, { id: "check", uses: ours("check-pipeline"), with: { "task-definition": "deploy/taskdef.json" } }]), "failure");
  const line = String(broken.split("\n").findIndex((text) => text.includes('"300"')) + 1);
  const seen = run.annotations.filter(({ level, file }) => level === "error" && file === "deploy/taskdef.json");
  assert.ok(seen.some((one) => one.line === line || one.line === String(Number(line) + 1)), JSON.stringify(run.annotations));
  assert.notEqual(run.steps.check.outputs.errors, "0");
});

test("a deployment that pauses: one job starts it, a second answers, a third follows it to its end", async () => {
  await world.story("web-native", "approval");
  const native = { cluster: "demo", service: "web-native" };
  const start = job({ env: world.env });
  assert.equal(await start.runSteps([{ id: "deploy", uses: ours("deploy-service"), with: { ...native, "force-new-deployment": true } }]), "failure", start.text);
  assert.equal(start.steps.deploy.outputs.verdict, "paused");
  assert.match(start.text, /exit code 10/);
  const deployment = start.steps.deploy.outputs["service-deployment-arn"];
  const answer = job({ env: world.env });
  assert.equal(await answer.runSteps([{ uses: ours("continue-deployment"), with: { deployment, action: "continue" } }]), "success", answer.text);
  const follow = job({ env: world.env });
  assert.equal(await follow.runSteps([{ id: "deploy", uses: ours("deploy-service"), with: { attach: deployment, timeout: "1h" } }]), "success", follow.text);
  assert.equal(follow.steps.deploy.outputs.verdict, "deployed");
});

test("a task runs between the registration and the deployment; when it fails, the service stays as it is", async () => {
  const steps = [
    { id: "register", uses: ours("register-taskdef"), with: { "task-definition": "taskdef.json", force: true } },
    { id: "migrate", uses: ours("run-task"), with: { cluster: "demo", "like-service": "web", "task-definition-arn": "${{ steps.register.outputs.task-definition-arn }}", overrides: '[{"name": "web", "command": ["bin/migrate"]}]' } },
    { id: "deploy", uses: ours("deploy-service"), with: { ...at, "task-definition-arn": "${{ steps.register.outputs.task-definition-arn }}" } },
  ];
  const files = { "taskdef.json": TASK_DEFINITION.replace(":old", `:${COMMIT}`) };
  const running = async () => (await world.state()).ecs.clusters[0].services.find(({ name }) => name === "web").taskDefinition;
  const done = job({ env: world.env, files });
  assert.equal(await done.runSteps(steps), "success", done.text);
  const { outputs } = done.steps.migrate;
  assert.equal(outputs.verdict, "succeeded");
  assert.equal(outputs["exit-code"], "0");
  assert.equal(outputs["task-definition-arn"], done.steps.register.outputs["task-definition-arn"]);
  assert.equal(JSON.parse(outputs["run-task-arn"]).length, 1);
  const before = await running();
  assert.equal(before, done.steps.register.outputs["task-definition-arn"]);

  await world.taskStory("web", "crash-loop");
  const failed = job({ env: world.env, files });
  assert.equal(await failed.runSteps(steps), "failure", failed.text);
  assert.equal(failed.steps.migrate.outputs.verdict, "failed");
  assert.equal(failed.steps.migrate.outputs["exit-code"], "1");
  assert.match(failed.text, /exit code 6/);
  assert.equal(failed.steps.deploy.outcome, "skipped");
  assert.equal(await running(), before);
  await world.taskStory("web", "steady");
});

test("a revision of ECS is fetched as a file that can be rendered again", async () => {
  const run = job({ env: world.env });
  const result = await run.runSteps([
    { id: "fetch", uses: ours("fetch-taskdef"), with: { "task-definition-arn": "web-native:1" } },
    { id: "render", uses: ours("render-taskdef"), with: { "task-definition": "${{ steps.fetch.outputs.task-definition }}", images: "web=a/b:c" } },
  ]);
  assert.equal(result, "success", run.text);
  const fetched = JSON.parse(readFileSync(run.steps.fetch.outputs["task-definition"], "utf8"));
  assert.equal(fetched.family, "web-native");
  assert.equal(fetched.revision, undefined, "what only ECS sets is left out");
  assert.equal(JSON.parse(readFileSync(run.steps.render.outputs["task-definition"], "utf8")).containerDefinitions[0].image, "a/b:c");
});

test("why a deployment that is over failed, asked by a later job", async () => {
  await world.story("web", "crash-loop");
  const deploy = job({ env: world.env });
  assert.equal(await deploy.runSteps([{ uses: ours("deploy-service"), with: { ...at, "force-new-deployment": true } }]), "failure", deploy.text);
  const ask = job({ env: world.env });
  assert.equal(await ask.runSteps([{ id: "why", uses: ours("diagnose-service"), with: at }]), "failure", ask.text);
  assert.match(ask.text, /DATABASE_URL is not set/);
  assert.match(ask.text, /exit code 6/);
  await world.story("web", "steady");
});

test("every action of the repository is run by these tests", () => {
  const source = readdirSync(join(ROOT, "tests/harness/test")).map((name) => readFileSync(join(ROOT, "tests/harness/test", name), "utf8")).join("\n");
  for (const stage of readdirSync(join(ROOT, "actions"))) {
    assert.ok(source.includes(`ours("${stage}")`), `no test runs actions/${stage}`);
  }
});
