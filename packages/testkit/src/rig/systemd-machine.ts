import type { CommandResult } from './command.ts';
import type { HostCommand } from './host-command.ts';

export interface MachineCommandOptions {
  /** Default: what the machine finds fitting, at least two minutes. */
  readonly timeoutMs?: number;
  readonly input?: string;
}

/** A machine whose process 1 is systemd, however it is made (systemd-host.ts, qemu-machine.ts). */
export interface SystemdMachine {
  readonly name: string;
  readonly address: string;
  /** Runs a command to its end. */
  run(command: HostCommand, options?: MachineCommandOptions): Promise<CommandResult>;
  /** Runs a command that must succeed and gives its output, trimmed. @throws Error with its words when it fails */
  ask(command: HostCommand, options?: MachineCommandOptions): Promise<string>;
  /** Copies a file into it. */
  copyIn(from: string, to: string): Promise<void>;
  writeFile(path: string, content: string): Promise<void>;
  /** Identity of the present boot. */
  bootId(): Promise<string>;
  /** Waits until it has booted again, after something in it asked for a restart. */
  untilRebooted(formerBootId: string): Promise<void>;
  /** Restarts it in order, and waits. */
  reboot(): Promise<void>;
  /** Cuts the power: every process is gone at once. Then powerOn(). */
  cutPower(): Promise<void>;
  powerOn(): Promise<void>;
  destroy(): Promise<void>;
}
