// The examples, as their users have them: every workflow and every buildspec is run.
import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fakeDocker, runBuild } from "../lib/codebuild.mjs";
import { BINARIES } from "../lib/simulator.mjs";
import { runWorkflow } from "../lib/workflow.mjs";
import { COMMIT, ROOT, TASK_DEFINITION, job, made, ours, simulator, workspace } from "./scratch.mjs";

const REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

/** A world of services, each in its cluster, behind no load balancer: two tasks of the image `old`. */
function world(services) {
  const names = [...new Set(services.map(({ family }) => family))];
  return JSON.stringify({
    clusters: [...new Set(services.map(({ cluster }) => cluster))],
    logGroups: names.map((name) => `/ecs/${name}`),
    repositories: names.map((repositoryName) => ({ repositoryName, images: [{ imageTags: ["old"] }] })),
    taskDefinitions: names.map((family) => ({
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      executionRoleArn: "arn:aws:iam::123456789012:role/execution",
      containerDefinitions: [{ name: family, image: `${REGISTRY}/${family}:old`, essential: true }],
    })),
    services: services.map(({ cluster, service, family }) => ({
      cluster,
      serviceName: service ?? family,
      taskDefinition: family,
      desiredCount: 2,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"] } },
      deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
    })),
  });
}

/** Runs the workflow of an example, in a copy of it, against a simulator. */
async function example(name, file, sim, options = {}) {
  const folder = workspace();
  cpSync(join(ROOT, "examples", name), folder, { recursive: true });
  const bin = fakeDocker(workspace(), sim?.env.AWS_ENDPOINT_URL);
  const ran = await runWorkflow(join(folder, ".github/workflows", file), {
    ...options,
    job: { repository: ROOT, workspace: folder, env: { ...sim?.env, WHARFIE_BIN_DIR: BINARIES }, path: [bin], ...options.job },
  });
  made.push(() => ran.remove());
  return ran;
}

const logs = (ran) => Object.values(ran.jobs).flatMap(({ runs }) => runs.map(({ text }) => text)).join("\n");
const service = async (sim, cluster, name) => (await sim.state()).ecs.clusters.find((one) => one.name === cluster).services.find((one) => one.name === name);

test("monorepo: five services, each built, deployed and told by itself", async () => {
  const families = ["cart", "catalog", "checkout", "mail", "search"];
  const seed = join(workspace({ "seed.json": world(families.map((family) => ({ cluster: "shop", family }))) }), "seed.json");
  const sim = await simulator("--speed", "200", "--seed", seed);
  await sim.story("mail", "crash-loop");
  const ran = await example("monorepo", "deploy.yml", sim);
  assert.equal(ran.jobs.deploy.runs.length, 5, logs(ran));
  const verdicts = Object.fromEntries(ran.jobs.deploy.runs.map(({ contexts, status }) => [contexts.matrix.service, status]));
  assert.deepEqual(verdicts, { cart: "success", catalog: "success", checkout: "success", mail: "failure", search: "success" }, logs(ran));
  for (const family of families) {
    assert.match((await service(sim, "shop", family)).taskDefinition, new RegExp(`/${family}:${family === "mail" ? 1 : 2}$`));
  }
});

