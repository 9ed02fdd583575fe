import { silentLog } from '../../src/kernel/log.ts';
import { serverWarnings } from '../../src/operator/server-warnings.ts';

function listening() {
  const lines: unknown[] = [];
  const heard = serverWarnings({ ...silentLog, warn: (_, facts) => void lines.push(facts) });
  return { heard, lines };
}

test('a field that the cluster’s definition drops is told once, with what to do', () => {
  const { heard, lines } = listening();
  for (let nth = 0; nth < 3; nth += 1) heard('299 - "unknown field \\"status.waiting\\""');
  heard(undefined);
  expect(lines).toEqual([
    {
      warning: 'unknown field "status.waiting"',
      help: expect.stringContaining('kubectl apply --server-side --force-conflicts -k config/crds'),
    },
  ]);
});

test('each warning of a header is told, of which there may be several', () => {
  const { heard, lines } = listening();
  heard('299 - "one, with a comma", 299 kube "two"');
  heard(['299 - "three"', '299 - "two"']);
  expect(lines).toEqual([{ warning: 'one, with a comma' }, { warning: 'two' }, { warning: 'three' }]);
});
