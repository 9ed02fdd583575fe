import { permissions } from '../../src/operator/permissions.ts';
import { guardOf, type Right, rightsIn } from '../support/rights.ts';
import { plays } from '../support/rights-plays.ts';

/** Rights that no play asks for, and what does. */
const elsewhere: Readonly<Record<Right, string>> = {
  'get secrets': 'metrics that name a Secret: test/real/analysis-runs.test.ts',
  'list targetgroupbindings.elbv2.k8s.aws':
    '--aws-verify-target-group: test/scenario/target-registration.test.ts',
  'list endpointslices.discovery.k8s.io':
    '--aws-verify-target-group: test/scenario/target-registration.test.ts',
};

/**
 * Every story and every router, under exactly the rights that are installed, once with a kind API server and once with one where
 * each name seems taken and others write first: the ways on which an object is read by itself. A right that nothing asks for goes.
 */
describe('each right of the controller', () => {
  const used = new Set<Right>();

  test.each(Object.entries(plays))('is enough, in: %s', async (_, play) => {
    for (const isUnkind of [false, true]) {
      const guard = guardOf({ granted: rightsIn(permissions), isUnkind });
      const complaints = await play(guard.between);
      expect([...guard.refused]).toEqual([]);
      if (!isUnkind) expect(complaints).toEqual([]);
      for (const right of guard.used) used.add(right);
    }
  });

  test('is asked for by something', () => {
    expect(
      rightsIn(permissions).filter((right) => !used.has(right) && elsewhere[right] === undefined),
    ).toEqual([]);
    expect(Object.keys(elsewhere).filter((right) => used.has(right))).toEqual([]);
  });

  test.each([
    ['patch rollouts/status.argoproj.io', 'a shop behind Istio'],
    ['update rollouts/finalizers.argoproj.io', 'a shop behind Istio'],
    ['patch virtualservices.networking.istio.io', 'a shop behind Istio'],
  ])('%s is missed when it is taken away', async (right, title) => {
    const guard = guardOf({ granted: rightsIn(permissions).filter((each) => each !== right) });
    expect(await plays[title]?.(guard.between)).not.toEqual([]);
    expect([...guard.refused]).toEqual([right]);
  });
});
