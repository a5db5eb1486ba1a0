/**
 * Holds an engine to the published schema, strictly: a fake, so that it says what the real one could say, and nothing
 * more, and is asked so; and the real one that a test has. A fake that drifts proves nothing.
 */
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";

const document = JSON.parse(readFileSync(new URL("../../../engine/docs/openrpc.json", import.meta.url), "utf8"));

/** The schema with no room for members that it doesn't name. */
function strict(schema) {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, strict(value)]));
  return inner.type === "object" && inner.properties !== undefined && inner.additionalProperties === undefined
    ? { ...inner, additionalProperties: false }
    : inner;
}

const ajv = new Ajv2020({ strict: false, allErrors: true });
const root = { $id: "openrpc", components: strict(document.components) };
ajv.addSchema(root);
const localised = (schema) => JSON.parse(JSON.stringify(strict(schema)).replaceAll('"#/', '"openrpc#/'));
const compile = (schema) => ajv.compile(localised(schema));

const params = (method) => ({
  type: "object",
  properties: Object.fromEntries(method.params.map(({ name, schema }) => [name, schema])),
  required: method.params.filter(({ required }) => required).map(({ name }) => name),
});
const methods = new Map(
  document.methods.map((method) => [
    method.name,
    { params: compile(params(method)), result: compile(method.result.schema) },
  ]),
);
const notifications = new Map(document["x-notifications"].map((one) => [one.name, compile(one.params)]));
const codes = new Map(document["x-errors"].map(({ kind, code }) => [kind, code]));
const facts = new Map(document["x-warnings"].map((one) => [one.code, compile(one.data)]));
const errorData = compile({ $ref: "#/components/schemas/ErrorData" });

function must(check, value, what) {
  if (check === undefined) throw new Error(`${what}: the published schema has no such name`);
  if (check(value)) return;
  const error = new Error(
    `${what} is not what the published schema says: ${ajv.errorsText(check.errors)}\n${JSON.stringify(value)}`,
  );
  // Whoever catches what a call throws, the run fails.
  setImmediate(() => {
    throw error;
  });
  throw error;
}

/** Throws unless the schema has this method with these params by name. */
export function checkCall(method, given) {
  must(methods.get(method)?.params, given, `params of ${method}`);
}

/** Throws unless the schema allows this answer to a call of `method`. */
export function checkAnswer(method, { result, error }) {
  if (error === undefined) {
    must(methods.get(method)?.result, result, `the result of ${method}`);
    return;
  }
  must(errorData, error.data, `the error of ${method}`);
  if (codes.get(error.data.kind) !== error.code)
    throw new Error(`the error of ${method}: ${error.data.kind} has not the code ${error.code}`);
}

/** Throws unless the schema has this notification with these params. */
export function checkNotification(method, given) {
  must(notifications.get(method), given, method);
  if (method === "session.warning") must(facts.get(given.code), given.data, `the data of ${given.code}`);
}

/** Throws unless the schema allows this message of an engine; `method` is what an answer answers. */
export function checkMessage(message, method) {
  if (message.method === undefined) checkAnswer(method, message);
  else checkNotification(message.method, message.params);
}
