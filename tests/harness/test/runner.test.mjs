// Whether the harness does what GitHub's runner does: a test that passes on a runner of our own fancy proves nothing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePairs } from "../lib/files.mjs";
import { interpolate, text } from "../lib/expression.mjs";
import { composite, job } from "./scratch.mjs";

const scope = { contexts: { inputs: { a: "x" } } };

test("texts in expressions keep all their quotes, and braces inside quotes end nothing", () => {
  assert.equal(text("${{ format('it''s {0}, ''really''', inputs.a) }}", scope), "it's x, 'really'");
  assert.equal(text("a ${{ '}}' }} b", scope), "a }} b");
  assert.deepEqual(interpolate("${{ fromJSON('[1, 2]') }}", scope), [1, 2]);
});

test("outputs are read as the runner reads them", () => {
  assert.deepEqual(parsePairs("a=b=c\n\nd<<E\n1\n\n2\nE\n"), [["a", "b=c"], ["d", "1\n\n2"]]);
  assert.throws(() => parsePairs("a<<E\n1\n"), /Matching delimiter not found 'E'/);
  assert.throws(() => parsePairs("no pair\n"), /Invalid format/);
});

test("outputs, several lines, variables, paths, masks and summaries reach the steps behind", async () => {
  const run = job();
  const result = await run.runSteps([
    {
      id: "one",
      run: `
echo "plain=1" >> "$GITHUB_OUTPUT"
{ echo "long<<END"; echo "first"; echo "second"; echo "END"; } >> "$GITHUB_OUTPUT"
echo "SEEN=yes" >> "$GITHUB_ENV"
mkdir tool; printf '#!/bin/sh\\necho from the path\\n' > tool/hello; chmod +x tool/hello
echo "$PWD/tool" >> "$GITHUB_PATH"
echo "::add-mask::sesame"
echo "# done" >> "$GITHUB_STEP_SUMMARY"
`,
    },
    { env: { LONG: "${{ steps.one.outputs.long }}" }, run: 'echo "[$LONG] $SEEN"; hello; echo "open sesame"' },
  ]);
  assert.equal(result, "success", run.text);
  assert.match(run.text, /\[first\nsecond\] yes/);
  assert.match(run.text, /from the path/);
  assert.match(run.text, /open \*\*\*/);
  assert.equal(run.summary.trim(), "# done");
  assert.equal(run.steps.one.outputs.plain, "1");
});

test("a failed step skips the next, not the one that always runs, and the outputs of a failed action are there", async () => {
  const run = job({
    files: {
      "act/action.yml": composite(
        [
          { id: "first", shell: "bash", run: 'echo "seen=before" >> "$GITHUB_OUTPUT"; exit 3' },
          { shell: "bash", run: "echo skipped-inside" },
          { if: "always()", shell: "bash", run: "echo always-inside" },
          { if: "failure()", shell: "bash", run: "echo failure-inside" },
        ],
        { outputs: { seen: { value: "${{ steps.first.outputs.seen }}" } } },
      ),
    },
  });
  const result = await run.runSteps([{ id: "act", uses: "./act" }, { run: "echo skipped-outside" }, { if: "always()", run: 'echo "got ${{ steps.act.outputs.seen }} ${{ steps.act.outcome }}"' }]);
  assert.equal(result, "failure");
  assert.doesNotMatch(run.text, /^skipped/m);
  assert.match(run.text, /always-inside\n[^]*failure-inside/);
  assert.match(run.text, /got before failure/);
});

test("inside an action, success and failure are the action's own", async () => {
  const run = job({ files: { "act/action.yml": composite([{ shell: "bash", run: "echo runs-all-the-same" }, { if: "failure()", shell: "bash", run: "echo not-this" }]) } });
  assert.equal(await run.runSteps([{ run: "exit 1" }, { if: "always()", uses: "./act" }]), "failure");
  assert.match(run.text, /runs-all-the-same/);
  assert.doesNotMatch(run.text, /^not-this/m);
});

test("continue-on-error keeps the outcome and changes the conclusion", async () => {
  const run = job();
  assert.equal(await run.runSteps([{ id: "one", "continue-on-error": true, run: "exit 1" }, { run: 'echo "${{ steps.one.outcome }} ${{ steps.one.conclusion }}"' }]), "success");
  assert.match(run.text, /failure success/);
});

test("what is required is not enforced, an input nobody declared is a warning, a missing one is empty", async () => {
  const run = job({ files: { "act/action.yml": composite([{ shell: "bash", env: { A: "${{ inputs.a }}", B: "${{ inputs.b }}" }, run: 'echo "[$A][$B]"' }], { inputs: { a: { required: true }, b: { default: "two" } } }) } });
  assert.equal(await run.runSteps([{ uses: "./act", with: { c: "x" } }]), "success");
  assert.match(run.text, /\[\]\[two\]/);
  assert.match(run.annotations[0].message, /Unexpected input\(s\) 'c', valid inputs are \['a', 'b'\]/);
});

