import { extname } from 'node:path/win32';
import { Failure } from '@tenkai/domain/failure.ts';
import type { Command, Installer } from '../platform.ts';
import { systemProgram } from './environment.ts';

const powershell = ['-NoProfile', '-NonInteractive', '-ExecutionPolicy', 'Bypass'];

/**
 * Windows gives a program one line, and each takes it apart by rules of its own: what an administrator wrote reaches
 * it byte for byte (BPKG-25). Only the programs of the system that open an installer's file add something before it.
 */
export function createInstaller(): Installer {
  return {
    supports: { dpkg: false, rpm: false },
    argumentsOf: (parameters, variables) => {
      const line = withVariables(parameters, variables);
      return line === '' ? [] : [line];
    },
    commandFor: (file, args) => commandFor(file, args.join(' ')),
    shellCommand: (line) => shell(line),
    scriptCommand(interpreter, scriptFile) {
      if (interpreter === 'cmd') return shell(quoted(scriptFile));
      if (interpreter !== 'powershell') throw new Failure('interpreter-missing', { interpreter });
      return { program: systemProgram('powershell.exe'), args: [...powershell, '-File', scriptFile] };
    },
  };
}

function commandFor(file: string, line: string): Command {
  const verbatim = (program: string, ...parts: readonly string[]): Command => ({
    program,
    args: parts.filter((part) => part !== ''),
    isVerbatim: true,
  });
  switch (extname(file).toLowerCase()) {
    case '.msi':
      return verbatim(systemProgram('msiexec.exe'), '/i', quoted(file), ...quietly(line), line);
    case '.msp':
      return verbatim(systemProgram('msiexec.exe'), '/p', quoted(file), ...quietly(line), line);
    case '.msu':
      return verbatim(systemProgram('wusa.exe'), quoted(file), '/quiet', '/norestart', line);
    case '.cmd':
    case '.bat':
      return shell([quoted(file), line].filter((part) => part !== '').join(' '));
    case '.ps1':
      return verbatim(systemProgram('powershell.exe'), ...powershell, '-File', quoted(file), line);
    case '.vbs':
    case '.wsf':
      return verbatim(systemProgram('cscript.exe'), '//B', '//NoLogo', quoted(file), line);
    default:
      return verbatim(file, line);
  }
}

/**
 * Nobody sees the windows of a service: an installer that asks waits until its time limit. And it must not restart
 * the machine under the scenario's feet. What the administrator says of either stands (msiexec: options have `/` or `-`).
 */
function quietly(line: string): string[] {
  const isQuiet = /(^|\s)[/-](q[nbrf]?[+\-!]*|quiet|passive)(?=\s|$)/i.test(line);
  const saysRestart = /(^|\s)[/-](norestart|promptrestart|forcerestart)(?=\s|$)/i.test(line);
  return [...(isQuiet ? [] : ['/qn']), ...(saysRestart ? [] : ['/norestart'])];
}

/** `/s`: cmd takes off the outer quotes and nothing else; `/d`: without the AutoRun of the registry. */
function shell(line: string): Command {
  return { program: systemProgram('cmd.exe'), args: ['/d', '/s', '/c', `"${line}"`], isVerbatim: true };
}

const quoted = (file: string) => `"${file}"`;

/** `${NAME}` of a scenario's variable is its value; a name that is none stays as it is written. */
function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (whole, name: string) =>
    Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole,
  );
}
