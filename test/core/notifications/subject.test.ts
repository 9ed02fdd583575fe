import type { KubeObject } from '../../../src/api/meta.ts';
import { controlledBy } from '../../../src/api/owner.ts';
import { resources } from '../../../src/api/resources.ts';
import type { AnalysisRun } from '../../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../../src/api/v1alpha1/experiment.ts';
import type { ReplicaSet } from '../../../src/api/workloads.ts';
import { subjectOf } from '../../../src/core/notifications/subject.ts';
import { noon, rollout } from '../../support/builders.ts';

const shop = {
  ...rollout({
    image: 'shop:v2',
    status: {
      ...{ abort: true, abortedAt: '2026-01-05T12:00:00Z', currentPodHash: 'bbb', stableRS: 'aaa' },
      conditions: [],
    },
    canary: { steps: [{ setWeight: 5 }] },
  }),
};
shop.metadata = { ...shop.metadata, annotations: { 'rollout.argoproj.io/revision': '2' } };

const own = (kind: string, name: string, owner: KubeObject, hash: string, revision: string, rest: object) =>
  ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind,
    metadata: {
      ...{ name, uid: `uid-${name}`, creationTimestamp: `2026-01-05T12:00:0${name.length % 10}Z` },
      labels: { 'rollouts-pod-template-hash': hash },
      annotations: { 'rollout.argoproj.io/revision': revision },
      ownerReferences: [
        controlledBy(owner, owner.kind === 'Rollout' ? resources.rollouts : resources.experiments),
      ],
    },
    ...rest,
  }) as KubeObject;

const failed = {
  spec: { metrics: [{ name: 'errors', successCondition: 'result < 0.01', provider: {} }] },
  status: {
    phase: 'Failed',
    metricResults: [
      { name: 'errors', phase: 'Failed', failed: 1, measurements: [{ phase: 'Failed', value: '0.2' }] },
    ],
  },
};
const template = (image: string) => ({
  spec: { template: { spec: { containers: [{ name: 'shop', image }] } } },
});

test('a subject has the runs of its revision, the images of earlier ones, and of an abort the evidence of Experiments too', () => {
  const experiment = own('Experiment', 'baseline', shop, 'bbb', '2', { status: { phase: 'Failed' } });
  const around = {
    analysisRuns: [
      own('AnalysisRun', 'old', shop, 'bbb', '2', { spec: {}, status: { phase: 'Successful' } }),
      own('AnalysisRun', 'of-before', shop, 'aaa', '1', failed),
      own('AnalysisRun', 'newest', shop, 'bbb', '2', failed),
      own('AnalysisRun', 'of-experiment', experiment, 'x', '', failed),
      own(
        'AnalysisRun',
        'of-stranger',
        { ...shop, metadata: { ...shop.metadata, uid: 'other' } },
        'bbb',
        '2',
        failed,
      ),
    ] as unknown as AnalysisRun[],
    experiments: [experiment] as unknown as Experiment[],
    replicaSets: [
      own('ReplicaSet', 'shop-aaa', shop, 'aaa', '1', template('shop:v1')),
      own('ReplicaSet', 'shop-bbb', shop, 'bbb', '2', template('shop:v2')),
    ] as unknown as ReplicaSet[],
  };
  const { analysisRuns, templates, abortRecord } = subjectOf(shop, around, noon);
  expect(analysisRuns.map(({ metadata }) => metadata.name)).toEqual(['newest', 'old']);
  expect(templates?.get(1)?.spec).toEqual({ containers: [{ name: 'shop', image: 'shop:v1' }] });
  expect(abortRecord).toMatchObject({
    revision: 2,
    verdict: 'analysis',
    stable: { images: [{ container: 'shop', image: 'shop:v1' }] },
    evidence: [{ analysisRun: 'newest' }, { analysisRun: 'of-experiment', experiment: 'baseline' }],
  });
  expect(abortRecord?.evidence[1]?.metrics).toMatchObject([
    { name: 'errors', successCondition: 'result < 0.01', failed: 1, measurements: [{ value: '0.2' }] },
  ]);
});
