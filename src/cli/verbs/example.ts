import { UsageError, type Verb } from '../verb.ts';

/** The folders of `examples`, the plainest first. */
export const exampleNames = [
  'canary-basic',
  'blue-green',
  'canary-istio',
  'canary-gateway-api',
  'canary-alb',
  'experiment',
] as const;

/** `example`: what comes with the program, so that `kubectl apply -f -` gets it in whatever folder, and from a package or an image. */
export const example: Verb = {
  words: 'example',
  arguments: '[NAME]',
  choices: exampleNames,
  summary: 'Print the manifests of an example, for `kubectl apply -f -`',
  details: `NAME is one of ${exampleNames.join(', ')}; without one they are listed.`,
  async run({ out }, [name]) {
    if (name === undefined) {
      out(`${exampleNames.join('\n')}\n`);
      return 0;
    }
    const known = exampleNames.find((one) => one === name);
    if (known === undefined) {
      throw new UsageError(`there are the examples ${exampleNames.join(', ')}, not "${name}"`);
    }
    const { shippedTexts } = await import('../shipped-texts.ts');
    out(
      shippedTexts(`examples/${known}`)
        .map(([path, text]) => `---\n# ${path}\n${text.replace(/^---\n/, '')}`)
        .join(''),
    );
    return 0;
  },
};
