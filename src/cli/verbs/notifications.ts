import { parseArgs } from 'node:util';
import type { KubeObject } from '../../api/meta.ts';
import { resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Secret } from '../../api/workloads.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { textOfFile } from '../input.ts';
import { tableLines } from '../table.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

interface Flags {
  readonly 'config-map'?: string;
  readonly secret?: string;
  readonly namespace?: string;
  readonly output?: string;
  readonly recipient?: string[];
}

const usage = [
  'notifications template get [NAME] [-o wide|name|json|yaml]',
  'notifications template notify NAME RESOURCE [--recipient SERVICE:RECIPIENT]…',
  'notifications trigger get [NAME] [-o wide|name|json|yaml]',
  'notifications trigger run NAME RESOURCE',
];

/** `notifications`: what is configured, and what it makes of a Rollout, tried by hand. */
export const notifications: Verb = {
  words: 'notifications',
  summary: 'Show and try templates and triggers of notifications',
  passesThrough: true,
  details: [
    ...usage.map((line) => `  ${line}`),
    '',
    'RESOURCE is the name of a Rollout, or a file. -n NAME says the namespace of both, --config-map FILE takes the',
    'configuration from a file instead, --secret FILE the Secret (:empty for none). notify prints what it renders unless',
    'a recipient is given; to one it is sent at once.',
  ].join('\n'),
  async run(session, argv) {
    const { values, positionals } = read(argv);
    const [what, action, ...names] = positionals;
    const call = `${what} ${action}`;
    if (call === 'template get' || call === 'trigger get')
      return show(session, what as Kind, names[0], values);
    if (call === 'template notify') return notify(session, names, values);
    if (call === 'trigger run') return runTrigger(session, names, values);
    throw new UsageError(`one of these is meant:\n${usage.map((line) => `  ${line}`).join('\n')}`);
  },
};

type Kind = 'template' | 'trigger';

