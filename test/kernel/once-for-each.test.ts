import { onceForEach } from '../../src/kernel/once-for-each.ts';

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
