/** `https://host:port`: what may be shown of a URL. */
export function serverOf(url: string): string {
  return (
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]*)/i.exec(url)?.[0].replace(/\/\/[^@]*@/, '//') ??
    'the server'
  );
}
