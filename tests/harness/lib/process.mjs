// Processes as the runner starts and ends them.
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";

/** Between SIGINT and SIGTERM, between SIGTERM and SIGKILL, and how long pipes may outlive the shell; milliseconds. */
export const TIMES = { terminate: 7500, kill: 2500, pipes: 5000 };

/** Runs a program and gives its lines to `line`. The result is its exit code; killed by a signal, 128 and the signal. */
export function run(program, args, { cwd, env, line, started }) {
  return new Promise((resolve, reject) => {
    // stdin is closed, as the runner has it.
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const signals = [];
    const handle = {
      signals,
      /** Asks it to end, with the runner's patience. Only the entry process is asked. */
      cancel() {
        const send = (signal) => {
          if (child.exitCode === null && child.signalCode === null) {
            signals.push(signal);
            child.kill(signal);
          }
        };
        send("SIGINT");
        const first = setTimeout(() => {
          send("SIGTERM");
          const second = setTimeout(() => send("SIGKILL"), TIMES.kill);
          child.once("exit", () => clearTimeout(second));
        }, TIMES.terminate);
        child.once("exit", () => clearTimeout(first));
      },
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        const lines = (rest + chunk).split(/\r?\n/);
        rest = lines.pop();
        lines.forEach(line);
      });
      stream.on("end", () => rest !== "" && line(rest));
    }
    child.on("error", reject);
    const numbers = { SIGINT: 2, SIGTERM: 15, SIGKILL: 9 };
    child.on("exit", (code, signal) => {
      const result = code ?? 128 + (numbers[signal] ?? 0);
      // Whoever inherited the pipes may hold them open: the runner waits a little and goes on.
      const patience = setTimeout(() => {
        child.stdout.destroy();
        child.stderr.destroy();
        resolve(result);
      }, TIMES.pipes);
      child.once("close", () => {
        clearTimeout(patience);
        resolve(result);
      });
    });
    child.once("spawn", () => started?.(handle));
  });
}

/** Ends the processes of a job that were left behind, and tells how many there were (Linux only, as the runner knows them by a variable). */
export function sweep(trackingId) {
  let killed = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const variables = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      if (variables.includes(`RUNNER_TRACKING_ID=${trackingId}`)) {
        process.kill(Number(pid), "SIGKILL");
        killed += 1;
      }
    } catch {
      // Gone, or not ours.
    }
  }
  return killed;
}
