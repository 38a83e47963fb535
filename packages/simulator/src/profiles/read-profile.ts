import { readFile } from 'node:fs/promises';
import { Failure } from '@tenkai/domain/failure.ts';
import { operatingSystemEntry } from '@tenkai/domain/software/operating-system-list.ts';
import { operatingSystems } from '@tenkai/domain/software/operating-systems.ts';
import { Errors } from 'typebox/value';
import '../failures.ts';
import { Profile } from './profile.ts';
import { profiles } from './profiles.ts';

/**
 * A profile by its name, or from a JSON file where the text looks like a path.
 * @throws Failure simulator-profile-unknown, simulator-profile-invalid
 */
export async function readProfile(nameOrPath: string): Promise<Profile> {
  const known = Object.hasOwn(profiles, nameOrPath) ? profiles[nameOrPath] : undefined;
  if (known) return known;
  if (!/[/\\.]/.test(nameOrPath))
    throw new Failure('simulator-profile-unknown', {
      name: nameOrPath,
      known: Object.keys(profiles).join(', '),
    });
  return checkProfile(nameOrPath, await readJson(nameOrPath));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw invalid(path, error instanceof Error ? error.message : String(error));
  }
}

/** BOSM-01: a system that the operating-system list does not know is a mistake of the profile. */
export function checkProfile(name: string, value: unknown): Profile {
  const [mistake] = Errors(Profile, value);
  if (mistake) throw invalid(name, `${mistake.instancePath || '/'} ${mistake.message}`);
  const profile = value as Profile;
  const unknown = profile.systems.find((system) => !operatingSystemEntry(operatingSystems, system));
  if (unknown) throw invalid(name, `no system ${unknown.id} ${unknown.version} ${unknown.architecture}`);
  const reversed = Object.entries(rangesOf(profile)).find(([, range]) => range && range[0] > range[1]);
  if (reversed) throw invalid(name, `${reversed[0]} begins above its end`);
  return profile;
}

function rangesOf({
  latencySeconds,
  deliveryMBPerSecond,
  stepSeconds,
  rebootSeconds,
  power,
  network,
}: Profile) {
  return {
    latencySeconds,
    deliveryMBPerSecond,
    rebootSeconds,
    ...stepSeconds,
    onMinutes: power.onMinutes,
    offMinutes: power.offMinutes,
    upMinutes: network.upMinutes,
    awaySeconds: network.awaySeconds,
    lateSeconds: network.lateSeconds,
  };
}

function invalid(name: string, problem: string): Failure {
  return new Failure('simulator-profile-invalid', { name, problem });
}
