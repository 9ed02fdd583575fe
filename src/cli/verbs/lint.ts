import type { Severity } from '../lint/finding.ts';
import { UsageError, type Verb } from '../verb.ts';

interface Options {
  readonly filename?: readonly string[];
  readonly output?: string;
  readonly missing?: string;
}

/** `lint`: what is wrong with manifests, without a cluster. */
export const lint: Verb<Options> = {
  words: 'lint',
  arguments: '[PATH...]',
  summary: 'Find what is wrong with manifests, without a cluster',
  details: [
    'Looks at every Rollout, AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun and Experiment: fields and values,',
    'what they refer to in the other files, arguments, conditions and their types, PromQL, steps that never end, Services',
    'and routers that do not fit. Other kinds are only looked up.',
    '',
    'An object that is named and in none of the files is an error when a folder is linted, and a warning when single',
    'files are: it may be in the cluster. --missing decides otherwise.',
    '',
    'Exits with 1 when there are errors, with 0 when there are only warnings.',
  ].join('\n'),
  flags: [
    {
      flags: '-f, --filename <PATH>',
      summary:
        'a YAML or JSON file, or a folder with such files; - is standard input. The same as a PATH without the flag',
      repeatable: true,
    },
    { flags: '-o, --output <FORMAT>', summary: 'json: a list of findings' },
    { flags: '--missing <SEVERITY>', summary: 'what a reference to nothing is: error or warning' },
    { flags: '--no-color', summary: 'no colours' },
  ],
  async run(session, args, { filename = [], output, missing }) {
    const paths = [...filename, ...args];
    if (paths.length === 0) throw new UsageError('no file given: lint FILE-OR-FOLDER');
    if (output !== undefined && output !== 'json') {
      throw new UsageError(`--output: found ${JSON.stringify(output)}, must be json`);
    }
    if (missing !== undefined && missing !== 'error' && missing !== 'warning') {
      throw new UsageError(`--missing: found ${JSON.stringify(missing)}, must be error or warning`);
    }
    const [{ readSources }, { hasSubjects, lint: findAll }, { renderFindings, summaryOf }] =
      await Promise.all([
        import('../lint/sources.ts'),
        import('../lint/lint.ts'),
        import('../lint/render.ts'),
      ]);
    const sources = await readSources(session, paths);
    const bySource: Severity = sources.isComplete ? 'error' : 'warning';
    const findings = findAll(sources, missing ?? bySource);
    if (output === 'json') session.out(`${JSON.stringify(findings, null, 2)}\n`);
    else session.out(renderFindings(findings, session.colors));
    if (output === undefined && !hasSubjects(sources) && findings.length === 0) {
      session.err(`Nothing to lint: no Rollout, template, run or experiment in ${paths.join(', ')}.\n`);
    } else if (output === undefined && (findings.length > 0 || session.isTerminal)) {
      session.err(`${summaryOf(findings, sources.files.length)}\n`);
    }
    return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
  },
};
