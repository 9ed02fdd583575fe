import { SluiceError } from '../../src/kernel/errors.ts';
import { instant } from '../../src/kernel/instant.ts';
import { nodemailer } from '../../src/notifications/mail-nodemailer.ts';
import type { Mail } from '../../src/ports/notification-service.ts';
import { selfSigned } from '../support/self-signed.ts';
import { type SmtpServerOptions, smtpServer } from '../support/smtp-server.ts';

/** Sends one mail to a server of its own; what the server saw, and what came of it. */
async function send(options: SmtpServerOptions, more: Partial<Mail> = {}, stop = new AbortController()) {
  const server = await smtpServer(options);
  const mail: Mail = {
    ...{ host: '127.0.0.1', port: server.port, secure: false, insecureSkipVerify: false },
    ...{ from: 'Sluice <sluice@shop.test>', to: 'ops@shop.test', subject: 'shop – aborted' },
    ...{ body: 'Rollout shop was aborted\n.hidden', html: false, messageId: '<cafe@sluice>' },
    at: instant(Date.UTC(2026, 0, 5, 9, 0, 0)),
    ...more,
  };
  const failure = await nodemailer.send(mail, stop.signal).catch((error: unknown) => error);
  await server.stop();
  const [message = ''] = server.messages;
  return { failure: failure as SluiceError | undefined, commands: server.commands, message, server };
}

const tls = selfSigned();

describe('mail on the wire', () => {
  test('is a message with an envelope, a date, and the Message-ID that was asked for', async () => {
    const { failure, commands, message } = await send({});
    expect(failure).toBeUndefined();
    expect(commands.slice(1, 4)).toEqual(['MAIL FROM:<sluice@shop.test>', 'RCPT TO:<ops@shop.test>', 'DATA']);
    const [head = '', body] = message.split('\r\n\r\n');
    expect(head.split('\r\n')).toEqual(
      expect.arrayContaining([
        'From: Sluice <sluice@shop.test>',
        'To: ops@shop.test',
        'Subject: =?UTF-8?Q?shop_=E2=80=93_aborted?=',
        'Message-ID: <cafe@sluice>',
        'Date: Mon, 05 Jan 2026 09:00:00 +0000',
        'Content-Type: text/plain; charset=utf-8',
      ]),
    );
    expect(body).toBe('Rollout shop was aborted\r\n..hidden');
  });

  test('is HTML when that is asked for', async () => {
    const { message } = await send({}, { html: true, body: '<b>aborted</b>' });
    expect(message).toContain('Content-Type: text/html; charset=utf-8');
  });

  test.each([
    ['STARTTLS, and nobody vouches for the server', { tls }, false, 'NOTIFICATION_UNREACHABLE'],
    ['STARTTLS, and the check is off', { tls }, true, undefined],
    ['TLS at once, and nobody vouches', { tls, isImplicit: true }, false, 'NOTIFICATION_UNREACHABLE'],
    ['TLS at once, and the check is off', { tls, isImplicit: true }, true, undefined],
  ])('%s', async (_, options, insecureSkipVerify, code) => {
    const secure = 'isImplicit' in options;
    const { failure, commands, server } = await send(options, { secure, insecureSkipVerify });
    expect(failure?.code).toBe(code);
    expect(commands).toContain('TLS');
    expect(server.messages).toHaveLength(code === undefined ? 1 : 0);
  });

  test.each([
    ['secret', undefined],
    ['wrong', 'NOTIFICATION_REJECTED'],
  ])('logs in with the password "%s": %s', async (password, code) => {
    const login = { username: 'sluice', password: 'secret' };
    const { failure, commands, server } = await send({ login }, { username: 'sluice', password });
    expect(failure?.code).toBe(code);
    expect(commands).toContain('AUTH');
    expect(server.messages).toHaveLength(code === undefined ? 1 : 0);
  });

  test('gives no password to another machine without TLS, whatever that offers', async () => {
    const login = { username: 'sluice', password: 'secret' };
    const answers = { STARTTLS: '502 not here' };
    const more = { host: '0.0.0.0', username: 'sluice', password: 'secret' };
    const { failure, commands } = await send({ login, answers }, more);
    expect(failure).toMatchObject({ code: 'NOTIFICATION_REJECTED', message: '0.0.0.0: 502 not here' });
    expect(commands).not.toContain('AUTH');
    const without = await send({ answers }, { host: '0.0.0.0' });
    expect(without.failure).toBeUndefined();
  });

  test('keeps to the 998 bytes of a line (RFC 5322 §2.1.1), and one subject is one header', async () => {
    const subject = 'aborted\r\nBcc: all@shop.test\r\n\r\nbody';
    const { failure, message, commands } = await send({}, { body: 'ü'.repeat(60_000), subject });
    expect(failure).toBeUndefined();
    const lengths = message.split('\r\n').map((line) => Buffer.byteLength(line));
    expect(Math.max(...lengths)).toBeLessThanOrEqual(998);
    expect(message).not.toMatch(/^Bcc/im);
    expect(commands.filter((line) => line.startsWith('RCPT'))).toHaveLength(1);
  });

  test('goes to several addresses, separated by commas as with the peer', async () => {
    const { commands } = await send({}, { to: 'a@shop.test, b@shop.test' });
    expect(commands.filter((line) => line.startsWith('RCPT'))).toEqual([
      'RCPT TO:<a@shop.test>',
      'RCPT TO:<b@shop.test>',
    ]);
  });

  test.each([
    [{ RCPT: '550 no such user' }, 'NOTIFICATION_REJECTED', '127.0.0.1: 550 no such user'],
    [{ RCPT: '450 later' }, 'NOTIFICATION_UNREACHABLE', '127.0.0.1: 450 later'],
    [{ MAIL: '553 not you' }, 'NOTIFICATION_REJECTED', '127.0.0.1: 553 not you'],
    [{ MAIL: '421 going down' }, 'NOTIFICATION_UNREACHABLE', '127.0.0.1: 421 going down'],
    [{ EHLO: '421 busy', HELO: '421 busy' }, 'NOTIFICATION_UNREACHABLE', '127.0.0.1: 421 busy'],
    [{ 'DATA.': '554 spam' }, 'NOTIFICATION_REJECTED', '127.0.0.1: 554 spam'],
    [{ 'DATA.': '451 disk full' }, 'NOTIFICATION_UNREACHABLE', '127.0.0.1: 451 disk full'],
  ])('%j: %s', async (answers, code, message) => {
    const { failure } = await send({ answers });
    expect(failure).toBeInstanceOf(SluiceError);
    expect(failure).toMatchObject({ code, message });
  });

  test('is given up at once when the operator ends, or takes too long', async () => {
    const stop = new AbortController();
    const sent = send({}, {}, stop);
    stop.abort();
    const { failure, server } = await sent;
    expect(failure).toMatchObject({ code: 'NOTIFICATION_UNREACHABLE' });
    expect(server.messages).toEqual([]);
  });

  test('nobody listens: it is tried again', async () => {
    const { server } = await send({});
    const { failure } = await send({}, { port: server.port });
    expect(failure?.code).toBe('NOTIFICATION_UNREACHABLE');
  });
});