test("an input in a script is run, one in the environment is a value", async () => {
  const evil = '$(echo pw)ned"; echo "x';
  const action = (run, env) => composite([{ shell: "bash", env, run }], { inputs: { t: {} } });
  const run = job({ files: { "bad/action.yml": action('echo "bad ${{ inputs.t }}"', {}), "good/action.yml": action('echo "good $T"', { T: "${{ inputs.t }}" }) } });
  await run.runSteps([{ uses: "./bad", with: { t: evil } }, { uses: "./good", with: { t: evil } }]);
  assert.match(run.text, /^bad pwned\nx$/m);
  assert.ok(run.log.includes(`good ${evil}`), run.text);
});

test("a summary over the limit is dropped and said; an annotation over ten is not shown", async () => {
  const run = job();
  assert.equal(await run.runSteps([{ run: 'head -c 1048577 /dev/zero | tr "\\0" x >> "$GITHUB_STEP_SUMMARY"' }, { run: "for n in $(seq 12); do echo \"::warning file=a.json,line=$n,col=2::it%0Ais\"; done" }]), "success");
  assert.equal(run.summary, "");
  assert.match(run.annotations[0].message, /upload aborted, supports content up to a size of 1024k/);
  const warnings = run.annotations.filter(({ level }) => level === "warning");
  assert.equal(warnings.length, 10);
  assert.equal(run.dropped, 2);
  assert.deepEqual([warnings[2].file, warnings[2].line, warnings[2].message], ["a.json", "3", "it\nis"]);
});

test("commands between stop-commands and its token are text", async () => {
  const run = job();
  await run.runSteps([{ id: "a", run: 'echo "::stop-commands::t0k"; echo "::set-output name=x::1"; echo "::t0k::"; echo "::set-output name=y::2"' }]);
  assert.deepEqual(run.steps.a.outputs, { y: "2" });
  assert.match(run.text, /::set-output name=x::1/);
});

test("an output file that is wrong fails the step", async () => {
  const run = job();
  assert.equal(await run.runSteps([{ run: 'printf "a<<E\\n1\\n" >> "$GITHUB_OUTPUT"' }]), "failure");
  assert.match(run.annotations[0].message, /Matching delimiter not found/);
});

test("an action that is wrong or missing fails its step in the runner's words", async () => {
  const run = job({ files: { "bad/action.yml": "name: x\ndescription: y\nruns:\n  using: composite\n  steps:\n    - run: echo no shell\n" } });
  assert.equal(await run.runSteps([{ uses: "./bad" }]), "failure");
  assert.match(run.annotations[0].message, /shell/);
  const other = job();
  assert.equal(await other.runSteps([{ uses: "./nowhere" }]), "failure");
  assert.match(other.annotations[0].message, /Can't find 'action.yml' or 'action.yaml' under '.*nowhere'/);
});

test("the path and the ref of an action are known inside of it", async () => {
  const run = job({ files: { "act/action.yml": composite([{ shell: "bash", env: { REF: "${{ github.action_ref }}" }, run: 'ls "$GITHUB_ACTION_PATH"; echo "ref=[$REF]"' }]) } });
  await run.runSteps([{ uses: "./act" }]);
  assert.match(run.text, /action\.yml\nref=\[\]/);
});

const TRAP = `
trap 'echo got INT; exit 130' INT
trap 'echo got TERM; exit 143' TERM
n=0; while [ $n -lt 200 ]; do sleep 0.1; n=$((n + 1)); done
`;

test("cancelling reaches a program that took the shell's place, and no other", async () => {
  const ended = {};
  for (const way of ["exec", "call"]) {
    const run = job({ files: { "tool.sh": TRAP } });
    run.onStart = (name) => name === "tool" && setTimeout(() => run.cancel(), 500);
    const began = Date.now();
    const result = await run.runSteps([
      { name: "tool", shell: "bash", run: way === "exec" ? "exec sh ./tool.sh" : "sh ./tool.sh; true" },
      { if: "always()", run: "echo after" },
      { run: "echo not-this" },
    ]);
    assert.equal(result, "cancelled");
    assert.match(run.text, /^after$/m);
    assert.doesNotMatch(run.text, /^not-this/m);
    ended[way] = { took: Date.now() - began, text: run.text, orphans: run.orphans };
  }
  assert.match(ended.exec.text, /got INT/);
  assert.ok(ended.exec.took < 5000, `${ended.exec.took} ms`);
  assert.equal(ended.exec.orphans, 0);
  assert.doesNotMatch(ended.call.text, /got (INT|TERM)/);
  assert.ok(ended.call.took > 7000, `${ended.call.took} ms`);
  assert.ok(ended.call.orphans >= 1);
});
