/** What the programs of windows-asks.ts are asked in each step, and what their answers say. */
import type { Procedure } from '../firewall/procedure.ts';
import { serviceStateIn } from '../machine/service-state.ts';
import type { StartType } from './audit.ts';
import { windowsAsks } from './windows-asks.ts';

/** A value that `reg query` prints; undefined: there is none of that name. */
export function registryValueIn(text: string, name: string): string | undefined {
  const lines = text.split(/\r?\n/).map((line) => /^ {4}(.+?) {4}REG_[A-Z_]+ {4}(.*)/.exec(line));
  return lines.find((line) => line?.[1]?.toLowerCase() === name.toLowerCase())?.[2]?.trim();
}

export function* windowsService(service: string): Procedure<{ isRunning: boolean; startType: StartType }> {
  const state = yield windowsAsks.serviceState(service);
  const values = yield windowsAsks.serviceValues(service);
  const start = values.code === 0 ? registryValueIn(values.stdout, 'Start') : undefined;
  if (start === undefined) return { isRunning: false, startType: 'absent' };
  const isDelayed = Number(registryValueIn(values.stdout, 'DelayedAutostart') ?? 0) !== 0;
  return {
    isRunning: serviceStateIn(state.stdout) !== 'stopped',
    startType: startTypeOf(Number(start), isDelayed),
  };
}

function startTypeOf(start: number, isDelayed: boolean): StartType {
  if (start !== 2) return 'manual';
  return isDelayed ? 'automatic-delayed' : 'automatic';
}

/** What the installer was given and left for the agent: by name, without what is empty. */
export function* windowsProperties(names: readonly string[]): Procedure<Readonly<Record<string, string>>> {
  const { code, stdout } = yield windowsAsks.properties();
  const given = code === 0 ? names.map((name) => [name, registryValueIn(stdout, name) ?? '']) : [];
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** Else the next start would take them again. */
export function* windowsForget(names: readonly string[]): Procedure<void> {
  const present = yield* windowsProperties(names);
  for (const name of Object.keys(present)) yield windowsAsks.deleteProperty(name);
}

interface NamedValues {
  readonly locator: string | null;
  readonly dnsSuffix: string | null;
}

/** How the targets are told to find their site. */
export function* windowsFindSite(): Procedure<NamedValues> {
  const locator = yield windowsAsks.readLocator();
  const dnsSuffix = yield windowsAsks.readDnsSuffix();
  return {
    locator: registryValueIn(locator.stdout, 'SMSSLP') || null,
    dnsSuffix: registryValueIn(dnsSuffix.stdout, 'DnsSuffix') || null,
  };
}

/** Step 5; one of the two is enough (MASTER-13), and the other goes where it was. */
export function* windowsSiteValues({ locator, dnsSuffix }: NamedValues): Procedure<void> {
  const present = yield* windowsFindSite();
  if (locator !== null) yield windowsAsks.setLocator(locator);
  else if (present.locator !== null) yield windowsAsks.deleteLocator();
  if (dnsSuffix !== null) yield windowsAsks.setDnsSuffix(dnsSuffix);
  else if (present.dnsSuffix !== null) yield windowsAsks.deleteDnsSuffix();
}

const generalized = 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE';

/** @returns null where it waits for its first start as another machine (MASTER-17); else what is in the way */
export function* windowsUngeneralized(): Procedure<string | null> {
  const image = registryValueIn((yield windowsAsks.imageState()).stdout, 'ImageState') ?? 'unknown';
  if (image === generalized) return null;
  const state =
    registryValueIn((yield windowsAsks.sysprepState()).stdout, 'GeneralizationState') ?? 'unknown';
  return `ImageState ${image}, GeneralizationState ${state}`;
}

/** Those with names, addresses and accounts of this machine. */
const eventLogs = ['Application', 'Security', 'Setup', 'System'];

/** Step 7. Where it was done, or Windows stands in the middle of it, sysprep is not called again. */
export function* windowsGeneralize(): Procedure<void> {
  if ((yield* windowsUngeneralized()) === null) return;
  for (const log of eventLogs) yield windowsAsks.clearEventLog(log);
  if ((yield* windowsMayGeneralize()) !== false) yield windowsAsks.sysprep();
}

/**
 * A Windows that was generalized and has come up again says 7; it may be generalized anew. 3 and 4: it stands in the
 * middle of it, and sysprep would refuse (MASTER-03).
 * @returns null where Windows does not say
 */
export function* windowsMayGeneralize(): Procedure<boolean | null> {
  const { code, stdout } = yield windowsAsks.sysprepState();
  const state = code === 0 ? registryValueIn(stdout, 'GeneralizationState') : undefined;
  return state === undefined ? null : Number(state) === 7;
}
