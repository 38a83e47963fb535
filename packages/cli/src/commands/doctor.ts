import { Failure } from '@tenkai/domain';
import {
  type Diagnosis,
  diagnosisLanguage,
  diagnosisText,
  faultsOf,
  findingTexts,
} from '@tenkai/domain/diagnosis/index.ts';
import { machineRoutes } from '@tenkai/protocol/api/machines.ts';
import type { Command } from 'commander';
import { acting, type Cli, type Session } from '../session.ts';
import { findMachine } from './machine/find-machine.ts';

/** `tenkai doctor`: the connection with a machine, seen from the site; `tenkai-agent doctor` sees it from there. */
export function addDoctorCommand(program: Command, cli: Cli) {
  program
    .command('doctor')
    .description(
      'say which part of the connection between the site and a machine is at fault; status 1 where one is',
    )
    .argument('<machine>', 'name or id')
    .action(acting(cli, doctor));
}

/** @throws Failure doctor-found-faults */
async function doctor({ connect, output, terminal }: Session, text: string) {
  const { client } = await connect();
  const { id } = await findMachine(client, text);
  const found: Diagnosis = await client(machineRoutes.diagnose, { params: { id } });
  const language = diagnosisLanguage(terminal.env);
  const findings = found.findings.map((finding) => ({ ...finding, ...findingTexts(finding, language) }));
  output.result({ ...found, findings }, () => diagnosisText(found, language));
  const faults = faultsOf(found);
  if (faults.length > 0)
    throw new Failure('doctor-found-faults', { parts: faults.map(({ part }) => part).join(', ') });
}
