import type { Verb } from '../verb.ts';
import { commit, version as number } from '../version.ts';

/** `version`: of this program; no cluster is asked. */
export const version: Verb<{ short?: boolean }> = {
  words: 'version',
  summary: 'Print the version of this program',
  flags: [{ flags: '--short', summary: 'only the first line' }],
  async run(session, _args, { short }) {
    session.out(`sluice: v${number}${commit === '' ? '' : `+${commit}`}\n`);
    if (short === true) return 0;
    session.out(`  Node: ${process.version}\n  Platform: ${process.platform}/${process.arch}\n`);
    return 0;
  },
};
