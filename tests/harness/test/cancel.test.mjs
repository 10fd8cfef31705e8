// A job that is cancelled while a stage runs: SIGINT, SIGTERM after 7.5 seconds, the end after 2.5 more. Afterwards no scaling is
// suspended that was not, what goes on is said, and with `on-cancel: rollback` or `stop` nothing goes on.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { COMMIT, REPOSITORY, TASK_DEFINITION, job, ours, simulator } from "./scratch.mjs";

const at = { cluster: "demo", service: "web" };

/** A simulator whose deployments take as long as the test needs. */
let world;
before(async () => {
  world = await simulator("--speed", "4");
});

/** Scaling is as it was before the first test, and no lease is left. */
async function untouched(service = "web") {
  const target = (await world.state())["application-autoscaling"][`service/demo/${service}`];
  const on = Object.entries(target.suspended).filter(([, flag]) => flag);
  assert.deepEqual(on, [], "scaling is left suspended");
  assert.deepEqual(target.tags, {}, "a lease is left");
}

/** Cancels a job when this line is in its log; how many milliseconds it took to end from then. */
function cancelAt(run, line) {
  const found = { at: undefined };
  const print = run.print.bind(run);
  run.print = (text) => {
    print(text);
    if (found.at === undefined && line.test(text)) {
      found.at = Date.now();
      run.cancel();
    }
  };
  return found;
}

/** No deployment of the service runs any more. Virtual time is put forward: the next test wants a quiet service. */
async function settle() {
  for (let round = 0; round < 60; round += 1) {
    const service = (await world.state()).ecs.clusters[0].services.find(({ name }) => name === "web");
    if (service.deployments.length === 1 && service.deployments[0].rolloutState !== "IN_PROGRESS" && service.steady) return service;
    await world.advance(60);
  }
  throw new Error("the service does not get quiet");
}

test("deploy-service gives scaling back, says what goes on and how to follow it", async () => {
  const run = job({ env: world.env, files: { "taskdef.json": TASK_DEFINITION } });
  const cancelled = cancelAt(run, /following/);
  const result = await run.runSteps([{ id: "deploy", uses: ours("deploy-service"), with: { ...at, "force-new-deployment": true, "suspend-scaling": "always" } }, { run: "echo not-this" }]);
  assert.equal(result, "cancelled", run.text);
  assert.ok(Date.now() - cancelled.at < 7500, `${Date.now() - cancelled.at} ms`);
  await untouched();
  assert.match(run.text, /goes on/);
  assert.doesNotMatch(run.text, /^not-this/m);
  assert.equal(run.orphans, 0);
  const service = (await world.state()).ecs.clusters[0].services.find(({ name }) => name === "web");
  assert.ok(service.deployments.some(({ rolloutState }) => rolloutState === "IN_PROGRESS"), "the deployment goes on");
  await settle();
});

test("with on-cancel: rollback the deployment is stopped", async () => {
  const run = job({ env: world.env });
  cancelAt(run, /following/);
  assert.equal(await run.runSteps([{ uses: ours("deploy-service"), with: { ...at, "force-new-deployment": true, "on-cancel": "rollback" } }]), "cancelled", run.text);
  const calls = await world.journal();
  assert.ok(calls.some(({ operation }) => operation === "StopServiceDeployment"), run.text);
  assert.match(run.text, /roll(ed|ing|s)? back|rollback/i);
  const before = (await world.state()).ecs.clusters[0].services.find(({ name }) => name === "web").taskDefinition;
  await settle();
  const { taskDefinition } = (await world.state()).ecs.clusters[0].services.find(({ name }) => name === "web");
  assert.equal(taskDefinition, before);
});

test("separate steps: the deployment is cancelled, and the step that always runs gives scaling back", async () => {
  const run = job({ env: world.env });
  cancelAt(run, /following/);
  const result = await run.runSteps([
    { uses: ours("suspend-scaling"), with: at },
    { uses: ours("deploy-service"), with: { ...at, "force-new-deployment": true } },
    { id: "resume", if: "always()", uses: ours("resume-scaling"), with: at },
  ]);
  assert.equal(result, "cancelled", run.text);
  assert.equal(run.steps.resume.outcome, "success", run.text);
  await untouched();
  await settle();
});

test("suspend-scaling itself leaves nothing behind", async () => {
  const run = job({ env: world.env });
  // The lease was written, the flags were not set so far.
  await world.fault({ operation: "RegisterScalableTarget", nth: 1, kind: "slow", seconds: 3 });
  run.onStart = () => {
    const timer = setInterval(async () => {
      const target = (await world.state())["application-autoscaling"]["service/demo/web"];
      if (Object.keys(target.tags).length > 0) {
        clearInterval(timer);
        run.cancel();
      }
    }, 50);
  };
  assert.equal(await run.runSteps([{ uses: ours("suspend-scaling"), with: at }]), "cancelled", run.text);
  await untouched();
});

