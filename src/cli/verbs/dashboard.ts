import { randomBytes } from 'node:crypto';
import { interrupted, listening, parsePort } from '../listening.ts';
import { UsageError, type Verb } from '../verb.ts';

export interface DashboardFlags {
  readonly rootPath: string;
  readonly port: string;
  readonly address: string;
  readonly allowHost?: readonly string[];
  readonly readOnly?: boolean;
}

/** `dashboard`: a web page of the Rollouts of a namespace, with the rights of the kubeconfig. */
export const dashboard: Verb<DashboardFlags> = {
  words: 'dashboard',
  summary: 'Show releases in a browser',
  details: [
    'Serves on this machine until Ctrl-C, with your rights; other machines cannot reach it unless --address says so.',
    'There is no login: whoever reaches the port can do what you can. With --read-only nothing can be changed.',
  ].join('\n'),
  flags: [
    { flags: '-p, --port <N>', summary: 'port to serve on; 0 takes a free one', fallback: '3100' },
    {
      flags: '--root-path <PATH>',
      summary: 'first part of every path; empty for none',
      fallback: 'rollouts',
    },
    { flags: '--address <IP>', summary: 'address to serve on', fallback: '127.0.0.1' },
    {
      flags: '--allow-host <NAME>',
      summary: 'answer under this host name too, such as that of a proxy',
      repeatable: true,
    },
    { flags: '--read-only', summary: 'refuse every change' },
  ],
  async run(session, _args, flags) {
    const port = parsePort('--port', flags.port);
    const rootPath = flags.rootPath.replaceAll(/^\/+|\/+$/g, '');
    if (!/^[\w./-]*$/.test(rootPath)) {
      throw new UsageError(`--root-path may have letters, digits and _ . / - only, not "${flags.rootPath}"`);
    }
    await session.open(); // what is wrong with the kubeconfig is told here, not in a page
    const { dashboard: open } = await import('../dashboard/dashboard.ts');
    const { serveDashboard } = await import('../dashboard/serve.ts');
    const { pageFiles } = await import('../dashboard/page-files.ts');
    const { version } = await import('../version.ts');
    const isNamed = !['127.0.0.1', '::1', '0.0.0.0', '::'].includes(flags.address);
    const pages = open(session, {
      rootPath,
      version: `v${version}`,
      page: await pageFiles(),
      token: randomBytes(16).toString('hex'),
      hosts: [...(flags.allowHost ?? []), ...(isNamed ? [flags.address] : [])].map((host) =>
        host.toLowerCase(),
      ),
      isReadOnly: flags.readOnly === true,
    });
    const endpoint = await listening('--port', port, () => serveDashboard(pages, flags.address, port));
    try {
      session.out(
        `Sluice's dashboard is now available at http://localhost:${endpoint.port}/${rootPath}\nCtrl-C ends it.\n`,
      );
      await interrupted(session);
      return 0;
    } finally {
      await endpoint.close();
    }
  },
};
