import { keyOf } from '../../api/meta.ts';
import type { TargetGroupBinding } from '../../api/workloads.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { PodsToRegister, TargetRegistration } from '../../ports/target-registration.ts';
import type { RouterNews } from '../../ports/traffic-router.ts';
import { boundPort, endpointsOf, judgeTargets, type RegistrationJudgement } from './judge-targets.ts';
import type { LoadBalancerReader } from './load-balancer-reader.ts';
import { questions } from './questions.ts';

export interface RegistrationOptions {
  readonly reader: LoadBalancerReader;
  readonly clock: Clock;
}

/** The pods behind a Service against what AWS says of every target group that a TargetGroupBinding ties to it. */
export function targetRegistration({ reader, clock }: RegistrationOptions): TargetRegistration {
  const asking = questions(clock);
  return {
    ask(pods, heard) {
      const { metadata } = pods.rollout;
      const id = metadata.uid ?? keyOf(pods.rollout);
      const wanted = pods.bindings
        .filter((binding) => isOf(binding, pods))
        .map((binding) => ({ arn: binding.spec.targetGroupARN ?? '', ...endpointsOf(binding, pods) }));
      if (wanted.length === 0) {
        asking.forget(id);
        return { verified: true, news: [] };
      }
      const { since, told } = asking.ask(id, JSON.stringify([pods.replicaSet.metadata.name, wanted]));
      const judged = wanted.map((each): RegistrationJudgement => {
        if (!each.isComplete) return { verified: false };
        const reading = reader.targets.read(each.arn, { id, since, heard });
        return reading === undefined
          ? { verified: false }
          : judgeTargets(pods.service.metadata.name, each, reading.says);
      });
      return {
        verified: judged.every(({ verified }) => verified),
        news: judged.flatMap(({ news }, index) => untold(wanted[index]?.arn ?? '', news, told)),
      };
    },
  };
}

/** A binding of nodes or of another Service says nothing about pods. One without an ARN is not carried out yet. */
function isOf({ spec }: TargetGroupBinding, { service }: PodsToRegister): boolean {
  const { serviceRef, targetType, targetGroupARN } = spec;
  if (targetType !== 'ip' || targetGroupARN === undefined) return false;
  return serviceRef.name === service.metadata.name && boundPort(spec, service) !== undefined;
}

/** What is said again is no news. */
function untold(arn: string, news: RouterNews | undefined, told: Map<string, string>): readonly RouterNews[] {
  if (news === undefined || told.get(arn) === news.message) return [];
  told.set(arn, news.message);
  return [news];
}