test("staging-production: one digest, an approval in between, and nothing without it", async () => {
  const services = [
    { cluster: "staging", service: "web", family: "web" },
    { cluster: "production", service: "web", family: "web" },
  ];
  const seed = join(workspace({ "seed.json": world(services) }), "seed.json");
  const sim = await simulator("--speed", "200", "--seed", seed);
  await sim.push({ repositoryName: "web", imageTags: [COMMIT] });
  const asked = [];
  const ran = await example("staging-production", "release.yml", sim, {
    approve: async (environment) => {
      asked.push(environment);
      // Until somebody says yes, production has what it had.
      if (environment === "production") assert.match((await service(sim, "production", "web")).taskDefinition, /:1$/);
      return true;
    },
  });
  assert.equal(ran.jobs.production.result, "success", logs(ran));
  assert.deepEqual(asked, ["staging", "production"]);
  const image = ran.jobs.plan.outputs.image;
  assert.match(image, /@sha256:[0-9a-f]{64}$/);
  const deployed = [ran.jobs.staging, ran.jobs.production].map(({ runs }) => runs[0].text);
  for (const text of deployed) assert.ok(text.includes(image), text);
  assert.notEqual((await service(sim, "staging", "web")).taskDefinition, (await service(sim, "production", "web")).taskDefinition);

  const before = (await service(sim, "production", "web")).taskDefinition;
  await sim.push({ repositoryName: "web", imageTags: ["9".repeat(40)] });
  const refused = await example("staging-production", "release.yml", sim, { approve: (environment) => environment !== "production", job: { github: { sha: "9".repeat(40) } } });
  assert.equal(refused.jobs.staging.result, "success", logs(refused));
  assert.equal(refused.jobs.production.result, "failure");
  assert.equal((await service(sim, "production", "web")).taskDefinition, before);
});

test("migration: the revision migrates and is deployed; a migration that fails leaves the service as it is", async () => {
  const sim = await simulator("--speed", "200");
  const before = (await service(sim, "demo", "web")).taskDefinition;
  await sim.taskStory("web", "crash-loop");
  const failed = await example("migration", "deploy.yml", sim);
  assert.equal(failed.jobs.deploy.result, "failure", logs(failed));
  assert.match(logs(failed), /DATABASE_URL is not set/);
  assert.equal((await service(sim, "demo", "web")).taskDefinition, before);
  const operations = (await sim.journal()).map(({ operation }) => operation);
  assert.ok(!operations.includes("UpdateService"), operations.join(" "));

  await sim.taskStory("web", "steady");
  const done = await example("migration", "deploy.yml", sim);
  assert.equal(done.jobs.deploy.result, "success", logs(done));
  const calls = (await sim.journal()).map(({ operation }) => operation);
  assert.ok(calls.lastIndexOf("RunTask") < calls.indexOf("UpdateService"), calls.join(" "));
  assert.equal(calls.filter((operation) => operation === "RegisterTaskDefinition").length, 1, "what was registered is not registered again");
  assert.match((await service(sim, "demo", "web")).taskDefinition, /:2$/);
});

test("pull-request: checked and rehearsed without credentials; a mistake stands at its line", async () => {
  const github = { event_name: "pull_request", event: { pull_request: { head: { sha: COMMIT, repo: { full_name: "acme/shop" } } } } };
  const ran = await example("pull-request", "check.yml", undefined, { job: { github } });
  assert.equal(ran.jobs.check.result, "success", logs(ran));
  assert.match(logs(ran), new RegExp(`web:${COMMIT}`), "the head of the pull request, not the merge commit");

  const folder = workspace();
  cpSync(join(ROOT, "examples/pull-request"), folder, { recursive: true });
  const text = readFileSync(join(folder, "taskdef.json"), "utf8");
  writeFileSync(join(folder, "taskdef.json"), text.replace('"memory": "512"', '"memory": "513"'));
  const wrong = await runWorkflow(join(folder, ".github/workflows/check.yml"), { job: { repository: ROOT, workspace: folder, env: { WHARFIE_BIN_DIR: BINARIES }, github } });
  made.push(() => wrong.remove());
  assert.equal(wrong.jobs.check.result, "failure");
  const [run] = wrong.jobs.check.runs;
  const line = String(text.split("\n").findIndex((one) => one.includes('"memory"')) + 1);
  assert.ok(run.annotations.some((one) => one.file === "taskdef.json" && one.line === line && one.level === "error"), JSON.stringify(run.annotations));
  assert.equal(run.steps.check.outcome, "failure");
});

