import { requestBudget, requestsOf } from '../../bench/support/requests.ts';

test('a release of two weight steps over Istio keeps to its budget of requests', async () => {
  const { untilHealthy, byVerb } = await requestsOf(1);
  expect(untilHealthy).toBeLessThanOrEqual(requestBudget);
  expect(Object.fromEntries(byVerb)).toMatchObject({ 'patch status of rollouts': 5 }); // one of them for the drained pods
});
