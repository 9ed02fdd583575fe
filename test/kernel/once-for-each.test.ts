import { onceForEach, onceWhileSame } from '../../src/kernel/once-for-each.ts';

describe('what is worked out once for each object', () => {
  test('is asked for again without work, also where the answer was undefined', () => {
    const asked: object[] = [];
    const nameOf = onceForEach((object: { readonly name?: string }) => {
      asked.push(object);
      return object.name;
    });
    const named = { name: 'shop' };
    const nameless = {};
    expect([nameOf(named), nameOf(nameless), nameOf(named), nameOf(nameless)]).toEqual([
      'shop',
      undefined,
      'shop',
      undefined,
    ]);
    expect(asked).toEqual([named, nameless]);
  });

  test('is worked out anew for another object of the same content', () => {
    let count = 0;
    const ordinal = onceForEach(() => (count += 1));
    expect([ordinal({}), ordinal({})]).toEqual([1, 2]);
  });
});

describe('once while the same', () => {
  test('a function is asked again about an object only when something else that it looks at is another thing', () => {
    const asked: number[] = [];
    const spec = {};
    const judge = onceWhileSame(
      ({ limit }: { readonly spec: object; readonly limit: number }) => {
        asked.push(limit);
        return limit * 2;
      },
      ({ limit }) => [limit],
      (question) => question.spec,
    );
    expect([1, 1, 2, 2, 1].map((limit) => judge({ spec, limit }))).toEqual([2, 2, 4, 4, 2]);
    expect(asked).toEqual([1, 2, 1]);
    expect(judge({ spec: {}, limit: 1 })).toBe(2);
    expect(asked).toHaveLength(4);
  });
});
