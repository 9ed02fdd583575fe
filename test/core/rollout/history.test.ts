import { podTemplateHashLabel } from '../../../src/api/labels.ts';
import type { AnalysisRun } from '../../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../../src/api/v1alpha1/experiment.ts';
import { decideRollout } from '../../../src/core/rollout/decide.ts';
import { hashOfImage, noon, observed, replicaSet, rollout } from '../../support/builders.ts';

const finished = (kind: string, name: string, phase: string, hash = hashOfImage('shop:v1')) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind,
  metadata: {
    name,
    namespace: 'default',
    labels: { [podTemplateHashLabel]: hash },
    creationTimestamp: `2026-01-01T10:00:0${name.at(-1)}Z`,
  },
  spec: {},
  status: { phase },
});

/** Names of what the decision deletes, when these have finished. */
function deleted(analysis: object, ...objects: ReturnType<typeof finished>[]): string[] {
  const of = (kind: string) => objects.filter((object) => object.kind === kind) as unknown[];
  const plan = decideRollout(
    observed({
      rollout: rollout({
        analysis,
        status: { stableRS: hashOfImage('shop:v1'), currentPodHash: hashOfImage('shop:v1') },
      }),
      replicaSets: [replicaSet()],
      analysisRuns: of('AnalysisRun') as AnalysisRun[],
      experiments: of('Experiment') as Experiment[],
    }),
    noon,
  );
  return plan.actions.flatMap((action) => (action.do === 'delete' ? [action.ref.name] : []));
}

describe.each(['AnalysisRun', 'Experiment'])('finished objects of kind %s', (kind) => {
  const runs = ['Successful', 'Failed', 'Successful', 'Error', 'Inconclusive'].map((phase, index) =>
    finished(kind, `run-${index}`, phase),
  );
  test.each<[string, object, string[]]>([
    ['five of either end stay when nothing is said', {}, []],
    ['the oldest good ones go', { successfulRunHistoryLimit: 1 }, ['run-0']],
    ['the oldest of the others go', { unsuccessfulRunHistoryLimit: 1 }, ['run-1', 'run-3']],
    [
      'none stays',
      { successfulRunHistoryLimit: 0, unsuccessfulRunHistoryLimit: 0 },
      ['run-0', 'run-2', 'run-1', 'run-3', 'run-4'],
    ],
  ])('%s', (_, limits, expected) => {
    expect(deleted(limits, ...runs)).toEqual(expected);
  });

  test('those of a revision that is gone go, those that run stay', () => {
    const orphan = finished(kind, 'old-1', 'Successful', 'gone');
    expect(deleted({}, orphan, finished(kind, 'old-2', 'Running', 'gone'))).toEqual(['old-1']);
  });
});
