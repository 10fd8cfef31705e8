// What stands for well-known actions of others: they set what the real ones set, and do nothing else.
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

export const STUBS = {
  // The workspace is there already.
  "actions/checkout": () => ({ outputs: { ref: "refs/heads/main", commit: "8b2d4e6f1a3c5079b8d7e6f5a4c3b2d1e0f9a8c7" } }),

  // Credentials come from the simulator's environment; the Region is the one that was asked for.
  "aws-actions/configure-aws-credentials": ({ inputs }) => {
    if (!inputs["aws-region"]) throw new Error("Input required and not supplied: aws-region");
    return { env: { AWS_REGION: inputs["aws-region"], AWS_DEFAULT_REGION: inputs["aws-region"] }, outputs: { "aws-account-id": "123456789012" } };
  },

  "aws-actions/amazon-ecr-login": ({ env }) => ({
    outputs: { registry: `123456789012.dkr.ecr.${env.AWS_REGION ?? "us-east-1"}.amazonaws.com` },
    masks: ["ecr-password-of-the-harness"],
  }),

  // What one job uploads, another downloads: the jobs of one workflow share a folder.
  "actions/upload-artifact": ({ inputs, job }) => {
    const folder = join(job.contexts.artifacts, inputs.name ?? "artifact");
    mkdirSync(folder, { recursive: true });
    const paths = inputs.path.split("\n").map((path) => path.trim()).filter((path) => path !== "");
    const missing = paths.filter((path) => !existsSync(join(job.workspace, path)) && !existsSync(path));
    if (missing.length > 0 && inputs["if-no-files-found"] === "error") throw new Error(`No files were found with the provided path: ${missing.join(", ")}.`);
    for (const path of paths) {
      const from = existsSync(path) ? path : join(job.workspace, path);
      if (existsSync(from)) cpSync(from, join(folder, basename(path)), { recursive: true });
    }
    return { outputs: { "artifact-id": "1", "artifact-digest": createHash("sha256").update(folder).digest("hex") } };
  },
  "actions/download-artifact": ({ inputs, job }) => {
    const folder = join(job.contexts.artifacts, inputs.name ?? "artifact");
    if (!existsSync(folder)) throw new Error(`Unable to download artifact(s): Artifact not found for name: ${inputs.name}`);
    const to = join(job.workspace, inputs.path ?? ".");
    mkdirSync(to, { recursive: true });
    cpSync(folder, to, { recursive: true });
    return { outputs: { "download-path": to } };
  },

  // Takes the SARIF file if it is one.
  "github/codeql-action/upload-sarif": ({ inputs, job }) => {
    const log = JSON.parse(readFileSync(join(job.workspace, inputs.sarif_file), "utf8"));
    if (log.version !== "2.1.0") throw new Error("not a SARIF file of version 2.1.0");
    return { outputs: { "sarif-id": "1" } };
  },
};
