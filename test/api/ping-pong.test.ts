import { pingPongOf } from '../../src/api/ping-pong.ts';
import { namedRouters } from '../../src/api/split.ts';
import type { CanaryStrategy, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { validateRollout } from '../../src/api/validation/validate-rollout.ts';
import { decideRollout } from '../../src/core/rollout/decide.ts';
import { routers } from '../../src/routers/registry.ts';
import { servicesOf } from '../../src/routers/services.ts';
import { noon, observed, replicaSet, rollout, router, service } from '../support/builders.ts';

const istio: TrafficRouting = { istio: { virtualService: { name: 'shop' } } };
const alb: TrafficRouting = { alb: { ingress: 'shop', servicePort: 80, rootService: 'root' } };
const gateway: TrafficRouting = { plugins: { 'argoproj-labs/gatewayAPI': { httpRoute: 'shop' } } };
const named = { stableService: 'shop-stable', canaryService: 'shop-canary' };
const inTurns = { pingPong: { pingService: 'ping', pongService: 'pong' } };

describe('with both pairs of Services', () => {
  test.each<[string, CanaryStrategy, 'named' | 'in turns']>([
    ['Istio divides between the named pair', { ...named, ...inTurns, trafficRouting: istio }, 'named'],
    ['Istio with the other pair alone follows the turns', { ...inTurns, trafficRouting: istio }, 'in turns'],
    ['ALB follows the turns', { ...named, ...inTurns, trafficRouting: alb }, 'in turns'],
    ['the Gateway API follows the turns', { ...named, ...inTurns, trafficRouting: gateway }, 'in turns'],
    [
      'several routers follow the same pair',
      { ...named, ...inTurns, trafficRouting: { ...istio, ...alb } },
      'in turns',
    ],
  ])('%s, and the core turns no other', (_, canary, wanted) => {
    expect(pingPongOf(canary) === undefined ? 'named' : 'in turns').toBe(wanted);
    const owner = rollout({ canary: { ...canary, steps: [{ setWeight: 50 }] }, status: { stableRS: '' } });
    const pair = wanted === 'named' ? ['shop-stable', 'shop-canary'] : ['pong', 'ping'];
    expect(Object.values(servicesOf(owner))).toEqual(pair);
    const services = Object.fromEntries(
      [...pair, 'shop-stable', 'shop-canary', 'ping', 'pong'].map((name) => [name, service(name)]),
    );
    const { actions } = decideRollout(
      observed({
        rollout: owner,
        replicaSets: [replicaSet()],
        services,
        routers: namedRouters(canary.trafficRouting).map((kind) => router({ kind: kind as 'istio' })),
      }),
      noon,
    );
    const turned = actions.flatMap((action) => (action.do === 'switchService' ? [action.name] : []));
    expect(turned.length).toBeGreaterThan(0);
    expect(turned.filter((name) => !pair.includes(name))).toEqual([]);
  });

  test('a second router that cannot follow the turns is refused by name', () => {
    const canary = { ...named, ...inTurns, trafficRouting: { ...alb, nginx: { stableIngress: 'shop' } } };
    const facts = (['alb', 'nginx'] as const).map((kind) => ({
      kind,
      supported: true,
      capabilities: routers[kind]?.capabilities ?? new Set(),
      problems: [],
    }));
    const found = validateRollout(rollout({ canary }), {
      services: {},
      routers: facts,
      templateProblems: [],
    });
    expect(found.map(({ detail }) => detail)).toEqual([
      expect.stringContaining('nginx cannot divide between Services that take turns'),
    ]);
  });
});
