import library, { type Operation } from 'fast-json-patch';
import { cloneJson, isObject, valueAt } from '../json.ts';
import { badRequest, StatusError } from '../status.ts';

// A CommonJS package: only its default export is there under Node, jest and esbuild alike.
const { applyPatch, JsonPatchError } = library;

/** How many operations one patch may have, as on the real server. */
const maximumOperations = 10_000;

/**
 * The real server's library is no stricter than this about members that are not there: to replace one adds it, and a copy of
 * one is null. A value that is not given is null, too.
 */
function lenient(operation: Operation, document: unknown): Operation {
  const { op, path } = operation;
  if (takesValue.has(op) && (operation as { value?: unknown }).value === undefined)
    return lenient({ op: op as 'add', path, value: null }, document);
  if (op === 'replace' && isMissingMember(document, path)) return { ...operation, op: 'add' };
  if (op === 'copy' && isMissingMember(document, operation.from)) return { op: 'add', path, value: null };
  return operation;
}

const takesValue: ReadonlySet<string> = new Set(['add', 'replace', 'test']);

/** Whether the pointer leads to an object that is there, and to a member that it does not have. */
function isMissingMember(document: unknown, pointer: string): boolean {
  const names = String(pointer)
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = names.pop();
  const owner = valueAt(document, names);
  return last !== undefined && isObject(owner) && owner[last] === undefined;
}

/** JSON patch (RFC 6902). A patch that is none is 400; one that does not fit the object is 422. */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    );
  }
  if (patch.length > maximumOperations) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${patch.length}`,
    );
  }
  try {
    let document = cloneJson(target);
    for (const operation of cloneJson(patch) as Operation[])
      document = applyPatch(document, [lenient(operation, document)], true, true, true).newDocument;
    return document;
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    // The real server tells no more than this; the operation at fault is in the cause.
    throw Object.assign(
      new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {}),
      {
        cause: error,
      },
    );
  }
}
