// npm run bench:requests: what one release costs the API server, by verb, on the embedded cluster. Fails above the budget.
import { requestBudget, requestsOf } from './support/requests.ts';

for (const replicas of [1, 4]) {
  const { untilHealthy, untilQuiet, byVerb } = await requestsOf(replicas);
  for (const [verb, count] of byVerb) console.log(`${String(count).padStart(4)}  ${verb}`);
  console.log(
    `${String(untilHealthy).padStart(4)}  requests besides events until Healthy, ${untilQuiet} until the old pods are gone: two weight steps over Istio, ${replicas} pod${replicas === 1 ? '' : 's'}\n`,
  );
  if (replicas === 1 && untilHealthy > requestBudget) {
    throw new Error(`more than ${requestBudget} requests`);
  }
}
