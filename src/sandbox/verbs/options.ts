import { notAnObject } from '../body.ts';
import { isObject } from '../json.ts';
import { fieldManagerOf, flag, isDryRun, type Target } from '../request.ts';
import { type FieldError, invalid, invalidValue, notSupported, StatusError, tooLong } from '../status.ts';
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
  const kind = `${writeVerbs[target.verb] ?? 'Update'}Options`;
  const asked = query.get('fieldValidation') ?? '';
  const fieldValidation = asked === '' ? 'Warn' : asked;
  const errors = managerFaults(query.get('fieldManager') ?? '');
  if (!validations.includes(fieldValidation))
    errors.push(notSupported('fieldValidation', asked, validations));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind }, '', errors);
  return {
    dryRun: isDryRun(query.getAll('dryRun'), kind),
    fieldValidation: fieldValidation as FieldValidation,
    manager: fieldManagerOf(request),
    force: flag(query, 'force'),
  };
}

const longestManager = 128;

/** Whose name was in order the last time: it is mostly the same few programs that write. */
const soundManagers = new Set<string>();
const managersKept = 64;

function managerFaults(manager: string): FieldError[] {
  if (soundManagers.has(manager)) return [];
  const faults = faultsOfManager(manager);
  if (soundManagers.size >= managersKept) soundManagers.clear();
  if (faults.length === 0) soundManagers.add(manager);
  return faults;
}

function faultsOfManager(manager: string): FieldError[] {
  if (manager.length > longestManager) return [tooLong('fieldManager', longestManager)];
  const at = [...manager].findIndex((character) => /\p{C}/u.test(character));
  if (at === -1) return [];
  const point = (manager.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return [invalidValue('fieldManager', manager, `invalid character U+${point} (at position ${at})`)];
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
  const body = optionsBody(request.body);
  // the query counts only where there is no body
  const query = request.body === undefined || request.body === null ? request.query : new URLSearchParams();
  const preconditions = isObject(body.preconditions) ? body.preconditions : {};
  const grace = body.gracePeriodSeconds ?? query.get('gracePeriodSeconds');
  const dryRun = Array.isArray(body.dryRun) ? body.dryRun.map(String) : query.getAll('dryRun');
  return {
    dryRun: isDryRun(dryRun, 'DeleteOptions'),
    propagation: propagationOf(body, query),
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    uid: typeof preconditions.uid === 'string' ? preconditions.uid : undefined,
    resourceVersion:
      typeof preconditions.resourceVersion === 'string' ? preconditions.resourceVersion : undefined,
  };
}

function optionsBody(body: unknown): Record<string, unknown> {
  if (body === undefined || body === null) return {};
  if (!isObject(body))
    throw new StatusError(
      500,
      undefined,
      `couldn't get version/kind; json parse error: ${notAnObject(body)}`,
    );
  const { kind, apiVersion } = body;
  if (kind === undefined || kind === '' || kind === 'DeleteOptions') return body;
  const text = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`;
  throw new StatusError(500, undefined, text);
}

const deleteOptions = { group: 'meta.k8s.io', kind: 'DeleteOptions' };

const propagations: readonly string[] = ['Background', 'Foreground', 'Orphan'];

function propagationOf(body: Record<string, unknown>, query: URLSearchParams): Propagation | undefined {
  const named = body.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
  if (named !== undefined && body.orphanDependents !== undefined) {
    const text = 'orphanDependents and deletionPropagation cannot be both set';
    throw invalid(deleteOptions, '', [invalidValue('propagationPolicy', named, text)]);
  }
  if (named === undefined) {
    const orphan = body.orphanDependents;
    return orphan === undefined ? undefined : orphan === true ? 'Orphan' : 'Background';
  }
  if (!propagations.includes(String(named))) {
    const supported = ['Foreground', 'Background', 'Orphan', 'nil'];
    throw invalid(deleteOptions, '', [notSupported('propagationPolicy', named, supported)]);
  }
  return named as Propagation;
}
