import { formatFieldError } from '../../api/validation/field-error.ts';
import type { Clock } from '../../kernel/clock.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { isObject } from '../json.ts';
import type { PrometheusRequest } from '../series/http.ts';
import { parseMetricsFaults } from '../series/metrics-faults.ts';
import { jsonAnswer, type MetricsAnswer, type MetricsServer, textAnswer } from '../series/metrics-server.ts';
import type { World } from '../world.ts';
import { parseFaultPlan } from './check-plan.ts';
import { injectFaults, type RunningFaults } from './inject.ts';
import type { FaultPlan } from './plan.ts';

/** Where faults of every kind are read (GET) and set (PUT) from outside. Never hit by a fault itself. */
export const faultsPath = '/sandbox/faults';

/**
 * The metrics of a world together with the face for its faults. What is PUT ends all that was PUT before: a plan
 * (`FaultPlan`) counts from now, a list is one of faults of the metrics server. GET shows what was PUT last, of a plan also
 * what it has done. Anything wrong is answered 400, every mistake on a line, and changes nothing.
 */
export function withFaultsFace(
  world: Pick<World, 'server' | 'traffic' | 'metrics' | 'setFate'>,
  clock: Clock,
): Pick<MetricsServer, 'ask'> {
  let current: { readonly plan: FaultPlan; readonly running: RunningFaults } | undefined;

  const end = () => {
    current?.running.stop();
    current = undefined;
  };
  const show = () => {
    if (current === undefined) return jsonAnswer(200, world.metrics.faults);
    const { plan, running } = current;
    const deeds = running.deeds.map((deed) => ({ ...deed, at: formatInstant(deed.at) }));
    return jsonAnswer(200, { ...plan, deeds });
  };
  const put = (body: string): MetricsAnswer => {
    const value = parsed(body);
    if (!isObject(value)) {
      const faults = parseMetricsFaults(body);
      if (typeof faults === 'string') return textAnswer(400, `${faults}\n`);
      end();
      world.metrics.faults = faults;
      return show();
    }
    const plan = parseFaultPlan(value);
    if (!('faults' in plan)) {
      return textAnswer(400, plan.map((error) => `${formatFieldError(error)}\n`).join(''));
    }
    end();
    world.metrics.faults = [];
    current = { plan, running: injectFaults(plan, { world, clock }) };
    return show();
  };
  return {
    async ask(request: PrometheusRequest, signal?: AbortSignal) {
      if (new URL(request.url, 'http://sandbox').pathname !== faultsPath)
        return world.metrics.ask(request, signal);
      if (request.method === 'GET') return show();
      if (request.method === 'PUT') return put(request.body ?? '');
      return textAnswer(405, 'GET reads the faults, PUT sets them\n');
    },
  };
}

/** What is no JSON is left to the reader of lists, which says so. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
