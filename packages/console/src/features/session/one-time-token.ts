/** The secret of a one-time link stands behind `#`, so that it reaches no server and no log before it is used. */
export function oneTimeToken(hash: string): string | undefined {
  const text = hash.replace(/^#/, '');
  if (text === '') return undefined;
  return text.startsWith('token=') ? decodeURIComponent(text.slice('token='.length)) : text;
}

/** Once read, the secret is taken out of the address and of the history. */
export function forgetOneTimeToken(): void {
  history.replaceState(history.state, '', location.pathname + location.search);
}
