// Writes what is derived from the sources: the CRDs, the pages of error codes and of metrics, the alert rules, the dashboard, and
// the rights of an installation. `--check` only compares, and fails on a difference.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parse, stringify } from 'yaml';
import { customResourceDefinitions } from '../src/api/crds.ts';
import { errorTable } from '../src/kernel/errors.ts';
import { installFiles } from './install-files.ts';
import { metricsPage } from './monitoring/page.ts';

export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const crd of customResourceDefinitions()) {
    const { group, names } = crd.spec as { group: string; names: { plural: string } };
    files.set(
      `crds/${group}_${names.plural}.yaml`,
      `# Generated from src/api by \`npm run generate\`.\n${stringify(crd, { lineWidth: 120, aliasDuplicateObjects: false })}`,
    );
  }
  const crds = new Map([...files].map(([path, text]) => [basename(path), text]));
  const catalogue = parse(readFileSync('config/notifications/configmap.yaml', 'utf8')) as {
    data: Record<string, string>;
  };
  for (const [path, text] of installFiles(crds, catalogue.data)) files.set(path, text);
  files.set('docs/errors.md', errorsPage());
  files.set('docs/metrics.md', metricsPage());
  return files;
}

function errorsPage(): string {
  const move = { user: 'yours', remote: 'another system’s', bug: 'ours' };
  const again = {
    'on-change': 'when an object changes',
    backoff: 'by itself, with growing pauses',
    never: 'never',
  };
  const rows = Object.entries(errorTable).map(
    ([code, { blame, retry, help }]) => `| \`${code}\` | ${move[blame]} | ${again[retry]} | ${help} |`,
  );
  return `# Errors

Every error that Sluice raises on purpose has a code. Log lines carry it as \`code\`. Generated from \`src/kernel/errors.ts\`.

| code | whose move | tried again | what to do |
|---|---|---|---|
${rows.join('\n')}
`;
}

if (process.argv[1]?.endsWith('generate.ts')) {
  const check = process.argv.includes('--check');
  const stale = [...generatedFiles()].filter(
    ([path, text]) => !existsSync(path) || readFileSync(path, 'utf8') !== text,
  );
  for (const [path, text] of stale) {
    if (check) console.error(`${path} is stale: run \`npm run generate\``);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
  }
  if (check && stale.length > 0) process.exitCode = 1;
}
