import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { eventually, freePorts, pathFolders, program, start } from './processes.ts';

/** A real Prometheus that scrapes one small server, whose page the test writes. */
export interface RealPrometheus {
  readonly url: string;
  /** The value that the next scrape sees; undefined takes the series away. */
  set(series: string, value: number | undefined): void;
  /** Resolves when a query for the series gives this value. */
  shows(series: string, value: number | undefined): Promise<void>;
  stop(): Promise<void>;
}

/** @param others scraped too, as `host:port`; job `sluice`. */
export async function startPrometheus(others: readonly string[] = []): Promise<RealPrometheus> {
  const path = program('prometheus', "install Debian's package `prometheus`", pathFolders());
  const dir = mkdtempSync(join(tmpdir(), 'sluice-prometheus-'));
  const samples = new Map<string, number>();
  const page = () => [...samples].map(([series, value]) => `${series} ${value}\n`).join('');
  const target = createServer((_, response) =>
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(page()),
  );
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
  const targetPort = (target.address() as { port: number }).port;
  const [port] = (await freePorts(1)) as [number];
  const config = join(dir, 'prometheus.yml');
  writeFileSync(
    config,
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [job('shop', [`127.0.0.1:${targetPort}`]), job('sluice', others)],
    }),
  );
  const server = start(
    path,
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    join(dir, 'log'),
  );
  const url = `http://127.0.0.1:${port}`;
  await eventually('Prometheus to be ready', async () => {
    const reason = server.failure();
    if (reason !== undefined) throw new Error(reason);
    return (await fetch(`${url}/-/ready`)).ok;
  });
  return {
    url,
    set(series, value) {
      if (value === undefined) samples.delete(series);
      else samples.set(series, value);
    },
    shows: (series, value) =>
      eventually(`${series} to be ${value}`, async () => {
        const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(series)}`);
        const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
        const [found] = body.data.result;
        return value === undefined
          ? found === undefined
          : found !== undefined && Number(found.value[1]) === value;
      }).then(() => undefined),
    async stop() {
      await server.stop();
      await new Promise((resolve) => target.close(resolve));
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function job(name: string, targets: readonly string[]): object {
  return { job_name: name, honor_labels: true, static_configs: [{ targets }] };
}
