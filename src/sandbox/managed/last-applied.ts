import { lastAppliedAnnotation } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { isObject, jsonEqual, sortedMembers } from '../json.ts';

/**
 * `kubectl apply` without --server-side keeps what it applied in an annotation. When kubectl turns to server-side apply,
 * what stands there still counts as its own, and the annotation follows, so that one can go back.
 */
export const kubectlManager = 'kubectl';

/** What kubectl applied in its older way; undefined when it did not, or somebody broke the annotation. */
export function lastAppliedOf(live: KubeObject | undefined): KubeObject | undefined {
  const text = live?.metadata.annotations?.[lastAppliedAnnotation];
  if (text === undefined || text === '') return undefined;
  try {
    const config: unknown = JSON.parse(text);
    return isObject(config) ? (config as unknown as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/** The part of what was applied that nobody has changed since. */
export function unchangedPart(applied: unknown, live: unknown): unknown {
  if (isObject(applied) && isObject(live)) {
    const members = Object.entries(applied)
      .map(([name, member]) => [name, unchangedPart(member, live[name])] as const)
      .filter(([, member]) => member !== undefined);
    return Object.fromEntries(members);
  }
  if (Array.isArray(applied) && Array.isArray(live)) {
    return applied.every((item) => live.some((other) => jsonEqual(item, other) || isWithin(item, other)))
      ? applied
      : undefined;
  }
  return jsonEqual(applied, live) ? applied : undefined;
}

/** Whether all that is said in one value holds in another, which may say more (defaults). */
function isWithin(part: unknown, whole: unknown): boolean {
  if (isObject(part) && isObject(whole))
    return Object.entries(part).every(([name, member]) => isWithin(member, whole[name]));
  if (Array.isArray(part) && Array.isArray(whole))
    return part.length === whole.length && part.every((item, index) => isWithin(item, whole[index]));
  return jsonEqual(part, whole);
}

/** The object with the annotation brought up to what has just been applied. */
export function withLastApplied(object: KubeObject, config: KubeObject): KubeObject {
  const annotations = {
    ...object.metadata.annotations,
    [lastAppliedAnnotation]: `${JSON.stringify(sortedMembers(withoutAnnotation(config)))}\n`,
  };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

function withoutAnnotation(config: KubeObject): KubeObject {
  if (config.metadata.annotations?.[lastAppliedAnnotation] === undefined) return config;
  const { [lastAppliedAnnotation]: _own, ...annotations } = config.metadata.annotations;
  return { ...config, metadata: { ...config.metadata, annotations } };
}
