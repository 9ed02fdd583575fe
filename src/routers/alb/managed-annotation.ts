import type { Ingress } from '../../api/routes.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { goJson } from './action.ts';

/** On an Ingress: which annotation keys each Rollout manages, as JSON `{"rollout":["key",…]}`. */
export const managedAnnotation = 'rollouts.argoproj.io/managed-alb-annotations';

export type ManagedKeys = Readonly<Record<string, readonly string[]>>;

export function readManaged({ metadata }: Ingress): ManagedKeys {
  const text = metadata.annotations?.[managedAnnotation];
  if (text === undefined || text === '') return {};
  const parsed = parsedOrUndefined(text);
  if (isManagedKeys(parsed)) return parsed;
  throw new SluiceError(
    'ALB_ANNOTATION_INVALID',
    `Ingress ${metadata.name}: annotation ${managedAnnotation} must be a JSON object of lists: ${text}`,
    { ingress: metadata.name },
  );
}

/** With the Rollouts in alphabetical order, as Go writes maps. */
export function writeManaged(managed: ManagedKeys): string {
  return goJson(Object.fromEntries(Object.entries(managed).sort(([one], [other]) => (one < other ? -1 : 1))));
}

function parsedOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManagedKeys(value: unknown): value is ManagedKeys {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every(
    (keys) => Array.isArray(keys) && keys.every((key) => typeof key === 'string'),
  );
}
