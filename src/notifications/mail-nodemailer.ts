import { messageOf, SluiceError } from '../kernel/errors.ts';
import { toDate } from '../kernel/instant.ts';
import type { Mailer } from '../ports/notification-service.ts';

const timeoutMs = 10_000;

/** Mail over the network. Certificates are checked unless the configuration says otherwise. */
export const nodemailer: Mailer = {
  async send(mail, signal) {
    const { createTransport } = await import('nodemailer'); // most processes never send mail
    const transport = createTransport({
      host: mail.host,
      port: mail.port,
      secure: mail.secure,
      // a password never goes in the clear to another machine, whatever the server offers
      requireTLS: mail.username !== undefined && !isLoopback(mail.host),
      tls: { rejectUnauthorized: !mail.insecureSkipVerify },
      ...(mail.username !== undefined && { auth: { user: mail.username, pass: mail.password ?? '' } }),
      ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
    try {
      await transport.sendMail({
        signal,
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        messageId: mail.messageId,
        date: toDate(mail.at),
        ...(mail.html ? { html: mail.body } : { text: mail.body }),
      });
    } catch (error) {
      throw failure(error, mail.host);
    } finally {
      transport.close();
    }
  },
};

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host);
}

/** Answers of 500 and above are for good (RFC 5321 §4.2.1); without an answer so is what cannot be sent at all. */
function failure(error: unknown, host: string): SluiceError {
  const {
    responseCode = 0,
    code = '',
    response = '',
  } = error as { responseCode?: number; code?: string; response?: string };
  const isFinal = responseCode > 0 ? responseCode >= 500 : code === 'EAUTH' || code === 'EENVELOPE';
  const said = response === '' ? messageOf(error) : response;
  return new SluiceError(
    isFinal ? 'NOTIFICATION_REJECTED' : 'NOTIFICATION_UNREACHABLE',
    `${host}: ${said.slice(0, 200)}`,
  );
}
