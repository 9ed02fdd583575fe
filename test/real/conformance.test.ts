import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from '../conformance/differences.ts';
import { type Answer, play, type Server } from '../conformance/scenario.ts';
import { scenarios } from '../conformance/scenarios.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { realServer } from './support/real-api.ts';

const path = join(__dirname, '../conformance/recorded.json');
const recorded = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Answer[]>;

describe('the answers that are kept of a real API server', () => {
  let plane: ControlPlane;
  let server: Server;

  beforeAll(async () => {
    plane = await startControlPlane({ controllers: false });
    server = realServer(plane.url, 'admin-token');
  });
  afterAll(() => plane?.stop());

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s: still so',
    async (name, scenario) => {
      const answers = await play(scenario, server, 'again');
      const changed = scenario.steps.flatMap(({ does }, index) =>
        differences(recorded[name]?.[index], answers[index]).map(({ at }) => `${does} ${at}`),
      );
      expect(changed).toEqual([]);
    },
  );
});
