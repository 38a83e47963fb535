import { Failure } from '@tenkai/domain';
import { changeSiteSettings, getSite, getSiteSettings, SiteSettings } from '@tenkai/protocol/api/site.ts';
import type { Command } from 'commander';
import { timeText } from '../format.ts';
import { acting, type Cli, type Session } from '../session.ts';
import { showHealth } from './site-health.ts';

export function addSiteCommands(program: Command, cli: Cli) {
  const noun = program.command('site').description('the site that you are signed in to');
  noun.command('show').description('show name, version and trusted root key').action(acting(cli, showSite));
  noun
    .command('health')
    .description(
      "show the state of the site itself; status 1 where its host's firewall or lost contact is at fault",
    )
    .action(acting(cli, showHealth));
  noun
    .command('settings')
    .description('show the settings of the site, or change some')
    .argument('[NAME=value...]', 'settings to change, such as concurrency=100')
    .action(acting(cli, settings));
}

async function showSite({ connect, output }: Session) {
  const { client, url } = await connect();
  const site = await client(getSite);
  output.result(site, () =>
    output.properties([
      ['Name', site.name],
      ['Code', site.code],
      ['Address', url],
      ['Version', site.version],
      ['Database', site.databaseEngine],
      ['Made', timeText(site.createdAt)],
      ['Root fingerprint', site.rootFingerprint],
    ]),
  );
}

async function settings({ connect, output }: Session, changes: string[]) {
  const { client } = await connect();
  const body = Object.fromEntries(changes.map(change));
  const all = changes.length > 0 ? await client(changeSiteSettings, { body }) : await client(getSiteSettings);
  output.result(all, () =>
    output.properties(Object.entries(all).map(([name, value]) => [name, JSON.stringify(value)])),
  );
}

/** Values are JSON; what is none is a text. */
function change(text: string): [string, unknown] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at));
  if (!(name in SiteSettings.properties)) {
    const known = Object.keys(SiteSettings.properties).join(', ');
    const problem = `"${text}" is not NAME=value with one of the names ${known}.`;
    throw new Failure('usage-wrong', { problem, command: 'tenkai site settings' });
  }
  const value = text.slice(at + 1);
  try {
    return [name, JSON.parse(value)];
  } catch {
    return [name, value];
  }
}
