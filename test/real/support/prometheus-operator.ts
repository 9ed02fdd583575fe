import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathFolders, program } from './processes.ts';

/** Its repository has the definitions of ServiceMonitor and PrometheusRule; a Go module like any other. */
const prometheusOperator = 'github.com/prometheus-operator/prometheus-operator@v0.85.0';

/** Files with the definitions of what our monitoring is made of. */
export function definitionsOfPrometheusOperator(): string[] {
  const go = program('go', 'install Go 1.24 or newer', [...pathFolders(), '/usr/local/go/bin']);
  const answer = execFileSync(go, ['mod', 'download', '-json', prometheusOperator], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  const folder = join((JSON.parse(answer) as { Dir: string }).Dir, 'example/prometheus-operator-crd');
  return readdirSync(folder)
    .filter((name) => /_(servicemonitors|prometheusrules)\.yaml$/.test(name))
    .map((name) => join(folder, name));
}

/** Settings of the chart that make all of it. */
export const monitoring = {
  'controller.metrics.serviceMonitor.enabled': true,
  'controller.metrics.prometheusRule.enabled': true,
  'controller.metrics.grafanaDashboard.enabled': true,
};
