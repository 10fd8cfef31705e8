// Workflow commands in what a step prints: `::error file=…::…` and the like. What is not a command is a line of the log.

/** The longest message of an annotation, in characters. */
const MESSAGE = 4096;
/** How many annotations of a level one top-level step may have. */
export const ANNOTATIONS = 10;

const unescapeData = (text) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const unescapeProperty = (text) => unescapeData(text.replaceAll("%3A", ":").replaceAll("%2C", ","));

/** A line as a command, if it is one. The runner knows two spellings. */
export function parseCommand(line) {
  const trimmed = line.trimStart();
  if (trimmed.startsWith("::")) {
    const end = trimmed.indexOf("::", 2);
    if (end < 0) return undefined;
    const [name, ...rest] = trimmed.slice(2, end).split(" ");
    return command(name, rest.join(" ").trim(), ",", trimmed.slice(end + 2), unescapeProperty);
  }
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  if (end < 0) return undefined;
  const [name, ...rest] = line.slice(start + 3, end).split(" ");
  return command(name, rest.join(" ").trim(), ";", line.slice(end + 1), unescapeData);
}

function command(name, properties, separator, message, unescape) {
  if (name === "") return undefined;
  const pairs = properties
    .split(separator)
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes("="))
    .map((pair) => [pair.slice(0, pair.indexOf("=")), unescape(pair.slice(pair.indexOf("=") + 1))]);
  return { name: name.toLowerCase(), properties: Object.fromEntries(pairs), message: unescapeData(message) };
}

/** Commands the runner acts upon. What it does not know is printed as it stands. */
const KNOWN = ["add-mask", "debug", "echo", "endgroup", "error", "group", "notice", "save-state", "set-output", "stop-commands", "warning", "add-matcher", "remove-matcher", "add-path", "set-env"];

/** The output of one step: it takes lines, acts upon commands and keeps the log. */
export class Output {
  /** `job` keeps masks, log and annotations; `step` names the top-level step whose annotations are counted. */
  constructor(job, step) {
    this.job = job;
    this.step = step;
    this.stopped = undefined;
    this.outputs = {};
    this.commands = [];
  }

  line(line) {
    const found = parseCommand(line);
    if (this.stopped !== undefined) {
      if (found?.name === this.stopped.toLowerCase()) this.stopped = undefined;
      else this.job.print(line);
      return;
    }
    if (!found || !KNOWN.includes(found.name)) {
      this.job.print(line);
      return;
    }
    this.commands.push(found);
    switch (found.name) {
      case "stop-commands":
        this.stopped = found.message;
        break;
      case "add-mask":
        for (const part of [found.message, ...found.message.split(/\r?\n/)]) if (part.trim() !== "") this.job.masks.add(part);
        break;
      case "error":
      case "warning":
      case "notice":
        this.annotate(found.name, found.properties, found.message);
        break;
      case "set-output":
        this.outputs[found.properties.name] = found.message;
        break;
      case "group":
        this.job.print(`▸ ${found.message}`);
        break;
      default:
    }
  }

  annotate(level, properties, message) {
    const masked = this.job.mask(message).slice(0, MESSAGE);
    const earlier = this.job.annotations.filter((one) => one.step === this.step && one.level === level).length;
    this.job.print(`${level}: ${message}`);
    if (earlier >= ANNOTATIONS) this.job.dropped += 1;
    else this.job.annotations.push({ step: this.step, level, ...properties, message: masked });
  }
}
