import { type Config, readConfig } from './config.ts';
import { createLog, type Log } from './kernel/log.ts';
import { type RunningServer, startServer } from './server.ts';

/** The process of a site, from its start to its last signal. Wrong use ends with 2, a failed start with 1. */
export async function runSite() {
  const config = readConfig(process.env);
  if ('mistakes' in config) {
    for (const mistake of config.mistakes) console.error(mistake);
    process.exit(2);
  }
  const log = createLog({ level: config.logLevel });
  const server = await startServer(config, { log }).catch((error: Error) => {
    log.debug({ err: error }, 'start failed');
    console.error(`Tenkai cannot start: ${error.message}`);
    process.exit(1);
  });
  // Whoever reads the line may stop the site at once.
  stopOnSignals(server, log);
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

function stopOnSignals(server: RunningServer, log: Log) {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // A second signal means it.
      if (isStopping) process.exit(1);
      isStopping = true;
      log.info({ signal }, 'stopping');
      server.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, 'the server did not stop in good order');
          process.exit(1);
        },
      );
    });
  }
}