function read(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'config-map': { type: 'string' },
        secret: { type: 'string' },
        namespace: { type: 'string', short: 'n' },
        output: { type: 'string', short: 'o' },
        recipient: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** From the files that are named, else from the cluster. */
async function configOf(session: Session, flags: Flags) {
  const { configMapName, parseNotificationConfig, secretName } = await import(
    '../../core/notifications/config.ts'
  );
  const { decodedSecret } = await import('../../shell/analysis/read-secrets.ts');
  const configMap = await objectOf(
    session,
    flags,
    flags['config-map'],
    { ...resources.configMaps },
    configMapName,
  );
  const secret =
    flags.secret === ':empty'
      ? undefined
      : await objectOf(session, flags, flags.secret, resources.secrets, secretName);
  const { stringData = {}, ...stored } = (secret ?? {}) as Secret & { stringData?: Record<string, string> };
  const secrets = secret === undefined ? {} : { ...decodedSecret(stored as Secret), ...stringData };
  const config = parseNotificationConfig(
    (configMap as { data?: Record<string, string> }).data ?? {},
    secrets,
  );
  const { serviceProblems } = await import('../../shell/notifications/service-problems.ts');
  const { notificationServices } = await import('../../notifications/registry.ts');
  const problems = [...config.problems, ...serviceProblems(config, notificationServices)];
  for (const { key, message } of problems) session.err(`Warning: ${key}: ${message}\n`);
  return config;
}

async function objectOf(
  session: Session,
  { namespace }: Flags,
  file: string | undefined,
  type: (typeof resources)[keyof typeof resources],
  name: string,
): Promise<KubeObject> {
  if (file !== undefined) {
    const { parseManifests } = await import('../manifests.ts');
    const all = parseManifests(await textOfFile(session, file), file);
    const found = all.find(({ kind, metadata }) => kind === type.kind && metadata.name === name);
    if (found !== undefined) return found;
    throw new SluiceError('NOT_FOUND', `${file} has no ${type.kind} ${name}`);
  }
  const { cluster, namespace: own } = await session.open();
  const object = await cluster.get({ type, namespace: namespace ?? own, name });
  if (object !== undefined) return object;
  const hint = type.kind === 'Secret' ? '; --secret :empty goes without' : '';
  throw new SluiceError(
    'NOT_FOUND',
    `there is no ${type.kind} ${name} in namespace ${namespace ?? own}${hint}`,
  );
}

async function subjectOf(session: Session, { namespace }: Flags, resource: string) {
  const { parse } = await import('yaml');
  const text = await textOfFile(session, resource).catch(() => undefined);
  const open = text === undefined ? await session.open() : undefined;
  const object =
    text !== undefined
      ? (parse(text) as Rollout)
      : await open?.cluster.get({
          type: resources.rollouts,
          namespace: namespace ?? open.namespace,
          name: resource,
        });
  if (object === undefined)
    throw new SluiceError('NOT_FOUND', `there is no file and no rollout "${resource}"`);
  return { rollout: object as Rollout, analysisRuns: [], now: session.clock.now() };
}

async function show(session: Session, kind: Kind, name: string | undefined, flags: Flags): Promise<number> {
  const config = await configOf(session, flags);
  const all = kind === 'template' ? config.templates : config.triggers;
  const chosen = [...all]
    .filter(([each]) => name === undefined || each === name)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const { output = '' } = flags;
  if (output === 'name') session.out(chosen.map(([each]) => `${each}\n`).join(''));
  else if (output === 'json') session.out(`${JSON.stringify(Object.fromEntries(chosen), undefined, 2)}\n`);
  else if (output === 'yaml') session.out((await import('yaml')).stringify(Object.fromEntries(chosen)));
  else if (output !== '' && output !== 'wide') {
    throw new UsageError(`--output must be one of wide, name, json, yaml, not "${output}"`);
  } else {
    const rows =
      kind === 'template'
        ? [
            ['NAME', 'PREVIEW'],
            ...[...config.templates]
              .filter(([each]) => chosen.some(([c]) => c === each))
              .map(([each, template]) => [each, preview(template)]),
          ]
        : [
            ['NAME', 'TEMPLATE', 'CONDITION'],
            ...[...config.triggers]
              .filter(([each]) => chosen.some(([c]) => c === each))
              .flatMap(([each, conditions]) =>
                conditions.map(({ send, when = '' }, index) => [
                  index === 0 ? each : '',
                  send.join(', '),
                  when,
                ]),
              ),
          ];
    session.out(`${tableLines(rows).join('\n')}\n`);
  }
  return 0;
}

function preview(template: Readonly<Record<string, unknown>>): string {
  const text =
    typeof template['message'] === 'string' && template['message'] !== ''
      ? template['message']
      : JSON.stringify(template);
  const line = text.split('\n')[0] as string;
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

async function runTrigger(
  session: Session,
  [name, resource]: readonly string[],
  flags: Flags,
): Promise<number> {
  if (name === undefined || resource === undefined)
    throw new UsageError('trigger run takes a NAME and a RESOURCE');
  const config = await configOf(session, flags);
  const conditions = config.triggers.get(name);
  if (conditions === undefined) {
    const known = [...config.triggers.keys()].sort().join(', ');
    throw new SluiceError('NOT_FOUND', `there is no trigger "${name}"; there are ${known}`);
  }
  const { judgeCondition } = await import('../../core/notifications/conditions.ts');
  const { isEventTrigger } = await import('../../core/notifications/occurrences.ts');
  const subject = await subjectOf(session, flags, resource);
  const rows = conditions.map((condition) => {
    const { holds, problem } = judgeCondition(condition, subject, isEventTrigger(name));
    if (problem !== undefined) session.err(`Warning: ${problem}\n`);
    return [condition.when ?? '', String(holds)];
  });
  session.out(`${tableLines([['CONDITION', 'RESULT'], ...rows]).join('\n')}\n`);
  return 0;
}

async function notify(session: Session, [name, resource]: readonly string[], flags: Flags): Promise<number> {
  if (name === undefined || resource === undefined)
    throw new UsageError('template notify takes a NAME and a RESOURCE');
  const config = await configOf(session, flags);
  const { destinationOf } = await import('../../core/notifications/subscriptions.ts');
  const { outgoing, sendMessage } = await import('../../shell/notifications/delivery.ts');
  const { notificationSettings } = await import('../../operator/notifications.ts');
  const settings = notificationSettings({ clock: session.clock, namespace: '', isSelfService: false });
  const subject = await subjectOf(session, flags, resource);
  for (const recipient of flags.recipient ?? ['console:stdout']) {
    const destination = destinationOf(recipient);
    const isPrinted = destination.service === 'console';
    const services = isPrinted
      ? new Map([...config.services, ['console', { type: 'console', options: {} }]])
      : config.services;
    const due = {
      ...{ key: `${name}:${recipient}:${session.clock.now()}`, trigger: 'on-request', templates: [name] },
      ...{ destination, subject, source: { config: { ...config, services } } },
    };
    if (isPrinted) {
      const { message, blocks } = outgoing(due, settings.digest);
      const { stringify } = await import('yaml');
      session.out(stringify({ message, ...blocks }));
    } else {
      await sendMessage(due, { ...settings, signal: session.signal });
      session.out(`sent to ${recipient}\n`);
    }
  }
  return 0;
}
