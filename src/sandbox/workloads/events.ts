import { type KubeObject, type ObjectKey, objectKey, splitKey } from '../../api/meta.ts';
import { addSeconds, formatInstant, type Instant } from '../../kernel/instant.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import type { Controller } from './controller.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

/** The event of an object, as `kubectl describe` lists it. The same again counts up, as the real recorders do. */
export function recordEvent(
  api: WorkloadApi,
  object: KubeObject,
  event: {
    readonly type?: 'Normal' | 'Warning';
    readonly reason: string;
    readonly message: string;
    readonly component: string;
  },
): void {
  const { type = 'Normal', reason, message, component } = event;
  const namespace = object.metadata.namespace ?? 'default';
  const at = formatInstant(api.now());
  // The same event has the same name, so that counting up needs no search.
  const name = `${object.metadata.name}.${fnv1a32(`${object.metadata.uid}/${reason}/${message}`).toString(16)}`;
  const same = api.get<RecordedEvent>(workloadResources.events, namespace, name);
  if (same !== undefined) {
    api.patch(workloadResources.events, same, { count: (same.count ?? 1) + 1, lastTimestamp: at });
    return;
  }
  create(api, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace },
    involvedObject: {
      apiVersion: object.apiVersion,
      kind: object.kind,
      name: object.metadata.name,
      namespace: object.metadata.namespace,
      uid: object.metadata.uid,
      resourceVersion: object.metadata.resourceVersion,
    },
    reason,
    message,
    type,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: at,
    lastTimestamp: at,
    count: 1,
  } as RecordedEvent);
}

/** An event of each shape that was created; all others of that shape are made like it. */
const models = new WeakMap<WorkloadApi, Map<string, RecordedEvent>>();

function create(api: WorkloadApi, event: RecordedEvent): void {
  const known = models.get(api) ?? new Map<string, RecordedEvent>();
  models.set(api, known);
  const shape = event.involvedObject.namespace === undefined ? 'cluster-wide' : 'namespaced';
  const model = known.get(shape);
  const another = model && api.createAnother(workloadResources.events, model, { ...event });
  if (another === undefined) known.set(shape, api.create<RecordedEvent>(workloadResources.events, event));
}

interface RecordedEvent extends KubeObject {
  involvedObject: { namespace?: string | undefined };
  count?: number;
  lastTimestamp?: string;
}

/** The real server keeps an event for an hour after it was last written. */
const eventLifetimeSeconds = 3600;

/** Forgets events that have not been written for an hour. There are many, so that they share one appointment: the oldest's. */
export function eventExpiry(): Controller {
  /** The oldest first. */
  const expiresAt = new Map<ObjectKey, Instant>();
  return {
    name: 'event-expiry',
    concerns({ resource, type, object }, api) {
      if (resource !== 'events') return [];
      const key = objectKey(object.metadata.namespace, object.metadata.name);
      const isWaiting = expiresAt.size > 0;
      expiresAt.delete(key); // it goes to the end
      if (type !== 'DELETED') expiresAt.set(key, addSeconds(api.now(), eventLifetimeSeconds));
      return isWaiting ? [] : [oldest];
    },
    reconcile(_namespace, _name, api) {
      for (const [key, at] of expiresAt) {
        if (at > api.now()) return at;
        const { namespace, name } = splitKey(key);
        const event = api.get<RecordedEvent>(workloadResources.events, namespace, name);
        if (event !== undefined) api.remove(workloadResources.events, event);
        expiresAt.delete(key);
      }
      return undefined;
    },
  };
}

/** The one key that is looked at. */
const oldest: ObjectKey = objectKey(undefined, 'oldest');
