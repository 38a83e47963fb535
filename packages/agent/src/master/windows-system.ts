import { release } from 'node:os';
import { thumbprint } from '@tenkai/certificates/examination.ts';
import type { MachineStore } from '@tenkai/certificates/stores/machine-store.ts';
import type { Ask, Procedure } from '@tenkai/domain/firewall/procedure.ts';
import {
  protectionNeed,
  windowsAsks,
  windowsFindSite,
  windowsForget,
  windowsGeneralize,
  windowsLine,
  windowsProperties,
  windowsService,
  windowsSiteValues,
  windowsUngeneralized,
} from '@tenkai/domain/master/index.ts';
import type { RunResult } from '../platform/shell.ts';
import { readSiteValues, writeSiteValues } from './agent-state.ts';
import type { MasterSystem, MasterSystemDeps, SystemFacts } from './system.ts';

const service = 'TenkaiAgent';
/** Of what an installation has left, by the step that takes it away. */
const bindings = { site: ['SITECODE', 'MP'], keys: ['TICKET'], trust: ['ROOTFINGERPRINT'] } as const;
const findings = ['LOCATOR', 'DNSSUFFIX'] as const;
const oldTrustLimitMs = 5 * 60_000;
const limit = () => AbortSignal.timeout(oldTrustLimitMs);
/** Log of what sysprep has refused. */
const sysprepLog = 'C:\\Windows\\System32\\Sysprep\\Panther\\setuperr.log';

export interface WindowsSystemDeps extends Pick<MasterSystemDeps, 'data' | 'platform'> {
  /** Those of the agent and of the old product. */
  readonly stores: readonly MachineStore[];
  /** Runs one program of Windows to its end. */
  readonly run: (ask: Ask) => Promise<RunResult>;
}

/** Windows, by the programs that each has, its certificate stores, and sysprep for everything that is not the agent's. */
export function windowsSystem(deps: WindowsSystemDeps): MasterSystem {
  const { data, stores, platform } = deps;
  const act = (procedure: Procedure<unknown>) => changesOf(deps, procedure);
  return {
    family: 'windows',
    switchOff: windowsLine(windowsAsks.switchOff()),
    protection: () =>
      protectionNeed({
        system: 'windows',
        systemVersion: release(),
        engine: null,
        hasNetworkInspection: false,
      }),
    definitions: () => [],
    look: (pin) => look(deps, pin),
    startByHand: () => act(once(windowsAsks.manual(service))),
    stopService: async () => void (await act(once(windowsAsks.stop(service)))),
    forgetSite: () => act(windowsForget(bindings.site)),
    async forgetKeys() {
      const held = certificates(stores);
      for (const { store, certificate } of held) store.remove(certificate);
      return [...held.map(({ place }) => place), ...(await act(windowsForget(bindings.keys)))];
    },
    async forgetTrust() {
      const count = (await platform.oldTrust.count(limit())) ?? 0;
      if (count > 0) await platform.oldTrust.removeAll(limit());
      return [...oldKeys(count), ...(await act(windowsForget(bindings.trust)))];
    },
    /** Names lie where a client of the old product has them (AGENT-10, AGENT-11), and in one place alone. */
    async writeSiteValues({ locator, dnsSuffix, ...others }, pin) {
      const kept = writeSiteValues(data, { locator: null, dnsSuffix: null, ...others }, pin);
      const forgotten = await act(windowsForget(findings));
      return [...kept, ...forgotten, ...(await act(windowsSiteValues({ locator, dnsSuffix })))];
    },
    startWithSystem: () => act(once(windowsAsks.automaticDelayed(service))),
    generalize: () => act(windowsGeneralize()),
  };
}

async function look(deps: WindowsSystemDeps, pin: string | null): Promise<SystemFacts> {
  const { data, platform, stores } = deps;
  const ask = <T>(procedure: Procedure<T>) => answersOf(deps, procedure);
  const { SITECODE, MP, TICKET, ROOTFINGERPRINT, LOCATOR, DNSSUFFIX } = await ask(
    windowsProperties([...Object.values(bindings).flat(), ...findings]),
  );
  const own = readSiteValues(data);
  const named = await ask(windowsFindSite());
  const ungeneralized = await ask(windowsUngeneralized());
  const pinned = ROOTFINGERPRINT !== undefined && ROOTFINGERPRINT.toLowerCase() !== pin;
  return {
    service: await ask(windowsService(service)),
    siteCode: SITECODE ?? MP ?? null,
    keys: [
      ...certificates(stores).map(({ place }) => place),
      ...(TICKET ? ['HKLM\\SOFTWARE\\Tenkai\\Agent: TICKET'] : []),
    ],
    trustKeys: [
      ...(pinned ? ['HKLM\\SOFTWARE\\Tenkai\\Agent: ROOTFINGERPRINT'] : []),
      ...oldKeys((await platform.oldTrust.count(limit())) ?? 0),
    ],
    siteValues: {
      ...own,
      locator: LOCATOR ?? named.locator ?? own.locator,
      dnsSuffix: DNSSUFFIX ?? named.dnsSuffix ?? own.dnsSuffix,
    },
    logs: [],
    identities:
      ungeneralized === null
        ? []
        : [{ what: 'windows-sid', where: `${ungeneralized}; sysprep writes ${sysprepLog}` }],
  };
}

const oldKeys = (count: number) =>
  count === 0 ? [] : [`root\\ccm\\locationservices: TrustedRootKey (${count})`];

const certificates = (stores: readonly MachineStore[]) =>
  stores.flatMap((store) =>
    store.list().map((certificate) => ({
      store,
      certificate,
      place: `Cert:\\LocalMachine\\${store.name}\\${thumbprint(certificate.der)}`,
    })),
  );

function* once(ask: Ask): Procedure<void> {
  yield ask;
}

async function answersOf<T>({ run }: WindowsSystemDeps, procedure: Procedure<T>): Promise<T> {
  let step = procedure.next();
  while (!step.done) step = procedure.next(await run(step.value));
  return step.value;
}

/** @returns the lines that were carried out, without questions; with its words where one was refused */
async function changesOf({ run }: WindowsSystemDeps, procedure: Procedure<unknown>): Promise<string[]> {
  const changes: string[] = [];
  let step = procedure.next();
  while (!step.done) {
    const answer = await run(step.value);
    if (step.value.args[0] !== 'query') changes.push(lineOf(step.value, answer));
    step = procedure.next(answer);
  }
  return changes;
}

function lineOf(ask: Ask, { code, stdout, stderr, problem }: RunResult): string {
  const said = code === 0 ? '' : `: ${problem || `status ${code}`} ${`${stdout} ${stderr}`.trim()}`.trimEnd();
  return windowsLine(ask) + said;
}
