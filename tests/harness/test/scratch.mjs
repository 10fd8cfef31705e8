// Folders for tests: a workspace with the files that a test writes down.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after } from "node:test";
import { Job } from "../lib/job.mjs";
import { BINARIES, startSimulator } from "../lib/simulator.mjs";

/** What is removed at the end of a test file. */
export const made = [];
// A hook that is registered while another runs ends with that one: this is the one of the whole file.
after(async () => {
  for (const remove of made.reverse()) await remove();
});

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A folder with these files, removed when the tests of the file are over. */
export function workspace(files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "workspace-"));
  made.push(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A job in a workspace with these files, the binaries where the installer takes them from. */
export function job({ files = {}, env = {}, ...options } = {}) {
  const run = new Job({
    repository: ROOT,
    workspace: options.workspace ?? workspace(files),
    env: { ...(BINARIES ? { WHARFIE_BIN_DIR: BINARIES } : {}), ...env },
    ...options,
  });
  made.push(() => run.remove());
  return run;
}

/** A composite action of these steps. */
export function composite(steps, { inputs = {}, outputs = {} } = {}) {
  const lines = ["name: test", "description: Does what a test says"];
  for (const [title, members] of [
    ["inputs", inputs],
    ["outputs", outputs],
  ]) {
    if (Object.keys(members).length === 0) continue;
    lines.push(`${title}:`);
    for (const [name, member] of Object.entries(members)) lines.push(`  ${name}: ${JSON.stringify({ description: name, ...member })}`);
  }
  lines.push("runs:", "  using: composite", `  steps: ${JSON.stringify(steps)}`);
  return lines.join("\n");
}

/** A commit whose image the simulator's world holds, and has not deployed. */
export const COMMIT = "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7";
/** The repository of that image. */
export const REPOSITORY = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web";

/** A task definition that passes every rule. */
export const TASK_DEFINITION = JSON.stringify(
  {
    family: "web",
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/web-execution",
    containerDefinitions: [
      {
        name: "web",
        image: `${REPOSITORY}:old`,
        essential: true,
        portMappings: [{ containerPort: 80, protocol: "tcp" }],
        logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" } },
      },
    ],
  },
  null,
  2,
);

/** Our own action, as a workflow names it. */
export const ours = (stage) => `wharfie/wharfie${stage === "" ? "" : `/actions/${stage}`}@v0.1.0`;

/** A simulator that ends with the tests of the file. */
export async function simulator(...args) {
  const started = await startSimulator(args);
  made.push(() => started.stop());
  return started;
}
