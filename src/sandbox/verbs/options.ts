import { isObject } from '../json.ts';
import { fieldManagerOf, flag, isDryRun, type Target } from '../request.ts';
import { invalid, notSupported } from '../status.ts';
import type { FieldValidation } from './admit.ts';

/** What a writing request asks for beside its object. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  readonly manager: string;
  readonly force: boolean;
}

const validations: readonly string[] = ['', 'Ignore', 'Strict', 'Warn'];

const writeVerbs: Readonly<Record<string, string>> = { create: 'Create', update: 'Update', patch: 'Patch' };

export function writeOptionsOf(target: Target): WriteOptions {
  const { request } = target;
  const { query } = request;
  const asked = query.get('fieldValidation') ?? '';
  const fieldValidation = asked === '' ? 'Warn' : asked;
  if (!validations.includes(fieldValidation)) {
    throw invalid({ group: 'meta.k8s.io', kind: `${writeVerbs[target.verb] ?? 'Update'}Options` }, '', [
      notSupported('fieldValidation', asked, validations),
    ]);
  }
  return {
    dryRun: isDryRun(query.getAll('dryRun'), `${writeVerbs[target.verb] ?? 'Update'}Options`),
    fieldValidation: fieldValidation as FieldValidation,
    manager: fieldManagerOf(request),
    force: flag(query, 'force'),
  };
}

export type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** What a deleting request asks for, in its query or its body. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagation: Propagation | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

export function deleteOptionsOf({ request }: Target): DeleteOptions {
  const body = isObject(request.body) ? request.body : {};
  const preconditions = isObject(body.preconditions) ? body.preconditions : {};
  const grace = body.gracePeriodSeconds ?? request.query.get('gracePeriodSeconds');
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun.map(String) : request.query.getAll('dryRun');
  return {
    dryRun: isDryRun(dryRun, 'DeleteOptions'),
    propagation: propagationOf(body, request.query),
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    uid: typeof preconditions.uid === 'string' ? preconditions.uid : undefined,
    resourceVersion:
      typeof preconditions.resourceVersion === 'string' ? preconditions.resourceVersion : undefined,
  };
}

const propagations: readonly string[] = ['Background', 'Foreground', 'Orphan'];

function propagationOf(body: Record<string, unknown>, query: URLSearchParams): Propagation | undefined {
  const named = body.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
  if (named === undefined) {
    const orphan = body.orphanDependents;
    return orphan === undefined ? undefined : orphan === true ? 'Orphan' : 'Background';
  }
  if (!propagations.includes(String(named))) {
    const supported = ['Foreground', 'Background', 'Orphan', 'nil'];
    throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', [
      notSupported('propagationPolicy', named, supported),
    ]);
  }
  return named as Propagation;
}