test("resume-scaling ends what it began", async () => {
  const first = job({ env: world.env });
  assert.equal(await first.runSteps([{ uses: ours("suspend-scaling"), with: at }]), "success", first.text);
  const run = job({ env: world.env });
  await world.fault({ operation: "RegisterScalableTarget", nth: 1, kind: "slow", seconds: 2 });
  run.onStart = () => setTimeout(() => run.cancel(), 700);
  await run.runSteps([{ uses: ours("resume-scaling"), with: at }]);
  const again = job({ env: world.env });
  assert.equal(await again.runSteps([{ uses: ours("resume-scaling"), with: at }]), "success", again.text);
  await untouched();
});

test("the whole pipeline, cancelled while it deploys", async () => {
  const run = job({ env: world.env, files: { "taskdef.json": TASK_DEFINITION } });
  const cancelled = cancelAt(run, /following/);
  const inputs = { "task-definition": "taskdef.json", "container-name": "web", repository: REPOSITORY, tag: COMMIT, ...at, "suspend-scaling": "always", "on-cancel": "rollback" };
  assert.equal(await run.runSteps([{ uses: ours(""), with: inputs }]), "cancelled", run.text);
  assert.ok(Date.now() - cancelled.at < 7500);
  await untouched();
  await settle();
});

test("resolve-image stops waiting for a push", async () => {
  const run = job({ env: world.env });
  run.onStart = () => setTimeout(() => run.cancel(), 1000);
  const began = Date.now();
  const inputs = { repository: REPOSITORY, tag: "not-pushed", wait: true, timeout: "30m" };
  assert.equal(await run.runSteps([{ uses: ours("resolve-image"), with: inputs }]), "cancelled", run.text);
  assert.ok(Date.now() - began < 7000);
  assert.match(run.text, /exit code 130/);
});

test("register-taskdef registers whole or not at all", async () => {
  const run = job({ env: world.env, files: { "taskdef.json": TASK_DEFINITION } });
  const revisions = async () => (await world.state()).ecs.families.find(({ family }) => family === "web");
  const before = JSON.stringify(await revisions());
  await world.fault({ operation: "RegisterTaskDefinition", nth: 1, kind: "slow", seconds: 2 });
  let cancelled = false;
  run.onStart = () => {
    const timer = setInterval(async () => {
      if (JSON.stringify(await revisions()) !== before && !cancelled) {
        cancelled = true;
        clearInterval(timer);
        run.cancel();
      }
    }, 50);
  };
  assert.equal(await run.runSteps([{ uses: ours("register-taskdef"), with: { "task-definition": "taskdef.json", force: true } }]), "cancelled", run.text);
  assert.equal(run.orphans, 0);
  await untouched();
});

test("with on-cancel: stop a deployment of CodeDeploy ends where it is", async () => {
  const run = job({ env: world.env });
  const cancelled = cancelAt(run, /d-[0-9A-Z]{9}/);
  const service = "web-codedeploy";
  const steps = [{ id: "deploy", uses: ours("deploy-service"), with: { cluster: "demo", service, "force-new-deployment": true, "on-cancel": "stop" } }];
  assert.equal(await run.runSteps(steps), "cancelled", run.text);
  assert.ok(Date.now() - cancelled.at < 7500, `${Date.now() - cancelled.at} ms`);
  const id = run.steps.deploy.outputs["codedeploy-deployment-id"];
  assert.ok(run.text.includes(`is being stopped, and nothing is put back: \`${id}\``), run.text);
  await untouched(service);
  const stops = (await world.journal()).filter(({ operation }) => operation === "StopDeployment");
  assert.deepEqual(stops.map(({ input }) => input), [{ deploymentId: id, autoRollbackEnabled: false }]);
  await world.advance(600);
  const { deployments } = (await world.state()).codedeploy;
  assert.deepEqual(deployments.map(({ status }) => status), ["Stopped"], "and none goes back");
});

/** The tasks that were started by name, as they are now. */
async function startedBy(name) {
  return (await world.state()).ecs.clusters[0].tasks.filter(({ startedBy }) => startedBy === name);
}

for (const { onCancel, said, wanted } of [
  { onCancel: "leave", said: /task `[0-9a-f]{32}` goes on/, wanted: "RUNNING" },
  { onCancel: "stop", said: /task `[0-9a-f]{32}` is being stopped/, wanted: "STOPPED" },
]) {
  test(`run-task with on-cancel: ${onCancel} says what becomes of its task`, async () => {
    await world.taskStory("web", "hang");
    const run = job({ env: world.env });
    const cancelled = cancelAt(run, /running/i);
    const inputs = { cluster: "demo", "like-service": "web", "task-definition-arn": "web:1", "started-by": onCancel, "on-cancel": onCancel };
    const result = await run.runSteps([{ id: "migrate", uses: ours("run-task"), with: inputs }, { run: "echo not-this" }]);
    await world.taskStory("web", "steady");
    assert.equal(result, "cancelled", run.text);
    assert.ok(Date.now() - cancelled.at < 7500, `${Date.now() - cancelled.at} ms`);
    assert.match(run.text, said);
    assert.doesNotMatch(run.text, /^not-this/m);
    assert.equal(run.orphans, 0);
    const [task, ...others] = await startedBy(onCancel);
    assert.deepEqual(others, []);
    assert.equal(task.desiredStatus, wanted);
    assert.deepEqual(JSON.parse(run.steps.migrate.outputs["run-task-arn"]).map((arn) => arn.split("/").at(-1)), [task.id]);
  });
}