test("rollback: a revision that ran before runs again, by hand", async () => {
  const sim = await simulator("--speed", "200");
  const deployed = await example("web-service", "deploy.yml", sim);
  assert.equal(deployed.jobs.deploy.result, "success", logs(deployed));
  assert.match((await service(sim, "demo", "web")).taskDefinition, /:2$/);
  const only = await example("rollback", "rollback.yml", sim, { inputs: { revision: "web:1", "dry-run": true }, job: { github: { event_name: "workflow_dispatch" } } });
  assert.equal(only.jobs.rollback.result, "success", logs(only));
  assert.match((await service(sim, "demo", "web")).taskDefinition, /:2$/);
  const ran = await example("rollback", "rollback.yml", sim, { inputs: { revision: "web:1" }, job: { github: { event_name: "workflow_dispatch" } } });
  assert.equal(ran.jobs.rollback.result, "success", logs(ran));
  assert.match((await service(sim, "demo", "web")).taskDefinition, /:1$/);
  await assert.rejects(example("rollback", "rollback.yml", sim, { inputs: {} }), /Required input 'revision'/);
});

test("scaling: held still around a deployment and a check, and given back when the check fails; an hourly repair after a kill", async () => {
  const sim = await simulator("--speed", "200");
  const flags = async () => {
    const state = await sim.state();
    const { suspended, tags } = state["application-autoscaling"]["service/demo/web"];
    const group = state.autoscaling["demo-asg"];
    return { on: Object.values(suspended).filter((flag) => flag).length, tags: Object.keys(tags).length, processes: group.suspended.length, marks: Object.keys(group.tags).filter((key) => key.startsWith("wharfie")).length };
  };
  const quiet = { on: 0, tags: 0, processes: 0, marks: 0 };
  const dispatch = { job: { github: { event_name: "workflow_dispatch" } }, inputs: { revision: "web:1" } };
  const held = await example("scaling", "hold.yml", sim, dispatch);
  assert.equal(held.jobs.deploy.result, "success", logs(held));
  assert.match(logs(held), /suspended: `scale-in`, `scale-out`, `scheduled`/);
  assert.deepEqual(await flags(), quiet);

  await sim.story("web", "crash-loop");
  const registered = job({ env: sim.env, files: { "taskdef.json": TASK_DEFINITION } });
  assert.equal(await registered.runSteps([{ uses: ours("register-taskdef"), with: { "task-definition": "taskdef.json" } }]), "success", registered.text);
  const failed = await example("scaling", "hold.yml", sim, { ...dispatch, inputs: { revision: "web:2" } });
  assert.equal(failed.jobs.deploy.result, "failure", logs(failed));
  assert.deepEqual(await flags(), quiet);

  // A job that suspended and was lost: its lease ends, and the repair gives back what it left.
  const lost = job({ env: sim.env, github: { run_id: "99" } });
  assert.equal(await lost.runSteps([{ uses: ours("suspend-scaling"), with: { cluster: "demo", service: "web", "lease-seconds": 1 } }]), "success", lost.text);
  assert.equal((await flags()).on, 3);
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const repaired = await example("scaling", "repair.yml", sim, { job: { github: { event_name: "schedule" } } });
  assert.equal(repaired.jobs.repair.result, "success", logs(repaired));
  assert.deepEqual(await flags(), quiet, logs(repaired));
});

/** Runs a buildspec of the folder `codebuild`, or of another example. */
async function build(name, sim, options = {}) {
  const folder = join(ROOT, "examples", options.example ?? "codebuild");
  return runBuild(join(folder, name), { source: folder, env: sim.env, path: [BINARIES, fakeDocker(workspace(), sim.env.AWS_ENDPOINT_URL, options)] });
}

test("codebuild: the standard ECS action gets its image definitions, and a failed build none", async () => {
  const sim = await simulator("--speed", "200");
  const done = await build("buildspec-ecs.yml", sim);
  assert.ok(done.succeeded, done.text);
  const image = `${REGISTRY}/web:${COMMIT}`;
  assert.deepEqual(JSON.parse(done.artifacts["imagedefinitions.json"]), [{ name: "web", imageUri: image }]);
  assert.deepEqual(done.exported, { WHARFIE_OUT_IMAGE: image, WHARFIE_OUT_COMMIT: COMMIT });
  const failed = await build("buildspec-ecs.yml", sim, { fails: "build" });
  assert.deepEqual(failed.phases, { pre_build: "succeeded", build: "failed", post_build: "failed" });
  assert.doesNotMatch(failed.text, /wrote image definitions/);
});

