import { isObject, jsonEqual, type MutableJson, objectAt, valueAt } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, forbiddenField, invalidValue } from '../status.ts';
import { defaultTemplate, objectsIn } from './pods/defaults.ts';

/**
 * Kinds that are kept as they are written, since bundles of manifests have them, and that nothing in the sandbox acts upon.
 * Whoever writes one is told so.
 */
function kept(missing: string, own: Strategy = {}): Strategy {
  return {
    ...own,
    warnings: ({ kind }) => [`the sandbox has no ${missing}: this ${kind} is kept, and nothing acts upon it`],
  };
}

const immutable =
  (names: readonly string[], path: (object: MutableJson) => MutableJson): Strategy['validate'] =>
  (object, previous) => {
    if (previous === undefined) return [];
    const [now, before] = [object, previous].map((state) => path(state as unknown as MutableJson));
    return names.flatMap((name) =>
      JSON.stringify(now?.[name]) === JSON.stringify(before?.[name])
        ? []
        : [invalidValue(name, now?.[name] ?? null, 'field is immutable')],
    );
  };

/** Sets what is not there. */
function fill(target: MutableJson, defaults: MutableJson): void {
  for (const [name, value] of Object.entries(defaults)) target[name] ??= structuredClone(value);
}

const statefulSet = kept('controller for StatefulSets', {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    fill(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      serviceName: '',
    });
    const strategy = objectAt(spec, 'updateStrategy');
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') fill(objectAt(strategy, 'rollingUpdate'), { partition: 0 });
    fill(objectAt(spec, 'persistentVolumeClaimRetentionPolicy'), {
      whenDeleted: 'Retain',
      whenScaled: 'Retain',
    });
    for (const claim of objectsIn(spec.volumeClaimTemplates)) {
      fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
      fill(objectAt(claim, 'spec'), { volumeMode: 'Filesystem' });
      fill(objectAt(claim, 'status'), { phase: 'Pending' });
    }
    defaultTemplate(spec.template);
    (object as { status?: unknown }).status ??= { replicas: 0, availableReplicas: 0 };
  },
});

/** Counts the templates that a DaemonSet has had. */
const templateCount = 'deprecated.daemonset.template.generation';

const daemonSet = kept('controller for DaemonSets', {
  defaults(object, previous) {
    const before = Number(previous?.metadata.annotations?.[templateCount] ?? 0);
    const isSame =
      previous !== undefined &&
      jsonEqual(valueAt(previous, ['spec', 'template']), valueAt(object, ['spec', 'template']));
    const annotations = {
      ...object.metadata.annotations,
      [templateCount]: String(isSame ? before : before + 1),
    };
    object.metadata.annotations = annotations;
    const spec = objectAt(object, 'spec');
    spec.revisionHistoryLimit ??= 10;
    const strategy = objectAt(spec, 'updateStrategy');
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate')
      fill(objectAt(strategy, 'rollingUpdate'), { maxSurge: 0, maxUnavailable: 1 });
    defaultTemplate(spec.template);
    const none = {
      currentNumberScheduled: 0,
      desiredNumberScheduled: 0,
      numberMisscheduled: 0,
      numberReady: 0,
    };
    (object as { status?: unknown }).status ??= none;
  },
});

const replicationController = kept('controller for ReplicationControllers', {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
    const template =
      isObject(spec.template) && isObject(spec.template.metadata) ? spec.template.metadata : {};
    if (template.labels !== undefined) {
      spec.selector ??= template.labels;
      object.metadata.labels ??= template.labels as Record<string, string>;
    }
    (object as { status?: unknown }).status ??= { replicas: 0 };
  },
});

const cronJob = kept('controller for CronJobs', {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    const limits = { successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 };
    fill(spec, { concurrencyPolicy: 'Allow', suspend: false, ...limits });
    const template = objectAt(spec, 'jobTemplate');
    objectAt(template, 'metadata');
    const jobSpec = objectAt(template, 'spec');
    if (isObject(jobSpec.template)) objectAt(jobSpec.template, 'metadata');
    defaultTemplate(jobSpec.template);
    objectAt(object, 'status');
  },
});

const claim = kept('storage', {
  defaults(object) {
    fill(objectAt(object, 'spec'), { volumeMode: 'Filesystem' });
    (object as { status?: unknown }).status ??= { phase: 'Pending' };
  },
});

