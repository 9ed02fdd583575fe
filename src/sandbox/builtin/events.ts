import type { KubeObject } from '../../api/meta.ts';

/** Event of the core group and of events.k8s.io are one object with two spellings; the core one is stored. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ['message', 'note'],
  ['involvedObject', 'regarding'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

export function fromCoreEvent(object: KubeObject): KubeObject {
  return rename(object, 'events.k8s.io/v1', renamed);
}

export function toCoreEvent(object: KubeObject): KubeObject {
  const back = renamed.map(([core, events]) => [events, core] as const);
  return rename(object, 'v1', back);
}

function rename(
  object: KubeObject,
  apiVersion: string,
  names: readonly (readonly [string, string])[],
): KubeObject {
  const to = new Map(names);
  const entries = Object.entries(object).map(([name, value]) => [to.get(name) ?? name, value] as const);
  return { ...Object.fromEntries(entries), apiVersion } as KubeObject;
}
