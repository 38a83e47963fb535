import { rootCertificates } from 'node:tls';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { TokenSource } from '@tenkai/protocol/agent/link/token.ts';
import type { ContentSource } from '@tenkai/transfer';

export interface SourceDeps {
  /** Address of the site as this agent knows it. */
  readonly server: string;
  /** PEM of the pinned root. */
  readonly rootCertificate: string;
  readonly tokens: Pick<TokenSource, 'get' | 'discard'>;
}

/**
 * The distribution points of an order. Content is checked by its hash, so that any of them may be plain; the token
 * goes to the site itself alone.
 */
export function contentSources(deps: SourceDeps, sources: readonly string[]): ContentSource[] {
  return sources.flatMap((source): ContentSource[] => {
    if (source === agentPaths.content) {
      const bearerToken = (refused?: string) => tokenBut(deps.tokens, refused);
      return [{ baseUrl: deps.server.replace(/\/$/, '') + source, ca: deps.rootCertificate, bearerToken }];
    }
    if (!/^https?:\/\//.test(source) || !URL.canParse(source)) return [];
    return [{ baseUrl: source, ca: [deps.rootCertificate, ...rootCertificates] }];
  });
}

/** A token ends before its time where the keys of the machine are renewed: one that was refused is not shown again. */
async function tokenBut(tokens: SourceDeps['tokens'], refused: string | undefined): Promise<string> {
  const present = await tokens.get();
  if (present !== refused) return present;
  tokens.discard();
  return tokens.get();
}
