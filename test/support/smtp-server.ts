import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface SmtpServerOptions {
  /** Offers STARTTLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** TLS begins with the connection. */
  readonly isImplicit?: boolean;
  /** The login that is asked for, as `AUTH PLAIN` has it. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Answers in place of the usual ones, by command: `{RCPT: '550 no such user'}`; `DATA.` is after the message. */
  readonly answers?: Readonly<Record<string, string>>;
}

export interface SmtpServer {
  readonly port: number;
  /** What was asked, without the message and without what logs in; `TLS` where encryption began. */
  readonly commands: string[];
  /** As they came, header and body. */
  readonly messages: string[];
  stop(): Promise<void>;
}

/** As much of SMTP (RFC 5321, 3207, 4954) as a client needs that sends one message. */
export async function smtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const commands: string[] = [];
  const messages: string[] = [];
  const sockets = new Set<Socket>();
  const { tls, login, answers = {} } = options;

  const secured = (socket: Socket): Socket => {
    commands.push('TLS');
    return new TLSSocket(socket, { isServer: true, ...tls });
  };

  const talk = (socket: Socket, isSecure: boolean) => {
    let text = '';
    let isMessage = false;
    socket.on('error', () => socket.destroy()); // a client that does not trust us goes away
    const say = (line: string) => socket.write(`${line}\r\n`);
    const command = (line: string) => {
      const [verb = ''] = line.toUpperCase().split(/[ :]/);
      commands.push(verb === 'AUTH' ? 'AUTH' : line);
      const given = answers[verb];
      if (given !== undefined) return say(given);
      if (verb === 'EHLO') {
        const offers = [
          'localhost',
          ...(login ? ['AUTH PLAIN'] : []),
          ...(tls && !isSecure ? ['STARTTLS'] : []),
        ];
        return offers.forEach((offer, index) => say(`250${index === offers.length - 1 ? ' ' : '-'}${offer}`));
      }
      if (verb === 'STARTTLS') {
        say('220 go ahead');
        socket.removeAllListeners('data');
        return talk(secured(socket), true);
      }
      if (verb === 'AUTH') {
        const [, user, password] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        const isRight = user === login?.username && password === login?.password;
        return say(isRight ? '235 welcome' : '535 wrong login');
      }
      if (verb === 'DATA') {
        isMessage = true;
        return say('354 end with a dot');
      }
      if (verb === 'QUIT') return socket.end('221 bye\r\n');
      return say('250 fine');
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      for (;;) {
        const ending = isMessage ? '\r\n.\r\n' : '\r\n';
        const at = text.indexOf(ending);
        if (at === -1) return;
        const whole = text.slice(0, at);
        text = text.slice(at + ending.length);
        if (isMessage) {
          isMessage = false;
          if (answers['DATA.'] === undefined) messages.push(whole);
          say(answers['DATA.'] ?? '250 taken');
        } else command(whole);
      }
    });
  };

  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => raw.destroy());
    const socket = options.isImplicit === true ? secured(raw) : raw;
    talk(socket, options.isImplicit === true);
    socket.write('220 localhost\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    commands,
    messages,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
