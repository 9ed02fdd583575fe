import fc from 'fast-check';
import { describeShare, includesNamespace, overlap, type Share } from '../../src/api/share.ts';

const names = ['a', 'b', 'c', 'd'];
const some = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 });
const share: fc.Arbitrary<Share> = fc.oneof(
  fc.record({ instanceId: fc.constantFrom('x', 'y') }, { requiredKeys: [] }),
  fc.record({ namespaces: some, instanceId: fc.constantFrom('x', 'y') }, { requiredKeys: ['namespaces'] }),
  fc.record({ excludedNamespaces: some }),
);

describe('shares', () => {
  test('that have a Rollout in common overlap, whichever is asked, and no others do', () => {
    fc.assert(
      fc.property(share, share, (one, other) => {
        // `e` stands for all namespaces that nobody has named
        const isShared = [...names, 'e'].some(
          (name) => includesNamespace(one, name) && includesNamespace(other, name),
        );
        const wanted = isShared && one.instanceId === other.instanceId;
        expect(overlap(one, other)).toBe(wanted);
        expect(overlap(other, one)).toBe(wanted);
      }),
    );
  });

  test.each<[Share, string]>([
    [{}, 'all namespaces'],
    [{ instanceId: 'blue' }, 'all namespaces, instance blue'],
    [{ namespaces: ['shop', 'web'] }, 'namespaces shop, web'],
    [{ excludedNamespaces: ['web'] }, 'all namespaces but web'],
  ])('%j is told as "%s"', (given, words) => {
    expect(describeShare(given)).toBe(words);
  });
});
