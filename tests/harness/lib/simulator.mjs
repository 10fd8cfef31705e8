// The simulator, as its own process: started with a free port, asked and ended by a test.
import { spawn } from "node:child_process";
import { join } from "node:path";

/** The folder that holds the binaries: `WHARFIE_BINARIES`, as the test command sets it. */
export const BINARIES = process.env.WHARFIE_BINARIES ?? "";

/** Starts it; `args` are its options. */
export async function startSimulator(args = []) {
  const child = spawn(join(BINARIES, "wharfie-simulate-ecs"), ["--port", "0", ...args], { stdio: ["ignore", "pipe", "inherit"], env: { PATH: process.env.PATH } });
  const env = {};
  await new Promise((resolve, reject) => {
    let rest = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (chunk) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop();
      for (const line of lines) {
        if (line === "ready") resolve();
        else env[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
      }
    });
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`the simulator ended with ${code}`)));
  });
  const address = env.AWS_ENDPOINT_URL;
  const post = async (path, body) => {
    const answer = await fetch(`${address}${path}`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  return {
    env,
    state: async () => (await fetch(`${address}/_sim/state`)).json(),
    journal: async () => (await (await fetch(`${address}/_sim/journal`)).text()).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line)),
    story: (service, story) => post("/_sim/story", { service, story }),
    taskStory: (family, story) => post("/_sim/story", { family, story }),
    fault: (fault) => post("/_sim/fault", fault),
    advance: (seconds) => post("/_sim/advance", { seconds }),
    push: (image) => post("/_sim/push", image),
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners("exit");
        child.once("exit", resolve);
        child.kill("SIGKILL");
      }),
  };
}
