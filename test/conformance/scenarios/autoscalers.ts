import { create, get, patch } from '../requests.ts';
import type { Scenario } from '../scenario.ts';

const path = (version: string, name = '') =>
  `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers${name === '' ? '' : `/${name}`}`;
const first = (name: string, spec: object = {}) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name },
  spec: {
    maxReplicas: 3,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    ...spec,
  },
});

export const autoscalersScenarios: readonly Scenario[] = [
  {
    name: 'both versions of an autoscaler',
    steps: [
      create('in version 1', path('v1'), first('a', { targetCPUUtilizationPercentage: 50 })),
      get('in version 2', path('v2', 'a')),
      patch('merge', path('v1', 'a'), { spec: { targetCPUUtilizationPercentage: 70 } }),
      patch(
        'merge',
        path('v2', 'a'),
        { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } },
        'behavior',
      ),
      get('behavior in version 1', path('v1', 'a')),
      patch(
        'json',
        path('v2', 'a'),
        [
          {
            op: 'add',
            path: '/spec/metrics/-',
            value: {
              type: 'Resource',
              resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
            },
          },
        ],
        'another metric',
      ),
      get('another metric in version 1', path('v1', 'a')),
      patch('merge', path('v1', 'a'), { spec: { minReplicas: 2 } }, 'minimum in version 1'),
      get('all of it in version 2', path('v2', 'a')),
      create('without a target', path('v1'), first('b', { minReplicas: 5 })),
    ],
  },
];
