import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import type { StepResult } from '@tenkai/domain';
import { type EnrolledAgent, enrolledAgent } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';

export let site: SmallSite;
export let agent: EnrolledAgent;
before(async () => {
  site = await startSmallSite();
});
after(() => site.close());
beforeEach(async () => {
  agent = await enrolledAgent(site);
});
afterEach(() => agent.remove());

export const options = { timeout: 120_000 };
export const inRoot = (path: string) => join(agent.root, path);
export const outcome = ({ outcome: how, reason }: StepResult) => [how, reason?.code ?? null];
export const printsVersion = {
  kind: 'script' as const,
  interpreter: 'sh' as const,
  text: 'cat "$TENKAI_ROOT/version"',
};
