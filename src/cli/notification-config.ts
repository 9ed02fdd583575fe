import type { KubeObject } from '../api/meta.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ReplicaSet, Secret } from '../api/workloads.ts';
import type { Subject } from '../core/notifications/variables.ts';
import { SluiceError } from '../kernel/errors.ts';
import { textOfFile } from './input.ts';
import { refOf } from './targets.ts';
import type { Flag, Session } from './verb.ts';

export interface NotificationOptions {
  readonly configMap?: string;
  readonly secret?: string;
}

/** Of every `notifications …` command. */
export const notificationFlags: readonly Flag[] = [
  { flags: '--config-map <FILE>', summary: 'ConfigMap of a file, instead of that in the cluster' },
  { flags: '--secret <FILE>', summary: 'Secret of a file, instead of that in the cluster; :empty for none' },
];

/** For the details of those that look at a Rollout. */
export const resourceNote = 'RESOURCE is the name of a Rollout in the namespace, or a file with one.';

/** From the files that are named, else from the cluster. */
export async function notificationConfig(session: Session, flags: NotificationOptions) {
  const { configMapName, parseNotificationConfig, secretName } = await import(
    '../core/notifications/config.ts'
  );
  const { decodedSecret } = await import('../shell/analysis/read-secrets.ts');
  const configMap = await objectOf(session, flags.configMap, resources.configMaps, configMapName);
  const secret =
    flags.secret === ':empty'
      ? undefined
      : await objectOf(session, flags.secret, resources.secrets, secretName);
  const { stringData = {}, ...stored } = (secret ?? {}) as Secret & { stringData?: Record<string, string> };
  const secrets = secret === undefined ? {} : { ...decodedSecret(stored as Secret), ...stringData };
  const config = parseNotificationConfig(
    (configMap as { data?: Record<string, string> }).data ?? {},
    secrets,
  );
  const { serviceProblems } = await import('../shell/notifications/service-problems.ts');
  const { notificationServices } = await import('../notifications/registry.ts');
  const problems = [...config.problems, ...serviceProblems(config, notificationServices)];
  for (const { key, message, isOfSecret } of problems) {
    if (isOfSecret === true && flags.secret === ':empty') continue; // as was asked for
    session.err(`Warning: ${key}: ${message}\n`);
  }
  return config;
}

async function objectOf(
  session: Session,
  file: string | undefined,
  type: ResourceType,
  name: string,
): Promise<KubeObject> {
  if (file !== undefined) {
    const { parseManifests } = await import('./manifests.ts');
    const all = parseManifests(await textOfFile(session, file), file);
    const found = all.find(({ kind, metadata }) => kind === type.kind && metadata.name === name);
    if (found !== undefined) return found;
    throw new SluiceError('NOT_FOUND', `${file} has no ${type.kind} ${name}`);
  }
  const open = await session.open();
  const object = await open.cluster.get(refOf(type, open, name), session.signal);
  if (object !== undefined) return object;
  const hint =
    type.kind === 'Secret'
      ? '; --secret :empty goes without'
      : '; -n names the controller’s namespace, --config-map FILE takes it from a file';
  throw new SluiceError(
    'NOT_FOUND',
    `there is no ${type.kind} ${name} in namespace ${open.namespace}${hint}`,
  );
}

/** What a message or a condition is about: a Rollout in a file, or that of this name in the cluster with all that belongs to it. */
export async function notificationSubject(session: Session, resource: string): Promise<Subject> {
  const { subjectOf } = await import('../core/notifications/subject.ts');
  const now = session.clock.now();
  const text = await textOfFile(session, resource).catch(() => undefined);
  if (text !== undefined) {
    const { parse } = await import('yaml');
    return subjectOf(parse(text) as Rollout, { analysisRuns: [], experiments: [], replicaSets: [] }, now);
  }
  const open = await session.open();
  const { cluster, namespace } = open;
  const rollout = await cluster.get(refOf(resources.rollouts, open, resource), session.signal);
  if (rollout === undefined) {
    throw new SluiceError('NOT_FOUND', `there is no file and no rollout "${resource}"`);
  }
  const { workloadOf } = await import('../shell/observe-workload.ts');
  const workload = workloadOf(rollout as Rollout);
  const all = async <T>(type: ResourceType) =>
    (await cluster.list(type, { namespace, signal: session.signal })).items as unknown as readonly T[];
  const around = {
    workload: workload && (await cluster.get(workload.ref, session.signal)),
    analysisRuns: await all<AnalysisRun>(resources.analysisRuns),
    experiments: await all<Experiment>(resources.experiments),
    replicaSets: await all<ReplicaSet>(resources.replicaSets),
  };
  return subjectOf(rollout as Rollout, around, now);
}

/** The one that is named, or an error that tells which there are. */
export function namedIn<T>(all: ReadonlyMap<string, T>, noun: 'template' | 'trigger', name: string): T {
  const found = all.get(name);
  if (found !== undefined) return found;
  const known = all.size === 0 ? 'none' : [...all.keys()].sort().join(', ');
  throw new SluiceError('NOT_FOUND', `there is no ${noun} "${name}"; there are ${known}`, { name });
}
