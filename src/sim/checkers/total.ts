import type { Scene } from '../scene.ts';
import { selectedHash } from '../scene.ts';
import type { Checker } from './checker.ts';

/** I2: weights stay within the router's maximum, all routers agree once settled, and both destinations exist. */
export const total: Checker = {
  name: 'I2 total',
  onWrite(scene) {
    const odd = scene.weights.find(
      ({ weight }) => weight < 0 || weight > scene.total || !Number.isInteger(weight),
    );
    if (odd !== undefined) return `${odd.router} shows a weight of ${odd.weight} of ${scene.total}`;
    const lost = scene.receivers?.find(({ exists }) => !exists);
    return lost === undefined
      ? undefined
      : `${lost.service} has a weight of ${lost.weight}, and does not exist`;
  },
  whenSettled(scene) {
    const [first, ...rest] = scene.weights;
    const other = rest.find(({ weight }) => weight !== first?.weight);
    if (first !== undefined && other !== undefined) {
      return `${first.router} shows ${first.weight}, ${other.router} shows ${other.weight}`;
    }
    if (first !== undefined && first.weight > 0 && !points(scene, 'canary')) {
      return `${first.router} sends ${first.weight} to a canary Service that points nowhere`;
    }
    return undefined;
  },
};

/** Without a Service by that part the router works on subsets, which are not judged here. */
function points({ services }: Scene, wanted: 'canary' | 'stable'): boolean {
  const found = services.find(({ part }) => part === wanted);
  return found === undefined || selectedHash(found.service) !== undefined;
}
