// Plays the conformance scenarios on a real API server and keeps its answers in test/conformance/recorded.json:
//   node scripts/record-conformance.ts https://127.0.0.1:6443 TOKEN [PART]
// With PART, only the scenarios whose name has it are played; the others keep the answers that they have.
// The server must be etcd and kube-apiserver alone: controllers would change what is being recorded.
import { readFileSync, writeFileSync } from 'node:fs';
import { type Answer, play } from '../test/conformance/scenario.ts';
import { scenarios } from '../test/conformance/scenarios.ts';
import { realServer } from '../test/real/support/real-api.ts';

const path = 'test/conformance/recorded.json';
const [url = '', token = '', part = ''] = process.argv.slice(2);
const before = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Answer[]>;
const server = realServer(url, token);
const lines: string[] = [];
for (const scenario of scenarios) {
  const kept = scenario.name.includes(part) ? undefined : before[scenario.name];
  const answers = kept ?? (await play(scenario, server, `record${process.pid}`));
  lines.push(
    `${JSON.stringify(scenario.name)}: [\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]`,
  );
}
writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
process.exit(0); // the dispatcher keeps its connections
