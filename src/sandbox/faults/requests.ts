import type { Random } from '../../kernel/random.ts';
import { type ApiRequest, flag } from '../request.ts';
import type { Requests, RequestVerb } from './plan.ts';

/** What faults are chosen by: a request as its line and headers show it. */
export interface RequestFacts {
  readonly verb: RequestVerb | undefined;
  /** `rollouts`, `rollouts/status`; empty for what is no resource. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly client: string;
}

const resourcePath =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+)(?:\/(?<subresource>[^/]+))?)?$/;

export function factsOf(request: ApiRequest): RequestFacts {
  const found = resourcePath.exec(request.path)?.groups;
  const { namespace, plural = '', name, subresource } = found ?? {};
  return {
    verb: found === undefined ? undefined : verbOf(request, name !== undefined),
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    namespace,
    client: (request.headers['user-agent'] ?? '').split(/[/ ]/)[0] ?? '',
  };
}

function verbOf({ method, query }: ApiRequest, hasName: boolean): RequestVerb | undefined {
  switch (method) {
    case 'GET':
      return flag(query, 'watch') && query.has('watch') ? 'watch' : hasName ? 'get' : 'list';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return 'delete';
    default:
      return undefined;
  }
}

/** Says of each request in turn whether it is hit; draws only for those that fit. */
export function requestLottery(on: Requests, random: Random): (facts: RequestFacts) => boolean {
  const { clients = ['sluice'], chance = 1, atMost = Number.POSITIVE_INFINITY } = on;
  let hits = 0;
  return (facts) => {
    if (facts.verb === undefined || !clients.includes(facts.client) || hits >= atMost) return false;
    if (on.verbs !== undefined && !on.verbs.includes(facts.verb)) return false;
    if (on.resources !== undefined && !on.resources.includes(facts.resource)) return false;
    if (on.namespaces !== undefined && !on.namespaces.includes(facts.namespace ?? '')) return false;
    if (chance < 1 && random.next() >= chance) return false;
    hits += 1;
    return true;
  };
}
