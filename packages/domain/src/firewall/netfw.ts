import { Failure } from '../failure.ts';
import './failures.ts';

/** BPKG-40: let the programs in one by one, or turn the firewall off. */
export type NetfwVariant = 'programs' | 'off';

/** Programs that listen on a managed machine of the old product (BFWL-15), below `%windir%\system32`. */
export const netfwPrograms = ['DepAgent.exe', 'rupdsvc.exe'] as const;

const profiles = ['DomainProfile', 'StandardProfile'] as const;
const policyKey = String.raw`SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy`;

/** A line that an editor or a copy from a guide has broken, or that no such file has; counted from 1. */
export interface NetfwProblem {
  readonly line: number;
  readonly code: 'netfw-line-broken' | 'netfw-line-odd';
  readonly text: string;
}

/**
 * The `netfw.inf` of Windows XP SP2 with what opens the machine while the pack is installed, in both profiles. Every
 * line that was there stays, in its place and with its line end; what is there already is not written twice.
 * @throws Failure netfw-broken where a line is broken (BPKG-41), netfw-section-missing
 */
export function openNetfw(text: string, variant: NetfwVariant): string {
  const first = netfwProblems(text).find(({ code }) => code === 'netfw-line-broken');
  if (first) throw new Failure('netfw-broken', { line: first.line, text: first.text });
  return profiles.reduce((before, profile) => withLines(before, profile, linesFor(profile, variant)), text);
}

/** BPKG-41: lines of the two profiles that are not whole. Other sections are Windows' own business. */
export function netfwProblems(text: string): NetfwProblem[] {
  let section = '';
  return linesOf(text).flatMap((line, index): NetfwProblem[] => {
    section = sectionOf(line) ?? section;
    if (!isProfile(section) || sectionOf(line) !== undefined || isEmpty(line)) return [];
    const code = problemOf(line);
    return code === undefined ? [] : [{ line: index + 1, code, text: line.slice(0, 80) }];
  });
}

type Profile = (typeof profiles)[number];

const isEmpty = (line: string) => /^\s*(;.*)?$/.test(line);
const linesOf = (text: string) => text.split(/\r\n|\r|\n/);
const sectionName = (profile: Profile) => `ICF.AddReg.${profile}`;
const isProfile = (section: string) =>
  profiles.some((profile) => sectionName(profile).toLowerCase() === section.toLowerCase());

function sectionOf(line: string): string | undefined {
  return /^\s*\[([^\]]*)\]\s*(;.*)?$/.exec(line)?.[1]?.trim();
}

/** `HKLM,"key","name",flags,data`, data being a number or a text in quotes. Source: AddReg of INF files. */
const wholeLine = /^\s*HKLM,"[^"]+","[^"]*",0x[0-9a-f]{8},("[^"]*"|0x[0-9a-f]+|[0-9]+)\s*(;.*)?$/i;

function problemOf(line: string): NetfwProblem['code'] | undefined {
  if (!/^\s*HKLM,/i.test(line)) return 'netfw-line-broken';
  if (!wholeLine.test(line)) return 'netfw-line-broken';
  return line.toLowerCase().includes(policyKey.toLowerCase()) ? undefined : 'netfw-line-odd';
}

function linesFor(profile: Profile, variant: NetfwVariant): string[] {
  const key = `${policyKey}\\${profile}`;
  if (variant === 'off') {
    return ['DoNotAllowExceptions', 'EnableFirewall'].map((name) => `HKLM,"${key}","${name}",0x00010001,0`);
  }
  const programs = netfwPrograms.map((program) => {
    const path = `%windir%\\system32\\${program}`;
    const data = `${path}:*:Enabled:DeploymentManager(${program})`;
    return `HKLM,"${key}\\AuthorizedApplications\\List","${path}",0x00000000,"${data}"`;
  });
  return [`HKLM,"${key}\\Icmpsettings","AllowInboundEchoRequest",0x00010001,1`, ...programs];
}

/** Behind the last line of the profile's section that says something. */
function withLines(text: string, profile: Profile, lines: readonly string[]): string {
  const end = /\r\n|\r|\n/.exec(text)?.[0] ?? '\r\n';
  const parts = linesOf(text);
  const from = parts.findIndex(
    (line) => sectionOf(line)?.toLowerCase() === sectionName(profile).toLowerCase(),
  );
  if (from < 0) throw new Failure('netfw-section-missing', { section: sectionName(profile) });
  const next = parts.findIndex((line, index) => index > from && sectionOf(line) !== undefined);
  const section = parts.slice(from, next < 0 ? parts.length : next);
  const have = new Set(section.map((line) => line.trim().toLowerCase()));
  const at = from + 1 + section.findLastIndex((line) => !isEmpty(line));
  return parts.toSpliced(at, 0, ...lines.filter((line) => !have.has(line.toLowerCase()))).join(end);
}
