// Expressions, evaluated by GitHub's own packages: in `${{ … }}` inside a text, and in `if`.
import { Evaluator, Lexer, Parser, data } from "@actions/expressions";

/** A JavaScript value as a value of the expression language. */
export function toData(value) {
  if (value === null || value === undefined) return new data.Null();
  switch (typeof value) {
    case "string":
      return new data.StringData(value);
    case "number":
      return new data.NumberData(value);
    case "boolean":
      return new data.BooleanData(value);
    default:
      return Array.isArray(value)
        ? new data.Array(...value.map(toData))
        : new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: toData(inner) })));
  }
}

/** A value of the expression language as a JavaScript value. */
export function fromData(value) {
  return JSON.parse(JSON.stringify(value, data.replacer));
}

const STATUS = ["success", "failure", "always", "cancelled"];

/**
 * What an expression is evaluated in.
 *
 * `contexts`: the contexts by name. `status`: functions `success`, `failure`, `cancelled` that tell how it stands.
 */
function evaluate(source, { contexts, status }) {
  const lexed = new Lexer(source).lex();
  // The lexer undoubles only the first doubled quote of a text.
  for (const token of lexed.tokens) {
    if (typeof token.value === "string") {
      token.value = token.lexeme.slice(1, -1).replaceAll("''", "'");
    }
  }
  const functions = new Map();
  const define = (name, call) => functions.set(name, { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(call()) });
  if (status) {
    define("success", status.success);
    define("failure", status.failure);
    define("cancelled", status.cancelled);
    define("always", () => true);
  }
  functions.set("hashfiles", {
    name: "hashFiles",
    minArgs: 1,
    maxArgs: 255,
    call: () => {
      throw new Error("hashFiles is not modelled by this harness");
    },
  });
  const names = [...functions.values()].map(({ name, minArgs, maxArgs }) => ({ name, minArgs, maxArgs }));
  const parsed = new Parser(lexed.tokens, Object.keys(contexts), names).parse();
  return new Evaluator(parsed, toData(contexts), functions).evaluate();
}

/** Whether an expression asks for the status itself; if not, `if` means `success() && (…)`. */
function asksForStatus(source) {
  const tokens = new Lexer(source).lex().tokens;
  return tokens.some((token, index) => STATUS.includes(token.lexeme.toLowerCase()) && tokens[index + 1]?.lexeme === "(");
}

/** Splits a text at its expressions: `[{text}, {expression}, …]`. Quotes inside an expression may hold `}}`. */
export function split(text) {
  const parts = [];
  let rest = text;
  for (;;) {
    const start = rest.indexOf("${{");
    if (start < 0) break;
    let end = start + 3;
    let quoted = false;
    while (end < rest.length && (quoted || !rest.startsWith("}}", end))) {
      if (rest[end] === "'") quoted = !quoted;
      end += 1;
    }
    if (end >= rest.length) throw new Error(`an expression that is not closed: ${text}`);
    parts.push({ text: rest.slice(0, start) }, { expression: rest.slice(start + 3, end).trim() });
    rest = rest.slice(end + 2);
  }
  parts.push({ text: rest });
  return parts.filter((part) => part.expression !== undefined || part.text !== "");
}

/** A value of a workflow or action, its expressions evaluated: a lone expression keeps its type, any other becomes a text. */
export function interpolate(value, scope) {
  if (Array.isArray(value)) return value.map((item) => interpolate(item, scope));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolate(inner, scope)]));
  }
  if (typeof value !== "string") return value;
  const parts = split(value);
  if (parts.length === 1 && parts[0].expression !== undefined) return fromData(evaluate(parts[0].expression, scope));
  return parts.map((part) => part.text ?? evaluate(part.expression, scope).coerceString()).join("");
}

/** The same as a text, as inputs and variables are. */
export function text(value, scope) {
  if (value === null || value === undefined) return "";
  return typeof value === "string"
    ? split(value)
        .map((part) => part.text ?? evaluate(part.expression, scope).coerceString())
        .join("")
    : String(value);
}

/** Whether a condition holds. None is `success()`. */
export function holds(condition, scope) {
  let source = condition === undefined || condition === null || condition === "" ? "success()" : String(condition).trim();
  const parts = split(source);
  if (parts.length === 1 && parts[0].expression !== undefined) source = parts[0].expression;
  else if (parts.some((part) => part.expression !== undefined)) return truthy(new data.StringData(text(source, scope)));
  if (scope.status && !asksForStatus(source)) source = `success() && (${source})`;
  return truthy(evaluate(source, scope));
}

function truthy(value) {
  const plain = fromData(value);
  return !(plain === null || plain === false || plain === 0 || plain === "" || Number.isNaN(plain));
}
