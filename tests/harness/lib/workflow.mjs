// A whole workflow: jobs in the order of their needs, the matrix of each, approval of environments.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holds, interpolate, text } from "./expression.mjs";
import { Job } from "./job.mjs";
import { readWorkflow } from "./read.mjs";

/**
 * Runs a workflow file.
 *
 * `job`: options of every job (see `Job`). `inputs`: those of `workflow_dispatch`; `secrets`, `vars`.
 * `approve(environment, job)`: whether somebody approves a job that names an environment; without it, yes.
 * `before(job)`: called with every job before it runs. The result has the jobs by id: a list of `Job`, one for each of its matrix.
 */
export async function runWorkflow(path, { job: options = {}, inputs = {}, secrets = {}, vars = {}, approve, before } = {}) {
  const workflow = readWorkflow(path);
  const artifacts = mkdtempSync(join(tmpdir(), "artifacts-"));
  const done = {};
  try {
    const github = { ...options.github, workflow: workflow.name ?? path };
    const shared = { inputs: withDefaults(workflow, inputs), secrets: { GITHUB_TOKEN: "ghs_harness", ...secrets }, vars, artifacts };
    for (const id of ordered(workflow.jobs)) {
      const spec = workflow.jobs[id];
      for (const unknown of ["services", "container", "uses"]) if (spec[unknown]) throw new Error(`job \`${id}\`: this harness does not model \`${unknown}\``);
      const wanted = [spec.needs ?? []].flat();
      const needs = Object.fromEntries(wanted.map((name) => [name, { result: done[name].result, outputs: done[name].outputs }]));
      const results = wanted.map((name) => done[name].result);
      const status = {
        success: () => results.every((result) => result === "success"),
        failure: () => results.includes("failure"),
        cancelled: () => results.includes("cancelled"),
      };
      const contexts = { ...shared, github: { ...new Job({ ...options, github, id }).github }, needs };
      done[id] = { result: "skipped", outputs: {}, runs: [] };
      if (!holds(spec.if, { contexts, status })) continue;
      const environment = text(typeof spec.environment === "object" ? spec.environment?.name : spec.environment, { contexts });
      if (environment && approve && !(await approve(environment, id))) {
        done[id].result = "failure";
        continue;
      }
      const outputs = {};
      const conclusions = [];
      for (const matrix of combinations(spec.strategy?.matrix, contexts)) {
        const run = new Job({ ...options, id, github: { ...github, job: id }, contexts: { ...shared, needs, matrix } });
        before?.(run);
        const env = {};
        for (const layer of [workflow.env, spec.env]) {
          for (const [key, value] of Object.entries(layer ?? {})) env[key] = text(value, { contexts: { ...contexts, matrix, env } });
        }
        const defaults = { ...workflow.defaults?.run, ...spec.defaults?.run };
        conclusions.push(await run.runSteps(spec.steps, { env, defaults }));
        Object.assign(outputs, run.jobOutputs(spec.outputs));
        done[id].runs.push(run);
        if (conclusions.at(-1) === "failure" && spec.strategy?.["fail-fast"] !== false) break;
      }
      const worst = ["cancelled", "failure"].find((result) => conclusions.includes(result));
      done[id].result = worst ?? "success";
      done[id].outputs = outputs;
    }
  } finally {
    rmSync(artifacts, { recursive: true, force: true });
  }
  return { jobs: done, remove: () => Object.values(done).forEach(({ runs }) => runs.forEach((run) => run.remove())) };
}

/** The inputs of a dispatch, typed as they are declared. */
function withDefaults(workflow, given) {
  const declared = workflow.on?.workflow_dispatch?.inputs ?? {};
  const unknown = Object.keys(given).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`Unexpected inputs provided: ${JSON.stringify(unknown)}`);
  return Object.fromEntries(
    Object.entries(declared).map(([name, input]) => {
      if (input?.required && !(name in given) && input.default === undefined) throw new Error(`Required input '${name}' not provided`);
      const value = given[name] ?? input?.default ?? (input?.type === "boolean" ? false : "");
      if (input?.type === "choice" && !input.options.includes(value)) throw new Error(`Provided value '${value}' for input '${name}' not in the list of allowed values`);
      return [name, value];
    }),
  );
}

/** The jobs, each behind those it needs. */
function ordered(jobs) {
  const order = [];
  const visit = (id, way) => {
    if (order.includes(id)) return;
    if (way.includes(id)) throw new Error(`jobs need each other: ${[...way, id].join(" → ")}`);
    if (!jobs[id]) throw new Error(`Job '${way.at(-1)}' depends on unknown job '${id}'.`);
    for (const needed of [jobs[id].needs ?? []].flat()) visit(needed, [...way, id]);
    order.push(id);
  };
  Object.keys(jobs).forEach((id) => visit(id, []));
  return order;
}

/** The combinations of a matrix; one empty one without. */
function combinations(matrix, contexts) {
  if (matrix === undefined) return [{}];
  const { include = [], exclude = [], ...axes } = interpolate(matrix, { contexts });
  let all = Object.entries(axes).reduce((made, [key, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [key]: value }))), [{}]);
  const fits = (one, other) => Object.entries(other).every(([key, value]) => JSON.stringify(one[key]) === JSON.stringify(value));
  all = all.filter((one) => !exclude.some((other) => fits(one, other)));
  if (Object.keys(axes).length === 0) all = [];
  for (const extra of include) {
    const shared = Object.fromEntries(Object.entries(extra).filter(([key]) => key in axes));
    const matched = all.filter((one) => Object.keys(axes).length > 0 && fits(one, shared));
    if (matched.length > 0) matched.forEach((one) => Object.assign(one, extra));
    else all.push({ ...extra });
  }
  return all;
}
