import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import { type EmbeddedStage, embeddedStage } from '../support/embedded-stage.ts';
import { storyOn, trialTemplate } from '../support/story.ts';

const ref = (name: string) => ({ type: resources.experiments, namespace: 'default', name });
const trialOf = async (stage: EmbeddedStage) => (await stage.get(ref('trial'))) as Experiment;
const messages = async (stage: EmbeddedStage) =>
  ((await stage.list(resources.events)) as (KubeObject & { reason: string; message: string })[])
    .filter(({ reason }) => /^(Template|Experiment|AnalysisRun)/.test(reason))
    .map(({ reason, message }) => `${reason}: ${message}`);

/** Of nobody, and without our label: no cache of ours follows it. */
const foreignSet: ReplicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'trial-new', namespace: 'default' },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: 'other' } },
    template: { metadata: { labels: { app: 'other' } }, spec: { containers: [{ name: 'a', image: 'a' }] } },
  },
};
const foreignService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'trial-new', namespace: 'default' },
  spec: { selector: { app: 'other' }, ports: [{ port: 80, protocol: 'TCP' }] },
};
const withService = { templates: [trialTemplate('new', 'shop:v2', { service: {} })] };

describe('an experiment on the API server', () => {
  test('waits for a ReplicaSet of its name to go, says so, and goes on', async () => {
    const stage = await embeddedStage();
    const { given, then, when } = storyOn(stage);
    await given.objects(foreignSet);
    await given.experiment();
    await then.experiment('Pending', "ReplicaSet 'trial-new' belongs to somebody else; waiting for it to go");
    await stage.delete({ type: resources.replicaSets, namespace: 'default', name: 'trial-new' });
    await when.timePasses(15);
    await then.experiment('Running');
  });

  test('ends when a Service of its name belongs to somebody else, and leaves that one alone', async () => {
    const stage = await embeddedStage();
    const { given, then } = storyOn(stage);
    await given.objects(foreignService);
    await given.experiment({ ...withService, scaleDownDelaySeconds: 0 });
    await then.experiment(
      'Error',
      "Failed to create Service trial-new for template 'new': service trial-new already exists and is not owned by experiment template new",
    );
    await then.experimentPods(0);
    expect(
      await stage.get({ type: resources.services, namespace: 'default', name: 'trial-new' }),
    ).toBeDefined();
  });

  test('ends when the API server refuses what it needs, with the server’s words, and takes the rest down', async () => {
    const stage = await embeddedStage();
    const { given, then } = storyOn(stage);
    const templates = [trialTemplate('new', 'shop:v2', { service: { name: 'Not A Name' } })];
    await given.experiment({ templates, scaleDownDelaySeconds: 0 });
    await then.experiment(
      'Error',
      /^Failed to create Service Not A Name for template 'new': .*Invalid value/,
    );
    await then.experimentPods(0);
  });

  test('says each thing once, and forwards what its runs say to nobody when it has no Rollout', async () => {
    const stage = await embeddedStage();
    const { given, when } = storyOn(stage);
    await given.experiment({ templates: [trialTemplate('new', 'shop:v2')], duration: '1m' });
    await when.timePasses(120);
    await stage.simulation.restartOperator();
    await when.timePasses(60);
    expect(await messages(stage)).toEqual([
      'ExperimentPending: Experiment transitioned from  -> Pending',
      "TemplateProgressing: Template 'new' transitioned from  -> Progressing",
      "TemplateRunning: Template 'new' transitioned from Progressing -> Running",
      'ExperimentRunning: Experiment transitioned from Pending -> Running',
      "TemplateSuccessful: Template 'new' transitioned from Running -> Successful",
      'ExperimentSuccessful: Experiment transitioned from Running -> Successful',
    ]);
  });

  test('goes with all that it has made', async () => {
    const stage = await embeddedStage();
    const { given, then, when } = storyOn(stage);
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05, { count: undefined });
    await given.experiment({ ...withService, analyses: [{ name: 'errors', templateName: 'errors' }] });
    await then.experiment('Running');
    await when.timePasses(20);
    const made = [resources.replicaSets, resources.services, resources.analysisRuns, resources.pods];
    const left = async () =>
      (await Promise.all(made.map((type) => stage.list(type)))).map((all) => all.length);
    expect(await left()).toEqual([1, 1, 1, 1]);
    await stage.delete(ref('trial'));
    await when.timePasses(120);
    expect(await left()).toEqual([0, 0, 0, 0]);
  });

  test('begins anew when its status is forgotten, as `retry experiment` does', async () => {
    const stage = await embeddedStage();
    const { given, then, when } = storyOn(stage);
    await given.experiment({ duration: '1m', scaleDownDelaySeconds: 0 });
    await when.timePasses(90);
    await then.experiment('Successful');
    await stage.patch(ref('trial'), { kind: 'merge', body: { status: null } });
    await then.experiment('Running');
    await then.experimentPods(2);
  });

  test('asks no more of the server than it must', async () => {
    const stage = await embeddedStage();
    const { given, when } = storyOn(stage);
    await given.experiment({ ...withService, duration: '10m' });
    await when.timePasses(1000);
    const { requests } = stage.simulation;
    expect((await trialOf(stage)).status?.phase).toBe('Successful');
    expect(
      [...requests].filter(([request]) => /^(create|patch|delete|update) (?!events|leases)/.test(request)),
    ).toEqual([
      ['create replicasets', 1],
      ['create services', 1],
      ['patch experiments', expect.any(Number)],
      ['patch replicasets', 2],
      ['delete services', 1],
    ]);
    expect(requests.get('patch experiments')).toBeLessThanOrEqual(8);
  });
});
