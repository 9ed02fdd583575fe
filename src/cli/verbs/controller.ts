import type { Verb } from '../verb.ts';
import { commit, version } from '../version.ts';

/** `controller`: the operator itself. Its flags are its own, and are read there. */
export const controller: Verb = {
  words: 'controller',
  summary: 'Run the operator against the cluster of a kubeconfig, or of the pod it is in',
  passesThrough: true,
  async run({ globals, out, err, signal }, args) {
    const { keepMemorySmall } = await import('../../operator/small-heap.ts');
    keepMemorySmall();
    const { runController } = await import('../../operator/main.ts');
    // flags that every command has were taken off the line before the operator could see them
    const taken = Object.entries(globals).map(
      ([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}=${value}`,
    );
    return runController([...taken, ...args], { version, commit, out, err, ending: signal });
  },
};
