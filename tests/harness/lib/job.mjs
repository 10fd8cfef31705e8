// One job: its steps one after the other, composite actions inside them, failure, cancellation and clean-up.
import { randomUUID } from "node:crypto";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { Output } from "./commands.mjs";
import { holds, interpolate, text } from "./expression.mjs";
import { StepFiles } from "./files.mjs";
import { run, sweep } from "./process.mjs";
import { readAction } from "./read.mjs";
import { STUBS } from "./stubs.mjs";

/** The shells, as the runner starts them; `{0}` is the script. A `run` of a workflow without a shell gets `bash -e`. */
const SHELLS = {
  bash: ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "{0}"],
  sh: ["sh", "-e", "{0}"],
  "": ["bash", "-e", "{0}"],
  python: ["python3", "{0}"],
};

/** How deep actions may be nested. */
const DEPTH = 9;

export class Job {
  /**
   * `repository`: the folder of this project, for actions of its own name (`slug`).
   * `workspace`: the checkout the job works in. `env`: what the runner's environment holds besides its own.
   * `stubs`: actions that are not ours, as functions. `contexts`: `needs`, `matrix`, `vars`, `secrets`, `inputs`.
   * `github`: members of the `github` context that differ.
   */
  constructor({ repository, slug = "wharfie/wharfie", workspace, env = {}, path = [], stubs = {}, contexts = {}, github = {}, id = "job", removed = [] }) {
    this.root = mkdtempSync(join(tmpdir(), "harness-"));
    const folder = (name) => {
      mkdirSync(join(this.root, name));
      return join(this.root, name);
    };
    this.temp = folder("temp");
    this.toolCache = folder("tools");
    this.actions = folder("actions");
    this.files = folder("files");
    this.workspace = workspace ?? folder("workspace");
    Object.assign(this, { repository, slug, contexts, id });
    this.stubs = { ...STUBS, ...stubs };
    this.masks = new Set();
    this.annotations = [];
    this.dropped = 0;
    this.summaries = [];
    this.log = [];
    this.env = {};
    this.path = [...path];
    this.status = "success";
    this.cancelled = false;
    this.trackingId = `harness_${randomUUID()}`;
    this.running = undefined;
    this.steps = {};
    this.results = [];
    this.github = {
      action_repository: "",
      action_ref: "",
      actor: "somebody",
      api_url: "https://api.github.com",
      event: {},
      event_name: "push",
      job: id,
      ref: "refs/heads/main",
      ref_name: "main",
      repository: "acme/shop",
      repository_owner: "acme",
      run_attempt: "1",
      run_id: "4711",
      run_number: "17",
      server_url: "https://github.com",
      sha: "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7",
      token: "ghs_harness",
      workflow: "deploy",
      workspace: this.workspace,
      ...github,
    };
    const event = join(this.temp, "event.json");
    writeFileSync(event, JSON.stringify(this.github.event));
    this.machine = {
      PATH: process.env.PATH,
      HOME: process.env.HOME ?? this.root,
      LANG: "C.UTF-8",
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_ARCH: process.arch === "arm64" ? "ARM64" : "X64",
      RUNNER_OS: process.platform === "darwin" ? "macOS" : "Linux",
      RUNNER_TEMP: this.temp,
      RUNNER_TOOL_CACHE: this.toolCache,
      RUNNER_TRACKING_ID: this.trackingId,
      ...env,
    };
    for (const name of removed) delete this.machine[name];
    for (const name of ["actor", "api_url", "event_name", "job", "ref", "ref_name", "repository", "repository_owner", "run_attempt", "run_id", "run_number", "server_url", "sha", "workflow"]) {
      this.machine[`GITHUB_${name.toUpperCase()}`] = String(this.github[name]);
    }
  }

  mask(line) {
    let masked = line;
    for (const secret of [...this.masks].sort((a, b) => b.length - a.length)) masked = masked.replaceAll(secret, "***");
    return masked;
  }

  print(line) {
    this.log.push(this.mask(line));
  }

  /** The whole log. */
  get text() {
    return this.log.join("\n");
  }

  /** The summaries of all steps. */
  get summary() {
    return this.summaries.join("\n");
  }

  contextsFor({ steps, env, inputs, github }) {
    return {
      github: { ...this.github, ...github },
      env,
      inputs: inputs ?? this.contexts.inputs ?? {},
      steps,
      job: { status: this.cancelled ? "cancelled" : this.status },
      runner: { os: this.machine.RUNNER_OS, arch: this.machine.RUNNER_ARCH, temp: this.temp, tool_cache: this.toolCache, name: "harness", environment: "github-hosted" },
      matrix: this.contexts.matrix ?? {},
      strategy: {},
      ...(inputs ? {} : { needs: this.contexts.needs ?? {}, vars: this.contexts.vars ?? {}, secrets: this.contexts.secrets ?? {} }),
    };
  }

