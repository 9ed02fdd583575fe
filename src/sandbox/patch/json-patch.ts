import library, { type Operation } from 'fast-json-patch';
import { cloneJson } from '../json.ts';
import { badRequest, StatusError } from '../status.ts';

// A CommonJS package: only its default export is there under Node, jest and esbuild alike.
const { applyPatch, JsonPatchError } = library;

/** How many operations one patch may have, as on the real server. */
const maximumOperations = 10_000;

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
    return applyPatch(cloneJson(target), cloneJson(patch) as Operation[], true, true, true).newDocument;
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
