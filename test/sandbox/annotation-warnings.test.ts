import type { KubeObject } from '../../src/api/meta.ts';
import { annotationWarnings } from '../../src/sandbox/annotation-warnings.ts';
import { trafficAnnotations } from '../../src/sandbox/traffic/annotations.ts';
import { lifeAnnotations } from '../../src/sandbox/workloads/annotations.ts';
import { sandbox } from './support.ts';
import { worldStage } from './world-support.ts';

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
    ['eror-rate', '0.3', 'the sandbox has no such annotation; it has requests-per-second,'],
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
      'requests-with-header': 'x-tester: yes = 0.05; x-beta: on = 0.1',
      'apply-delay': 'never',
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
      'metadata.annotations[sandbox.sluice.dev/error-rate]: nothing reads it on a Deployment; put it in spec.template.metadata.annotations',
      'spec.template.metadata.annotations[sandbox.sluice.dev/latency-ms]: "x" is not a number of milliseconds, at least 0; it is ignored',
    ]);
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
