import { type OutputOptions, outputFlag, outputFormatOf, writeDocument } from '../output.ts';
import type { Verb } from '../verb.ts';
import { commit, version as number } from '../version.ts';

const formats = ['json', 'yaml'] as const;

/** `version`: of this program; no cluster is asked. */
export const version: Verb<OutputOptions & { short?: boolean }> = {
  words: 'version',
  summary: 'Print the version of this program',
  flags: [{ flags: '--short', summary: 'only the first line' }, outputFlag(formats)],
  async run(session, _args, { short, ...options }) {
    const format = outputFormatOf(options, formats);
    const platform = `${process.platform}/${process.arch}`;
    if (format !== undefined) {
      await writeDocument(session, format, { version: number, commit, node: process.version, platform });
      return 0;
    }
    session.out(`sluice: v${number}${commit === '' ? '' : `+${commit}`}\n`);
    if (short === true) return 0;
    session.out(`  Node: ${process.version}\n  Platform: ${platform}\n`);
    return 0;
  },
};
