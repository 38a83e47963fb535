import { agentPaths, agentProtocolVersion } from '@tenkai/protocol/agent/channel.ts';
import {
  ChallengeRequest,
  EnrollRequest,
  RenewRequest,
  type SiteGreeting,
  TokenRequest,
} from '@tenkai/protocol/agent/enrollment.ts';
import type { Static } from 'typebox';
import { createRateLimit, takeTurn } from '../../kernel/http/rate-limit.ts';
import { createChallenges } from './challenge.ts';
import { enroll } from './enroll.ts';
import type { Deps } from './needs.ts';
import { renewKeys } from './renew.ts';
import { issueToken } from './token.ts';

/** Two keys and a signature are checked for each, and a stranger may ask. A branch office may have one address. */
const enrollLimit = { each: { burst: 200, perSecond: 20 }, all: { burst: 2000, perSecond: 200 } };
const tokenLimit = { each: { burst: 2000, perSecond: 200 }, all: { burst: 20_000, perSecond: 2000 } };

/** Keys and proofs are small. */
const bodyLimit = 16 * 1024;

/** What comes before a token, and so from anybody. */
export function addAgentRoutes(deps: Deps) {
  const { http, clock, keys, sites } = deps;
  const challenges = createChallenges(clock);
  const enrolling = createRateLimit(clock, enrollLimit);
  const asking = createRateLimit(clock, tokenLimit);
  const open = { method: 'POST', proof: 'none', bodyLimit } as const;

  http.agentRoute(
    { method: 'GET', path: agentPaths.site, proof: 'none' },
    async (): Promise<Static<typeof SiteGreeting>> => ({
      siteCode: sites.code,
      siteName: sites.name(),
      rootCertificate: keys.rootCertificate,
      protocol: agentProtocolVersion,
    }),
  );
  http.agentRoute(
    { ...open, path: agentPaths.enroll, body: EnrollRequest },
    async ({ body, request, reply }) => {
      takeTurn(enrolling, request, reply);
      return enroll(deps, body);
    },
  );
  http.agentRoute(
    { ...open, path: agentPaths.challenge, body: ChallengeRequest },
    async ({ body, request, reply }) => {
      takeTurn(asking, request, reply);
      return challenges.issue(body.machineId);
    },
  );
  http.agentRoute(
    { ...open, path: agentPaths.token, body: TokenRequest },
    async ({ body, request, reply }) => {
      takeTurn(asking, request, reply);
      return issueToken(deps, challenges, body);
    },
  );
  http.agentRoute(
    { ...open, path: agentPaths.renew, body: RenewRequest },
    async ({ body, request, reply }) => {
      takeTurn(enrolling, request, reply);
      return renewKeys(deps, challenges, body);
    },
  );
}
