import { controlledBy } from '../../api/owner.ts';
import type { ApisixRoute, ApisixRule } from '../../api/routes.ts';
import type { HeaderRoute, StringMatch } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { literalPattern } from '../../kernel/literal-pattern.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RoleServices } from '../services.ts';
import { isEdited } from './references.ts';

/**
 * A route of our own beside the user's: its edited rules, one step higher in priority, narrowed by the headers (all of
 * them must match) and with the canary as their only backend. The very same object when it shows that already.
 */
export function headerRoute(
  rollout: Rollout,
  base: ApisixRoute,
  route: HeaderRoute,
  current: ApisixRoute | undefined,
  { canary = '', stable = '' }: RoleServices,
): ApisixRoute {
  const exprs = route.match.map(({ headerName, headerValue }) => ({
    subject: { scope: 'Header', name: headerName },
    ...operationOf(headerValue),
  }));
  const http = (base.spec.http ?? [])
    .filter((rule) => isEdited(rollout, base, rule))
    .map(
      (rule): ApisixRule => ({
        ...rule,
        priority: (rule.priority ?? 0) + 1,
        match: { ...rule.match, exprs: [...(rule.match?.exprs ?? []), ...exprs] },
        backends: (rule.backends ?? [])
          .filter(({ serviceName }) => serviceName !== stable)
          .map((backend) => (backend.serviceName === canary ? { ...backend, weight: 100 } : backend)),
      }),
    );
  const spec = { ...base.spec, http };
  if (current !== undefined) return sameJson(current.spec, spec) ? current : { ...current, spec };
  const { labels, annotations } = base.metadata;
  const { namespace } = rollout.metadata;
  return {
    apiVersion: base.apiVersion,
    kind: base.kind,
    metadata: {
      name: route.name,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations: withoutLastApplied(annotations) }),
      ownerReferences: [controlledBy(rollout)],
    },
    spec,
  };
}

function operationOf({ exact, prefix, regex }: StringMatch): { op: string; value: string } {
  if (exact !== undefined && exact !== '') return { op: 'Equal', value: exact };
  if (regex !== undefined && regex !== '') return { op: 'RegexMatch', value: regex };
  return { op: 'RegexMatch', value: `^${literalPattern(prefix ?? '')}.*` };
}

/** What kubectl remembers of the user's own manifest is about another object. */
function withoutLastApplied(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _, ...others } = annotations;
  return others;
}
