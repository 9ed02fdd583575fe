// Plays the conformance scenarios on a real API server and keeps its answers in test/conformance/recorded.json:
//   node scripts/record-conformance.ts https://127.0.0.1:6443 TOKEN
// The server must be etcd and kube-apiserver alone: controllers would change what is being recorded.
import { writeFileSync } from 'node:fs';
import { play } from '../test/conformance/scenario.ts';
import { scenarios } from '../test/conformance/scenarios.ts';
import { realServer } from '../test/real/support/real-api.ts';

const [url = '', token = ''] = process.argv.slice(2);
const server = realServer(url, token);
const lines: string[] = [];
for (const scenario of scenarios) {
  const answers = await play(scenario, server, `record${process.pid}`);
  lines.push(
    `${JSON.stringify(scenario.name)}: [\n${answers.map((answer) => JSON.stringify(answer)).join(',\n')}\n]`,
  );
}
writeFileSync('test/conformance/recorded.json', `{\n${lines.join(',\n')}\n}\n`);
process.exit(0); // the dispatcher keeps its connections
