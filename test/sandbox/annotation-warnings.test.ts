import type { KubeObject } from '../../src/api/meta.ts';
import { annotationWarnings } from '../../src/sandbox/annotation-warnings.ts';
import { trafficAnnotations } from '../../src/sandbox/traffic/annotations.ts';
import { lifeAnnotations } from '../../src/sandbox/workloads/annotations.ts';
import { sandbox } from './support.ts';
import { kinds, template, worldStage } from './world-support.ts';

function pod(annotations: Record<string, string | number>): KubeObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', annotations: sandbox(annotations) } };
}

describe('a wrong annotation is told to who writes it', () => {
  test.each([
    ['error-rate', '30', '"30" is not a share of requests from 0 to 1, such as 0.05; it is ignored'],
    ['error-rate', '5%', '"5%" is not a share of requests from 0 to 1'],
    [
      'error-rate-after',
      '60=0.3',
      '"60=0.3" is not a list of times and shares from 0 to 1, such as "60s=0.3, 5m=0"',
    ],
    ['error-rate-after', '60s:0.3', 'is not a list of times'],
    ['error-code', 'teapot', '"teapot" is not a status code from 400 to 599'],
    ['latency-ms', '-5', '"-5" is not a number of milliseconds, at least 0'],
    ['latency-ms-after', '60s=slow', 'such as "60s=800"'],
    ['fail', 'crashing', '"crashing" is not one of crash, never-ready, image, unschedulable'],
    ['exit-code', '256', 'an exit code from 0 to 255'],
    ['requests-with-header', 'x-tester=0.1', 'such as "x-tester: yes = 0.05; x-beta: on = 0.1"'],
    ['apply-delay', 'soon', '"soon" is not a duration such as 30s, or never'],
    ['eror-rate', '0.3', 'the sandbox has no such annotation; did you mean sandbox.sluice.dev/error-rate?'],
    ['cpu', '0.3', 'the sandbox has no such annotation; it has requests-per-second,'],
  ])('%s: %s', (name, value, message) => {
    const [warning] = annotationWarnings(pod({ [name]: value }));
    expect(warning).toContain(`metadata.annotations[sandbox.sluice.dev/${name}]: `);
    expect(warning).toContain(message);
  });

  test('what is right is not mentioned', () => {
    const right = pod({
      'error-rate': 0.3,
      'error-rate-after': '60s=0.3, 5m=0',
      'error-code': 503,
      'latency-ms': 20.5,
      fail: 'crash',
    });
    expect(annotationWarnings(right)).toEqual([]);
  });

  test('every annotation that is read is known', () => {
    const all = [...Object.values(trafficAnnotations), ...Object.values(lifeAnnotations)];
    const object = {
      ...pod({}),
      metadata: { name: 'a', annotations: Object.fromEntries(all.map((name) => [name, ''])) },
    };
    expect(annotationWarnings(object).filter((text) => text.includes('no such annotation'))).toEqual([]);
  });

  test('behaviour beside a pod template, where nobody looks', () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'shop', annotations: sandbox({ 'error-rate': 0.3 }) },
      spec: { template: { metadata: { annotations: sandbox({ 'latency-ms': 'x' }) } } },
    };
    expect(annotationWarnings(deployment)).toEqual([
      'metadata.annotations[sandbox.sluice.dev/error-rate]: nothing reads it on this Deployment; put it in spec.template.metadata.annotations of what makes the pods',
      'spec.template.metadata.annotations[sandbox.sluice.dev/latency-ms]: "x" is not a number of milliseconds, at least 0; it is ignored',
    ]);
  });

  test.each([
    ['Service', {}, 'latency-ms', 20, /on this Service; put it in spec.template.metadata.annotations of/],
    ['Pod', {}, 'requests-per-second', 5, /on this Pod; put it on the route object .* or on the Service/],
    ['Ingress', {}, 'desired-replicas', 5, /on this Ingress; put it on a HorizontalPodAutoscaler/],
    ['HorizontalPodAutoscaler', {}, 'lost', 'true', /put it on a Node/],
  ])('on a %s: what belongs elsewhere, and where', (kind, spec, name, value, message) => {
    const metadata = { name: 'a', annotations: sandbox({ [name]: value }) };
    expect(annotationWarnings({ apiVersion: 'v1', kind, metadata, spec } as KubeObject)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test.each([
    ['Node', 'lost', 'true'],
    ['HorizontalPodAutoscaler', 'desired-replicas', '5'],
    ['HTTPRoute', 'apply-delay', '30s'],
    ['Ingress', 'apply-delay', 'never'],
    ['Ingress', 'requests-with-header', 'x-tester: yes = 0.05; x-beta: on = 0.1'],
    ['Service', 'requests-per-second', '5'],
  ])('on a %s nothing is said about %s', (kind, name, value) => {
    const metadata = { name: 'a', annotations: sandbox({ [name]: value }) };
    expect(annotationWarnings({ apiVersion: 'v1', kind, metadata })).toEqual([]);
  });

  test.each([
    ['CronJob', (template: object) => ({ jobTemplate: { spec: { template } } }), 'jobTemplate.spec.template'],
    ['Experiment', (template: object) => ({ templates: [{ template }] }), 'templates[0].template'],
  ])('in the pod templates of a %s, too', (kind, specOf, path) => {
    const spec = specOf({ metadata: { annotations: sandbox({ fail: 'x' }) } });
    const object = { apiVersion: 'v1', kind, metadata: { name: 'a' }, spec } as KubeObject;
    expect(annotationWarnings(object)[0]).toContain(`spec.${path}.metadata.annotations[`);
  });

  test('an event of the object and a line of the log tell it once, to whoever did not see the answer', async () => {
    const { create, patch, list, seconds, warnings, world } = worldStage();
    await create(kinds.deployments, {
      metadata: { name: 'shop', namespace: 'default' },
      spec: {
        selector: { matchLabels: { app: 'shop' } },
        template: template({ annotations: { fail: 'x' } }),
      },
    });
    await seconds(30); // its ReplicaSet and pods have the annotation, too, and say nothing
    await patch(kinds.deployments, 'shop', { spec: { replicas: 2 } });
    await seconds(30);
    const told = list<
      KubeObject & { reason: string; message: string; count: number; involvedObject: object }
    >(kinds.events).filter(({ reason }) => reason === 'AnnotationIgnored');
    expect(told).toEqual([
      expect.objectContaining({
        type: 'Warning',
        message: expect.stringMatching(/^spec.template.metadata.annotations\[.*fail\]: "x" is not one of/),
        count: 1,
        involvedObject: expect.objectContaining({ kind: 'Deployment', name: 'shop' }),
      }),
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(/^an annotation of the sandbox is not read \{"kind":"Deployment".*fail/),
    ]);
    world.stop();
  });

  test('kubectl gets it as a warning of the API server', async () => {
    const { world } = worldStage();
    const response = await world.server.handle({
      method: 'POST',
      path: '/api/v1/namespaces/default/services',
      query: new URLSearchParams(),
      headers: {},
      body: {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name: 'shop', annotations: sandbox({ 'requests-per-second': 'many' }) },
        spec: { ports: [{ port: 80 }] },
      },
    });
    expect(response).toMatchObject({
      status: 201,
      warnings: [expect.stringContaining('"many" is not a number')],
    });
    world.stop();
  });
});
