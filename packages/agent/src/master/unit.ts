/** The agent's unit in the files of systemd: whether it starts with the system, and how late (systemd.unit(5)). */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StartType } from '@tenkai/domain/master/index.ts';
import { readIfThere } from '../durable-file.ts';
import type { Paths } from '../platform/platform.ts';
import { run } from '../platform/shell.ts';
import { placesOf, remove } from './places.ts';

export const unitName = 'tenkai-agent.service';
const unitFolders = [
  '/etc/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
const linkPatterns = ['wants', 'requires'].map((kind) => `/etc/systemd/system/*.${kind}/${unitName}`);

function findUnit(paths: Paths): string | undefined {
  return unitFolders.map((folder) => `${folder}/${unitName}`).find((path) => existsSync(paths.real(path)));
}

const links = (paths: Paths) => linkPatterns.flatMap((pattern) => placesOf(paths, pattern));

/** Delayed: it waits for the network, as the unit that we ship does (AGENT-36). */
export function startTypeOf(paths: Paths): StartType {
  const unit = findUnit(paths);
  if (unit === undefined) return 'absent';
  if (links(paths).length === 0) return 'manual';
  const text = readIfThere(paths.real(unit)) ?? '';
  return /^After=.*\bnetwork-online\.target\b/m.test(text) ? 'automatic-delayed' : 'automatic';
}

/** As `systemctl disable`: nothing is stopped. */
export async function startByHand(paths: Paths, isRunning: boolean): Promise<string[]> {
  const found = links(paths);
  for (const link of found) remove(paths.real(link));
  if (isRunning) await reload();
  return found;
}

/** As `systemctl enable` without `--now`: nothing is started (AGENT-37). */
export async function startWithSystem(paths: Paths, isRunning: boolean): Promise<string[]> {
  const unit = findUnit(paths);
  if (unit === undefined || links(paths).length > 0) return [];
  const [, targets = ''] = /^WantedBy=(.+)$/m.exec(readIfThere(paths.real(unit)) ?? '') ?? [];
  const made = targets.split(/\s+/).filter((target) => target !== '');
  for (const target of made) {
    const link = paths.real(`/etc/systemd/system/${target}.wants/${unitName}`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(unit, link);
  }
  if (isRunning) await reload();
  return made.map((target) => `${target}.wants/${unitName}`);
}

const reload = () => run('systemctl', ['daemon-reload'], { timeoutMs: 60_000 });
