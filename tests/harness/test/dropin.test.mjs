// A workflow that was written for the official actions, with nothing changed but what stands behind `uses:`.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { BINARIES } from "../lib/simulator.mjs";
import { runWorkflow } from "../lib/workflow.mjs";
import { COMMIT, REPOSITORY, ROOT, TASK_DEFINITION, made, ours, simulator, workspace } from "./scratch.mjs";

const CHANGED = {
  "aws-actions/amazon-ecs-render-task-definition@v1": ours("render-taskdef"),
  "aws-actions/amazon-ecs-deploy-task-definition@v2": ours("deploy-service"),
};

const HEAD = `
name: deploy
on:
  push:
    branches: [main]
permissions: {}
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    permissions:
      id-token: write
      contents: read
    outputs:
      task-definition-arn: \${{ steps.deploy.outputs.task-definition-arn }}
      codedeploy-deployment-id: \${{ steps.deploy.outputs.codedeploy-deployment-id }}
      run-task-arn: \${{ steps.deploy.outputs.run-task-arn }}
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/configure-aws-credentials@v4
        with:
          role-to-assume: arn:aws:iam::123456789012:role/deploy
          aws-region: us-east-1
      - id: login-ecr
        uses: aws-actions/amazon-ecr-login@v2
`;

const RENDER = `
      - name: Fill in the new image ID in the Amazon ECS task definition
        id: task-def
        uses: aws-actions/amazon-ecs-render-task-definition@v1
        with:
          task-definition: task-definition.json
          container-name: web
          image: \${{ steps.login-ecr.outputs.registry }}/web:\${{ github.sha }}
          environment-variables: |
            LOG_LEVEL=info
            EQUALS=a=b=c
          log-configuration-log-driver: awslogs
          log-configuration-options: |
            awslogs-group=/ecs/web
            awslogs-region=us-east-1
            awslogs-stream-prefix=ecs
          docker-labels: |
            team=shop
`;

async function changed(steps, sim, files = {}) {
  let text = HEAD + steps;
  for (const [theirs, mine] of Object.entries(CHANGED)) text = text.replaceAll(`uses: ${theirs}`, `uses: ${mine}`);
  const folder = workspace({ "task-definition.json": TASK_DEFINITION, ...files });
  const path = join(folder, "deploy.yml");
  writeFileSync(path, text);
  const ran = await runWorkflow(path, { job: { repository: ROOT, workspace: folder, env: { ...sim.env, WHARFIE_BIN_DIR: BINARIES } } });
  made.push(() => ran.remove());
  const [run] = ran.jobs.deploy.runs;
  const surprised = run.annotations.filter(({ message }) => message.startsWith("Unexpected input"));
  assert.deepEqual(surprised, [], "an input of the official action is not known");
  return { ran, run, result: ran.jobs.deploy.result, outputs: ran.jobs.deploy.outputs };
}

test("render, then deploy to a rolling service, waiting for it", async () => {
  const sim = await simulator("--speed", "200");
  const { run, result, outputs } = await changed(
    `${RENDER}
      - name: Deploy Amazon ECS task definition
        id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          service: web
          cluster: demo
          wait-for-service-stability: true
          wait-for-minutes: 20
          force-new-deployment: true
          enable-ecs-managed-tags: true
          propagate-tags: SERVICE
          desired-count: 2
          max-retries: 3
`,
    sim,
  );
  assert.equal(result, "success", run.text);
  assert.match(outputs["task-definition-arn"], /task-definition\/web:2$/);
  const service = (await sim.state()).ecs.clusters[0].services.find(({ name }) => name === "web");
  assert.equal(service.taskDefinition, outputs["task-definition-arn"]);
  const rendered = JSON.parse(readFileSync(run.steps["task-def"].outputs["task-definition"], "utf8")).containerDefinitions[0];
  assert.equal(rendered.image, `${REPOSITORY}:${COMMIT}`);
  assert.equal(rendered.environment.find(({ name }) => name === "EQUALS").value, "a=b=c");
});

test("a deployment that ECS rolled back is red here", async () => {
  const sim = await simulator("--speed", "200");
  await sim.story("web", "crash-loop");
  const { run, result } = await changed(
    `${RENDER}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          service: web
          cluster: demo
          wait-for-service-stability: true
`,
    sim,
  );
  assert.equal(result, "failure", run.text);
  assert.match(run.text, /rolled back/);
});

