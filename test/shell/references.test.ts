import { resources } from '../../src/api/resources.ts';
import { references } from '../../src/shell/references.ts';

const type = resources.services;
const looks = (...names: string[]) => names.map((name) => ({ type, namespace: 'web', name }));

describe('who looked at an object', () => {
  test('is told, be it one or several, until they look elsewhere or are gone', () => {
    const looked = references();
    const lookingAt = (name: string) => [...looked.lookingAt(type, `web/${name}`)];
    looked.set('web/a', looks('shared', 'own'));
    expect(lookingAt('shared')).toEqual(['web/a']);
    looked.set('web/b', looks('shared'));
    looked.set('web/a', looks('shared', 'own'));
    expect(lookingAt('shared')).toEqual(['web/a', 'web/b']);
    looked.set('web/a', looks('other'));
    expect([lookingAt('shared'), lookingAt('own'), lookingAt('other')]).toEqual([['web/b'], [], ['web/a']]);
    looked.forget('web/b');
    expect(lookingAt('shared')).toEqual([]);
    looked.set('web/c', looks('shared'));
    expect(lookingAt('shared')).toEqual(['web/c']);
  });

  test('includes those that search the whole namespace', () => {
    const looked = references();
    looked.set('web/a', [{ type, namespace: 'web' }]);
    looked.set('web/b', looks('shop'));
    expect([...looked.lookingAt(type, 'web/shop')]).toEqual(['web/b', 'web/a']);
    expect([...looked.lookingAt(type, 'far/shop')]).toEqual([]);
  });
});
