// The files a step talks through: GITHUB_OUTPUT, GITHUB_ENV, GITHUB_PATH, GITHUB_STEP_SUMMARY.
import { randomUUID } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The largest summary of a step, in bytes. */
export const SUMMARY_LIMIT = 1024 * 1024;

/** Name and value pairs as GITHUB_OUTPUT and GITHUB_ENV hold them. Throws at what the runner refuses. */
export function parsePairs(content) {
  const pairs = [];
  const lines = content.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  let index = 0;
  while (index < lines.length) {
    const line = lines[index];
    index += 1;
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      if (equals === 0) throw new Error(`Invalid format '${line}'. Name must not be empty`);
      pairs.push([line.slice(0, equals), line.slice(equals + 1)]);
      continue;
    }
    if (heredoc < 0 || heredoc === 0 || heredoc + 2 === line.length) throw new Error(`Invalid format '${line}'`);
    const name = line.slice(0, heredoc);
    const delimiter = line.slice(heredoc + 2);
    const value = [];
    for (;;) {
      if (index >= lines.length) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      if (lines[index] === delimiter) break;
      value.push(lines[index]);
      index += 1;
    }
    index += 1;
    pairs.push([name, value.join("\n")]);
  }
  return pairs;
}

/** The files of one step. */
export class StepFiles {
  constructor(folder) {
    const id = randomUUID();
    this.paths = Object.fromEntries(["OUTPUT", "ENV", "PATH", "STEP_SUMMARY", "STATE"].map((name) => [`GITHUB_${name}`, join(folder, `${name.toLowerCase()}_${id}`)]));
    for (const path of Object.values(this.paths)) writeFileSync(path, "");
  }

  /** What the step wrote; `problem` is what the runner would fail the step with. */
  read() {
    const content = (name) => readFileSync(this.paths[name], "utf8");
    const seen = { outputs: {}, env: {}, path: [], summary: "", problem: undefined };
    try {
      seen.outputs = Object.fromEntries(parsePairs(content("GITHUB_OUTPUT")));
      seen.env = Object.fromEntries(parsePairs(content("GITHUB_ENV")));
      if ("NODE_OPTIONS" in seen.env) throw new Error("Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
    } catch (error) {
      seen.problem = `Unable to process file command: ${error.message}`;
    }
    seen.path = content("GITHUB_PATH").split(/\r?\n/).filter((line) => line !== "");
    const summary = content("GITHUB_STEP_SUMMARY");
    if (Buffer.byteLength(summary) > SUMMARY_LIMIT) {
      seen.tooLarge = `$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ${SUMMARY_LIMIT / 1024}k, got ${Math.ceil(Buffer.byteLength(summary) / 1024)}k`;
    } else {
      seen.summary = summary;
    }
    return seen;
  }

  remove() {
    for (const path of Object.values(this.paths)) rmSync(path, { force: true });
  }
}