test("a CodeDeploy service, with the appspec of the repository", async () => {
  const sim = await simulator("--speed", "400");
  const appspec = `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
        LoadBalancerInfo:
          ContainerName: "web"
          ContainerPort: 80
`;
  const { run, result, outputs } = await changed(
    `${RENDER.replace("task-definition: task-definition.json", "task-definition: blue-green.json")}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          service: web-codedeploy
          cluster: demo
          wait-for-service-stability: true
          codedeploy-appspec: appspec.yaml
          codedeploy-application: AppECS-demo-web-codedeploy
          codedeploy-deployment-group: DgpECS-demo-web-codedeploy
          codedeploy-deployment-description: by the pipeline
`,
    sim,
    { "appspec.yaml": appspec, "blue-green.json": TASK_DEFINITION.replace('"family": "web"', '"family": "web-codedeploy"') },
  );
  assert.equal(result, "success", run.text);
  assert.match(outputs["codedeploy-deployment-id"], /^d-[A-Z0-9]+$/);
  assert.match(outputs["task-definition-arn"], /task-definition\/web-codedeploy:2$/);
});

test("without a service a revision is registered, and that is all", async () => {
  const sim = await simulator("--speed", "200");
  const { run, result, outputs } = await changed(
    `${RENDER}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
`,
    sim,
  );
  assert.equal(result, "success", run.text);
  assert.match(outputs["task-definition-arn"], /task-definition\/web:2$/);
  const calls = (await sim.journal()).map(({ operation }) => operation);
  assert.ok(calls.includes("RegisterTaskDefinition"));
  assert.ok(!calls.includes("UpdateService"));
});

const RUN_TASK = `
          run-task: true
          run-task-started-by: github-actions-\${{ github.actor }}
          run-task-subnets: subnet-0a1b2c3d4e5f60718, subnet-0b2c3d4e5f6071829
          run-task-security-groups: sg-0c3d4e5f607182930
          run-task-assign-public-IP: DISABLED
          run-task-launch-type: FARGATE
          run-task-container-overrides: '[{"name": "web", "command": ["migrate"]}]'
          run-task-tags: '[{"key": "project", "value": "shop"}]'
          wait-for-task-stopped: true
`;

/** The tasks that were run, as ECS describes them: by the requests of the journal and the state of the world. */
async function ranTasks(sim) {
  const journal = await sim.journal();
  const requests = journal.filter(({ operation }) => operation === "RunTask");
  const tasks = (await sim.state()).ecs.clusters[0].tasks;
  return { requests, tasks: tasks.filter(({ startedBy }) => startedBy?.startsWith("github-actions-")), operations: journal.map(({ operation }) => operation) };
}

test("a task is run and waited for before the service is updated", async () => {
  const sim = await simulator("--speed", "100");
  const { run, result, outputs } = await changed(
    `${RENDER}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          service: web
          cluster: demo
          wait-for-service-stability: true${RUN_TASK}`,
    sim,
  );
  assert.equal(result, "success", run.text);
  const [arn] = JSON.parse(outputs["run-task-arn"]);
  const { requests, tasks, operations } = await ranTasks(sim);
  assert.equal(requests.length, 1);
  assert.deepEqual(tasks.map(({ id, taskDefinition }) => [id, taskDefinition]), [[arn.split("/").at(-1), outputs["task-definition-arn"]]]);
  assert.ok(operations.indexOf("RegisterTaskDefinition") < operations.indexOf("RunTask"));
  assert.ok(operations.indexOf("RunTask") < operations.indexOf("UpdateService"));
});

test("a task that fails leaves the service as it is", async () => {
  const sim = await simulator("--speed", "100");
  await sim.taskStory("web", "crash-loop");
  const { run, result, outputs } = await changed(
    `${RENDER}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          service: web
          cluster: demo${RUN_TASK}`,
    sim,
  );
  assert.equal(result, "failure", run.text);
  assert.match(run.text, /container `web` exited with code 1/);
  assert.match(run.text, /no service was touched/);
  assert.match(outputs["run-task-arn"], /:task\/demo\//);
  assert.ok(!(await ranTasks(sim)).operations.includes("UpdateService"));
});

test("without a service a revision is registered and its task is run", async () => {
  const sim = await simulator("--speed", "100");
  const { run, result, outputs } = await changed(
    `${RENDER}
      - id: deploy
        uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with:
          task-definition: \${{ steps.task-def.outputs.task-definition }}
          cluster: demo${RUN_TASK}`,
    sim,
  );
  assert.equal(result, "success", run.text);
  assert.match(outputs["task-definition-arn"], /task-definition\/web:2$/);
  assert.match(outputs["run-task-arn"], /:task\/demo\//);
  assert.ok(!(await ranTasks(sim)).operations.includes("UpdateService"));
});
