// Folders for tests: a workspace with the files that a test writes down.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after } from "node:test";
import { Job } from "../lib/job.mjs";
import { BINARIES } from "../lib/simulator.mjs";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A folder with these files, removed when the tests of the file are over. */
export function workspace(files = {}) {
  const folder = mkdtempSync(join(tmpdir(), "workspace-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A job in a workspace with these files, the binaries where the installer takes them from. */
export function job({ files = {}, env = {}, ...options } = {}) {
  const made = new Job({
    repository: ROOT,
    workspace: options.workspace ?? workspace(files),
    env: { ...(BINARIES ? { WHARFIE_BIN_DIR: BINARIES } : {}), ...env },
    ...options,
  });
  after(() => made.remove());
  return made;
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
