import { type DestinationStream, destination, type Logger, pino } from 'pino';

export type Log = Logger;

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const secretFields = [
  'password',
  'sudoPassword',
  'privateKey',
  'passphrase',
  'newPassword',
  'currentPassword',
  'token',
  'secret',
  'csrf',
  'cookie',
  'authorization',
];

/** Our own tokens wherever they appear in a line, also inside of an error's text or an address. */
const secretTexts = /\b(tenkai_|tka1\.|Bearer )[\w.~+/=-]{8,}/g;

/**
 * The root logger. Levels: error needs a person, warn may need one, info is what the site did (a healthy site
 * logs no error). Each part of the server takes a child: `log.child({ component: 'jobs' })`.
 */
export function createLog({ level, sink }: { level: LogLevel; sink?: DestinationStream }): Log {
  const target = sink ?? destination({ dest: 1, sync: false });
  return pino(
    {
      level,
      base: { component: 'server' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[secret]',
      },
    },
    { write: (line: string) => void target.write(line.replace(secretTexts, '$1[secret]')) },
  );
}
