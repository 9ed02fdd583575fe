import type { ConnectionFlags } from '../../src/cli/connection-flags.ts';
import { kubeConfigSourceOf, requestTimeoutOf } from '../../src/cli/connection-flags.ts';
import { runCommandLine } from '../../src/cli/run.ts';
import type { Host } from '../../src/cli/verb.ts';
import { terminal } from './terminal.ts';

/** What a connection is opened with. */
async function connectedWith(line: string): Promise<ConnectionFlags | undefined> {
  let seen: ConnectionFlags | undefined;
  const host = {
    programName: 'sluice',
    out: () => {},
    err: () => {},
    signal: new AbortController().signal,
    connect: async (flags: ConnectionFlags) => {
      seen = flags;
      throw new Error('enough');
    },
  } as unknown as Host;
  await runCommandLine(line.split(' '), host);
  return seen;
}

describe("kubectl's flags of the connection", () => {
  test('stand before or behind the command, and reach the connection', async () => {
    expect(
      await connectedWith(
        '-s https://a --token t pause shop --as me --as-group a --as-group b --insecure-skip-tls-verify=true',
      ),
    ).toEqual({
      server: 'https://a',
      token: 't',
      as: 'me',
      asGroup: ['a', 'b'],
      insecureSkipTlsVerify: true,
    });
  });

  test.each<[ConnectionFlags, object]>([
    [{}, {}],
    [
      { kubeconfig: 'f', context: 'c', cluster: 'd', user: 'u' },
      { file: 'f', context: 'c', cluster: 'd', user: 'u' },
    ],
    [{ as: 'me', asGroup: ['a'], asUid: '7' }, { impersonate: { user: 'me', groups: ['a'], uid: '7' } }],
    [{ insecureSkipTlsVerify: true }, { skipTlsVerify: true }],
  ])('%j', (flags, source) => {
    expect(kubeConfigSourceOf(flags)).toEqual(source);
  });

  test.each([
    [undefined, undefined],
    ['0', 0],
    ['30', 30],
    ['1m30s', 90],
  ])('--request-timeout %s is %s seconds', (requestTimeout, seconds) => {
    expect(requestTimeoutOf(requestTimeout === undefined ? {} : { requestTimeout })).toBe(seconds);
  });

  test.each<[ConnectionFlags, string]>([
    [{ asGroup: ['a'] }, '--as-group and --as-uid need --as'],
    [{ insecureSkipTlsVerify: true, certificateAuthority: 'a' }, 'contradict each other'],
  ])('%j is refused', (flags, message) => {
    expect(() => kubeConfigSourceOf(flags)).toThrow(message);
    expect(() => requestTimeoutOf({ requestTimeout: 'soon' })).toThrow('not "soon"');
  });
});

describe('what is not there is refused by name, with what to do:', () => {
  test.each([
    ['pause shop --cache-dir a', '--cache-dir has no effect here'],
    ['pause shop --disable-compression', '--disable-compression has no effect here'],
    ['pause shop --as-user-extra a=b', '--as-user-extra is not supported; use --as'],
    ['pause shop --username a', '--username is not supported'],
    ['pause shop --password a', '--password is not supported'],
    ['pause shop -v 8', '--kloglevel is not supported; use --loglevel debug'],
  ])('%s', async (line, message) => {
    const ended = await terminal().run(line);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err.slice(0, `Error: ${message}`.length)).toBe(`Error: ${message}`);
  });
});
