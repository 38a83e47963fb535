import { rootCertificates } from 'node:tls';
import { agentPaths } from '@tenkai/protocol/agent/channel.ts';
import type { TokenSource } from '@tenkai/protocol/agent/link/token.ts';
import type { ContentSource } from '@tenkai/transfer';

export interface SourceDeps {
  /** Address of the site as this agent knows it. */
  readonly server: string;
  /** PEM of the pinned root. */
  readonly rootCertificate: string;
  readonly tokens: Pick<TokenSource, 'get'>;
}

/**
 * The distribution points of an order. Content is checked by its hash, so that any of them may be plain; the token
 * goes to the site itself alone.
 */
export function contentSources(deps: SourceDeps, sources: readonly string[]): ContentSource[] {
  return sources.flatMap((source): ContentSource[] => {
    if (source === agentPaths.content) {
      const bearerToken = () => deps.tokens.get();
      return [{ baseUrl: deps.server.replace(/\/$/, '') + source, ca: deps.rootCertificate, bearerToken }];
    }
    if (!/^https?:\/\//.test(source) || !URL.canParse(source)) return [];
    return [{ baseUrl: source, ca: [deps.rootCertificate, ...rootCertificates] }];
  });
}