test("codebuild: CodeDeployToECS gets a template, an appspec and the image, and its marks are filled as it fills them", async () => {
  const sim = await simulator("--speed", "200");
  const done = await build("buildspec-codedeploy.yml", sim);
  assert.ok(done.succeeded, done.text);
  const template = done.artifacts["taskdef.json"];
  assert.equal(JSON.parse(template).containerDefinitions[0].image, "<IMAGE1_NAME>");
  assert.match(done.artifacts["appspec.yaml"], /TaskDefinition: "?<TASK_DEFINITION>"?/);
  const detail = JSON.parse(done.artifacts["imageDetail.json"]);
  assert.match(detail.ImageURI, new RegExp(`^${REGISTRY}/web@sha256:[0-9a-f]{64}$`));
  // What the action does with them: a literal replacement.
  const filled = JSON.parse(template.replaceAll("<IMAGE1_NAME>", detail.ImageURI));
  assert.equal(filled.containerDefinitions[0].image, detail.ImageURI);
  assert.ok(Buffer.byteLength(Object.values(done.artifacts).join("")) < 3 * 1024 * 1024);
});

test("codebuild: a build that deploys gives scaling back and leaves a report, however it ends", async () => {
  const sim = await simulator("--speed", "200");
  const done = await build("buildspec-deploy.yml", sim);
  assert.ok(done.succeeded, done.text);
  assert.equal(done.exported.WHARFIE_OUT_VERDICT, "deployed");
  assert.match(done.exported.WHARFIE_OUT_TASK_DEFINITION_ARN, /task-definition\/web:2$/);
  assert.match(done.reports["deployment/deployment.xml"], /<testsuites?[ >]/);

  await sim.story("web", "crash-loop");
  const failed = await build("buildspec-deploy.yml", sim);
  assert.equal(failed.phases.post_build, "succeeded", "the same image changes nothing");
  const other = await runBuild(join(ROOT, "examples/codebuild/buildspec-deploy.yml"), {
    source: join(ROOT, "examples/codebuild"),
    env: { ...sim.env, CODEBUILD_RESOLVED_SOURCE_VERSION: "7".repeat(40) },
    path: [BINARIES, fakeDocker(workspace(), sim.env.AWS_ENDPOINT_URL)],
  });
  assert.equal(other.phases.post_build, "failed", other.text);
  assert.match(other.reports["deployment/deployment.xml"], /<failure/);
  const target = (await sim.state())["application-autoscaling"]["service/demo/web"];
  assert.ok(Object.values(target.suspended).every((flag) => flag === false), other.text);
  assert.deepEqual(target.tags, {});

  const broken = await build("buildspec-deploy.yml", sim, { fails: "push" });
  assert.equal(broken.phases.build, "failed");
  assert.doesNotMatch(broken.text, /following/);
});

test("web-service: its buildspec leaves all four files", async () => {
  const sim = await simulator("--speed", "200");
  const done = await build("buildspec.yml", sim, { example: "web-service" });
  assert.ok(done.succeeded, done.text);
  assert.deepEqual(Object.keys(done.artifacts).sort(), ["appspec.yaml", "imageDetail.json", "imagedefinitions.json", "taskdef.json"]);
});

test("every workflow and buildspec of the examples is run by these tests", () => {
  const source = readFileSync(new URL(import.meta.url), "utf8");
  for (const name of readdirSync(join(ROOT, "examples"))) {
    const folder = join(ROOT, "examples", name);
    const workflows = join(folder, ".github/workflows");
    for (const file of existsSync(workflows) ? readdirSync(workflows) : []) assert.ok(source.includes(`example("${name}", "${file}"`), `examples/${name}: ${file} is not run`);
    for (const file of readdirSync(folder).filter((one) => /^buildspec.*\.yml$/.test(one))) assert.ok(source.includes(`build("${file}"`), `examples/${name}: ${file} is not run`);
  }
});
