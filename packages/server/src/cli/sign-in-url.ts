/** The console's page to sign in on, with a one-time code. After the `#`, so that it reaches no server's log on its way. */
export function signInUrl(url: string, code: string): string {
  return `${url}/sign-in#code=${code}`;
}