  /** Asks the job to end: the step that runs is asked, and later ones know. */
  cancel() {
    this.cancelled = true;
    this.status = "cancelled";
    if (this.running && !this.running.always) this.running.handle.cancel();
  }

  /** Runs the steps of a job. The result is `success`, `failure` or `cancelled`. */
  async runSteps(steps, { env = {}, defaults = {} } = {}) {
    this.env = { ...env };
    for (const [index, step] of steps.entries()) {
      const name = step.name ?? step.id ?? step.uses ?? `run ${index + 1}`;
      const status = { success: () => this.status === "success", failure: () => this.status === "failure", cancelled: () => this.cancelled };
      const result = await this.step(step, { name, steps: this.steps, env: this.env, status, defaults, depth: 0, top: name });
      this.results.push({ name, ...result });
      if (result.conclusion === "failure" && this.status === "success") this.status = "failure";
    }
    this.orphans = sweep(this.trackingId);
    return this.status;
  }

  /** One step, of the job or of a composite action. `scope.env` is what the step inherits; it may be added to. */
  async step(step, scope) {
    const { steps, status } = scope;
    const contexts = () => this.contextsFor({ steps, env: { ...scope.env, ...this.env }, inputs: scope.inputs, github: scope.github });
    const id = step.id ?? "";
    const settle = (outcome, conclusion, outputs) => {
      if (id) steps[id] = { outputs, outcome, conclusion };
      return { outcome, conclusion, outputs };
    };
    let runs;
    try {
      runs = holds(step.if, { contexts: contexts(), status });
    } catch (error) {
      this.print(`error: ${error.message}`);
      return settle("failure", "failure", {});
    }
    if (!runs) return settle("skipped", "skipped", {});
    this.print(`── ${scope.name}`);
    let outcome;
    let outputs = {};
    try {
      const env = { ...scope.env, ...this.env, ...Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, text(value, { contexts: contexts() })])) };
      const inner = { ...scope, env, contexts: { ...contexts(), env } };
      const always = scope.always || /always\s*\(|cancelled\s*\(/.test(String(step.if ?? ""));
      ({ outcome, outputs } = step.uses === undefined ? await this.script(step, inner, always) : await this.uses(step, inner, always));
    } catch (error) {
      this.print(`error: ${error.message}`);
      this.annotations.push({ step: scope.top, level: "error", message: this.mask(error.message) });
      outcome = "failure";
    }
    const goesOn = outcome === "failure" && step["continue-on-error"] !== undefined && interpolate(step["continue-on-error"], { contexts: contexts() }) === true;
    return settle(outcome, goesOn ? "success" : outcome, outputs);
  }

  async script(step, scope, always) {
    const script = text(step.run, { contexts: scope.contexts });
    const shell = text(step.shell ?? scope.defaults?.shell ?? "", { contexts: scope.contexts });
    if (scope.depth > 0 && shell === "") throw new Error("Required property is missing: shell");
    if (!(shell in SHELLS)) throw new Error(`a shell this harness does not model: ${shell}`);
    const path = join(this.temp, `${randomUUID()}.sh`);
    writeFileSync(path, script);
    const files = new StepFiles(this.files);
    const output = new Output(this, scope.top);
    const env = {
      ...this.machine,
      ...scope.env,
      ...files.paths,
      ...(scope.github?.action_path ? { GITHUB_ACTION_PATH: scope.github.action_path } : {}),
      PATH: [...[...this.path].reverse(), scope.env.PATH ?? this.machine.PATH].join(":"),
    };
    const folder = text(step["working-directory"] ?? scope.defaults?.["working-directory"] ?? "", { contexts: scope.contexts });
    const [program, ...args] = SHELLS[shell].map((part) => (part === "{0}" ? path : part));
    const code = await run(program, args, {
      cwd: folder === "" ? this.workspace : join(this.workspace, folder),
      env,
      line: (line) => output.line(line),
      started: (handle) => {
        this.running = { handle, always };
        // Asked to end while the step was being started.
        if (this.cancelled && !always) handle.cancel();
        this.onStart?.(scope.name, handle);
      },
    });
    this.running = undefined;
    const seen = files.read();
    files.remove();
    rmSync(path, { force: true });
    Object.assign(this.env, seen.env);
    this.path.push(...seen.path);
    if (seen.summary !== "") this.summaries.push(seen.summary);
    if (seen.tooLarge) output.annotate("error", {}, seen.tooLarge);
    if (seen.problem) output.annotate("error", {}, seen.problem);
    if (code !== 0) this.print(`error: Process completed with exit code ${code}.`);
    return { outcome: code === 0 && !seen.problem ? "success" : "failure", outputs: { ...output.outputs, ...seen.outputs }, code };
  }

  /** The folder of an action, or the function that stands for it. `archive` is the checkout it belongs to. */
  locate(uses, scope) {
    if (uses.startsWith("./")) return { folder: normalize(join(this.workspace, uses)), archive: scope.archive };
    if (uses.startsWith("$/")) {
      if (!scope.archive) throw new Error(`no repository that \`${uses}\` could belong to`);
      return { folder: normalize(join(scope.archive, uses.slice(2))), archive: scope.archive };
    }
    const [name, ref] = uses.split("@");
    if (ref === undefined) throw new Error(`Expected format {org}/{repo}[/path]@ref. Actual '${uses}'`);
    if (name === this.slug || name.startsWith(`${this.slug}/`)) {
      const archive = join(this.actions, this.slug.replace("/", "_"), ref.replaceAll("/", "_"));
      if (!existsSync(archive)) {
        // The runner unpacks the repository at that ref: what is not in it is not there.
        for (const part of ["action.yml", "actions"]) cpSync(join(this.repository, part), join(archive, part), { recursive: true });
      }
      return { folder: normalize(join(archive, name.slice(this.slug.length))), archive, ref };
    }
    const stub = this.stubs[name];
    if (!stub) throw new Error(`Unable to resolve action \`${uses}\`: the harness has no stub for it`);
    return { stub };
  }

  async uses(step, scope, always) {
    if (scope.depth >= DEPTH) throw new Error(`Composite action depth exceeded max depth ${DEPTH + 1}`);
    const { folder, archive, stub, ref } = this.locate(step.uses, scope);
    const given = Object.fromEntries(Object.entries(step.with ?? {}).map(([key, value]) => [key.toLowerCase(), text(value, { contexts: scope.contexts })]));
    if (stub) return this.pretend(stub, given, scope);
    const action = readAction(folder);
    if (action.runs.using !== "composite") throw new Error(`this harness runs composite actions, not \`${action.runs.using}\``);
    const declared = Object.entries(action.inputs ?? {});
    const names = declared.map(([key]) => key.toLowerCase());
    for (const key of Object.keys(given)) {
      if (!names.includes(key)) new Output(this, scope.top).annotate("warning", {}, `Unexpected input(s) '${key}', valid inputs are [${names.map((name) => `'${name}'`).join(", ")}]`);
    }
    const inputs = Object.fromEntries(declared.map(([key, input]) => [key, given[key.toLowerCase()] ?? text(input?.default ?? "", { contexts: scope.contexts })]));
    const own = { failed: false };
    // The action's own status: a job that failed or was cancelled before it does not count.
    const status = { success: () => !own.failed, failure: () => own.failed, cancelled: () => this.cancelled };
    const steps = {};
    const github = { action_path: folder, action_ref: ref ?? "", action_repository: this.slug };
    for (const [index, inner] of action.runs.steps.entries()) {
      const name = `${scope.name} / ${inner.name ?? inner.id ?? inner.uses ?? `run ${index + 1}`}`;
      const result = await this.step(inner, { name, steps, env: { ...scope.env, ...this.env }, status, inputs, github, depth: scope.depth + 1, top: scope.top, archive: archive ?? this.workspace, always });
      if (result.conclusion === "failure") own.failed = true;
    }
    // Outputs are mapped whether it failed or not.
    const contexts = this.contextsFor({ steps, env: scope.env, inputs, github });
    const outputs = Object.fromEntries(Object.entries(action.outputs ?? {}).map(([key, output]) => [key, text(output.value, { contexts })]));
    return { outcome: own.failed ? "failure" : "success", outputs };
  }

  /** What stands for an action that is not ours. */
  async pretend(stub, inputs, scope) {
    const seen = (await stub({ inputs, job: this, env: scope.env })) ?? {};
    Object.assign(this.env, seen.env ?? {});
    this.path.push(...(seen.path ?? []));
    for (const secret of seen.masks ?? []) this.masks.add(secret);
    return { outcome: seen.fails ? "failure" : "success", outputs: seen.outputs ?? {} };
  }

  /** Job outputs: a value that holds a masked one is blanked. */
  jobOutputs(outputs) {
    const contexts = this.contextsFor({ steps: this.steps, env: this.env });
    return Object.fromEntries(
      Object.entries(outputs ?? {}).map(([key, value]) => {
        const plain = text(value, { contexts });
        return [key, this.mask(plain) === plain ? plain : ""];
      }),
    );
  }

  /** Removes what the job made. */
  remove() {
    rmSync(this.root, { recursive: true, force: true });
  }
}
