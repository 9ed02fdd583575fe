import type { KubeObject } from '../../api/meta.ts';
import { reviewKinds } from '../builtin/resources.ts';
import type { Engine } from '../engine.ts';
import { isObject, valueAt } from '../json.ts';
import { recordUpdate } from '../managed/managers.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import type { Resource } from '../resource.ts';
import { badRequest, type FieldError, invalid, invalidValue, methodNotSupported } from '../status.ts';
import { decodeBody } from './admit.ts';
import { writeOptionsOf } from './options.ts';
import { readBody, writerOf } from './write.ts';

export function isReview({ kind, group }: Resource): boolean {
  return reviewKinds.has(kind) && group.startsWith('auth');
}

/** POST of a question about rights. Everybody may do everything: the sandbox keeps no users apart. */
export function review(engine: Engine, target: Target): BodyResponse {
  if (target.verb !== 'create') throw methodNotSupported();
  const { resource, request } = target;
  const body = { metadata: {}, ...(isObject(request.body) ? request.body : {}) };
  const object = readBody(engine, target, body);
  decodeBody(object, resource, 'Ignore');
  refuseUnclear(object, resource);
  const metadata = {
    ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
    ...managersOf(engine, target, object),
  };
  const { kind, apiVersion } = object;
  const spec = (object.spec ?? {}) as object;
  return json({ kind, apiVersion, metadata, ...answerTo(resource, spec, request.user) }, 201);
}

/** Only questions about rights tell who asked them. */
function managersOf(engine: Engine, target: Target, object: KubeObject): object {
  if (!target.resource.kind.endsWith('AccessReview')) return {};
  const managedFields = recordUpdate([], undefined, object, writerOf(engine, target, writeOptionsOf(target)));
  return managedFields.length === 0 ? {} : { managedFields };
}

const groups = ['system:masters', 'system:authenticated'];

function answerTo({ kind }: Resource, spec: object, user = 'sandbox-admin'): object {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  switch (kind) {
    case 'SelfSubjectRulesReview': {
      const nonResourceRules = [{ verbs: ['*'], nonResourceURLs: ['*'] }];
      return { spec: {}, status: { resourceRules: [everything], nonResourceRules, incomplete: false } };
    }
    case 'SelfSubjectReview':
      return { status: { userInfo: { username: user, uid: user, groups } } };
    default:
      return { spec, status: { allowed: true } };
  }
}

function refuseUnclear(object: KubeObject, { kind, group }: Resource): void {
  const spec = (object.spec ?? {}) as Record<string, unknown>;
  if (kind === 'SelfSubjectRulesReview' && (spec.namespace ?? '') === '')
    throw badRequest('no namespace on request');
  if (!kind.endsWith('AccessReview')) return;
  const errors: FieldError[] = [];
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (resourceAttributes !== undefined && nonResourceAttributes !== undefined) {
    const asked = {
      Path: valueAt(nonResourceAttributes, ['path']) ?? '',
      Verb: valueAt(nonResourceAttributes, ['verb']) ?? '',
    };
    const text = 'cannot be specified in combination with resourceAttributes';
    errors.push(invalidValue('spec.nonResourceAttributes', asked, text));
  } else if (resourceAttributes === undefined && nonResourceAttributes === undefined) {
    const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
    errors.push(invalidValue('spec.resourceAttributes', null, text));
  }
  const groups = Array.isArray(spec.groups) ? spec.groups : [];
  if (!kind.startsWith('Self') && (spec.user ?? '') === '' && groups.length === 0)
    errors.push(invalidValue('spec.user', '', 'at least one of user or group must be specified'));
  if (errors.length > 0) throw invalid({ group, kind: '' }, '', errors);
}
