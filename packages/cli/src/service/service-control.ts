/** The service control manager of Windows in the words of its own program, sc.exe. */
import { serviceStateIn, type WindowsServiceState } from '@tenkai/domain/machine/service-state.ts';

export const serviceName = 'TenkaiServer';
/** Beside the program of the command line, which is where a package puts it. */
export const serviceProgram = 'tenkai-service.exe';

/** Arguments of sc.exe; a path with blanks needs quotes of its own, or Windows looks for `C:\Program.exe` first. */
export const serviceLines = {
  query: ['query', serviceName],
  create: (program: string) => [
    'create',
    serviceName,
    'binPath=',
    `"${program}"`,
    'start=',
    'auto',
    'DisplayName=',
    'Tenkai Server',
  ],
  describe: [
    'description',
    serviceName,
    'Tenkai site server: deploys software to machines and verifies it on each of them.',
  ],
  start: ['start', serviceName],
  stop: ['stop', serviceName],
  remove: ['delete', serviceName],
} as const;

/** Win32 error codes, with which sc.exe ends. */
export const scCodes = { accessDenied: 5, alreadyRunning: 1056, absent: 1060, notStarted: 1062 } as const;

export type ServiceState = WindowsServiceState | 'absent';

export interface ServiceStatus {
  readonly service: string;
  readonly state: ServiceState;
  /** With what the server has ended, where that ended the service: 2 where its settings are wrong. */
  readonly exitCode: number | null;
}

/** Reads `sc.exe query`. @throws Error where it says no state */
export function statusFrom(text: string): ServiceStatus {
  const state = serviceStateIn(text);
  if (!state) throw new Error(`sc.exe query says no state: ${text.trim()}`);
  const [, specific = '0'] = [...text.matchAll(/:\s*(\d+)\s+\(0x[0-9a-f]+\)/gi)].map(([, code]) => code);
  return { service: serviceName, state, exitCode: specific === '0' ? null : Number(specific) };
}

/** What `tenkai service install` writes where there are no settings. */
export const firstSettings =
  `# Settings of the Tenkai site server; read at its start: sc.exe stop TenkaiServer, sc.exe start TenkaiServer
# The one TLS port for agents, console and command line.
TENKAI_PORT=443
# Answers plain HTTP with a redirect to https; on many servers another program has port 80.
#TENKAI_REDIRECT_PORT=80
# Three capitals or digits; decided at the first start.
#TENKAI_SITE=TK1
# Names and addresses of this server beside those that the machine itself knows, with blanks between them.
#TENKAI_NAMES=
# Folder of keys, embedded database and content; without it, the one in which this file lies.
#TENKAI_DATA=D:\\Tenkai
# A PostgreSQL address; empty: the embedded database.
#TENKAI_DATABASE=
# UDP ports of multicast, such as 56100-56227; empty: none.
#TENKAI_MULTICAST_PORTS=
# off: the installation does not open ports in an active firewall; tenkai firewall plan shows what it opens.
#TENKAI_FIREWALL=auto
# Profiles of the firewall on which machines come in, such as domain,private; empty: all.
#TENKAI_FIREWALL_PROFILES=
`.replaceAll('\n', '\r\n');
