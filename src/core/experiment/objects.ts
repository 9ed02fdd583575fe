import {
  experimentNameAnnotation,
  experimentTemplateAnnotation,
  podTemplateHashLabel,
} from '../../api/labels.ts';
import { controlledBy } from '../../api/owner.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Container, PodTemplateSpec, ReplicaSet, Service } from '../../api/workloads.ts';
import { podTemplateHash } from '../rollout/pod-template-hash.ts';
import { replicaSetName, serviceNameOf, type TemplateSpec } from './situation.ts';

/**
 * The hash of each template's pods, by name. A template that was copied from a Rollout's ReplicaSet carries that one's
 * label; with the same hash, the Rollout's Services would select the experiment's pods too, and two templates with equal
 * pods would share theirs. So a hash that is taken is counted on, as a collision is.
 */
export function templateHashes({ spec }: Experiment): ReadonlyMap<string, string> {
  const labelled = spec.templates.flatMap(
    ({ template }) => template.metadata?.labels?.[podTemplateHashLabel] ?? [],
  );
  const taken = new Set<string>(labelled);
  const hashes = new Map<string, string>();
  for (const { name, template } of spec.templates) {
    const bare = withoutHash(template as PodTemplateSpec);
    let hash = podTemplateHash(bare);
    for (let count = 1; taken.has(hash); count += 1) hash = podTemplateHash(bare, count);
    taken.add(hash);
    hashes.set(name, hash);
  }
  return hashes;
}

function withoutHash(template: PodTemplateSpec): PodTemplateSpec {
  const { [podTemplateHashLabel]: _parents, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

/** The ReplicaSet of a template, as it must be created. */
export function newReplicaSet(experiment: Experiment, template: TemplateSpec, size: number): ReplicaSet {
  const hash = templateHashes(experiment).get(template.name) ?? '';
  const pods = template.template as PodTemplateSpec;
  const labels = { ...pods.metadata?.labels, [podTemplateHashLabel]: hash };
  return {
    apiVersion: apiVersionOf(resources.replicaSets),
    kind: 'ReplicaSet',
    metadata: { name: replicaSetName(experiment, template), ...metadataOf(experiment, template), labels },
    spec: {
      replicas: size,
      ...(template.minReadySeconds !== undefined && { minReadySeconds: template.minReadySeconds }),
      selector: {
        ...template.selector,
        matchLabels: { ...template.selector.matchLabels, [podTemplateHashLabel]: hash },
      },
      template: { ...pods, metadata: { ...pods.metadata, labels } },
    },
  };
}

/** The Service of a template. It selects the pods by all labels of their ReplicaSet, the hash among them. */
export function newService(
  experiment: Experiment,
  template: TemplateSpec,
  labels: Readonly<Record<string, string>>,
): Service {
  return {
    apiVersion: apiVersionOf(resources.services),
    kind: 'Service',
    metadata: { name: serviceNameOf(experiment, template), ...metadataOf(experiment, template) },
    spec: { selector: { ...labels }, ports: servicePorts(template) },
  };
}

/** A template gets a Service when it asks for one and its containers say where they listen. */
export function wantsService(template: TemplateSpec): boolean {
  return template.service !== undefined && servicePorts(template).length > 0;
}

type ServicePort = NonNullable<Service['spec']['ports']>[number];

/**
 * Every port of every container, each once. Several ports need names, which pods may leave out: `tcp-8080`. The peer's
 * Service is refused then.
 */
function servicePorts({ template }: TemplateSpec): ServicePort[] {
  const { containers = [] } = (template as PodTemplateSpec).spec ?? {};
  const ports = new Map(
    containers
      .flatMap(({ ports: declared }: Container) => declared ?? [])
      .map((port) => [`${port.protocol ?? 'TCP'}/${port.containerPort}`, port] as const),
  );
  return [...ports.values()].map(({ name, protocol = 'TCP', containerPort }) => {
    const own = name ?? (ports.size > 1 ? `${protocol.toLowerCase()}-${containerPort}` : undefined);
    return {
      ...(own !== undefined && { name: own }),
      protocol,
      port: containerPort,
      targetPort: containerPort,
    };
  });
}

function metadataOf({ metadata }: Experiment, { name }: TemplateSpec) {
  return {
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    annotations: { [experimentNameAnnotation]: metadata.name, [experimentTemplateAnnotation]: name },
    ownerReferences: [controlledBy({ metadata }, resources.experiments)],
  };
}
