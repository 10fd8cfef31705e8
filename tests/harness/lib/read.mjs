// Reads actions and workflows: GitHub's own parser says whether they are right, a plain YAML reader gives their values.
// (GitHub's parser keeps texts of several lines with their indentation, which breaks scripts.)
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NoOperationTraceWriter, parseWorkflow } from "@actions/workflow-parser";
import { parseAction } from "@actions/workflow-parser/actions/action-parser";
import { parse } from "yaml";

function judged(path, judge) {
  const content = readFileSync(path, "utf8");
  const errors = judge({ name: path, content }, new NoOperationTraceWriter()).context.errors.getErrors();
  if (errors.length > 0) throw new Error(`${path}: ${errors.map((error) => error.message).join("; ")}`);
  return parse(content);
}

/** A workflow file. Throws with what GitHub would refuse. */
export const readWorkflow = (path) => judged(path, parseWorkflow);

/** The action in a folder. Throws in the runner's words if there is none. */
export function readAction(folder) {
  const path = ["action.yml", "action.yaml"].map((name) => join(folder, name)).find(existsSync);
  if (!path) {
    throw new Error(`Can't find 'action.yml' or 'action.yaml' under '${folder}'. Did you forget to run actions/checkout before running your local action?`);
  }
  return judged(path, parseAction);
}
