import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { createApiServer } from '../../src/sandbox/server.ts';
import type { Send } from './scenario.ts';
import { definition } from './scenarios.ts';

/** Sends to an embedded server of its own, at a fixed time, with the definition in place. */
export async function embeddedSend(): Promise<Send> {
  const now = instant(Date.parse('2026-01-01T00:00:00Z'));
  const clock = { now: () => now, schedule: () => () => {} };
  const server = createApiServer({ clock, random: random(1) });
  server.installCrd(definition as Parameters<typeof server.installCrd>[0]);
  return async (request) => {
    const { status, body, ...response } = await server.handle(request);
    const warnings = 'warnings' in response ? (response.warnings ?? []) : [];
    return { status, body: JSON.parse(JSON.stringify(body)), warnings };
  };
}
