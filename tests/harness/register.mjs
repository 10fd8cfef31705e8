// GitHub's packages import JSON files without saying that they are JSON, which Node refuses. This says it for them:
// node --import ./register.mjs …
import { register } from "node:module";

const hook = `
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return found.url.endsWith(".json") ? { ...found, importAttributes: { type: "json" } } : found;
}
`;

register(`data:text/javascript,${encodeURIComponent(hook)}`);
