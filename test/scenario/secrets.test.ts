import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Log } from '../../src/kernel/log.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { terminal } from '../cli/terminal.ts';
import { configured, notificationSettings, post, tellingAll, toldCanary } from '../support/notifications.ts';
import { crds } from '../support/settings.ts';

/** What must not be read anywhere but where it is sent to: of a metric, and of a service for notifications. */
const planted = { metric: 'p1anted-of-metric', service: 'p1anted-of-service' };

const template = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'error-rate', namespace: 'default' },
  spec: {
    args: [{ name: 'token', valueFrom: { secretKeyRef: { name: 'metric-token', key: 'token' } } }],
    metrics: [
      {
        name: 'rate',
        failureLimit: 1,
        successCondition: 'result < 1',
        provider: {
          web: {
            url: 'https://metrics.test/{{args.token}}',
            headers: [{ key: 'Authorization', value: 'Bearer {{args.token}}' }],
            jsonPath: '{$.rate}',
          },
        },
      },
    ],
  },
};

function release(image: string): KubeObject {
  const rollout = toldCanary(image);
  const steps = [{ setWeight: 50 }, { analysis: { templates: [{ templateName: 'error-rate' }] } }];
  return { ...rollout, spec: { ...rollout.spec, strategy: { canary: { steps } } } } as KubeObject;
}

/** A release whose analysis fails, told to a service that throws its own secret back with every refusal. */
async function play(log: Log): Promise<Simulation> {
  const to = post();
  to.answer = ({ headers }) => ({ status: 400, body: `refused: ${headers?.['authorization']}` });
  const simulation = await createSimulation({ crds: crds(), log, notifications: notificationSettings(to) });
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'metric-token', namespace: 'default' },
    data: { token: Buffer.from(planted.metric).toString('base64') },
  } as KubeObject;
  await simulation.apply(...configured(tellingAll('https://hooks.test/'), { token: planted.service }));
  await simulation.apply(secret, template as KubeObject, release('shop:v1'));
  await simulation.advance(60);
  await simulation.apply(release('shop:v2'));
  await simulation.advance(300);
  return simulation;
}

test('no secret of a metric or a service is in a status, an event, a log line or on a screen', async () => {
  const lines: string[] = [];
  const note = (message: string, facts: object = {}) => lines.push(JSON.stringify({ message, ...facts }));
  const simulation = await play({ debug: note, info: note, warn: note, error: note });

  const runs = simulation.list(resources.analysisRuns) as AnalysisRun[];
  expect(runs.map(({ status }) => status?.phase)).toEqual(['Error']); // it was asked, with the secret, and in vain
  const written = Object.values(resources)
    .filter(({ plural }) => plural !== 'secrets')
    .flatMap((type) => simulation.list(type));
  const shell = terminal({ cluster: simulation.user, clock: simulation.clock });
  const screens: string[] = [];
  for (const line of [
    'get ro shop',
    'get ro shop -o json',
    'explain shop',
    'list ro -o wide',
    'status shop',
  ]) {
    const { out, err } = await shell.run(line);
    screens.push(out, err);
  }
  await simulation.stop();

  // both came back from where they were sent, and were blotted out
  expect(JSON.stringify(runs)).toContain('nothing answers at /*****');
  expect(lines.join('\n')).toContain('refused: Bearer *****');
  const seen = [...lines, ...screens, ...written.map((object) => JSON.stringify(object))];
  for (const secret of Object.values(planted)) {
    const encoded = Buffer.from(secret).toString('base64');
    expect(seen.filter((text) => text.includes(secret) || text.includes(encoded))).toEqual([]);
  }
});
