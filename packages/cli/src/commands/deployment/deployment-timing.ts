import type { DeploymentDraft, PowerOff, RestartPostponement, TimingDraft } from '@tenkai/domain';
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface TimingOptions {
  readonly timing?: 'after-delivery' | 'at-next-start';
  readonly restartAfter?: boolean;
  readonly restartAtStart?: boolean;
  readonly powerOff?: PowerOff;
  /** False: `--no-postpone-restart`. */
  readonly postponeRestart?: RestartPostponement | false;
}

/** Options that are not named leave it to the scenario. */
export function addTimingOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--timing <timing>',
        'run as soon as content is there, or when the machine next starts',
      ).choices(['after-delivery', 'at-next-start']),
    )
    .option('--restart-after', 'restart after the run')
    .option('--no-restart-after', 'do not, whatever the scenario says')
    .option('--restart-at-start', 'restart before the run')
    .option('--no-restart-at-start', 'do not, whatever the scenario says')
    .option(
      '--postpone-restart <times/hours>',
      'people may put off each restart so often, for so many hours at most: 3/8',
      postponementOf,
    )
    .option('--no-postpone-restart', 'they may not, whatever the scenario says')
    .addOption(
      new Option('--power-off <when>', 'switch the machine off at the end').choices([
        'no',
        'after-delivery',
        'after-update',
      ]),
    );
}

/** What the options say, over what a file says. */
export function timingFrom(options: TimingOptions, file: Partial<DeploymentDraft>): TimingDraft {
  const { timing, restartAfter, restartAtStart } = options;
  return only({
    timing: timing ?? file.timing,
    restartAfter: restartAfter ?? file.restartAfter,
    restartAtStart: restartAtStart ?? file.restartAtStart,
    powerOffAtEnd: options.powerOff ?? file.powerOffAtEnd,
    restartPostponement:
      options.postponeRestart === false ? null : (options.postponeRestart ?? file.restartPostponement),
  });
}

/** `3/8`: three times, eight hours. */
function postponementOf(text: string): RestartPostponement {
  const [, times, hours] = (/^(\d{1,2})\/(\d{1,3})$/.exec(text) ?? []).map(Number);
  const isGood = times && hours && times <= 20 && hours <= 168;
  if (isGood) return { times, hours };
  throw new InvalidArgumentError('Write times (1 to 20) and hours (1 to 168), such as 3/8.');
}

function only(timing: { [K in keyof TimingDraft]: TimingDraft[K] | undefined }): TimingDraft {
  return Object.fromEntries(Object.entries(timing).filter(([, value]) => value !== undefined));
}

/** Lines for `show`; what the deployment leaves to its scenario is not listed. */
export function timingFacts({ draft }: { readonly draft: DeploymentDraft }): [string, string][] {
  const yesNo = (value: boolean) => (value ? 'yes' : 'no');
  const {
    timing = 'after-delivery',
    restartAfter,
    restartAtStart,
    powerOffAtEnd,
    restartPostponement,
  } = draft;
  return [
    ['Timing', timing],
    ...(restartAtStart === undefined
      ? []
      : [['Restart at start', yesNo(restartAtStart)] as [string, string]]),
    ...(restartAfter === undefined ? [] : [['Restart after', yesNo(restartAfter)] as [string, string]]),
    ...(powerOffAtEnd === undefined ? [] : [['Power off', powerOffAtEnd] as [string, string]]),
    ...(restartPostponement === undefined
      ? []
      : [['Postpone restart', postponementText(restartPostponement)] as [string, string]]),
  ];
}

function postponementText(limit: RestartPostponement | null): string {
  return limit === null ? 'no' : `${limit.times} times, ${limit.hours} h at most`;
}
