/** A small site, an agent for each test, and content that is there for the first time. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach } from 'node:test';
import { type EnrolledAgent, enrolledAgent } from '@tenkai/testkit/small-site/enrolled-agent.ts';
import type { SmallSite } from '@tenkai/testkit/small-site/site.ts';
import { startSmallSite } from '@tenkai/testkit/small-site/small-site.ts';
import { contentPart, copyStep } from '@tenkai/testkit/small-site/steps.ts';
import type { Manifest } from '@tenkai/transfer';

/** One for all tests of a file. */
export let site: SmallSite;

/** A new one for each test. */
export let agent: EnrolledAgent;

before(async () => {
  site = await startSmallSite();
});

after(() => site.close());

beforeEach(async () => {
  agent = await enrolledAgent(site);
});

const mounted: string[] = [];

afterEach(() => {
  for (const folder of mounted.splice(0)) spawnSync('umount', [folder]);
  site.intercept = () => false;
  agent.remove();
});

/** Nothing waits for ever. */
export const options = { timeout: 120_000 };

let lastContent = 0;

/** Different for each test, so that no content is there already. */
export const newFiles = (bytes = 100) => {
  lastContent += 1;
  return { 'app/file': Buffer.alloc(bytes, `content ${lastContent} `) };
};

/** Copies the content to where a test looks. */
export const copyOf = (manifest: Manifest) => [
  copyStep({ content: contentPart(manifest), from: 'app', to: '/srv' }),
];

/** What of content lies on the machine. */
export const leftInCache = () => [
  ...readdirSync(join(agent.data.content, 'content')),
  ...readdirSync(join(agent.data.content, 'trash')),
];

/** A real file system of that size, which is easily full. */
export function mountSmall(folder: string, size: string): boolean {
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', folder]);
  if (status === 0) mounted.push(folder);
  return status === 0;
}
