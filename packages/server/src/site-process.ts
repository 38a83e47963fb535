import { join } from 'node:path';
import { type Config, readConfig } from './config.ts';
import { createLog, type Log } from './kernel/log.ts';
import { openLogFile } from './kernel/log-file.ts';
import { type RunningServer, startServer } from './server.ts';
import { logFolder, withServiceSettings } from './service-folder.ts';

export interface SiteOptions {
  /** Stop when standard input ends: Windows has no signals. */
  readonly untilInputEnds: boolean;
}

/** The process of a site, from its start to its last signal. Wrong use ends with 2, a failed start with 1. */
export async function runSite({ untilInputEnds }: SiteOptions) {
  const env = withServiceSettings(process.env);
  const config = readConfig(env);
  if ('mistakes' in config) {
    for (const mistake of config.mistakes) console.error(mistake);
    process.exit(2);
  }
  const sink = env.TENKAI_SERVICE_FOLDER && openLogFile(join(env.TENKAI_SERVICE_FOLDER, logFolder));
  const log = createLog({ level: config.logLevel, ...(sink ? { sink } : {}) });
  const server = await startServer(config, { log }).catch((error: Error) => {
    log.debug({ err: error }, 'start failed');
    console.error(`Tenkai cannot start: ${error.message}`);
    process.exit(1);
  });
  // Whoever reads the line may stop the site at once.
  stopWhenAsked(server, log, untilInputEnds);
  sayReady(server, config);
}

/** Written at once: a program that waits for the first line has all of them. */
function sayReady({ app, url, setupLink }: RunningServer, { dataDir }: Config) {
  const { db, keys } = app.kernel;
  const lines = [
    `Tenkai is ready at ${url}`,
    `  data ${dataDir}, database ${db.engine}, trusted root key ${keys.rootFingerprint}`,
  ];
  if (setupLink) {
    lines.push(
      '  Make the first administrator with this link; it works once, within a day:',
      `  ${setupLink}`,
    );
  }
  console.log(lines.join('\n'));
}

function stopWhenAsked(server: RunningServer, log: Log, untilInputEnds: boolean) {
  let isStopping = false;
  const stop = (reason: string) => {
    isStopping = true;
    log.info({ reason }, 'stopping');
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'the server did not stop in good order');
        process.exit(1);
      },
    );
  };
  // SIGBREAK: Ctrl+Break and the end of a console on Windows.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGBREAK'] as const) {
    process.on(signal, () => {
      // A second signal means it.
      if (isStopping) process.exit(1);
      stop(signal);
    });
  }
  if (!untilInputEnds) return;
  for (const event of ['end', 'close', 'error'] as const)
    process.stdin.on(event, () => isStopping || stop('input-ended'));
  process.stdin.resume();
}
