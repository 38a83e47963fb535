import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readConfig } from './config.ts';

test('an empty environment gives a site that works', () => {
  const config = readConfig({});
  assert.ok(!('mistakes' in config));
  assert.equal(config.dataDir, resolve('./data'));
  const { port, redirectPort, listen, databaseUrl, names, gateways, logLevel, siteCode } = config;
  assert.deepEqual(
    { port, redirectPort, listen, databaseUrl, names, gateways, logLevel, siteCode },
    {
      port: 8443,
      redirectPort: null,
      listen: '::',
      databaseUrl: '',
      names: [],
      gateways: 0,
      logLevel: 'info',
      siteCode: 'TK1',
    },
  );
});

test('every setting is read', () => {
  const config = readConfig({
    TENKAI_DATA: '/with space/tenkai',
    TENKAI_PORT: '443',
    TENKAI_REDIRECT_PORT: '80',
    TENKAI_LISTEN: '127.0.0.1',
    TENKAI_DATABASE: 'postgres://tenkai:secret@db/tenkai',
    TENKAI_NAMES: 'site.example, 192.0.2.7  fe80::1',
    TENKAI_GATEWAYS: '2',
    TENKAI_LOG_LEVEL: 'debug',
    TENKAI_SITE: 'OSA',
    TENKAI_CONSOLE: '/console',
    TENKAI_AGENTS: '/agents',
    TENKAI_MULTICAST_PORTS: '56100-56227',
    TENKAI_FIREWALL_CHECK: '/run/tenkai-firewall/check.json',
    TENKAI_FIREWALL_PROFILES: 'domain private',
  });
  assert.deepEqual(config, {
    dataDir: '/with space/tenkai',
    port: 443,
    redirectPort: 80,
    listen: '127.0.0.1',
    databaseUrl: 'postgres://tenkai:secret@db/tenkai',
    names: ['site.example', '192.0.2.7', 'fe80::1'],
    gateways: 2,
    logLevel: 'debug',
    siteCode: 'OSA',
    consoleDir: '/console',
    agentsDir: '/agents',
    multicastPorts: { first: 56_100, last: 56_227 },
    firewallCheck: '/run/tenkai-firewall/check.json',
    firewallProfiles: ['domain', 'private'],
  });
});

test('all mistakes are told at once, and no password with them', () => {
  const config = readConfig({
    TENKAI_PORT: '70000',
    TENKAI_REDIRECT_PORT: 'x',
    TENKAI_LISTEN: 'site.example',
    TENKAI_DATABASE: 'mysql://user:geheim@db',
    TENKAI_NAMES: 'good.example -bad-',
    TENKAI_GATEWAYS: '-1',
    TENKAI_MULTICAST_PORTS: '5-',
    TENKAI_LOG_LEVEL: 'loud',
    TENKAI_SITE: 'tk1',
  });
  assert.ok('mistakes' in config);
  const named = config.mistakes.map((mistake) => mistake.split(' ')[0]);
  assert.deepEqual(named.sort(), [
    'TENKAI_DATABASE',
    'TENKAI_GATEWAYS',
    'TENKAI_LISTEN',
    'TENKAI_LOG_LEVEL',
    'TENKAI_MULTICAST_PORTS',
    'TENKAI_NAMES',
    'TENKAI_PORT',
    'TENKAI_REDIRECT_PORT',
    'TENKAI_SITE',
  ]);
  assert.doesNotMatch(config.mistakes.join(''), /geheim/);
});
