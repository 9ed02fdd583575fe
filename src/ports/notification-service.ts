import type { Instant } from '../kernel/instant.ts';
import type { Http } from './http.ts';

/** A message, rendered, and everything that a service may want to know of it. */
export interface OutgoingMessage {
  /** One sentence or more; may be empty when the templates have only blocks. */
  readonly message: string;
  /** What the templates say for single services, by the name of the block. */
  readonly blocks: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The name of the service in the configuration; what a webhook's block goes by. */
  readonly service: string;
  readonly recipient: string;
  /** Of the service; secrets are in place. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The same for the same message however often it is sent: hexadecimal digits. */
  readonly idempotencyKey: string;
  /** `on-rollout-aborted`. */
  readonly trigger: string;
  readonly about: {
    /** Absent: `Rollout`. */
    readonly kind?: 'AnalysisRun' | 'Experiment';
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
    readonly revision?: number;
    readonly phase?: string;
  };
  /** When it was found to be due. */
  readonly at: Instant;
  /** The record of an abort, in messages about one. */
  readonly abortRecord?: Readonly<object>;
}

export interface Mail {
  readonly host: string;
  readonly port: number;
  /** Does TLS begin with the connection? Otherwise it begins by STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly insecureSkipVerify: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
  readonly html: boolean;
  readonly messageId: string;
  readonly at: Instant;
}

/** Sends mail. Throws a SluiceError NOTIFICATION_UNREACHABLE or NOTIFICATION_REJECTED. */
export interface Mailer {
  send(mail: Mail, signal: AbortSignal): Promise<void>;
}

/** The first message of a thread of Slack. */
export interface Thread {
  /** The channel's ID, which an update asks for. */
  readonly channel: string;
  /** Of the message: its timestamp, which is its name within the channel. */
  readonly ts: string;
}

export interface NotificationTools {
  readonly http: Http;
  readonly mail: Mailer;
  /** Threads that this process began, by service, channel and grouping key. The next process begins new ones. */
  readonly threads: Map<string, Thread>;
  readonly signal: AbortSignal;
}

/** How often and how soon a message is tried again; what is absent is as for all services. */
export interface RetryLimits {
  /** Attempts after the first. */
  readonly most?: number;
  readonly firstSeconds?: number;
  readonly longestSeconds?: number;
}

/** One kind of service that messages go to. */
export interface NotificationService {
  /** As in `service.TYPE` of the configuration. */
  readonly type: string;
  /** The options that it takes; others are refused by name. */
  readonly options: readonly string[];
  /** Options of the peer that are taken without effect, so that its manifests go on working, and why; the log tells of them. */
  readonly withoutEffect?: Readonly<Record<string, string>>;
  /** What the options say about trying again. Throws NOTIFICATION_CONFIG_INVALID. */
  retryLimits?(given: Pick<OutgoingMessage, 'options' | 'service'>): RetryLimits;
  /**
   * Delivers, or throws: NOTIFICATION_UNREACHABLE when another attempt may help (its fact `retryAfterSeconds`, when the service
   * asked for a pause), NOTIFICATION_REJECTED or NOTIFICATION_CONFIG_INVALID when none will. No message holds a secret.
   */
  deliver(message: OutgoingMessage, tools: NotificationTools): Promise<void>;
}

export type NotificationServices = ReadonlyMap<string, NotificationService>;
