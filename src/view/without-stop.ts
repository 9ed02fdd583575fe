/** Messages end with a full stop or without one; put into a sentence they must not. */
export function withoutStop(message: string): string {
  return message.replace(/\.+$/, '');
}
