// GitHub's own language service over every action, workflow and example: node --import ./register.mjs lint.mjs [ROOT]
//
// `uses:` of our own actions is looked up in this tree, so that an input nobody declared is found. Each rule is first shown a file
// that breaks it, so that a linter that finds nothing is not taken for a clean repository.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { validate } from "@actions/languageservice";
import { TextDocument } from "vscode-languageserver-textdocument";
import { parse } from "yaml";

const SLUG = { owner: "wharfie", name: "wharfie" };
const root = process.argv[2] ?? fileURLToPath(new URL("../..", import.meta.url));

const actionsMetadataProvider = {
  async fetchActionMetadata({ owner, name, path }) {
    if (owner !== SLUG.owner || name !== SLUG.name) return undefined;
    const file = join(root, path ?? "", "action.yml");
    return existsSync(file) ? parse(readFileSync(file, "utf8")) : undefined;
  },
};

let asked = 0;

/** What is wrong with a text that stands at this path, a line each. What others' actions take is not known here. */
async function findings(path, content) {
  // The service remembers what it read by address: each text gets one of its own.
  asked += 1;
  const document = TextDocument.create(`file:///${asked}/${path}`, "yaml", 1, content);
  const found = await validate(document, { actionsMetadataProvider });
  const others = new RegExp(`^Unable to resolve action \`(?!${SLUG.owner}/${SLUG.name}[/@])`);
  return found.filter(({ message }) => !others.test(message)).map(({ range, message }) => `${path}:${range.start.line + 1}:${range.start.character + 1}: ${message}`);
}

const WORKFLOW = `on: push
jobs:
  a:
    runs-on: ubuntu-24.04
    steps:
      - uses: wharfie/wharfie/actions/write-imagedefs@v0.1.0
        with:
          container-name: web
          image: registry/web:1
`;
const ACTION = `name: sound
description: Does it
runs:
  using: composite
  steps:
    - shell: bash
      env:
        A: \${{ runner.temp }}
      run: exec wharfie-sound
`;
const SPOILED = [
  [".github/workflows/a.yml", WORKFLOW, "container-name", "container-nme"],
  [".github/workflows/a.yml", WORKFLOW, "registry/web:1", "${{ nothing.here }}"],
  [".github/workflows/a.yml", WORKFLOW, "runs-on", "run-on"],
  ["action.yml", ACTION, "runner.temp", "secrets.KEY"],
  ["action.yml", ACTION, "      env:", "      timeout-minutes: 1\n      env:"],
  ["action.yml", ACTION, "    - shell: bash\n      env", "    - env"],
  ["action.yml", ACTION, "runner.temp", "nofunction('x')"],
];

async function trusted() {
  const wrong = [];
  for (const [path, content] of [[".github/workflows/a.yml", WORKFLOW], ["action.yml", ACTION]]) {
    for (const finding of await findings(path, content)) wrong.push(`a sound file is found wrong: ${finding}`);
  }
  for (const [path, content, sound, broken] of SPOILED) {
    if ((await findings(path, content.replace(sound, broken))).length === 0) wrong.push(`not found in ${path}: \`${sound}\` made \`${broken}\``);
  }
  return wrong;
}

/** The files below a folder that a linter of workflows and actions reads. */
function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (["node_modules", "target", ".git"].includes(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    const name = relative(root, path);
    return /(^|\/)action\.ya?ml$/.test(name) || /(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(name) ? [name] : [];
  });
}

const problems = await trusted();
const names = files(root);
for (const name of names) problems.push(...(await findings(name, readFileSync(join(root, name), "utf8"))));
problems.forEach((problem) => console.error(problem));
console.log(`${names.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 && names.length > 0 ? 0 : 1;
