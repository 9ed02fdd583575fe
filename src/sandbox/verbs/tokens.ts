import type { KubeObject } from '../../api/meta.ts';
import { addSeconds, formatInstant } from '../../kernel/instant.ts';
import type { Engine } from '../engine.ts';
import { isObject, valueAt } from '../json.ts';
import { recordUpdate } from '../managed/managers.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import type { Schema } from '../schema/schema.ts';
import { badRequest, type FieldError, invalid, invalidValue, methodNotSupported } from '../status.ts';
import { writeOptionsOf } from './options.ts';
import { readLive, writerOf } from './write.ts';

/** Who takes a token when the request names nobody: the API server itself. */
const ownAudience = 'https://kubernetes.default.svc';
const usualSeconds = 3600;

/**
 * POST of a TokenRequest. The token says whose it is and until when, and is signed by nobody: the sandbox lets everybody in,
 * and nobody outside is to trust it.
 */
export function issueToken(engine: Engine, target: Target): BodyResponse {
  if (target.verb !== 'create') throw methodNotSupported();
  const { body } = target.request;
  if (!isObject(body)) throw badRequest('the request has no TokenRequest in its body');
  const account = readLive(engine, target);
  const asked = valueAt(body, ['spec', 'audiences']);
  const audiences = Array.isArray(asked) && asked.length > 0 ? asked : [ownAudience];
  const expirationSeconds = valueAt(body, ['spec', 'expirationSeconds']) ?? usualSeconds;
  const errors = lifetimeFaults(expirationSeconds);
  const { name, namespace, uid } = account.metadata;
  if (errors.length > 0)
    throw invalid(
      { group: 'authentication.k8s.io', kind: 'TokenRequest' },
      String(valueAt(body, ['metadata', 'name']) ?? ''),
      errors,
    );
  const now = engine.clock.now();
  const expiresAt = addSeconds(now, expirationSeconds as number);
  const claims = {
    aud: audiences,
    exp: Math.floor(expiresAt / 1000),
    iat: Math.floor(now / 1000),
    iss: ownAudience,
    'kubernetes.io': { namespace, serviceaccount: { name, uid } },
    sub: `system:serviceaccount:${namespace}:${name}`,
  };
  return json(
    {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: {
        name,
        namespace,
        uid: engine.newUid(),
        creationTimestamp: formatInstant(now),
        ...ownersOf(engine, target, { ...asObject(body), expirationSeconds }),
      },
      spec: {
        audiences,
        expirationSeconds,
        boundObjectRef: valueAt(body, ['spec', 'boundObjectRef']) ?? null,
      },
      status: { token: unsigned(claims), expirationTimestamp: formatInstant(expiresAt) },
    },
    201,
  );
}

const asObject = (body: object): object => (valueAt(body, ['spec']) as object | undefined) ?? {};

/** Of the request itself: its spec stands in every one. */
const schema: Schema = {
  type: 'object',
  properties: { spec: { type: 'object', 'x-always-present': true } },
};

/** Who asked for what, as for an object that is kept. */
function ownersOf(engine: Engine, target: Target, spec: object): object {
  const apiVersion = 'authentication.k8s.io/v1';
  const object = { kind: 'TokenRequest', apiVersion, metadata: { name: '' }, spec } as unknown as KubeObject;
  const writer = { ...writerOf(engine, target, writeOptionsOf(target)), apiVersion, schema };
  return { managedFields: recordUpdate([], undefined, object, writer) };
}

function lifetimeFaults(seconds: unknown): readonly FieldError[] {
  const field = 'spec.expirationSeconds';
  if (typeof seconds !== 'number' || seconds < 600)
    return [invalidValue(field, seconds, 'may not specify a duration less than 10 minutes')];
  if (seconds > 2 ** 32)
    return [invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds')];
  return [];
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A JSON web token of the kind that proves nothing. */
const unsigned = (claims: object): string => `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims)}.`;
