import type { KubeObject } from '../../api/meta.ts';
import { isObject, type MutableJson } from '../json.ts';
import type { TableShape } from '../resource.ts';
import { at, count, images, integer, listAt, names, orNone, selectorText, table, text } from './cells.ts';
import { ageColumn, ageOf } from './generic.ts';

const wide = [text('Containers', 1), text('Images', 1)];
const truth = (name: string) => ({ name, type: 'boolean' });

const labelsText = (labels: unknown): string => selectorText({ matchLabels: isObject(labels) ? labels : {} });
const joined = (list: unknown): string => (Array.isArray(list) ? list.map(shortMode).join(',') : '');
const modes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const shortMode = (mode: unknown): string => modes[String(mode)] ?? String(mode);
const plain = (object: KubeObject, path: string): string => String(at(object, path) ?? '');

/** `pods: 0/5, requests.cpu: 0/2`, of what is limited or of what is requested. */
function quotaText(object: KubeObject, isLimit: boolean): string {
  const hard = at(object, 'status.hard');
  const used = (at(object, 'status.used') ?? {}) as MutableJson;
  if (!isObject(hard)) return '';
  return Object.keys(hard)
    .filter((name) => name.startsWith('limits.') === isLimit)
    .sort()
    .map((name) => `${name}: ${String(used[name] ?? 0)}/${String(hard[name])}`)
    .join(', ');
}

const webhooks = table([integer('Webhooks'), ageColumn], (object, now) => [
  listAt(object, 'webhooks').length,
  ageOf(object, now),
]);

/** What `kubectl get` prints of the kinds that are kept and not acted upon, by where they are stored. */
export const keptTables: Readonly<Record<string, TableShape>> = {
  'statefulsets.apps': table([text('Ready'), ageColumn, ...wide], (object, now) => [
    `${count(object, 'status.readyReplicas')}/${count(object, 'spec.replicas')}`,
    ageOf(object, now),
    names(object),
    images(object),
  ]),
  'daemonsets.apps': table(
    [
      ...['Desired', 'Current', 'Ready', 'Up-to-date', 'Available'].map(integer),
      text('Node Selector'),
      ageColumn,
      ...wide,
      text('Selector', 1),
    ],
    (object, now) => [
      ...['desiredNumberScheduled', 'currentNumberScheduled', 'numberReady'].map((name) =>
        count(object, `status.${name}`),
      ),
      ...['updatedNumberScheduled', 'numberAvailable'].map((name) => count(object, `status.${name}`)),
      labelsText(at(object, 'spec.template.spec.nodeSelector')),
      ageOf(object, now),
      names(object),
      images(object),
      selectorText(at(object, 'spec.selector')),
    ],
  ),
  'controllerrevisions.apps': table([text('Controller'), text('Revision'), ageColumn], (object, now) => {
    const [owner] = object.metadata.ownerReferences ?? [];
    const kind = owner === undefined ? '' : owner.kind.toLowerCase();
    return [
      owner === undefined ? '<none>' : `${kind}/${owner.name}`,
      count(object, 'revision'),
      ageOf(object, now),
    ];
  }),
  replicationcontrollers: table(
    [...['Desired', 'Current', 'Ready'].map(integer), ageColumn, ...wide, text('Selector', 1)],
    (object, now) => [
      count(object, 'spec.replicas'),
      count(object, 'status.replicas'),
      count(object, 'status.readyReplicas'),
      ageOf(object, now),
      names(object),
      images(object),
      labelsText(at(object, 'spec.selector')),
    ],
  ),
  'cronjobs.batch': table(
    [
      text('Schedule'),
      text('Timezone'),
      truth('Suspend'),
      integer('Active'),
      text('Last Schedule'),
      ageColumn,
      ...wide,
      text('Selector', 1),
    ],
    (object, now) => {
      const spec = {
        spec: { template: at(object, 'spec.jobTemplate.spec.template') },
      } as unknown as KubeObject;
      return [
        plain(object, 'spec.schedule'),
        orNone(at(object, 'spec.timeZone')),
        at(object, 'spec.suspend') === true ? 'True' : 'False',
        listAt(object, 'status.active').length,
        '<none>',
        ageOf(object, now),
        names(spec),
        images(spec),
        '<none>',
      ];
    },
  ),
  persistentvolumeclaims: table(
    [
      ...['Status', 'Volume', 'Capacity', 'Access Modes', 'StorageClass', 'VolumeAttributesClass'].map(
        (name) => text(name),
      ),
      ageColumn,
      text('VolumeMode', 1),
    ],
    (object, now) => [
      plain(object, 'status.phase'),
      plain(object, 'spec.volumeName'),
      plain(object, 'status.capacity.storage'),
      joined(at(object, 'status.accessModes')),
      plain(object, 'spec.storageClassName'),
      String(at(object, 'spec.volumeAttributesClassName') ?? '<unset>'),
      ageOf(object, now),
      String(at(object, 'spec.volumeMode') ?? '<unset>'),
    ],
  ),
  persistentvolumes: table(
    [
      ...['Capacity', 'Access Modes', 'Reclaim Policy', 'Status', 'Claim', 'StorageClass'].map((name) =>
        text(name),
      ),
      ...['VolumeAttributesClass', 'Reason'].map((name) => text(name)),
      ageColumn,
      text('VolumeMode', 1),
    ],
    (object, now) => [
      plain(object, 'spec.capacity.storage'),
      joined(at(object, 'spec.accessModes')),
      plain(object, 'spec.persistentVolumeReclaimPolicy'),
      plain(object, 'status.phase'),
      at(object, 'spec.claimRef') === undefined
        ? ''
        : `${plain(object, 'spec.claimRef.namespace')}/${plain(object, 'spec.claimRef.name')}`,
      plain(object, 'spec.storageClassName'),
      String(at(object, 'spec.volumeAttributesClassName') ?? '<unset>'),
      plain(object, 'status.reason'),
      ageOf(object, now),
      String(at(object, 'spec.volumeMode') ?? '<unset>'),
    ],
  ),
  resourcequotas: table([text('Request'), text('Limit'), ageColumn], (object, now) => [
    quotaText(object, false),
    quotaText(object, true),
    ageOf(object, now),
  ]),
  limitranges: table([{ ...text('Created At'), type: 'date' }], ({ metadata }) => [
    metadata.creationTimestamp,
  ]),
  'networkpolicies.networking.k8s.io': table([text('Pod-Selector'), ageColumn], (object, now) => [
    selectorText(at(object, 'spec.podSelector')),
    ageOf(object, now),
  ]),
  'priorityclasses.scheduling.k8s.io': table(
    [integer('Value'), truth('Global-Default'), ageColumn, text('PreemptionPolicy')],
    (object, now) => [
      count(object, 'value'),
      at(object, 'globalDefault') === true,
      ageOf(object, now),
      plain(object, 'preemptionPolicy'),
    ],
  ),
  'storageclasses.storage.k8s.io': table(
    [
      text('Provisioner'),
      text('ReclaimPolicy'),
      text('VolumeBindingMode'),
      truth('AllowVolumeExpansion'),
      ageColumn,
    ],
    (object, now) => [
      plain(object, 'provisioner'),
      plain(object, 'reclaimPolicy'),
      plain(object, 'volumeBindingMode'),
      at(object, 'allowVolumeExpansion') === true,
      ageOf(object, now),
    ],
  ),
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks,
};