const volume = kept('storage', {
  defaults(object) {
    fill(objectAt(object, 'spec'), { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' });
    if (isObject(object.spec) && isObject(object.spec.hostPath)) object.spec.hostPath.type ??= '';
    (object as { status?: unknown }).status ??= { phase: 'Pending' };
  },
});

const limitRange = kept('limit ranges', {
  defaults(object) {
    for (const limit of objectsIn(objectAt(object, 'spec').limits)) {
      if (limit.type !== 'Container') continue;
      for (const [name, from] of [
        ['default', 'max'],
        ['defaultRequest', 'default'],
        ['defaultRequest', 'min'],
      ] as const)
        if (isObject(limit[from])) fill(objectAt(limit, name), limit[from]);
    }
  },
});

const quota = kept('quotas', {
  defaults: (object) => void objectAt(object, 'status'),
  validate: ({ spec }) => (isObject(spec) ? validateScopes(spec) : []),
});

const scopes = [
  ...['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass'],
  ...['CrossNamespacePodAffinity', 'VolumeAttributesClass'],
];
const podAmounts = [
  'pods',
  'cpu',
  'memory',
  'requests.cpu',
  'requests.memory',
  'limits.cpu',
  'limits.memory',
];

/** Which pods a quota counts says nothing about other things. */
function validateScopes({ scopes: given, hard }: MutableJson): readonly FieldError[] {
  const wanted = Array.isArray(given) ? given.map(String) : [];
  const names = Object.keys(isObject(hard) ? hard : {}).filter((name) => !name.includes('/'));
  const errors = wanted.flatMap((scope) => [
    ...(scopes.includes(scope) ? [] : [invalidValue('spec.scopes', wanted, 'unsupported scope')]),
    ...names
      .filter(
        (name) =>
          scopes.includes(scope) && !(scope === 'BestEffort' ? name === 'pods' : podAmounts.includes(name)),
      )
      .map(() => invalidValue('spec.scopes', wanted, 'unsupported scope applied to resource')),
  ]);
  const clash = ['BestEffort', 'Terminating'].some((name) =>
    [name, `Not${name}`].every((scope) => wanted.includes(scope)),
  );
  return clash ? [...errors, invalidValue('spec.scopes', wanted, 'conflicting scopes')] : errors;
}

const storageClass = kept('storage', {
  defaults: (object) =>
    fill(object as unknown as MutableJson, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  validate: immutable(
    ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode'],
    (object) => object,
  ),
});

const networkPolicy = kept('network to keep apart', {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    objectAt(spec, 'podSelector');
    spec.policyTypes ??= spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
    const peers = [...objectsIn(spec.ingress), ...objectsIn(spec.egress)];
    for (const port of peers.flatMap((peer) => objectsIn(peer.ports))) port.protocol ??= 'TCP';
  },
});

/** What a user may give; what is above belongs to the system. */
const highestPriority = 1_000_000_000;
const fixedPolicy = immutable(['preemptionPolicy'], (object) => object);

const priorityClass = kept('priorities among pods', {
  defaults: (object) => fill(object as unknown as MutableJson, { preemptionPolicy: 'PreemptLowerPriority' }),
  validate(object, previous, around) {
    const { value } = object as unknown as MutableJson;
    const before = (previous as unknown as MutableJson | undefined)?.value;
    const errors = fixedPolicy?.(object, previous, around) ?? [];
    if (before !== undefined && before !== value)
      return [forbiddenField('value', 'may not be changed in an update.'), ...errors];
    if (Number(value) <= highestPriority || object.metadata.name?.startsWith('system-') === true)
      return errors;
    const text = `maximum allowed value of a user defined priority is ${highestPriority}`;
    return [forbiddenField('value', text), ...errors];
  },
});

function webhooks(own: MutableJson): Strategy {
  return kept('admission by webhooks', {
    defaults(object) {
      const shared = { failurePolicy: 'Fail', matchPolicy: 'Equivalent', timeoutSeconds: 10 };
      for (const webhook of objectsIn((object as unknown as MutableJson).webhooks)) {
        fill(webhook, { ...shared, namespaceSelector: {}, objectSelector: {}, ...own });
        for (const rule of objectsIn(webhook.rules)) rule.scope ??= '*';
        const client = isObject(webhook.clientConfig) ? webhook.clientConfig : {};
        if (isObject(client.service)) client.service.port ??= 443;
      }
    },
  });
}

/** By where they are stored. */
export const keptStrategies: Readonly<Record<string, Strategy>> = {
  'statefulsets.apps': statefulSet,
  'daemonsets.apps': daemonSet,
  'controllerrevisions.apps': kept('controller that rolls back to a ControllerRevision'),
  replicationcontrollers: replicationController,
  'cronjobs.batch': cronJob,
  persistentvolumeclaims: claim,
  persistentvolumes: volume,
  resourcequotas: quota,
  limitranges: limitRange,
  'networkpolicies.networking.k8s.io': networkPolicy,
  'priorityclasses.scheduling.k8s.io': priorityClass,
  'storageclasses.storage.k8s.io': storageClass,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': webhooks({}),
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': webhooks({ reinvocationPolicy: 'Never' }),
};
